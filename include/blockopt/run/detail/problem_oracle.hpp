// SPDX-License-Identifier: MIT
// Part of blockopt: the answers of a coordinate problem to a selection policy.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/error.hpp>
#include <blockopt/problem/block_lipschitz.hpp>
#include <blockopt/problem/coordinate_problem.hpp>
#include <blockopt/select/selection_oracle.hpp>

namespace blockopt::detail {

/// What questions have cost so far.
struct oracle_cost {
  double flops = 0;
  std::uint64_t derivatives = 0;  ///< partial derivatives
};

template <coordinate_problem Problem, class Blocks>
class problem_oracle final : public selection_oracle {
 public:
  problem_oracle(const Problem& problem, const Blocks& blocks) : problem_(&problem), blocks_(&blocks) {
    if constexpr (std::is_same_v<Blocks, each_coordinate>) {
      identity_.resize(blocks.size());
      std::iota(identity_.begin(), identity_.end(), std::size_t{0});
    } else {
      block_of_.assign(problem.size(), blocks.size());
      for (std::size_t b = 0; b < blocks.size(); ++b)
        for (const std::size_t i : blocks[b]) block_of_[i] = b;
    }
    lipschitz_.assign(blocks.size(), -1.0);
  }

  /// The point has moved: answers of before are not valid any more.
  void invalidate() noexcept { gradient_known_ = scores_known_ = least_known_ = false; }
  [[nodiscard]] const oracle_cost& cost() const noexcept { return cost_; }
  [[nodiscard]] oracle_cost& cost() noexcept { return cost_; }

  [[nodiscard]] std::size_t coordinates() const override { return problem_->size(); }
  [[nodiscard]] std::span<const std::size_t> members(std::size_t b) const override {
    if constexpr (std::is_same_v<Blocks, each_coordinate>) return {identity_.data() + b, 1};
    else return (*blocks_)[b];
  }
  [[nodiscard]] double lipschitz(std::size_t b) const override {
    need_constants();
    if constexpr (changing_lipschitz<Problem>) return blockopt::block_lipschitz(*problem_, (*blocks_)[b]);
    if (lipschitz_[b] < 0) lipschitz_[b] = blockopt::block_lipschitz(*problem_, (*blocks_)[b]);
    return lipschitz_[b];
  }
  [[nodiscard]] double coordinate_lipschitz(std::size_t i) const override {
    need_constants();
    return problem_->lipschitz(i);
  }

  [[nodiscard]] double row_sum([[maybe_unused]] std::size_t i) const override {
    if constexpr (with_curvature_row_sums<Problem>) {
      if (row_sums_.empty()) {
        row_sums_.resize(problem_->size());
        problem_->curvature_row_sums(row_sums_);
      }
      return row_sums_[i];
    } else {
      raise<invalid_option>(
          "this problem does not know the row sums of its Hessian's bound, which the policy asks for");
    }
  }

  [[nodiscard]] std::span<const std::size_t> neighbours([[maybe_unused]] std::size_t b) const override {
    if constexpr (sparse_coupling<Problem>) {
      if constexpr (std::is_same_v<Blocks, each_coordinate>) {
        const auto all = problem_->neighbours(b);
        near_.resize(all.size() + 1);
        std::size_t count = 1;
        near_[0] = b;
        for (const std::size_t j : all) {
          near_[count] = j;
          count += j != b ? 1 : 0;
        }
        near_.resize(count);
      } else {
        near_.assign(1, b);
        for (const std::size_t i : (*blocks_)[b]) {
          for (const std::size_t j : problem_->neighbours(i)) {
            if (block_of_[j] < blocks_->size()) near_.push_back(block_of_[j]);
          }
        }
        std::sort(near_.begin(), near_.end());
        near_.erase(std::unique(near_.begin(), near_.end()), near_.end());
      }
      return near_;
    } else {
      return {};
    }
  }

  [[nodiscard]] std::span<const double> gradient() override {
    know_gradient();
    if constexpr (block_composite<Problem>) know_least();
    return separable_composite<Problem> || block_composite<Problem> ? least_ : smooth_;
  }

