// SPDX-License-Identifier: MIT
// Part of blockopt: problems of the block optimizer as problems in numbered coordinates.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <limits>
#include <memory>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include <blockopt/block/active_block.hpp>
#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/error.hpp>
#include <blockopt/problem/problem.hpp>

namespace blockopt {

/// All parameters of a problem in double (a network, say) one after the other as coordinates. A derivative costs the gradient
/// of its whole parameter, which is kept until something moves: use blocks that are whole parameters (parameter_blocks). No
/// L_i is known (they are not numbers), so that updates that need one refuse; give `constants` where bounds are at hand.
template <block_differentiable Problem>
  requires std::same_as<typename Problem::value_type, double> && std::copy_constructible<Problem>
class coordinates_of {
 public:
  /// `constants`: L_i of each coordinate, or nothing. Raises invalid_option for another number of constants, and for a
  /// parameter that is not contiguous.
  explicit coordinates_of(Problem problem, std::vector<double> constants = {})
      : problem_(std::make_unique<Problem>(std::move(problem))), constants_(std::move(constants)) {
    first_.push_back(0);
    for (const auto& p : problem_->parameters()) {
      if (!p.values.is_contiguous())
        raise<invalid_option>({"coordinates_of: parameter ", p.name, " is not contiguous"});
      for (std::size_t k = 0; k < p.values.size(); ++k) owner_.push_back(first_.size() - 1);
      first_.push_back(first_.back() + p.values.size());
    }
    if (!constants_.empty() && constants_.size() != size())
      raise<invalid_option>({"coordinates_of: ", constants_.size(), " constants for ", size(), " coordinates"});
    gradient_.resize(size());
    known_.resize(first_.size() - 1);
    find_values();
  }
  coordinates_of(const coordinates_of& other)
      : problem_(std::make_unique<Problem>(*other.problem_)),
        constants_(other.constants_),
        first_(other.first_),
        owner_(other.owner_),
        gradient_(other.gradient_),
        known_(other.known_) {
    find_values();
  }
  coordinates_of(coordinates_of&&) noexcept = default;
  coordinates_of& operator=(coordinates_of other) noexcept {
    std::swap(problem_, other.problem_);
    std::swap(constants_, other.constants_);
    std::swap(first_, other.first_);
    std::swap(owner_, other.owner_);
    std::swap(gradient_, other.gradient_);
    std::swap(known_, other.known_);
    std::swap(values_, other.values_);
    return *this;
  }
  ~coordinates_of() = default;

  [[nodiscard]] std::size_t size() const noexcept { return owner_.size(); }
  [[nodiscard]] const Problem& problem() const noexcept { return *problem_; }
  [[nodiscard]] double at(std::size_t i) const { return values_[owner_[i]][i - first_[owner_[i]]]; }
  [[nodiscard]] double derivative(std::size_t i) const {
    know(owner_[i]);
    return gradient_[i];
  }
  void gradient(std::span<double> g) const {
    for (std::size_t p = 0; p < known_.size(); ++p) {
      if (known_[p] == 0) pending_.push_back(p);
    }
    know_pending();
    std::copy(gradient_.begin(), gradient_.end(), g.begin());
  }
  void move(std::size_t i, double d) {
    values_[owner_[i]][i - first_[owner_[i]]] += d;
    forget();
  }
  /// Raises invalid_option for another size.
  void set(std::span<const double> x) {
    if (x.size() != size())
      raise<invalid_option>({"coordinates_of: a point of ", x.size(), " numbers; there are ", size()});
    for (std::size_t p = 0; p < known_.size(); ++p)
      std::copy_n(x.data() + first_[p], first_[p + 1] - first_[p], values_[p]);
    forget();
  }
  [[nodiscard]] double value() const { return problem_->value(); }
  [[nodiscard]] double optimum() const requires with_optimum<Problem> { return problem_->optimum(); }
  [[nodiscard]] double lipschitz(std::size_t i) const noexcept {
    return constants_.empty() ? std::numeric_limits<double>::quiet_NaN() : constants_[i];
  }
  /// Of a parameter's gradient shared by its coordinates; a rough number, of the order of a pass for each sample.
  [[nodiscard]] double flops(std::size_t) const noexcept { return 2.0; }
  [[nodiscard]] double gradient_flops() const noexcept { return 2.0 * static_cast<double>(size()); }

  /// A block for each parameter, in their order.
  [[nodiscard]] coordinate_blocks parameter_blocks() const {
    std::vector<std::vector<std::size_t>> lists;
    for (std::size_t p = 0; p < known_.size(); ++p) {
      lists.emplace_back(first_[p + 1] - first_[p]);
      std::iota(lists.back().begin(), lists.back().end(), first_[p]);
    }
    return {size(), lists};
  }

  template <class A>
  void archive(A& a) {
    std::vector<double> x(size());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = at(i);
    a("point", x);
    set(x);
  }

 private:
  void find_values() {
    values_.clear();
    for (const auto& p : problem_->parameters()) values_.push_back(p.values.data());
  }
  void forget() noexcept { std::fill(known_.begin(), known_.end(), char{0}); }

  void know(std::size_t p) const {
    if (known_[p] != 0) return;
    pending_.push_back(p);
    know_pending();
  }
  void know_pending() const {
    std::vector<typename active_block<double>::gradient_view> views(known_.size());
    std::vector<unsigned char> mask(known_.size());
    if (pending_.empty()) return;
    const auto parameters = problem_->parameters();
    for (const std::size_t p : pending_) {
      const std::size_t size = first_[p + 1] - first_[p];
      std::fill_n(gradient_.begin() + static_cast<std::ptrdiff_t>(first_[p]), size, 0.0);
      views[p] = {gradient_.data() + first_[p], parameters[p].values.extents()};
      mask[p] = 1;
      known_[p] = 1;
    }
    (void)problem_->gradient(active_block<double>{0, "coordinates", pending_, views, mask});
    pending_.clear();
  }

  std::unique_ptr<Problem> problem_;  // at one place, so that the values stay where they are
  std::vector<double> constants_;
  std::vector<std::size_t> first_, owner_;
  mutable std::vector<double> gradient_;
  mutable std::vector<char> known_;  // of each parameter: its gradient is that of the present point
  mutable std::vector<std::size_t> pending_;
  std::vector<double*> values_;  // of each parameter
};

}  // namespace blockopt
