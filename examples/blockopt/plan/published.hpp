// SPDX-License-Identifier: MIT
// Part of blockopt: the published tables that plans are compared with.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

namespace blockopt::program {

/// A row of BAdam's Table 2 or 12 (Luo et al., arXiv 2404.02827v3), in GB; NaN: not printed there. The total is of the whole
/// process, activations and all.
struct published_row {
  std::string_view method;
  double values, gradients, optimizer, total;
  std::string_view remark{};  ///< why this program's number differs, where it does by more than 1 % and 0.1 GB
};

struct published_table {
  std::string_view shape, title;
  std::span<const published_row> rows;
};

/// The table of a shape; null when there is none.
[[nodiscard]] inline const published_table* find_published(std::string_view shape) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  static constexpr published_row llama3[] = {
      {"adam", 16.1, 32.1, 96.6, none},
      {"lomo", 16.1, 0.5, none, 21.5,
       "the largest parameter, embedding or head, has 525,336,576 elements: 1.05 GB of gradient in 16 bits; the "
       "paper's "
       "0.5 would be one layer's, 0.44"},
      {"lora[r=100]", 16.7, 1.0, 3.1, none},
      {"lora[r=8]", 16.2, 0.1, 0.3, 22.3},
      {"badam", 16.1, 0.9, 2.6, 23.5},
  };
  static constexpr published_row llama2[] = {
      {"adam", 13.4, 26.8, 80.4, none},      {"lomo", none, none, none, 18.8}, {"lora[r=100]", none, none, none, 22.1},
      {"lora[r=8]", none, none, none, 20.1}, {"badam", 13.4, 0.8, 2.4, 21.8},
  };
  static constexpr published_table tables[] = {
      {"llama3-8b", "BAdam, arXiv 2404.02827, Table 2: Llama 3-8B, batch 2, 728 tokens", llama3},
      {"llama2-7b", "BAdam, arXiv 2404.02827, Table 12: Llama 2-7B", llama2},
  };
  for (const published_table& t : tables) {
    if (t.shape == shape) return &t;
  }
  return nullptr;
}

}  // namespace blockopt::program
