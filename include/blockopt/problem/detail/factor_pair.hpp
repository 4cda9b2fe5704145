// SPDX-License-Identifier: MIT
// Part of blockopt: products of two unknown matrices, entry by entry.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/error.hpp>
#include <blockopt/problem/detail/factor_lines.hpp>

namespace blockopt::detail {

/// ||W H - Y||^2 / 2 with Y of m x n, W of m x r and H of r x n. Coordinates: W column after column, then H row after row.
/// It keeps the residual W H - Y; a derivative or a move costs a row or a column of it. All sums have a fixed order. Each factor alone is a least-squares
/// problem: L_i is the square of the other factor's row or column, and follows it.
class factor_pair {
 public:
  static constexpr bool lipschitz_changes = true;
  static constexpr double smallest_lipschitz = 1e-100;  ///< where that row or column is zero

  /// Starts at zero. Raises invalid_option in the name of `owner`.
  factor_pair(const std::string& owner, Eigen::MatrixXd y, std::size_t rank)
      : owner_(owner), y_(std::move(y)), rank_(static_cast<Eigen::Index>(rank)), residual_(-y_) {
    if (y_.size() == 0 || rank == 0)
      raise<invalid_option>({owner_, ": a matrix of ", y_.rows(), " x ", y_.cols(), " and rank ", rank});
    if (!y_.allFinite()) raise<invalid_option>({owner_, ": the matrix has an element that is not finite"});
    point_.assign(static_cast<std::size_t>((rows() + columns()) * rank_), 0.0);
  }

  [[nodiscard]] std::size_t size() const noexcept { return point_.size(); }
  [[nodiscard]] double at(std::size_t i) const noexcept { return point_[i]; }
  [[nodiscard]] std::span<const double> point() const noexcept { return point_; }
  [[nodiscard]] const Eigen::MatrixXd& target() const noexcept { return y_; }
  [[nodiscard]] std::size_t rank() const noexcept { return static_cast<std::size_t>(rank_); }

  [[nodiscard]] double derivative(std::size_t i) const {
    const entry e = at_entry(i);
    const Eigen::Index step = e.left ? rows() : 1;  // between neighbours in the residual's line
    const double* const r = residual_.data() + (e.left ? e.line : e.line * rows());
    const auto other = partner(e);
    double sum = 0;
    for (Eigen::Index k = 0; k < other.size(); ++k) sum += r[k * step] * other[k];
    return sum;
  }
  void move(std::size_t i, double d) {
    const entry e = at_entry(i);
    point_[i] += d;
    if (e.left) residual_.row(e.line) += d * right().col(e.component).transpose();
    else residual_.col(e.line) += d * left().col(e.component);
  }
  /// Raises invalid_option for another size.
  void set(std::span<const double> x) {
    if (x.size() != size()) raise<invalid_option>({owner_, ": a point of ", x.size(), " numbers; there are ", size()});
    point_.assign(x.begin(), x.end());
    residual_ = -y_;
    for (Eigen::Index a = 0; a < rank_; ++a) {
      for (Eigen::Index j = 0; j < columns(); ++j) residual_.col(j) += right()(j, a) * left().col(a);
    }
  }
  void gradient(std::span<double> g) const {
    Eigen::Map<Eigen::MatrixXd> w(g.data(), rows(), rank_);
    w.setZero();
    for (Eigen::Index a = 0; a < rank_; ++a) {
      for (Eigen::Index j = 0; j < columns(); ++j) w.col(a) += right()(j, a) * residual_.col(j);
    }
    for (std::size_t i = rank() * height(); i < size(); ++i) g[i] = derivative(i);
  }
  [[nodiscard]] double value() const { return 0.5 * residual_.squaredNorm(); }

  [[nodiscard]] double lipschitz(std::size_t i) const {
    const auto other = partner(at_entry(i));
    return std::max(smallest_lipschitz, product(other, other));
  }
  [[nodiscard]] double flops(std::size_t i) const noexcept {
    return 6.0 * static_cast<double>(at_entry(i).left ? columns() : rows());  // derivative, L_i and move
  }
  [[nodiscard]] double gradient_flops() const noexcept { return 4.0 * static_cast<double>(rows() * columns() * rank_); }

  void hessian(std::span<const std::size_t> block, std::span<double> h) const {
    fill_hessian(block, h, [&](std::size_t p, std::size_t q) { return second(at_entry(p), at_entry(q)); });
  }
  /// The Hessian, which within one factor is constant. Raises invalid_option for a block of both factors: products have no
  /// bound.
  void curvature(std::span<const std::size_t> block, std::span<double> h) const {
    check_one_factor(block);
    hessian(block, h);
  }
  /// The same raises.
  [[nodiscard]] double block_lipschitz(std::span<const std::size_t> block) const {
    return largest_of_lines(
        block, [&](std::span<const std::size_t> b, const auto& f) { each_line(b, f); }, smallest_lipschitz);
  }