  [[nodiscard]] std::span<const double> scores(block_measure measure) override {
    if (scores_known_ && measure == scored_) return scores_;
    if (measure != block_measure::gap_part) know_gradient();
    else charge(problem_->gradient_flops(), problem_->size());  // as many products with columns
    scores_.resize(blocks_->size());
    if (std::is_same_v<Blocks, each_coordinate> && !block_composite<Problem> &&
        measure == block_measure::gradient_norm) {  // what most ask, as a loop without choices
      const std::vector<double>& g = separable_composite<Problem> ? least_ : smooth_;
      for (std::size_t b = 0; b < scores_.size(); ++b) scores_[b] = std::fabs(g[b]);
    } else {
      for (std::size_t b = 0; b < scores_.size(); ++b)
        scores_[b] = measured(
            measure, b, [&](std::size_t i) { return smooth_[i]; },
            [&](std::size_t i) { return separable_composite<Problem> ? least_[i] : smooth_[i]; });
    }
    scores_known_ = true;
    scored_ = measure;
    return scores_;
  }

  [[nodiscard]] double score(block_measure measure, std::size_t b) override {
    double score = 0;
    scores_of(measure, {&b, 1}, {&score, 1});
    return score;
  }
  void scores_of(block_measure measure, std::span<const std::size_t> blocks, std::span<double> out) override {
    double flops = 0;
    std::uint64_t derivatives = 0;
    for (std::size_t k = 0; k < blocks.size(); ++k) {
      const auto block = (*blocks_)[blocks[k]];
      derivatives += block.size();
      for (std::size_t i = 0; i < block.size(); ++i) flops += static_cast<double>(problem_->flops(block[i])) / 2;
      out[k] = measured(
          measure, blocks[k], [&](std::size_t i) { return problem_->derivative(i); },
          [&](std::size_t i) { return least(i, problem_->derivative(i)); });
    }
    charge(flops, derivatives);
  }

 private:
  void charge(double flops, std::size_t derivatives) noexcept {
    cost_.flops += flops;
    cost_.derivatives += derivatives;
  }

  /// Once, for it looks at all of them.
  void need_constants() const {
    if (constants_known_) return;
    for (std::size_t i = 0; i < problem_->size(); ++i) {
      if (std::isnan(problem_->lipschitz(i)))
        raise<invalid_option>({"this problem does not know L of coordinate ", i, ", which the policy asks for"});
    }
    constants_known_ = true;
  }

  /// Of coordinates in no block the smooth part's.
  void know_least() {
    if (least_known_) return;
    if constexpr (block_composite<Problem>) {
      least_ = smooth_;
      for (std::size_t b = 0; b < blocks_->size(); ++b) {
        const auto block = (*blocks_)[b];
        part_.resize(block.size());
        for (std::size_t k = 0; k < block.size(); ++k) part_[k] = smooth_[block[k]];
        problem_->subgradient_block(block, part_);
        for (std::size_t k = 0; k < block.size(); ++k) least_[block[k]] = part_[k];
      }
    }
    least_known_ = true;
  }

  void know_gradient() {
    if (gradient_known_) return;
    const std::size_t n = problem_->size();
    smooth_.resize(n);
    problem_->gradient(smooth_);
    if constexpr (separable_composite<Problem>) {
      least_.resize(n);
      for (std::size_t i = 0; i < n; ++i) least_[i] = least(i, smooth_[i]);
    }
    charge(problem_->gradient_flops(), n);
    gradient_known_ = true;
  }

  [[nodiscard]] double least(std::size_t i, double g) const {
    if constexpr (separable_composite<Problem>) return problem_->subgradient(i, g);
    else return g;
  }

  /// The decrease that the model g d + L/2 d^2 + psi(x + d) - psi(x) promises at its minimum, which prox names. With
  /// psi = 0: g^2 / (2 L). It is never below L/2 d^2, the model being strongly convex; that bound still compares blocks
  /// where the difference itself is rounding.
  [[nodiscard]] double model_decrease(std::size_t i, double g, double l) const {
    if constexpr (separable_composite<Problem>) {
      const double d = step(i, g, l);
      return std::max(0.5 * l * d * d, -(g * d + 0.5 * l * d * d + problem_->psi_change(i, d)));
    } else {
      return g * g / (2 * l);
    }
  }
  [[nodiscard]] double step(std::size_t i, double g, double l) const {
    if constexpr (separable_composite<Problem>) return problem_->prox(i, problem_->at(i) - g / l, l) - problem_->at(i);
    else return -g / l;
  }

