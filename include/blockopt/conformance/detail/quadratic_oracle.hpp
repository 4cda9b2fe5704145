// SPDX-License-Identifier: MIT
// Part of blockopt: a small quadratic that answers selection policies under check.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include <blockopt/conformance/detail/numbers.hpp>
#include <blockopt/select/selection_oracle.hpp>

namespace blockopt::detail {

/// f(x) = x'Hx/2 - b'x with a tridiagonal H, each coordinate a block: diagonal 1, 2, 3, 1, ..., -0.4 beside it. `visit`
/// minimizes it in one block. `mode` makes its answers worse: gradients that are 0, huge, or no numbers.
class quadratic_oracle final : public selection_oracle {
 public:
  enum class mode : std::uint8_t { sound, zero, huge, nan };

  explicit quadratic_oracle(std::size_t blocks) : gradient_(blocks), identity_(blocks) {
    std::iota(identity_.begin(), identity_.end(), std::size_t{0});
    for (std::size_t b = 0; b < blocks; ++b) gradient_[b] = 4 * noise(17, b);
  }

  void become(mode m) noexcept { mode_ = m; }

  /// The square of the step on block b.
  double visit(std::size_t b) {
    const double d = -gradient_[b] / lipschitz(b);
    gradient_[b] = 0;
    if (b > 0) gradient_[b - 1] -= 0.4 * d;
    if (b + 1 < gradient_.size()) gradient_[b + 1] -= 0.4 * d;
    return d * d;
  }

  [[nodiscard]] std::size_t coordinates() const override { return gradient_.size(); }
  [[nodiscard]] std::span<const std::size_t> members(std::size_t b) const override { return {&identity_[b], 1}; }
  [[nodiscard]] double lipschitz(std::size_t b) const override { return 1 + static_cast<double>(b % 3); }
  [[nodiscard]] double coordinate_lipschitz(std::size_t i) const override { return lipschitz(i); }
  [[nodiscard]] double row_sum(std::size_t i) const override {
    return lipschitz(i) + (i > 0 ? 0.4 : 0.0) + (i + 1 < gradient_.size() ? 0.4 : 0.0);
  }
  [[nodiscard]] std::span<const std::size_t> neighbours(std::size_t b) const override {
    const std::size_t first = b > 0 ? b - 1 : 0;
    return {&identity_[first], std::min(b + 2, identity_.size()) - first};
  }
  [[nodiscard]] std::span<const double> gradient() override {
    seen_.resize(gradient_.size());
    for (std::size_t b = 0; b < seen_.size(); ++b) seen_[b] = seen(b);
    return seen_;
  }
  [[nodiscard]] std::span<const double> scores(block_measure measure) override {
    scores_.resize(gradient_.size());
    for (std::size_t b = 0; b < scores_.size(); ++b) scores_[b] = score(measure, b);
    return scores_;
  }
  [[nodiscard]] double score(block_measure measure, std::size_t b) override {
    const double g = std::fabs(seen(b)), l = lipschitz(b);
    switch (measure) {
      case block_measure::gradient_norm:
      case block_measure::gradient_sum:
        return g;
      case block_measure::step_norm:
        return g / l;
      case block_measure::scaled_sum:
        return g / std::sqrt(l);
      default:
        return g * g / (2 * l);
    }
  }

 private:
  [[nodiscard]] double seen(std::size_t b) const noexcept {
    switch (mode_) {
      case mode::zero:
        return 0;
      case mode::huge:
        return b % 2 == 0 ? -1e300 : gradient_[b];
      case mode::nan:
        return b % 2 == 0 ? std::numeric_limits<double>::quiet_NaN() : gradient_[b];
      default:
        return gradient_[b];
    }
  }

  std::vector<double> gradient_, seen_, scores_;
  std::vector<std::size_t> identity_;
  mode mode_ = mode::sound;
};

}  // namespace blockopt::detail
