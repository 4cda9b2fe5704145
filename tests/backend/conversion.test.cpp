// SPDX-License-Identifier: MIT
// Part of blockopt: conversions of 16-bit storage, on both ways through a backend, against arithmetic in double.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/update/sgd.hpp>

#include "support/guarded.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

/// A format by its numbers: significand bits with the hidden one, least exponent of a normal number, largest number.
template <class T>
struct numbers_of;
template <>
struct numbers_of<bo::bfloat16> {
  static constexpr int digits = 8, least = -126, exponent_bits = 8;
};
template <>
struct numbers_of<bo::half> {
  static constexpr int digits = 11, least = -14, exponent_bits = 5;
};

/// The value of 16 bits, from the definition of the format.
template <class T>
double value_of(std::uint16_t bits) {
  using f = numbers_of<T>;
  const int fraction_bits = f::digits - 1, all_ones = (1 << f::exponent_bits) - 1;
  const double sign = (bits & 0x8000) != 0 ? -1.0 : 1.0;
  const int exponent = (bits & 0x7fff) >> fraction_bits, fraction = bits & ((1 << fraction_bits) - 1);
  if (exponent == all_ones) return fraction != 0 ? std::nan("") : sign * std::numeric_limits<double>::infinity();
  if (exponent == 0) return sign * std::ldexp(fraction, f::least - fraction_bits);
  return sign * std::ldexp(fraction + (1 << fraction_bits), f::least + exponent - 1 - fraction_bits);
}

/// The spacing of the format's numbers at x, which is not 0.
template <class T>
double spacing(double x) {
  return std::ldexp(1.0, std::max(std::ilogb(x), numbers_of<T>::least) - numbers_of<T>::digits + 1);
}

/// The nearest number of the format, ties to even: rint in units of the spacing, in double.
template <class T>
double nearest(double x) {
  if (x == 0 || !std::isfinite(x)) return x;
  const double rounded = std::rint(x / spacing<T>(x)) * spacing<T>(x);
  const double limit = value_of<T>(
      static_cast<std::uint16_t>(((1 << numbers_of<T>::exponent_bits) - 1) << (numbers_of<T>::digits - 1)) - 1);
  return std::fabs(rounded) > limit ? std::copysign(std::numeric_limits<double>::infinity(), x) : rounded;
}

/// A rule that leaves every number as it is: a step then only writes the master back.
struct nothing {
  double learning_rate = 0;
  static constexpr auto slots = bo::slots();
  template <class S>
  struct constants {};
  template <class S>
  [[nodiscard]] constants<S> at(bo::step_count) const noexcept {
    return {};
  }
  template <class S, class V>
  BLOCKOPT_FN static void update(const constants<S>&, V&, const V&) noexcept {}
};

template <class T, class Backend>
void write_back(const std::vector<float>& from, std::vector<T>& to, bo::rounding rounding, std::uint64_t seed,
                std::uint64_t step = 0, std::size_t parameter = 0) {
  std::vector<float> master = from, zero(from.size());
  bo::parameter_job<T, T, 0> job;
  job.values = to.data();
  job.master = master.data();
  job.owned_gradient = zero.data();
  job.size = from.size();
  job.noise = parameter;
  const nothing::constants<float> constants;
  Backend{}.template update<nothing>(std::span<const nothing::constants<float>>(&constants, 1),
                                     std::span<const bo::parameter_job<T, T, 0>>(&job, 1),
                                     bo::step_options<float>{.write_back = rounding, .seed = seed, .step = step});
}

/// Floats of all sizes and signs: every exponent, with the fractions around each tie of both formats, and seeded ones.
std::vector<float> dense_sample() {
  std::vector<float> result;
  for (std::uint32_t exponent = 0; exponent < 256; ++exponent) {
    for (const std::uint32_t sign : {0U, 0x80000000U}) {
      for (std::uint32_t upper = 0; upper < 128; upper += 3) {
        for (const std::uint32_t lower : {0x0000U, 0x0001U, 0x0fffU, 0x1000U, 0x1001U, 0x2fffU, 0x3000U, 0x7fffU,
                                          0x8000U, 0x8001U, 0xefffU, 0xf000U, 0xf001U, 0xffffU})
          result.push_back(std::bit_cast<float>(sign | exponent << 23 | upper << 16 | lower));
      }
    }
  }
  bo::random_stream random{4};
  for (int i = 0; i < 200000; ++i) result.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(random.bits())));
  return result;
}

