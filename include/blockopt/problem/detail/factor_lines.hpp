// SPDX-License-Identifier: MIT
// Part of blockopt: least squares in one of several unknown factors, line by line.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

#include <Eigen/Core>

#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/problem/detail/symmetric.hpp>

namespace blockopt::detail {

/// Calls f(products, positions) for the entries of each line of a block of one factor: the second derivatives among
/// them, and where in the block they are. Lines do not depend on each other. `at_entry(i)` has the `line` and the
/// `component` of coordinate i; `gram(i, components)` makes the second derivatives, which are the same on every line of
/// i's factor.
template <class AtEntry, class Gram, class F>
void each_factor_line(std::span<const std::size_t> block, const AtEntry& at_entry, const Gram& gram, const F& f) {
  using index = decltype(at_entry(block[0]).component);
  std::vector<std::size_t> order(block.size()), positions;
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t p, std::size_t q) { return at_entry(block[p]).line < at_entry(block[q]).line; });
  std::vector<index> components, before;
  Eigen::MatrixXd products;
  for (std::size_t p = 0; p < order.size();) {
    const std::size_t first = block[order[p]];
    const auto line = at_entry(first).line;
    positions.clear();
    components.clear();
    for (; p < order.size() && at_entry(block[order[p]]).line == line; ++p) {
      positions.push_back(order[p]);
      components.push_back(at_entry(block[order[p]]).component);
    }
    if (components != before) {
      products = gram(first, components);
      before = components;
    }
    f(products, positions);
  }
}

/// h = second(p, q) for the coordinates p and q of a block, symmetric.
template <class Second>
void fill_hessian(std::span<const std::size_t> block, std::span<double> h, const Second& second) {
  const std::size_t k = block.size();
  for (std::size_t p = 0; p < k; ++p) {
    for (std::size_t q = p; q < k; ++q) h[p * k + q] = h[q * k + p] = second(block[p], block[q]);
  }
}

/// The largest eigenvalue of the second derivatives of a block of one factor, at least `least`: those of its lines.
/// `each_line(block, f)` is as above.
template <class EachLine>
[[nodiscard]] double largest_of_lines(std::span<const std::size_t> block, const EachLine& each_line, double least) {
  each_line(block, [&](const Eigen::MatrixXd& products, const auto&) {
    const std::span<const double> h(products.data(), static_cast<std::size_t>(products.size()));
    least = std::max(least, largest_eigenvalue(h, static_cast<std::size_t>(products.rows())));
  });
  return least;
}

/// The steps to the least squares of a block's lines, the shortest where there are many. `each_line(block, f)` is as
/// above, `derivative(i)` at the present point.
template <class EachLine, class Derivative>
void least_squares_of_lines(std::span<const std::size_t> block, const EachLine& each_line, const Derivative& derivative,
                            std::span<double> step) {
  Eigen::MatrixXd before;
  least_squares_factor factor;
  each_line(block, [&](const Eigen::MatrixXd& products, const std::vector<std::size_t>& positions) {
    const auto k = static_cast<Eigen::Index>(positions.size());
    if (before.size() != products.size() || before != products) {
      factor = least_squares_factor(products);
      before = products;
    }
    Eigen::VectorXd g(k);
    for (Eigen::Index p = 0; p < k; ++p) g[p] = derivative(block[positions[static_cast<std::size_t>(p)]]);
    const Eigen::VectorXd d = factor.solve(g);
    for (Eigen::Index p = 0; p < k; ++p) step[positions[static_cast<std::size_t>(p)]] = -d[p];
  });
}

}  // namespace blockopt::detail