  /// A block for each column of W and each row of H, in the order W_1, H_1, W_2, H_2, ...: the blocks of HALS.
  [[nodiscard]] coordinate_blocks component_blocks() const {
    std::vector<std::vector<std::size_t>> lists;
    for (std::size_t a = 0; a < rank(); ++a) {
      lists.push_back(range(a * height(), height()));
      lists.push_back(range(rank() * height() + a * width(), width()));
    }
    return {size(), lists};
  }
  /// W and H: the blocks of alternating least squares and of multiplicative updates.
  [[nodiscard]] coordinate_blocks factor_blocks() const {
    return {size(), {range(0, rank() * height()), range(rank() * height(), rank() * width())}};
  }

  template <class A>
  void archive(A& a) {
    std::vector<double> r(residual_.data(), residual_.data() + residual_.size());
    a("point", point_);
    a("residual", r);
    std::copy_n(r.begin(), residual_.size(), residual_.data());
  }

 protected:
  struct entry {
    bool left;                     ///< of W
    Eigen::Index line, component;  ///< row of W or column of H; column of W or row of H
  };

  [[nodiscard]] Eigen::Index rows() const noexcept { return y_.rows(); }
  [[nodiscard]] Eigen::Index columns() const noexcept { return y_.cols(); }
  [[nodiscard]] std::size_t height() const noexcept { return static_cast<std::size_t>(rows()); }
  [[nodiscard]] std::size_t width() const noexcept { return static_cast<std::size_t>(columns()); }
  [[nodiscard]] Eigen::Map<const Eigen::MatrixXd> left() const { return {point_.data(), rows(), rank_}; }  ///< W
  [[nodiscard]] Eigen::Map<const Eigen::MatrixXd> right() const {                                          ///< H'
    return {point_.data() + rows() * rank_, columns(), rank_};
  }
  [[nodiscard]] entry at_entry(std::size_t i) const noexcept {
    const auto j = static_cast<Eigen::Index>(i);
    const Eigen::Index k = j - rows() * rank_;
    return k < 0 ? entry{true, j % rows(), j / rows()} : entry{false, k % columns(), k / columns()};
  }
  /// What the residual's line changes by, when the entry changes by 1.
  [[nodiscard]] Eigen::Map<const Eigen::VectorXd> partner(const entry& e) const {
    const Eigen::Index size = e.left ? columns() : rows();
    return {(e.left ? right() : left()).data() + e.component * size, size};
  }
  [[nodiscard]] double second(const entry& p, const entry& q) const {
    if (p.left == q.left) return p.line == q.line ? product(partner(p), partner(q)) : 0.0;
    const entry &w = p.left ? p : q, &h = p.left ? q : p;
    return left()(w.line, h.component) * right()(h.line, w.component) +
           (w.component == h.component ? residual_(w.line, h.line) : 0.0);
  }
  /// Term after term: Eigen's sums start where memory is aligned, and a run that is resumed elsewhere would differ.
  template <class V>
  [[nodiscard]] static double product(const V& u, const V& v) {
    double sum = 0;
    for (Eigen::Index k = 0; k < u.size(); ++k) sum += u[k] * v[k];
    return sum;
  }
  /// The products of the partners of W's (or else H's) components.
  [[nodiscard]] Eigen::MatrixXd gram(bool of_left, const std::vector<Eigen::Index>& components) const {
    const auto k = static_cast<Eigen::Index>(components.size());
    Eigen::MatrixXd result(k, k);
    for (Eigen::Index p = 0; p < k; ++p) {
      for (Eigen::Index q = 0; q <= p; ++q) {
        const auto at = [&](Eigen::Index c) { return partner({of_left, 0, components[static_cast<std::size_t>(c)]}); };
        result(p, q) = result(q, p) = product(at(p), at(q));
      }
    }
    return result;
  }
  void check_one_factor(std::span<const std::size_t> block) const {
    for (const std::size_t i : block) {
      if (at_entry(i).left != at_entry(block[0]).left)
        raise<invalid_option>({owner_,
                               ": a block with entries of both factors has no bound on its Hessian and no closed "
                               "form; coordinates ",
                               block[0], " and ", i});
    }
  }
  /// See each_factor_line; raises for a block of both factors.
  template <class F>
  void each_line(std::span<const std::size_t> block, const F& f) const {
    check_one_factor(block);
    each_factor_line(
        block, [&](std::size_t i) { return at_entry(i); },
        [&](std::size_t i, const std::vector<Eigen::Index>& components) { return gram(at_entry(i).left, components); },
        f);
  }

  std::string owner_;
  Eigen::MatrixXd y_;
  Eigen::Index rank_;
  std::vector<double> point_;
  Eigen::MatrixXd residual_;

 private:
  static std::vector<std::size_t> range(std::size_t first, std::size_t count) {
    std::vector<std::size_t> list(count);
    std::iota(list.begin(), list.end(), first);
    return list;
  }
};

}  // namespace blockopt::detail
