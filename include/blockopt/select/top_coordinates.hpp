// SPDX-License-Identifier: MIT
// Part of blockopt: greedy selection of coordinates, a new block at each step.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// What the gradient of a coordinate is measured with, w_i.
enum class coordinate_weight : std::uint8_t {
  one,        ///< 1: the GS rule
  lipschitz,  ///< L_i: GSD
  row_sum,    ///< sum over j of |H_ij|, GSDHb, which published code calls GSL; the problem must know it
  given       ///< top_coordinates::weights
};

/// The block of the `size` coordinates with the largest |g_i| / sqrt(w_i): the best block of that size for the diagonal
/// bound w on the Hessian (Nutini, Laradji & Schmidt, JMLR 23, 2022, arXiv 1712.08859, variable blocks). Of equals
/// those with lower numbers; coordinates whose gradient is no number come last. They are named in ascending order.
/// Costs a full gradient and O(n) each step. It names coordinates, not blocks of a partition: the update has to take
/// any block.
struct top_coordinates {
  static constexpr feedback_kind feedback = feedback_kind::every_block;
  std::size_t size = 1;
  coordinate_weight weight = coordinate_weight::one;
  std::vector<double> weights{};  ///< of each coordinate, positive; for coordinate_weight::given

  /// Raises invalid_option for a size that is 0 or above n, and for weights that are not one positive number for each
  /// coordinate. A coordinate with weight 0 that the problem names is never better than another.
  void start(std::size_t, const selection_oracle& oracle) {
    const std::size_t n = oracle.coordinates();
    if (size == 0 || size > n)
      raise<invalid_option>({"top_coordinates.size is ", size, "; there are ", n, " coordinates"});
    if (weight == coordinate_weight::given && weights.size() != n)
      raise<invalid_option>({"top_coordinates: ", weights.size(), " weights for ", n, " coordinates"});
    factor_.assign(n, 1.0);
    for (std::size_t i = 0; i < n && weight != coordinate_weight::one; ++i) {
      const double w = weight == coordinate_weight::lipschitz ? oracle.coordinate_lipschitz(i)
                       : weight == coordinate_weight::row_sum ? oracle.row_sum(i)
                                                              : weights[i];
      if (weight == coordinate_weight::given && !(w > 0 && std::isfinite(w)))
        raise<invalid_option>({"top_coordinates: weights[", i, "] = ", w, "; they must be positive and finite"});
      factor_[i] = w > 0 ? 1 / std::sqrt(w) : 0.0;
    }
    order_.resize(n);
  }

  void choose(random_stream&, const selection_statistics& s, std::vector<std::size_t>& coordinates) {
    const auto g = s.oracle->gradient();
    score_.resize(g.size());
    for (std::size_t i = 0; i < g.size(); ++i) {
      const double score = std::fabs(g[i]) * factor_[i];
      score_[i] = score == score ? score : -1;  // an order is wanted
    }
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    const auto end = order_.begin() + static_cast<std::ptrdiff_t>(size);
    if (size < g.size())
      std::nth_element(order_.begin(), end - 1, order_.end(), [&](std::size_t i, std::size_t j) {
        return score_[i] > score_[j] || (score_[i] == score_[j] && i < j);
      });
    coordinates.assign(order_.begin(), end);
    std::ranges::sort(coordinates);
  }

  template <class A>
  void archive(A& a) {
    a.same("size", size);
    a.same("weight", weight);
    double mixed = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) mixed += static_cast<double>(i + 1) * weights[i];
    a.same("weights", mixed);
  }

  std::vector<double> factor_{}, score_{};  ///< made by start, as order_
  std::vector<std::size_t> order_{};
};

}  // namespace blockopt
