// SPDX-License-Identifier: MIT
// Part of blockopt: the largest value of a quadratic form over vectors of signs.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <Eigen/Core>

namespace blockopt {

/// max of s'Q s over s in {-1, 1}^n, Q symmetric, by all 2^(n-1) vectors in the order of the Gray code, each O(n) from the
/// one before: n = 20 takes some ten milliseconds. NaN for n above 20, but for a diagonal Q: then it is the trace.
///
/// With Q = H^-1 it is 1 / mu_1, where mu_1 is the strong convexity of d'H d / 2 in the 1-norm: d'H d >= mu_1 ||d||_1^2 for
/// all d, if and only if for the conjugates g'H^-1 g <= ||g||_inf^2 / mu_1 for all g, and a convex form is largest at a
/// corner of the cube ||g||_inf <= 1.
[[nodiscard]] inline double sign_maximum(const Eigen::MatrixXd& q) {
  const Eigen::Index n = q.rows();
  if (q.isDiagonal(0)) return q.trace();
  if (n > 20) return std::numeric_limits<double>::quiet_NaN();
  Eigen::VectorXd s = Eigen::VectorXd::Ones(n), best = s;
  Eigen::VectorXd product = q * s;
  double value = s.dot(product), largest = value;
  for (std::uint32_t code = 1; code < (std::uint32_t{1} << (n - 1)); ++code) {
    const Eigen::Index i = std::countr_zero(code);  // s and -s are alike: the last sign never turns
    // s'Qs changes by -4 s_i ((Q s)_i - q_ii s_i)
    value += 4 * (q(i, i) - s[i] * product[i]);
    product -= 2 * s[i] * q.col(i);
    s[i] = -s[i];
    if (value > largest) {
      largest = value;
      best = s;
    }
  }
  return best.dot(q * best);  // without the rounding of 2^(n-1) changes
}

}  // namespace blockopt
