// SPDX-License-Identifier: MIT
// Part of blockopt: the test functions of More, Garbow and Hillstrom in any number of variables.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <type_traits>
#include <utility>
#include <vector>

#include <blockopt/problem/residual_function.hpp>

namespace blockopt::detail {

/// 1 to n as doubles through f.
template <class F>
[[nodiscard]] std::vector<double> each_of(std::size_t n, const F& f) {
  std::vector<double> x(n);
  for (std::size_t j = 0; j < n; ++j) x[j] = f(static_cast<double>(j + 1));
  return x;
}

[[nodiscard]] inline std::vector<std::vector<std::size_t>> runs_of(std::size_t n, std::size_t size) {
  std::vector<std::vector<std::size_t>> lists(n / size);
  for (std::size_t i = 0; i < n; ++i) lists[i / size].push_back(i);
  return lists;
}

/// The type of a sum over variables.
template <class X>
using number_of = std::remove_cvref_t<decltype(std::declval<X>()[0])>;

/// f* of a size, where it is known.
[[nodiscard]] inline std::vector<known_minimum> of_size(std::size_t n,
                                                        std::initializer_list<std::pair<std::size_t, double>> table) {
  for (const auto& [size, value] : table) {
    if (size == n) return {{value}};
  }
  return {};
}

/// Problems 1, 13 and 20 to 35 by their numbers, with n variables; as many residuals as the paper has for problem 20 and those
/// that follow from n, 2 n for the linear ones.
[[nodiscard]] inline residual_function test_function_sized(int number, std::size_t n) {
  const double size = static_cast<double>(n);
  const auto index = [](std::size_t i) { return static_cast<double>(i + 1); };  // i of the paper
  const auto everywhere = [&](double v) { return std::vector<double>(n, v); };
  const double h = 1 / (size + 1);
  const auto grid = [=](std::size_t i) { return index(i) * h; };
  switch (number) {
    case 1:
      return make_residual_function(
          "rosenbrock", n, each_of(n, [](double j) { return std::fmod(j, 2) == 1 ? -1.2 : 1.0; }), {{0, everywhere(1)}},
          [=](const auto& x, auto r) {
            for (std::size_t i = 0; i < n; i += 2) {
              r[i] = 10.0 * (x[i + 1] - x[i] * x[i]);
              r[i + 1] = 1.0 - x[i];
            }
          },
          runs_of(n, 2));
    case 13:
      return make_residual_function(
          "powell-singular", n,
          each_of(n,
                  [](double j) {
                    const double start[] = {1, 3, -1, 0};
                    return start[static_cast<std::size_t>(std::fmod(j, 4))];
                  }),
          {{0, everywhere(0)}},
          [=](const auto& x, auto r) {
            for (std::size_t i = 0; i < n; i += 4) {
              r[i] = x[i] + 10.0 * x[i + 1];
              r[i + 1] = std::sqrt(5.0) * (x[i + 2] - x[i + 3]);
              r[i + 2] = (x[i + 1] - 2.0 * x[i + 2]) * (x[i + 1] - 2.0 * x[i + 2]);
              r[i + 3] = std::sqrt(10.0) * (x[i] - x[i + 3]) * (x[i] - x[i + 3]);
            }
          },
          runs_of(n, 4));
    case 20:
      return make_residual_function("watson", 31, everywhere(0),
                                    of_size(n, {{6, 2.28767005355238e-3}, {9, 1.39976013809347e-6}, {12, 4.7223811018364e-10}}),
                                    [=](const auto& x, auto r) {
                                      for (std::size_t i = 0; i < 29; ++i) {
                                        const double t = index(i) / 29;
                                        number_of<decltype(x)> sum = 0.0, slope = 0.0;
                                        double power = 1;
                                        for (std::size_t j = 0; j < n; ++j) {
                                          sum += x[j] * power;
                                          if (j + 1 < n) slope += index(j) * x[j + 1] * power;
                                          power *= t;
                                        }
                                        r[i] = slope - sum * sum - 1.0;
                                      }
                                      r[29] = x[0];
                                      r[30] = x[1] - x[0] * x[0] - 1.0;
                                    });
    case 23:
      return make_residual_function("penalty-1", n + 1, each_of(n, [](double j) { return j; }),
                                    of_size(n, {{4, 2.24997750089994e-5}, {10, 7.08765146709037e-5}}), [=](const auto& x, auto r) {
                                      number_of<decltype(x)> sum = -0.25;
                                      for (std::size_t i = 0; i < n; ++i) {
                                        r[i] = std::sqrt(1e-5) * (x[i] - 1.0);
                                        sum += x[i] * x[i];
                                      }
                                      r[n] = sum;
                                    });
    case 24:
      return make_residual_function("penalty-2", 2 * n, everywhere(0.5),
                                    of_size(n, {{4, 9.37629300735544e-6}, {10, 2.93660537456747e-4}}), [=](const auto& x, auto r) {
                                      using std::exp;
                                      const double root = std::sqrt(1e-5);
                                      r[0] = x[0] - 0.2;
                                      for (std::size_t i = 1; i < n; ++i) {
                                        const double y = std::exp(index(i) / 10) + std::exp(index(i - 1) / 10);
                                        r[i] = root * (exp(x[i] / 10.0) + exp(x[i - 1] / 10.0) - y);
                                        r[n + i - 1] = root * (exp(x[i] / 10.0) - std::exp(-0.1));
                                      }
                                      number_of<decltype(x)> sum = -1.0;
                                      for (std::size_t j = 0; j < n; ++j)
                                        sum += (size - static_cast<double>(j)) * x[j] * x[j];
                                      r[2 * n - 1] = sum;
                                    });
    case 25:
      return make_residual_function("variably-dimensioned", n + 2, each_of(n, [=](double j) { return 1 - j / size; }),
                                    {{0, everywhere(1)}}, [=](const auto& x, auto r) {
                                      number_of<decltype(x)> sum = 0.0;
                                      for (std::size_t i = 0; i < n; ++i) {
                                        r[i] = x[i] - 1.0;
                                        sum += index(i) * (x[i] - 1.0);
                                      }
                                      r[n] = sum;
                                      r[n + 1] = sum * sum;
                                    });
    case 26:
      return make_residual_function("trigonometric", n, everywhere(1 / size), {{0, everywhere(0)}},
                                    [=](const auto& x, auto r) {
                                      using std::cos, std::sin;
                                      number_of<decltype(x)> sum = size;
                                      for (std::size_t i = 0; i < n; ++i) sum -= cos(x[i]);
                                      for (std::size_t i = 0; i < n; ++i)
                                        r[i] = sum + index(i) * (1.0 - cos(x[i])) - sin(x[i]);
                                    });
    case 27:
      return make_residual_function("brown-almost-linear", n, everywhere(0.5), {{0, everywhere(1)}, {1, {}}},
                                    [=](const auto& x, auto r) {
                                      number_of<decltype(x)> sum = -(size + 1), product = 1.0;
                                      for (std::size_t i = 0; i < n; ++i) {
                                        sum += x[i];
                                        product *= x[i];
                                      }
                                      for (std::size_t i = 0; i + 1 < n; ++i) r[i] = x[i] + sum;
                                      r[n - 1] = product - 1.0;
                                    });
    case 28:
      return make_residual_function("discrete-boundary-value", n,
                                    each_of(n, [=](double j) { return j * h * (j * h - 1); }), {{0}},
                                    [=](const auto& x, auto r) {
                                      for (std::size_t i = 0; i < n; ++i) {
                                        const auto cube = x[i] + (grid(i) + 1);
                                        r[i] = 2.0 * x[i] + h * h / 2 * cube * cube * cube;
                                        if (i > 0) r[i] -= x[i - 1];
                                        if (i + 1 < n) r[i] -= x[i + 1];
                                      }
                                    });
    case 29:
      return make_residual_function("discrete-integral", n, each_of(n, [=](double j) { return j * h * (j * h - 1); }),
                                    {{0}}, [=](const auto& x, auto r) {
                                      for (std::size_t i = 0; i < n; ++i) {
                                        number_of<decltype(x)> sum = 0.0;
                                        for (std::size_t j = 0; j < n; ++j) {
                                          const auto cube = x[j] + (grid(j) + 1);
                                          const double weight =
                                              j <= i ? (1 - grid(i)) * grid(j) : grid(i) * (1 - grid(j));
                                          sum += weight * cube * cube * cube;
                                        }
                                        r[i] = x[i] + h / 2 * sum;
                                      }
                                    });
    case 30:
      return make_residual_function("broyden-tridiagonal", n, everywhere(-1), {{0}}, [=](const auto& x, auto r) {
        for (std::size_t i = 0; i < n; ++i) {
          r[i] = (3.0 - 2.0 * x[i]) * x[i] + 1.0;
          if (i > 0) r[i] -= x[i - 1];
          if (i + 1 < n) r[i] -= 2.0 * x[i + 1];
        }
      });
    case 31:
      return make_residual_function("broyden-banded", n, everywhere(-1), {{0}}, [=](const auto& x, auto r) {
        for (std::size_t i = 0; i < n; ++i) {
          r[i] = x[i] * (2.0 + 5.0 * x[i] * x[i]) + 1.0;
          for (std::size_t j = i < 5 ? 0 : i - 5; j < std::min(n, i + 2); ++j) {
            if (j != i) r[i] -= x[j] * (1.0 + x[j]);
          }
        }
      });
    case 32:
      return make_residual_function("linear-full-rank", 2 * n, everywhere(1), {{size, everywhere(-1)}},
                                    [=](const auto& x, auto r) {
                                      number_of<decltype(x)> sum = 0.0;
                                      for (std::size_t i = 0; i < n; ++i) sum += x[i];
                                      for (std::size_t i = 0; i < 2 * n; ++i) {
                                        r[i] = -sum / size - 1.0;
                                        if (i < n) r[i] += x[i];
                                      }
                                    });
    case 33:
      return make_residual_function("linear-rank-1", 2 * n, everywhere(1), {{size * (2 * size - 1) / (4 * size + 1)}},
                                    [=](const auto& x, auto r) {
                                      number_of<decltype(x)> sum = 0.0;
                                      for (std::size_t i = 0; i < n; ++i) sum += index(i) * x[i];
                                      for (std::size_t i = 0; i < 2 * n; ++i) r[i] = index(i) * sum - 1.0;
                                    });
    case 34:
      return make_residual_function("linear-rank-1-zeros", 2 * n, everywhere(1),
                                    {{(4 * size * size + 6 * size - 6) / (2 * (4 * size - 3))}},
                                    [=](const auto& x, auto r) {
                                      number_of<decltype(x)> sum = 0.0;
                                      for (std::size_t j = 1; j + 1 < n; ++j) sum += index(j) * x[j];
                                      for (std::size_t i = 0; i < 2 * n; ++i) {
                                        r[i] = -1.0;
                                        if (i > 0 && i + 1 < 2 * n) r[i] += static_cast<double>(i) * sum;
                                      }
                                    });
    default:
      return make_residual_function(
          "chebyquad", n, each_of(n, [=](double j) { return j * h; }),
          n == 8 || n > 9 ? of_size(n, {{8, 3.51687372567792e-3}, {10, 6.5039548008823e-3}}) : std::vector<known_minimum>{{0}},
          [=](const auto& x, auto r) {
            using number = number_of<decltype(x)>;
            for (std::size_t i = 0; i < n; ++i) r[i] = i % 2 == 0 ? 0.0 : 1 / (index(i) * index(i) - 1);
            for (std::size_t j = 0; j < n; ++j) {
              number before = 1.0, now = 2.0 * x[j] - 1.0;  // Chebyshev polynomials of [0, 1]
              const number twice = 2.0 * now;
              for (std::size_t i = 0; i < n; ++i) {
                r[i] += now / size;
                const number next = twice * now - before;
                before = now;
                now = next;
              }
            }
          });
  }
}

}  // namespace blockopt::detail
