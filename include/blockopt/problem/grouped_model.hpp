// SPDX-License-Identifier: MIT
// Part of blockopt: a smooth problem with penalties or constraints on groups of its coordinates.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/error.hpp>
#include <blockopt/problem/coordinate_problem.hpp>
#include <blockopt/problem/group_penalty.hpp>
#include <blockopt/problem/penalty.hpp>

namespace blockopt {

/// f(x) + sum over groups of psi(x_g), f a coordinate_problem without a part of its own that is not smooth. The group lasso is
/// `grouped_model(linear_model(...), groups, group_norm{l1})`. Steps must be on blocks that are made of whole groups: their
/// prox_block refuses others. Coordinates in no group have no penalty.
template <coordinate_problem Problem, class Penalty>
  requires(!separable_composite<Problem> && !block_composite<Problem>)
class grouped_model {
 public:
  /// Starts where the problem is, groups where the penalty starts (zero, the middle of a simplex). Raises invalid_option for
  /// groups of other coordinates, and what the penalty refuses.
  grouped_model(Problem problem, coordinate_blocks groups, Penalty penalty)
      : problem_(std::move(problem)), groups_(std::move(groups)), penalty_(penalty) {
    penalty_.check();
    group_of_.assign(problem_.size(), groups_.size());
    std::vector<double> x(problem_.size()), part;
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = problem_.at(i);
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      part.assign(groups_[g].size(), 0.0);
      penalty_.start(part);
      for (std::size_t k = 0; k < part.size(); ++k) {
        const std::size_t i = groups_[g][k];
        if (i >= x.size())
          raise<invalid_option>({"grouped_model: group ", g, " has coordinate ", i, "; there are ", x.size()});
        group_of_[i] = g;
        x[i] = part[k];
      }
    }
    problem_.set(x);
  }

  [[nodiscard]] std::size_t size() const noexcept { return problem_.size(); }
  [[nodiscard]] const Problem& smooth() const noexcept { return problem_; }
  [[nodiscard]] const coordinate_blocks& groups() const noexcept { return groups_; }
  [[nodiscard]] double at(std::size_t i) const { return problem_.at(i); }
  [[nodiscard]] double derivative(std::size_t i) const { return problem_.derivative(i); }
  void gradient(std::span<double> g) const { problem_.gradient(g); }
  void move(std::size_t i, double d) { problem_.move(i, d); }
  void set(std::span<const double> x) { problem_.set(x); }
  [[nodiscard]] double lipschitz(std::size_t i) const { return problem_.lipschitz(i); }
  [[nodiscard]] double flops(std::size_t i) const { return problem_.flops(i); }
  [[nodiscard]] double gradient_flops() const { return problem_.gradient_flops(); }

  [[nodiscard]] double value() const {
    double sum = problem_.value();
    for (std::size_t g = 0; g < groups_.size(); ++g) sum += penalty_.psi(part(g));
    return sum;
  }
  /// These raise invalid_option for a block with a part of a group.
  void prox_block(std::span<const std::size_t> block, std::span<double> v, double l) const {
    each_group(block, [&] {
      take(v);
      penalty_.prox(whole_, l);
      give(v);
    });
  }
  void subgradient_block(std::span<const std::size_t> block, std::span<double> g) const {
    each_group(block, [&] {
      take(g);
      penalty_.least(present(block), whole_);
      give(g);
    });
  }
  [[nodiscard]] double psi_block_change(std::span<const std::size_t> block, std::span<const double> d) const {
    double sum = 0;
    each_group(block, [&] {
      take(d);
      const std::span<const double> x = present(block);
      for (std::size_t p = 0; p < x.size(); ++p) whole_[p] += x[p];
      sum += penalty_.psi(whole_) - penalty_.psi(x);
    });
    return sum;
  }

  void curvature(std::span<const std::size_t> block, std::span<double> h) const requires bounded_curvature<Problem> {
    problem_.curvature(block, h);
  }
  void hessian(std::span<const std::size_t> block, std::span<double> h) const requires twice_differentiable<Problem> {
    problem_.hessian(block, h);
  }
  [[nodiscard]] double block_lipschitz(std::span<const std::size_t> block) const requires
      known_block_lipschitz<Problem> {
    return problem_.block_lipschitz(block);
  }
  [[nodiscard]] std::span<const std::uint32_t> neighbours(std::size_t i) const requires sparse_coupling<Problem> {
    return problem_.neighbours(i);
  }

