// SPDX-License-Identifier: MIT
// Part of blockopt: bounds on the gradients of blocks that are not computed anew.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <blockopt/select/selection_oracle.hpp>

namespace blockopt::detail {

/// lower(b) <= ||g_b|| <= upper(b). After a step d on block b its own norm is asked for. That of every other block c
/// changes by ||H_cb d|| <= sqrt(L_c L_b) ||d|| at most, for the Hessian of a convex function is positive semidefinite;
/// the same holds for subgradients of least norm, which are distances. Where the problem tells which blocks a step
/// concerns, only theirs widen. Else all do, which one number notes: the sum of sqrt(L_b) ||d||. Safe up to rounding.
/// O(neighbours) or O(1) per step.
class gradient_bounds {
 public:
  void start(std::size_t blocks, const selection_oracle& oracle) {
    root_.resize(blocks);
    for (std::size_t b = 0; b < blocks; ++b) root_[b] = std::sqrt(oracle.lipschitz(b));
    norm_.assign(blocks, 0.0);
    known_.assign(blocks, 0.0);
    travelled_ = length_ = 0;
    ready_ = false;
  }

  [[nodiscard]] bool ready() const noexcept { return ready_; }
  [[nodiscard]] std::span<const double> root() const noexcept { return root_; }  ///< sqrt(L_b)
  [[nodiscard]] double lower(std::size_t b) const noexcept { return std::max(0.0, norm_[b] - width(b)); }
  [[nodiscard]] double upper(std::size_t b) const noexcept { return norm_[b] + width(b); }

  /// Exact norms of all.
  void refresh(selection_oracle& oracle) {
    const auto scores = oracle.scores(block_measure::gradient_norm);
    for (std::size_t b = 0; b < norm_.size(); ++b) norm_[b] = std::isnan(scores[b]) ? 0.0 : scores[b];
    std::ranges::fill(known_, 0.0);
    travelled_ = 0;
    ready_ = true;
  }

  /// The length of the step that `moved` will be about; NaN, unknown: no bound holds any more, until refresh.
  void step(double length) noexcept { length_ = length; }
  void moved(std::size_t block, selection_oracle& oracle) {
    if (!std::isfinite(length_)) {
      ready_ = false;
      return;
    }
    const double by = root_[block] * length_;
    const auto concerned = oracle.neighbours(block);
    if (concerned.empty()) travelled_ += by;
    for (const std::size_t b : concerned) known_[b] -= by;
    const double norm = oracle.score(block_measure::gradient_norm, block);
    norm_[block] = std::isnan(norm) ? 0.0 : norm;
    known_[block] = travelled_;
  }

  template <class A>
  void archive(A& a) {
    a("norm", norm_);
    a("known", known_);
    a("travelled", travelled_);
    a("ready", ready_);
  }

 private:
  [[nodiscard]] double width(std::size_t b) const noexcept { return root_[b] * (travelled_ - known_[b]); }

  std::vector<double> root_, norm_, known_;  ///< known: what was travelled when the norm was exact
  double travelled_ = 0, length_ = 0;
  bool ready_ = false;
};

}  // namespace blockopt::detail