template <class T>
bool same_value(T stored, double wanted) {
  const double got = value_of<T>(stored.bits);
  return std::isnan(wanted) ? std::isnan(got) : got == wanted && std::signbit(got) == std::signbit(wanted);
}

}  // namespace

TEST_CASE_TEMPLATE("all 65536 numbers of a 16 bit format are read as they are defined", T, bo::bfloat16, bo::half) {
  std::vector<T> all(65536);
  for (std::size_t i = 0; i < all.size(); ++i) all[i].bits = static_cast<std::uint16_t>(i);
  std::vector<float> by_plain(all.size(), 1.0F), by_eigen(all.size(), 1.0F);
  // x = 0 - (-1) * value
  const auto read = [&](const auto& backend, std::vector<float>& to) {
    bo::parameter_job<float, T, 0> job;
    job.values = to.data();
    job.gradient = all.data();
    job.size = all.size();
    std::ranges::fill(to, -0.0F);
    const auto constants = bo::sgd{.learning_rate = -1}.at<float>(bo::step_count{1});
    backend.template update<bo::sgd>(std::span<const bo::sgd::constants<float>>(&constants, 1),
                                     std::span<const bo::parameter_job<float, T, 0>>(&job, 1), {});
  };
  read(bo::plain_backend{}, by_plain);
  read(bo::eigen_backend{}, by_eigen);
  int wrong = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double wanted = value_of<T>(static_cast<std::uint16_t>(i));
    const auto differs = [&](float f) {
      return std::isnan(wanted) ? !std::isnan(f) : static_cast<double>(f) != wanted;
    };
    wrong += differs(static_cast<float>(all[i])) || differs(by_plain[i]) || differs(by_eigen[i]);
    if (wanted == 0) wrong += std::signbit(static_cast<float>(all[i])) != std::signbit(wanted);
#if defined(__FLT16_MAX__)
    if constexpr (std::is_same_v<T, bo::half>)
      wrong += differs(static_cast<float>(std::bit_cast<_Float16>(static_cast<std::uint16_t>(i))));
#endif
  }
  CHECK(wrong == 0);
}

TEST_CASE_TEMPLATE("all 65536 numbers of a 16 bit format survive a round trip", T, bo::bfloat16, bo::half) {
  std::vector<float> all(65536);
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i] = static_cast<float>(std::bit_cast<T>(static_cast<std::uint16_t>(i)));
  for (const auto rounding : {bo::rounding::nearest, bo::rounding::stochastic}) {
    std::vector<T> plain(all.size()), eigen(all.size());
    write_back<T, bo::plain_backend>(all, plain, rounding, 3);
    write_back<T, bo::eigen_backend>(all, eigen, rounding, 3);
    int wrong = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool is_nan = std::isnan(value_of<T>(static_cast<std::uint16_t>(i)));
      if (is_nan) wrong += !std::isnan(value_of<T>(plain[i].bits));
      else wrong += plain[i].bits != i;
      wrong += plain[i].bits != eigen[i].bits;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE_TEMPLATE("floats are rounded to the nearest 16 bit number with ties to even", T, bo::bfloat16, bo::half) {
  const std::vector<float> from = dense_sample();
  std::vector<T> plain(from.size()), eigen(from.size());
  write_back<T, bo::plain_backend>(from, plain, bo::rounding::nearest, 0);
  write_back<T, bo::eigen_backend>(from, eigen, bo::rounding::nearest, 0);
  int wrong = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const double wanted = nearest<T>(static_cast<double>(from[i]));
    wrong +=
        !same_value(static_cast<T>(from[i]), wanted) || !same_value(plain[i], wanted) || !same_value(eigen[i], wanted);
#if defined(__FLT16_MAX__)
    if constexpr (std::is_same_v<T, bo::half>) {
      const auto native = std::bit_cast<std::uint16_t>(static_cast<_Float16>(from[i]));
      wrong += !std::isnan(wanted) && native != plain[i].bits;
    }
#endif
  }
  CHECK(wrong == 0);
}

