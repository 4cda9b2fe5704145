// SPDX-License-Identifier: MIT
// Part of blockopt: the exact expectation of f - f* on a quadratic, for blocks that are drawn independently.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include <blockopt/error.hpp>
#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/theory/detail/dense.hpp>

namespace blockopt {

enum class block_step_kind {
  lipschitz,  ///< x_b -= w g_b / L_b
  exact       ///< x_b -= w A_bb^-1 g_b
};

/// E(f(x_k) - f*) = tr(A S_k) / 2 with S the second moment of the error e = x - x*, for f = x'A x/2 - b'x and block b drawn
/// with probability p_b, independently in each step:
///   S+ = sum_b p_b (1 - U_b T_b U_b'A) S (1 - A U_b T_b U_b'),  T_b = w/L_b or w A_bb^-1, U_b the columns of block b.
/// No draws, no tolerance but rounding; O(n^3) a step.
class expected_trajectory {
 public:
  /// `a` symmetric and positive definite. `lipschitz`: L_b of each block, read for steps of that kind only. `relaxation`: w.
  /// Raises invalid_option for sizes that do not match, and probabilities that are negative or do not sum to 1.
  template <class Blocks>
  expected_trajectory(Eigen::MatrixXd a, const Blocks& blocks, std::span<const double> probability,
                      std::span<const double> lipschitz, block_step_kind kind = block_step_kind::lipschitz,
                      double relaxation = 1)
      : a_(std::move(a)), mean_step_(Eigen::MatrixXd::Zero(a_.rows(), a_.cols())) {
    if (probability.size() != blocks.size() ||
        (kind == block_step_kind::lipschitz && lipschitz.size() != blocks.size()))
      raise<invalid_option>({"expected_trajectory: ", probability.size(), " probabilities and ", lipschitz.size(),
                             " constants for ", blocks.size(), " blocks"});
    double sum = 0;
    for (const double p : probability) {
      if (!(p >= 0)) raise<invalid_option>({"expected_trajectory: a probability of ", p});
      sum += p;
    }
    if (!(std::fabs(sum - 1) <= 1e-9))
      raise<invalid_option>({"expected_trajectory: the probabilities sum to ", sum, ", not to 1"});
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      const auto block = blocks[b];
      part p{.probability = probability[b]};
      for (const std::size_t i : block) p.rows.push_back(static_cast<Eigen::Index>(i));
      const auto size = static_cast<Eigen::Index>(p.rows.size());
      const Eigen::MatrixXd one = Eigen::MatrixXd::Identity(size, size);
      if (kind == block_step_kind::lipschitz) p.step = relaxation / lipschitz[b] * one;
      else p.step = relaxation * detail::cholesky(detail::submatrix(a_, block, block)).solve(one);
      for (Eigen::Index i = 0; i < size; ++i) {
        for (Eigen::Index j = 0; j < size; ++j)
          mean_step_(p.rows[static_cast<std::size_t>(i)], p.rows[static_cast<std::size_t>(j)]) +=
              p.probability * p.step(i, j);
      }
      parts_.push_back(std::move(p));
    }
    moment_ = Eigen::MatrixXd::Zero(a_.rows(), a_.cols());
  }

  /// x0 = x* + error.
  void start(const Eigen::VectorXd& error) { moment_ = error * error.transpose(); }
  void start(const Eigen::MatrixXd& second_moment) { moment_ = second_moment; }

  void advance(std::uint64_t steps = 1) {
    for (; steps > 0; --steps) {
      const Eigen::MatrixXd product = a_ * moment_, both = product * a_;
      const Eigen::MatrixXd once = mean_step_ * product;
      moment_ -= once + once.transpose();  // stays symmetric to the last bit: what is not would grow
      for (const part& p : parts_) {
        const Eigen::MatrixXd twice = p.probability * p.step * detail::submatrix(both, p.rows, p.rows) * p.step;
        for (Eigen::Index i = 0; i < twice.rows(); ++i) {
          for (Eigen::Index j = 0; j < twice.cols(); ++j)
            moment_(p.rows[static_cast<std::size_t>(i)], p.rows[static_cast<std::size_t>(j)]) +=
                (twice(i, j) + twice(j, i)) / 2;
        }
      }
    }
  }

  [[nodiscard]] double suboptimality() const { return a_.cwiseProduct(moment_).sum() / 2; }  ///< E(f_k - f*)
  [[nodiscard]] double squared_distance() const { return moment_.trace(); }                  ///< E||x_k - x*||^2
  [[nodiscard]] const Eigen::MatrixXd& second_moment() const noexcept { return moment_; }

  /// lim E(f_k+1 - f*) / E(f_k - f*) for all starts but those without a part in the slowest direction: the largest
  /// eigenvalue of S -> S+, which keeps positive semidefinite matrices so, by `steps` of the power method from S = 1.
  [[nodiscard]] double asymptotic_factor(std::uint64_t steps = 2000) const {
    expected_trajectory other = *this;
    other.moment_.setIdentity();
    double factor = 1;
    for (; steps > 0; --steps) {
      other.moment_ /= other.moment_.trace();
      other.advance();
      factor = other.moment_.trace();
      if (!(factor > 0 && std::isfinite(factor))) break;
    }
    return factor;
  }

 private:
  struct part {
    double probability;
    std::vector<Eigen::Index> rows{};
    Eigen::MatrixXd step{};  ///< T_b
  };

  Eigen::MatrixXd a_, mean_step_, moment_;
  std::vector<part> parts_;
};

}  // namespace blockopt