  template <class Smooth, class Least>
  [[nodiscard]] double measured(block_measure measure, std::size_t b, const Smooth& smooth,
                                const Least& least_of) const {
    const auto block = (*blocks_)[b];
    double sum = 0;
    if (measure == block_measure::step_norm || measure == block_measure::diagonal_decrease) need_constants();
    if constexpr (block_composite<Problem>) {
      if (measure == block_measure::gap_part) refuse(measure);
      part_.resize(block.size());
      for (std::size_t k = 0; k < block.size(); ++k) part_[k] = smooth(block[k]);
      return measured_together(measure, b);
    }
    switch (measure) {
      case block_measure::gradient_norm:
        if (block.size() == 1) return std::fabs(least_of(block[0]));
        for (const std::size_t i : block) sum += least_of(i) * least_of(i);
        return std::sqrt(sum);
      case block_measure::gradient_sum:
        for (const std::size_t i : block) sum += std::fabs(least_of(i));
        return sum;
      case block_measure::step_norm:
        for (const std::size_t i : block) {
          const double d = step(i, smooth(i), problem_->lipschitz(i));
          sum += d * d;
        }
        return std::sqrt(sum);
      case block_measure::decrease: {
        const double l = lipschitz(b);
        for (const std::size_t i : block) sum += model_decrease(i, smooth(i), l);
        return sum;
      }
      case block_measure::scaled_sum:
        for (const std::size_t i : block) sum += std::fabs(least_of(i));
        return sum / std::sqrt(lipschitz(b));
      case block_measure::diagonal_decrease:
        for (const std::size_t i : block) sum += model_decrease(i, smooth(i), problem_->lipschitz(i));
        return sum;
      case block_measure::quadratic_decrease:
        if constexpr (known_quadratic_decrease<Problem>) {
          part_.resize(block.size());
          for (std::size_t k = 0; k < block.size(); ++k) part_[k] = smooth(block[k]);
          return problem_->quadratic_decrease(std::span<const std::size_t>(block), part_);
        }
        break;
      case block_measure::gap_part:
        if constexpr (with_gap_parts<Problem>) {
          for (const std::size_t i : block) sum += problem_->gap_part(i);
          return sum;
        }
        break;
    }
    refuse(measure);
  }

  /// Of a block whose psi is no sum over coordinates; part_ has the derivatives of the smooth part. Steps are those with L_b.
  [[nodiscard]] double measured_together(block_measure measure, std::size_t b) const requires block_composite<Problem> {
    const auto block = (*blocks_)[b];
    double sum = 0;
    switch (measure) {
      case block_measure::gradient_norm:
        problem_->subgradient_block(block, part_);
        for (const double g : part_) sum += g * g;
        return std::sqrt(sum);
      case block_measure::gradient_sum:
      case block_measure::scaled_sum:
        problem_->subgradient_block(block, part_);
        for (const double g : part_) sum += std::fabs(g);
        return measure == block_measure::gradient_sum ? sum : sum / std::sqrt(lipschitz(b));
      case block_measure::step_norm:
      case block_measure::decrease: {
        const double l = lipschitz(b);
        step_.resize(block.size());
        for (std::size_t k = 0; k < block.size(); ++k) step_[k] = problem_->at(block[k]) - part_[k] / l;
        problem_->prox_block(block, step_, l);
        double squared = 0;
        for (std::size_t k = 0; k < block.size(); ++k) {
          step_[k] -= problem_->at(block[k]);
          squared += step_[k] * step_[k];
          sum -= part_[k] * step_[k];
        }
        if (measure == block_measure::step_norm) return std::sqrt(squared);
        return std::max(0.5 * l * squared, sum - 0.5 * l * squared - problem_->psi_block_change(block, step_));
      }
      case block_measure::diagonal_decrease:
        raise<invalid_option>(
            "this problem has a part that is separable by blocks only, and the policy asks for a decrease by "
            "coordinates");
      case block_measure::quadratic_decrease:
      case block_measure::gap_part:
        break;
    }
    refuse(measure);
  }

  [[noreturn]] static void refuse(block_measure measure) {
    raise<invalid_option>(
        measure == block_measure::gap_part
            ? "this problem has no duality gap that is a sum over coordinates, which the policy asks for"
            : "this problem has no bound on the Hessian of a block, which the policy asks for");
  }

  const Problem* problem_;
  const Blocks* blocks_;
  std::vector<std::size_t> identity_, block_of_;
  std::vector<double> smooth_, least_, scores_;
  mutable std::vector<double> lipschitz_, part_, step_, row_sums_;
  mutable std::vector<std::size_t> near_;
  oracle_cost cost_;
  block_measure scored_{};
  bool gradient_known_ = false, scores_known_ = false, least_known_ = false;
  mutable bool constants_known_ = false;
};

}  // namespace blockopt::detail