TEST_CASE_TEMPLATE("stochastic rounding takes one of the two neighbours and the same one on every backend", T,
                   bo::bfloat16, bo::half) {
  const std::vector<float> from = dense_sample();
  std::vector<T> plain(from.size()), eigen(from.size());
  write_back<T, bo::plain_backend>(from, plain, bo::rounding::stochastic, 11);
  write_back<T, bo::eigen_backend>(from, eigen, bo::rounding::stochastic, 11);
  int wrong = 0;
  const double largest = value_of<T>(std::is_same_v<T, bo::half> ? 0x7bff : 0x7f7f);
  for (std::size_t i = 0; i < from.size(); ++i) {
    const double x = static_cast<double>(from[i]), got = value_of<T>(plain[i].bits);
    wrong += plain[i].bits != eigen[i].bits;
    if (std::isnan(x)) wrong += !std::isnan(got);
    else if (std::isinf(x)) wrong += got != x;
    else if (std::fabs(x) > largest) wrong += std::fabs(got) < largest || std::signbit(got) != std::signbit(x);
    else if (x == 0) wrong += got != 0;
    else wrong += !(std::fabs(got - x) < spacing<T>(x)) || std::signbit(got) != std::signbit(x);
  }
  CHECK(wrong == 0);
}

TEST_CASE_TEMPLATE("stochastic rounding is right on average", T, bo::bfloat16, bo::half) {
  // numbers at several places between two neighbours, also subnormal ones and ones far below the least of a half
  std::vector<float> from;
  for (const double scale : {1.0, -3.7, 1e-3, 3e-5, 6e-8, 1e-8, 1e-9, 6e-5}) {
    for (const double fraction : {0.03, 0.25, 0.5, 0.81}) {
      const double unit = spacing<T>(scale);
      from.push_back(static_cast<float>(std::trunc(scale / unit) * unit + std::copysign(fraction, scale) * unit));
    }
    from.push_back(static_cast<float>(scale));
  }
  const int draws = 40000;
  for (int way = 0; way < 3; ++way) {  // random over seeds, over steps, over parameters
    std::vector<double> sum(from.size()), squares(from.size());
    std::vector<T> to(from.size());
    for (int d = 0; d < draws; ++d) {
      const auto key = static_cast<std::uint64_t>(d);
      write_back<T, bo::eigen_backend>(from, to, bo::rounding::stochastic, way == 0 ? key : 5, way == 1 ? key : 6,
                                       way == 2 ? static_cast<std::size_t>(d) : 7);
      for (std::size_t i = 0; i < from.size(); ++i) sum[i] += value_of<T>(to[i].bits);
    }
    for (std::size_t i = 0; i < from.size(); ++i) {
      const double x = static_cast<double>(from[i]), unit = spacing<T>(x);
      const double fraction = std::fabs(x) / unit - std::floor(std::fabs(x) / unit);
      // 5 standard errors of a coin of that probability, and one draw
      const double allowed = unit * (5 * std::sqrt(fraction * (1 - fraction) / draws) + 1.0 / draws);
      CAPTURE(x);
      CAPTURE(sum[i] / draws);
      CHECK(std::fabs(sum[i] / draws - x) <= allowed);
    }
  }
}

TEST_CASE("two parameters and two steps and two seeds never share the bits of stochastic rounding") {
  const std::vector<float> from(4096, 1.001F);
  std::vector<bo::bfloat16> to(from.size());
  std::vector<std::vector<bo::bfloat16>> seen;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    for (std::uint64_t step = 0; step < 4; ++step) {
      for (std::size_t parameter = 0; parameter < 4; ++parameter) {
        write_back<bo::bfloat16, bo::plain_backend>(from, to, bo::rounding::stochastic, seed, step, parameter);
        seen.push_back(to);
      }
    }
  }
  // of two independent draws with p = 0.128 a share of 2 p (1 - p) = 0.22 differs
  for (std::size_t a = 0; a < seen.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      int different = 0;
      for (std::size_t i = 0; i < from.size(); ++i) different += seen[a][i].bits != seen[b][i].bits;
      CHECK(different > 4096 * 0.15);
      CHECK(different < 4096 * 0.30);
    }
  }
}
