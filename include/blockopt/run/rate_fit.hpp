// SPDX-License-Identifier: MIT
// Part of blockopt: the linear rate of a run, fitted to its records.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace blockopt {

/// Factor by which f - f* shrinks per update, with an interval of two standard errors; NaN where it cannot be told.
struct fitted_rate {
  double rate = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

/// Collects (k, f - f*) and fits log(f - f*) = a + k log(rate) by least squares over the later half of the updates.
class rate_fit {
 public:
  /// Values that are not positive, not finite or below `floor` (rounding of f) are left out.
  void add(std::uint64_t k, double suboptimality, double floor = 0) {
    if (!(suboptimality > floor && std::isfinite(suboptimality))) return;
    k_.push_back(static_cast<double>(k));
    log_.push_back(std::log(suboptimality));
  }

  [[nodiscard]] fitted_rate fit() const {
    fitted_rate result;
    if (k_.size() < 3) return result;
    std::size_t first = 0;
    while (first + 3 < k_.size() && k_[first] < 0.5 * k_.back()) ++first;
    const auto n = static_cast<double>(k_.size() - first);
    double mean_k = 0, mean_log = 0, kk = 0, kl = 0, residual = 0;
    for (std::size_t i = first; i < k_.size(); ++i) {
      mean_k += k_[i] / n;
      mean_log += log_[i] / n;
    }
    for (std::size_t i = first; i < k_.size(); ++i) {
      kk += (k_[i] - mean_k) * (k_[i] - mean_k);
      kl += (k_[i] - mean_k) * (log_[i] - mean_log);
    }
    if (!(kk > 0)) return result;
    const double slope = kl / kk;
    for (std::size_t i = first; i < k_.size(); ++i) {
      const double r = log_[i] - mean_log - slope * (k_[i] - mean_k);
      residual += r * r;
    }
    const double error = 2 * std::sqrt(residual / (n - 2) / kk);
    return {std::exp(slope), std::exp(slope - error), std::exp(slope + error)};
  }

  template <class A>
  void archive(A& a) {
    a("k", k_);
    a("log", log_);
  }

 private:
  std::vector<double> k_, log_;
};

}  // namespace blockopt
