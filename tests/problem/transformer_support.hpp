// SPDX-License-Identifier: MIT
// Part of blockopt's tests: small transformers, their batches, and active blocks made by hand.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <blockopt/problem/detail/random_source.hpp>
#include <blockopt/problem/transformer.hpp>

namespace transformer_test {

namespace bo = blockopt;

struct tokens {
  std::vector<std::uint32_t> inputs, targets;
  std::size_t sequences;

  tokens(const bo::transformer_shape& shape, std::size_t count, std::uint64_t seed = 7) : sequences(count) {
    bo::detail::random_source random(seed, 1);
    for (std::size_t i = 0; i < count * shape.context; ++i) {
      inputs.push_back(static_cast<std::uint32_t>(random.below(shape.vocabulary)));
      targets.push_back(static_cast<std::uint32_t>(random.below(shape.vocabulary)));
    }
  }
  [[nodiscard]] bo::token_batch batch() const { return {inputs, targets, sequences}; }
};

/// Gradients in memory of their own, each between guards. Wanted ones start at `start`; the others have a view too, which
/// must stay as it is: full of sentinels.
template <class T>
class block {
 public:
  using C = bo::compute_type_t<T>;
  static constexpr std::size_t guard = 16;

  template <class Wanted>
  block(const std::vector<bo::parameter<T>>& parameters, const Wanted& wanted, C start = C(0), C sentinel = C(-77)) {
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const bo::tensor_view<T>& values = parameters[i].values;
      memory.emplace_back(values.size() + 2 * guard, sentinel);
      const bool is_wanted = wanted(i);
      flags.push_back(is_wanted ? 1 : 0);
      views.emplace_back(memory[i].data() + guard, values.extents());
      if (!is_wanted) continue;
      numbers.push_back(i);
      std::fill_n(views[i].data(), values.size(), start);
    }
  }

  [[nodiscard]] bo::active_block<T> active() const { return {0, "block", numbers, views, flags}; }
  [[nodiscard]] const C* gradient(std::size_t i) const { return memory[i].data() + guard; }

  std::vector<std::vector<C>> memory;
  std::vector<bo::tensor_view<C>> views;
  std::vector<unsigned char> flags;
  std::vector<std::size_t> numbers;
};

inline constexpr auto everything = [](std::size_t) { return true; };

/// Moves the values away from their start: larger weights, norms away from 1, so that every term of a gradient counts.
template <class T>
void stir(std::vector<bo::parameter<T>> parameters, double deviation = 0.3, std::uint64_t seed = 3) {
  bo::detail::random_source random(seed, 1);
  for (auto& p : parameters) {
    const double mean = p.values.rank() == 1 ? 1.0 : 0.0;
    for (std::size_t k = 0; k < p.values.size(); ++k) {
      p.values.data()[k] = T(static_cast<bo::compute_type_t<T>>(mean + deviation * random.normal()));
    }
  }
}

}  // namespace transformer_test
