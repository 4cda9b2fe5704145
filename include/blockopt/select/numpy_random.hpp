// SPDX-License-Identifier: MIT
// Part of blockopt: the random numbers of numpy's legacy RandomState, for experiments that were published with it.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include <blockopt/error.hpp>

namespace blockopt {

/// The stream of numpy.random.RandomState(seed), number by number: the Mersenne twister MT19937 (Matsumoto & Nishimura, ACM
/// TOMACS 8(1), 1998) and the derived numbers as numpy froze them (NEP 19). For new experiments random_stream is smaller and
/// faster.
class numpy_random {
 public:
  explicit numpy_random(std::uint32_t seed = 1) : state_(words) {
    for (std::uint32_t i = 0; i < words; ++i) {
      state_[i] = seed;
      seed = 1812433253U * (seed ^ (seed >> 30)) + i + 1;
    }
  }

  /// The next 32 bits.
  [[nodiscard]] std::uint32_t bits() {
    if (position_ == words) renew();
    std::uint32_t y = state_[position_++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680U;
    y ^= (y << 15) & 0xefc60000U;
    return y ^ (y >> 18);
  }

  /// random_sample(), rand(): uniform in [0, 1) with 53 bits.
  [[nodiscard]] double uniform() {
    const std::uint32_t a = bits() >> 5, b = bits() >> 6;
    return (a * 67108864.0 + b) / 9007199254740992.0;
  }
  /// uniform(low, high).
  [[nodiscard]] double uniform(double from, double to) { return from + (to - from) * uniform(); }

  /// randint(n): uniform in [0, n); takes no bits for n = 1. Raises invalid_option for n = 0.
  [[nodiscard]] std::uint64_t randint(std::uint64_t n) {
    if (n == 0) raise<invalid_option>("numpy_random: randint(0); there is no number below 0");
    return interval(n - 1);
  }

  /// randn(): standard normal by Marsaglia's polar method, which makes two and keeps one for the next call.
  [[nodiscard]] double randn() {
    if (has_normal_) {
      has_normal_ = false;
      return normal_;
    }
    double x1 = 0, x2 = 0, square = 0;
    do {
      x1 = 2.0 * uniform() - 1.0;
      x2 = 2.0 * uniform() - 1.0;
      square = x1 * x1 + x2 * x2;
    } while (square >= 1.0 || square == 0.0);
    const double f = std::sqrt(-2.0 * std::log(square) / square);
    normal_ = f * x1;
    has_normal_ = true;
    return f * x2;
  }

  /// shuffle(list), in place.
  template <class T>
  void shuffle(std::span<T> list) {
    for (std::size_t i = list.size(); i-- > 1;) std::swap(list[i], list[static_cast<std::size_t>(interval(i))]);
  }
  /// permutation(n).
  [[nodiscard]] std::vector<std::size_t> permutation(std::size_t n) {
    std::vector<std::size_t> list(n);
    std::iota(list.begin(), list.end(), std::size_t{0});
    shuffle(std::span(list));
    return list;
  }
  /// choice(n, count, replace=False). Raises invalid_option for a count above n.
  [[nodiscard]] std::vector<std::size_t> choice(std::size_t n, std::size_t count) {
    if (count > n) raise<invalid_option>({"numpy_random: choice of ", count, " out of ", n});
    std::vector<std::size_t> list = permutation(n);
    list.resize(count);
    return list;
  }
  /// choice(n, p=p): searchsorted(cumsum(p) / sum(p), uniform, side="right"). `cumulative` is cumsum(p), ascending, with a
  /// positive end. Raises invalid_option where it is empty.
  [[nodiscard]] std::size_t choice(std::span<const double> cumulative) { return drawn(cumulative, true); }
  /// searchsorted(cumulative, uniform), as code that was written before choice knew weights: the first that is not below.
  /// Raises invalid_option where it is empty.
  [[nodiscard]] std::size_t weighted(std::span<const double> cumulative) { return drawn(cumulative, false); }

  template <class A>
  void archive(A& a) {
    a("state", state_);
    a("position", position_);
    a("has_normal", has_normal_);
    a("normal", normal_);
  }

  friend bool operator==(const numpy_random&, const numpy_random&) = default;

 private:
  static constexpr std::uint32_t words = 624, middle = 397;

  /// Uniform in [0, last], by masked bits until one fits.
  std::uint64_t interval(std::uint64_t last) {
    if (last == 0) return 0;
    const std::uint64_t mask = ~std::uint64_t{0} >> std::countl_zero(last);
    for (;;) {
      std::uint64_t value = bits();
      if (last > 0xffffffffU) value = value << 32 | bits();
      if ((value &= mask) <= last) return value;
    }
  }

  std::size_t drawn(std::span<const double> cumulative, bool normalized) {
    if (cumulative.empty()) raise<invalid_option>("numpy_random: a draw from no weights");
    const double u = uniform();
    const auto below = [&](double c) { return normalized ? c / cumulative.back() <= u : c < u; };
    const auto at = std::partition_point(cumulative.begin(), cumulative.end(), below);
    return std::min(static_cast<std::size_t>(at - cumulative.begin()), cumulative.size() - 1);  // rounding of the sum
  }

  void renew() {
    for (std::uint32_t i = 0; i < words; ++i) {
      const std::uint32_t y = (state_[i] & 0x80000000U) | (state_[(i + 1) % words] & 0x7fffffffU);
      state_[i] = state_[(i + middle) % words] ^ (y >> 1) ^ ((y & 1U) != 0 ? 0x9908b0dfU : 0U);
    }
    position_ = 0;
  }

  std::vector<std::uint32_t> state_;
  std::uint32_t position_ = words;
  bool has_normal_ = false;
  double normal_ = 0;
};

}  // namespace blockopt
