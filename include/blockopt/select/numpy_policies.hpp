// SPDX-License-Identifier: MIT
// Part of blockopt: random selection in the numbers of numpy's legacy RandomState.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/select/numpy_random.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt {
namespace detail {

/// RandomState(seed). Raises invalid_option for seeds that numpy has not.
[[nodiscard]] inline numpy_random numpy_stream(std::uint64_t seed) {
  if (seed > 0xffffffffU)
    raise<invalid_option>({"numpy_random: seed = ", seed, "; numpy's have 32 bits, at most ", 0xffffffffU});
  return numpy_random(static_cast<std::uint32_t>(seed));
}

}  // namespace detail

/// uniform_random as numpy's randint(n) draws it. These policies repeat experiments that were published with numpy, visit by
/// visit; they do not use the run's own stream. Their numbers begin anew with each `start`.
struct numpy_uniform {
  std::uint64_t seed = 1;

  /// Raises invalid_option for a seed of more than 32 bits, as the others do.
  void start(std::size_t) { numbers_ = detail::numpy_stream(seed); }

  [[nodiscard]] std::size_t next(random_stream&, const selection_statistics& s) {
    return static_cast<std::size_t>(numbers_.randint(s.blocks));
  }

  template <class A>
  void archive(A& a) {
    a("seed", seed);
    a("numbers", numbers_);
  }

  numpy_random numbers_{};  ///< made by start
};

/// lipschitz_sampling with power 1, drawn by searchsorted(cumsum(L / sum(L)), random_sample()).
struct numpy_lipschitz {
  std::vector<double> constants{};  ///< L_b of each block, positive and finite; empty: those that the oracle knows
  std::uint64_t seed = 1;

  /// Raises invalid_option for constants that are not one positive number for each block.
  void start(std::size_t blocks) {
    if (constants.size() != blocks)
      raise<invalid_option>({"numpy_lipschitz: ", constants.size(), " constants for ", blocks, " blocks"});
    prepare(constants);
  }
  void start(std::size_t blocks, const selection_oracle& oracle) {
    if (!constants.empty()) return start(blocks);
    std::vector<double> known(blocks);
    for (std::size_t b = 0; b < blocks; ++b) known[b] = oracle.lipschitz(b);
    prepare(known);
  }

  [[nodiscard]] std::size_t next(random_stream&, const selection_statistics&) { return numbers_.weighted(cumulative_); }

  template <class A>
  void archive(A& a) {
    a("seed", seed);
    a("numbers", numbers_);
    double mixed = 0;  // the constants are settings
    for (std::size_t b = 0; b < constants.size(); ++b) mixed += static_cast<double>(b + 1) * constants[b];
    a.same("constants", mixed);
  }

  numpy_random numbers_{};  ///< made by start, as cumulative_
  std::vector<double> cumulative_{};

 private:
  void prepare(const std::vector<double>& l) {
    numbers_ = detail::numpy_stream(seed);
    double sum = 0, part = 0;
    for (std::size_t b = 0; b < l.size(); ++b) {
      if (!(l[b] > 0 && std::isfinite(l[b])))
        raise<invalid_option>({"numpy_lipschitz: constants[", b, "] = ", l[b], "; they must be positive and finite"});
      sum += l[b];
    }
    cumulative_.clear();
    for (const double x : l) cumulative_.push_back(part += x / sum);
  }
};

/// random_reshuffle with permutation(n) at the start of each block epoch.
struct numpy_reshuffle {
  std::uint64_t seed = 1;

  void start(std::size_t) {
    numbers_ = detail::numpy_stream(seed);
    order_.clear();
  }

  [[nodiscard]] std::size_t next(random_stream&, const selection_statistics& s) {
    const auto position = static_cast<std::size_t>(s.visit % s.blocks);
    if (position == 0) order_ = numbers_.permutation(s.blocks);
    return order_[position];
  }

  template <class A>
  void archive(A& a) {
    a("seed", seed);
    a("numbers", numbers_);
    a("order", order_);
  }

  numpy_random numbers_{};            ///< made by start
  std::vector<std::size_t> order_{};  ///< of the present epoch
};

}  // namespace blockopt