  /// Of the group lasso on a linear model without other penalty: f(x) + f_dual(s u) with u the loss's derivatives and s <= 1
  /// such that s ||A_g'u|| <= the weight of each group. Infinite where a coordinate is in no group.
  [[nodiscard]] double duality_gap() const requires requires(const Problem& p, const Penalty& q) {
    p.loss().conjugate(0, 0.0);
    q.weight(1);
    requires std::is_same_v<std::remove_cvref_t<decltype(p.penalty())>, no_penalty>;
  }
  {
    if (std::find(group_of_.begin(), group_of_.end(), groups_.size()) != group_of_.end())
      return std::numeric_limits<double>::infinity();
    const auto& loss = problem_.loss();
    const auto image = problem_.image();
    double s = 1;
    std::vector<double> correlation(size()), of_group;
    problem_.gradient(correlation);
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      of_group.clear();
      for (const std::size_t i : groups_[g]) of_group.push_back(correlation[i]);
      const double norm = Penalty::norm(of_group), most = penalty_.weight(of_group.size());
      if (norm * s > most) s = most / norm * (1 - 0x1p-50);
    }
    double dual = 0;
    for (std::size_t i = 0; i < image.size(); ++i) dual += loss.conjugate(i, s * loss.derivative(i, image[i]));
    return value() + dual;
  }
  /// Of a linear model on simplices, whose losses are convex: the sum of the penalty's gaps. Infinite where a coordinate is
  /// in no group.
  [[nodiscard]] double duality_gap() const requires requires(const Problem& p, const Penalty& q, std::span<double> v) {
    p.loss().conjugate(0, 0.0);
    q.gap(v, v);
  }
  {
    if (std::find(group_of_.begin(), group_of_.end(), groups_.size()) != group_of_.end())
      return std::numeric_limits<double>::infinity();
    double sum = 0;
    std::vector<double> gradient(size());
    problem_.gradient(gradient);
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      present_.clear();
      for (const std::size_t i : groups_[g]) present_.push_back(gradient[i]);
      sum += penalty_.gap(part(g), present_);
    }
    return sum;
  }

  template <class A>
  void archive(A& a) {
    problem_.archive(a);
  }

 private:
  [[nodiscard]] std::span<const double> part(std::size_t g) const {
    whole_.clear();
    for (const std::size_t i : groups_[g]) whole_.push_back(problem_.at(i));
    return whole_;
  }
  /// f() for each group of the block, with its places there in places_.
  template <class F>
  void each_group(std::span<const std::size_t> block, const F& f) const {
    std::size_t grouped = 0, done = 0;
    for (std::size_t k = 0; k < block.size(); ++k) {
      const std::size_t g = group_of_[block[k]];
      if (g == groups_.size()) continue;
      ++grouped;
      if (groups_[g][0] != block[k]) continue;  // each group when its first comes
      places_.clear();
      for (const std::size_t i : groups_[g]) places_.push_back(place(block, i, k));
      f();
      done += places_.size();
    }
    if (done == grouped) return;
    for (const std::size_t i : block) {
      if (group_of_[i] != groups_.size()) (void)place(block, groups_[group_of_[i]][0], 0);
    }
  }
  void take(std::span<const double> v) const {
    whole_.clear();
    for (const std::size_t p : places_) whole_.push_back(v[p]);
  }
  void give(std::span<double> v) const {
    for (std::size_t p = 0; p < places_.size(); ++p) v[places_[p]] = whole_[p];
  }
  [[nodiscard]] std::span<const double> present(std::span<const std::size_t> block) const {
    present_.clear();
    for (const std::size_t p : places_) present_.push_back(problem_.at(block[p]));
    return present_;
  }
  /// Where coordinate i is in the block: behind `from` mostly.
  [[nodiscard]] std::size_t place(std::span<const std::size_t> block, std::size_t i, std::size_t from) const {
    auto at = std::find(block.begin() + static_cast<std::ptrdiff_t>(from), block.end(), i);
    if (at == block.end()) at = std::find(block.begin(), block.end(), i);
    if (at == block.end())
      raise<invalid_option>({"grouped_model: a step on a part of group ", group_of_[i], ", without coordinate ", i,
                             "; steps are on whole groups"});
    return static_cast<std::size_t>(at - block.begin());
  }

  Problem problem_;
  coordinate_blocks groups_;
  Penalty penalty_;
  std::vector<std::size_t> group_of_;
  mutable std::vector<double> whole_, present_;  // scratch, of one group
  mutable std::vector<std::size_t> places_;
};

}  // namespace blockopt
