// SPDX-License-Identifier: MIT
// Part of blockopt: the variable of a test problem, a vector that is split into named parameters.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <blockopt/block/active_block.hpp>
#include <blockopt/block/parameter.hpp>
#include <blockopt/error.hpp>
#include <blockopt/view/scalar.hpp>

namespace blockopt::detail {

/// A double as it is stored in a `T`, by way of the type that `T` is computed in.
template <scalar T>
[[nodiscard]] T store(double value) noexcept {
  return static_cast<T>(static_cast<compute_type_t<T>>(value));
}

/// Throws invalid_option, naming the first element that is NaN or infinite.
inline void check_finite(const std::string& owner, const char* option, std::span<const double> elements) {
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (!std::isfinite(elements[i])) {
      raise<invalid_option>({owner, ": ", option, "[", i, "] is not finite"});
    }
  }
}

/// Throws invalid_option unless there are `wanted` finite elements.
inline void check_vector(const std::string& owner, const char* option, std::span<const double> elements,
                         std::size_t wanted) {
  if (elements.size() != wanted) {
    raise<invalid_option>({owner, ": ", option, " has ", elements.size(), " elements, not ", wanted});
  }
  check_finite(owner, option, elements);
}

/// Owns n contiguous values and splits them into parameters "x.0.values", "x.1.values", ... in order. Its addresses
/// survive a move; a copy has its own.
template <scalar T>
class split_variable {
 public:
  split_variable() = default;

  /// `blocks` parameters of nearly equal size (the first n mod blocks have one more), or, where `block_size` is not 0,
  /// parameters of that size with a shorter last one. Throws invalid_option in the name of `owner`.
  split_variable(const std::string& owner, std::span<const double> start, std::size_t blocks, std::size_t block_size) {
    const std::size_t n = start.size();
    if (n == 0) raise<invalid_option>({owner, ": it has no variables"});
    if (blocks == 0) raise<invalid_option>({owner, ": blocks = 0; at least 1 is needed"});
    if (block_size != 0 && blocks != 1) {
      raise<invalid_option>(
          {owner, ": give blocks or block_size, not both (blocks = ", blocks, ", block_size = ", block_size, ")"});
    }
    if (blocks > n || block_size > n) {
      raise<invalid_option>({owner, (blocks > n ? ": blocks = " : ": block_size = "), blocks > n ? blocks : block_size,
                             " is more than its ", n, " variables"});
    }
    values_.reserve(n);
    for (const double value : start) values_.push_back(store<T>(value));
    first_.push_back(0);
    while (first_.back() < n) {
      const std::size_t i = first_.size() - 1;
      const std::size_t wanted = block_size != 0 ? block_size : n / blocks + (i < n % blocks ? 1 : 0);
      first_.push_back(std::min(n, first_.back() + wanted));
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
  [[nodiscard]] std::size_t blocks() const noexcept { return first_.size() - 1; }

  /// Where a block begins and how many elements it has; signed, as Eigen's indices are.
  [[nodiscard]] std::ptrdiff_t first(std::size_t block) const noexcept {
    return static_cast<std::ptrdiff_t>(first_[block]);
  }
  [[nodiscard]] std::ptrdiff_t count(std::size_t block) const noexcept {
    return static_cast<std::ptrdiff_t>(first_[block + 1] - first_[block]);
  }

  [[nodiscard]] std::vector<parameter<T>> parameters() {
    std::vector<parameter<T>> result;
    for (std::size_t i = 0; i < blocks(); ++i) {
      const std::string name = "x." + std::to_string(i) + ".values";
      result.push_back({name, {values_.data() + first_[i], first_[i + 1] - first_[i]}, {}});
    }
    return result;
  }

  /// The present values, in double.
  [[nodiscard]] std::vector<double> read() const { return {values_.begin(), values_.end()}; }

  /// Adds `part(block)`, a vector of one double for each element of the block, to the gradient of each active block.
  template <class Part>
  void add_to_active(const active_block<T>& active, Part&& part) const {
    for (std::size_t i = 0; i < blocks(); ++i) {
      const auto gradient = active.gradient(i);
      if (!active.contains(i) || gradient.empty()) continue;
      const auto& values = part(i);
      for (std::ptrdiff_t j = 0; j < count(i); ++j) {
        gradient(static_cast<std::size_t>(j)) += static_cast<compute_type_t<T>>(values[j]);
      }
    }
  }

 private:
  std::vector<T> values_;
  std::vector<std::size_t> first_;
};

}  // namespace blockopt::detail
