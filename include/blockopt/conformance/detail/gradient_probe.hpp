// SPDX-License-Identifier: MIT
// Part of blockopt: one call of a block oracle, and differences of its objective, for conformance checks.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <blockopt/block/active_block.hpp>
#include <blockopt/error.hpp>
#include <blockopt/problem/problem.hpp>
#include <blockopt/select/random_stream.hpp>
#include <blockopt/view/tensor_view.hpp>

namespace blockopt::detail {

/// The i-th element in logical order, the last dimension fastest.
template <class T>
[[nodiscard]] T& element_of(const tensor_view<T>& v, std::size_t i) noexcept {
  std::ptrdiff_t offset = 0;
  for (std::size_t d = v.rank(); d-- > 0;) {
    offset += static_cast<std::ptrdiff_t>(i % v.extent(d)) * v.stride(d);
    i /= v.extent(d);
  }
  return v.data()[offset];
}

template <class Problem>
[[nodiscard]] std::vector<std::byte> bytes_of_values(Problem& problem) {
  std::vector<std::byte> bytes;
  for (const auto& p : problem.parameters()) {
    for (std::size_t i = 0; i < p.values.size(); ++i) {
      const auto one =
          std::bit_cast<std::array<std::byte, sizeof(typename Problem::value_type)>>(element_of(p.values, i));
      bytes.insert(bytes.end(), one.begin(), one.end());
    }
  }
  return bytes;
}

/// Gradient memory for every parameter, filled with `initial`, after one call for the block of the chosen ones. Views of
/// parameters that are not chosen are empty, as the optimizer's, but there is memory behind them: what an oracle writes
/// there all the same is seen.
template <class Problem>
class gradient_probe {
 public:
  using value_type = typename Problem::value_type;
  using compute = compute_type_t<value_type>;

  gradient_probe(Problem& problem, std::vector<std::size_t> chosen, compute initial) : chosen_(std::move(chosen)) {
    for (const auto& p : problem.parameters()) {
      memory_.emplace_back(p.values.size(), initial);
      views_.push_back(p.values.empty() ? typename active_block<value_type>::gradient_view{}
                                        : typename active_block<value_type>::gradient_view{memory_.back().data(),
                                                                                           p.values.extents()});
      mask_.push_back(0);
    }
    for (const std::size_t p : chosen_) {
      if (p >= mask_.size())
        raise<invalid_option>({"block_gradient_options names parameter ", p, " of ", mask_.size()});
      mask_[p] = 1;
    }
    for (std::size_t p = 0; p < mask_.size(); ++p) {
      if (mask_[p] != 0 || views_[p].empty()) continue;
      std::vector<std::size_t> extents(views_[p].extents().begin(), views_[p].extents().end());
      const std::vector<std::ptrdiff_t> strides(views_[p].strides().begin(), views_[p].strides().end());
      extents.front() = 0;
      views_[p] = {memory_[p].data(), std::span<const std::size_t>(extents), std::span<const std::ptrdiff_t>(strides)};
    }
    objective_ = problem.gradient(active_block<value_type>{0, "block", chosen_, views_, mask_});
  }

  [[nodiscard]] bool active(std::size_t p) const noexcept { return mask_[p] != 0; }
  [[nodiscard]] const std::vector<compute>& gradient(std::size_t p) const noexcept { return memory_[p]; }
  [[nodiscard]] double objective() const noexcept { return objective_; }

 private:
  std::vector<std::size_t> chosen_;
  std::vector<std::vector<compute>> memory_;
  std::vector<typename active_block<value_type>::gradient_view> views_;
  std::vector<unsigned char> mask_;
  double objective_ = 0;
};

/// The derivative of the objective by one element. The steps are the differences that the format can hold.
template <class Problem, class T>
[[nodiscard]] double difference(Problem& problem, T& x, double h) {
  const T middle = x;
  struct restores {
    T& x;
    T middle;
    ~restores() { x = middle; }
  } const at_end{x, middle};
  const auto slope = [&](double step) {  // two points
    x = static_cast<T>(static_cast<double>(middle) + step);
    const double right = static_cast<double>(x);
    const double above = problem.value();
    x = static_cast<T>(static_cast<double>(middle) - step);
    const double width = right - static_cast<double>(x);
    const double below = problem.value();
    return (above - below) / width;
  };
  return (4 * slope(h) - slope(2 * h)) / 3;
}

/// At most `count` numbers below `size`, the first and the last among them.
[[nodiscard]] inline std::vector<std::size_t> chosen_elements(std::size_t size, std::size_t count, std::size_t seed) {
  std::vector<std::size_t> chosen;
  if (size <= count) {
    for (std::size_t i = 0; i < size; ++i) chosen.push_back(i);
    return chosen;
  }
  random_stream stream{random_stream::derive(17, seed)};
  chosen = {0, size - 1};
  while (chosen.size() < count) chosen.push_back(static_cast<std::size_t>(stream.below(size)));
  return chosen;
}

}  // namespace blockopt::detail
