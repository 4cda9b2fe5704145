// SPDX-License-Identifier: MIT
// Part of blockopt: the researcher's loop over a problem in coordinates.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include <blockopt/problem/problem.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/run/watch.hpp>

namespace blockopt {

/// A descent and its problem, as `watch` wants them.
template <coordinate_problem Problem, class Blocks, class Selection, class Update>
class watched_descent {
 public:
  watched_descent(Problem& problem, Blocks blocks, Selection selection, Update update)
      : problem_(problem), descent_(problem, std::move(blocks), std::move(selection), std::move(update)) {}

  void advance(std::uint64_t count) { descent_.advance(count); }
  void synchronize() { descent_.synchronize(); }
  [[nodiscard]] descent_counts counts() const { return descent_.counts(); }
  [[nodiscard]] std::span<const std::size_t> last_chosen() const { return descent_.last_chosen(); }
  [[nodiscard]] std::size_t state_bytes() const { return descent_.state_bytes(); }
  [[nodiscard]] std::size_t size() const { return problem_.size(); }
  [[nodiscard]] std::uint64_t epoch() const { return descent_.blocks().size(); }
  [[nodiscard]] double value() const { return problem_.value(); }
  [[nodiscard]] double optimum() const {
    if constexpr (requires {
                    { problem_.optimum() } -> std::convertible_to<double>;
                  })
      return problem_.optimum();
    else return std::numeric_limits<double>::quiet_NaN();
  }
  [[nodiscard]] double suboptimality() const {
    if constexpr (with_suboptimality<Problem>) return problem_.suboptimality();
    else return value() - optimum();
  }
  [[nodiscard]] double duality_gap() const {
    if constexpr (with_duality_gap<Problem>) {
      const double gap = problem_.duality_gap();
      return std::isfinite(gap) ? gap : std::numeric_limits<double>::quiet_NaN();
    } else {
      return std::numeric_limits<double>::quiet_NaN();
    }
  }
  [[nodiscard]] double gradient_norm() {
    gradient_.resize(problem_.size());
    problem_.gradient(gradient_);
    double sum = 0;
    if constexpr (block_composite<Problem>) {  // by the run's blocks
      for (std::size_t b = 0; b < descent_.blocks().size(); ++b) {
        const auto block = descent_.blocks()[b];
        part_.resize(block.size());
        for (std::size_t k = 0; k < block.size(); ++k) part_[k] = gradient_[block[k]];
        problem_.subgradient_block(block, part_);
        for (std::size_t k = 0; k < block.size(); ++k) gradient_[block[k]] = part_[k];
      }
    }
    for (std::size_t i = 0; i < gradient_.size(); ++i) {
      double g = gradient_[i];
      if constexpr (separable_composite<Problem>) g = problem_.subgradient(i, g);
      sum += g * g;
    }
    return std::sqrt(sum);
  }
  [[nodiscard]] descent<Problem, Blocks, Selection, Update>& run() noexcept { return descent_; }

  template <class A>
  void archive(A& a) {
    descent_.archive(a);
  }

 private:
  Problem& problem_;
  descent<Problem, Blocks, Selection, Update> descent_;
  std::vector<double> gradient_, part_;
};

/// Minimizes a problem in coordinates from its present point. `observe(record)` is called at the start, at the records of
/// the schedule and at the end; it may return false to end the run.
///
///     bo::descent_stop stop{.updates = 100'000, .tolerance = 1e-10};
///     auto result = bo::minimize(problem, bo::each_coordinate{problem.size()}, bo::gauss_southwell{},
///                                bo::gradient_step{}, stop);
template <coordinate_problem Problem, class Blocks, class Selection, class Update, class Observer>
descent_result minimize(Problem& problem, Blocks blocks, Selection selection, Update update, const descent_stop& stop,
                        Observer observe) {
  watched_descent run(problem, std::move(blocks), std::move(selection), std::move(update));
  descent_progress progress;
  return watch(run, stop, progress, [&](const descent_record& r) {
    if (!r.scheduled) return true;
    if constexpr (std::convertible_to<std::invoke_result_t<Observer&, const descent_record&>, bool>) return observe(r);
    else return observe(r), true;
  });
}
template <coordinate_problem Problem, class Blocks, class Selection, class Update>
descent_result minimize(Problem& problem, Blocks blocks, Selection selection, Update update,
                        const descent_stop& stop = {}) {
  return minimize(problem, std::move(blocks), std::move(selection), std::move(update), stop,
                  [](const descent_record&) { return true; });
}

}  // namespace blockopt
