// SPDX-License-Identifier: MIT
// Part of blockopt: where the gradient, master copy and state of each parameter of a block lie in its memory.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <blockopt/memory/arena.hpp>
#include <blockopt/memory/memory_strategy.hpp>
#include <blockopt/view/scalar.hpp>

namespace blockopt {

/// Which copies a visit needs beside the state.
struct layout_options {
  bool master = true;         ///< a full-precision copy of 16-bit values
  bool own_gradients = true;  ///< a gradient for each parameter that brings none
  bool own_all = false;       ///< a gradient for every parameter, to accumulate in
};

/// The layout of one block: for each parameter its offsets in bytes, each a multiple of memory_granule.
struct block_layout {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  struct entry {
    std::size_t parameter = 0;
    std::size_t gradient = none;  ///< in the gradients' part, or none
    std::size_t master = none;    ///< in the master's part, or none
    std::size_t state = 0;        ///< in the state's part; slot s follows at state + s * padded
    std::size_t padded = 0;       ///< bytes of one array of the parameter's elements
  };

  std::vector<entry> entries;
  block_bytes bytes;

  block_layout() = default;

  template <class Parameter>
  block_layout(const std::vector<Parameter>& parameters, std::span<const std::size_t> members, std::size_t slots,
               const layout_options& options) {
    using T = typename Parameter::value_type;
    for (const std::size_t p : members) {
      entry e{.parameter = p, .padded = round_to_granule(parameters[p].values.size() * sizeof(compute_type_t<T>))};
      const bool owns = options.own_all || (options.own_gradients && parameters[p].gradient.empty());
      if (owns) {
        e.gradient = bytes.gradients;
        bytes.gradients += e.padded;
      }
      if (options.master && is_reduced_precision<T>) {
        e.master = bytes.master;
        bytes.master += e.padded;
      }
      e.state = bytes.state;
      bytes.state += slots * e.padded;
      entries.push_back(e);
    }
  }
};

}  // namespace blockopt
