// SPDX-License-Identifier: MIT
// Part of blockopt: the test functions of More, Garbow and Hillstrom whose number of variables is fixed.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include <blockopt/problem/residual_function.hpp>

namespace blockopt::detail {

/// Problems 2 to 19 of More, Garbow & Hillstrom, ACM TOMS 7 (1981), by their numbers. Extended Rosenbrock (1) and Powell
/// singular (13) are among those of any size. Minima have more digits than the paper's where they are known to be isolated.
[[nodiscard]] inline residual_function test_function_fixed(int number) {
  const auto index = [](std::size_t i) { return static_cast<double>(i + 1); };  // i of the paper
  switch (number) {
    case 2:
      return make_residual_function("freudenstein-roth", 2, {0.5, -2}, {{0, {5, 4}}, {48.98425367924, {}}},
                                    [](const auto& x, auto r) {
                                      r[0] = -13.0 + x[0] + ((5.0 - x[1]) * x[1] - 2.0) * x[1];
                                      r[1] = -29.0 + x[0] + ((x[1] + 1.0) * x[1] - 14.0) * x[1];
                                    });
    case 3:
      return make_residual_function("powell-badly-scaled", 2, {0, 1}, {{0}}, [](const auto& x, auto r) {
        using std::exp;
        r[0] = 1e4 * x[0] * x[1] - 1.0;
        r[1] = exp(-x[0]) + exp(-x[1]) - 1.0001;
      });
    case 4:
      return make_residual_function("brown-badly-scaled", 3, {1, 1}, {{0, {1e6, 2e-6}}}, [](const auto& x, auto r) {
        r[0] = x[0] - 1e6;
        r[1] = x[1] - 2e-6;
        r[2] = x[0] * x[1] - 2.0;
      });
    case 5:
      return make_residual_function("beale", 3, {1, 1}, {{0, {3, 0.5}}}, [](const auto& x, auto r) {
        const double y[] = {1.5, 2.25, 2.625};
        auto power = x[1];
        for (std::size_t i = 0; i < 3; ++i) {
          r[i] = y[i] - x[0] * (1.0 - power);
          power *= x[1];
        }
      });
    case 6:
      return make_residual_function("jennrich-sampson", 10, {0.3, 0.4}, {{124.3621823556148, {}}},
                                    [=](const auto& x, auto r) {
                                      using std::exp;
                                      for (std::size_t i = 0; i < 10; ++i)
                                        r[i] = 2.0 + 2.0 * index(i) - (exp(index(i) * x[0]) + exp(index(i) * x[1]));
                                    });
    case 7:
      return make_residual_function("helical-valley", 3, {-1, 0, 0}, {{0, {1, 0, 0}}}, [](const auto& x, auto r) {
        using std::atan, std::sqrt;
        const auto turn = atan(x[1] / x[0]) / (2.0 * std::numbers::pi) + (value_of(x[0]) < 0 ? 0.5 : 0.0);
        r[0] = 10.0 * (x[2] - 10.0 * turn);
        r[1] = 10.0 * (sqrt(x[0] * x[0] + x[1] * x[1]) - 1.0);
        r[2] = x[2];
      });
    case 8:
      return make_residual_function("bard", 15, {1, 1, 1}, {{8.21487730657898e-3, {}}}, [=](const auto& x, auto r) {
        const double y[] = {.14, .18, .22, .25, .29, .32, .35, .39, .37, .58, .73, .96, 1.34, 2.10, 4.39};
        for (std::size_t i = 0; i < 15; ++i) {
          const double u = index(i), v = 16 - u;
          r[i] = y[i] - (x[0] + u / (v * x[1] + std::min(u, v) * x[2]));
        }
      });
    case 9:
      return make_residual_function("gaussian", 15, {0.4, 1, 0}, {{1.12793276961848e-8, {}}},
                                    [=](const auto& x, auto r) {
                                      using std::exp;
                                      const double y[] = {.0009, .0044, .0175, .0540, .1295, .2420, .3521, .3989};
                                      for (std::size_t i = 0; i < 15; ++i) {
                                        const auto away = (8 - index(i)) / 2 - x[2];
                                        r[i] = x[0] * exp(-0.5 * x[1] * away * away) - y[std::min(i, 14 - i)];
                                      }
                                    });
    case 10:
      return make_residual_function("meyer", 16, {0.02, 4000, 250}, {{87.94585517, {}}},
                                    [=](const auto& x, auto r) {
                                      using std::exp;
                                      const double y[] = {34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744,
                                                          8261,  7030,  6005,  5147,  4427,  3820,  3307,  2872};
                                      for (std::size_t i = 0; i < 16; ++i)
                                        r[i] = x[0] * exp(x[1] / (45 + 5 * index(i) + x[2])) - y[i];
                                    },
                                    {{0}, {1, 2}});
    case 11:
      return make_residual_function("gulf", 99, {5, 2.5, 0.15}, {{0, {50, 25, 1.5}}}, [=](const auto& x, auto r) {
        using std::exp, std::log;
        for (std::size_t i = 0; i < 99; ++i) {
          const double t = index(i) / 100, y = 25 + std::pow(-50 * std::log(t), 2.0 / 3.0);
          const auto away = y - x[1];
          const auto distance = value_of(away) < 0 ? -away : away;
          r[i] = exp(-exp(x[2] * log(distance)) / x[0]) - t;
        }
      });
    case 12:
      return make_residual_function("box-3d", 10, {0, 10, 20}, {{0, {1, 10, 1}}}, [=](const auto& x, auto r) {
        using std::exp;
        for (std::size_t i = 0; i < 10; ++i) {
          const double t = 0.1 * index(i);
          r[i] = exp(-t * x[0]) - exp(-t * x[1]) - x[2] * (std::exp(-t) - std::exp(-10 * t));
        }
      });
    case 14:
      return make_residual_function("wood", 6, {-3, -1, -3, -1}, {{0, {1, 1, 1, 1}}},
                                    [](const auto& x, auto r) {
                                      r[0] = 10.0 * (x[1] - x[0] * x[0]);
                                      r[1] = 1.0 - x[0];
                                      r[2] = std::sqrt(90.0) * (x[3] - x[2] * x[2]);
                                      r[3] = 1.0 - x[2];
                                      r[4] = std::sqrt(10.0) * (x[1] + x[3] - 2.0);
                                      r[5] = (x[1] - x[3]) / std::sqrt(10.0);
                                    },
                                    {{0, 1}, {2, 3}});
    case 15:
      return make_residual_function(
          "kowalik-osborne", 11, {0.25, 0.39, 0.415, 0.39}, {{3.07505603849237e-4, {}}}, [](const auto& x, auto r) {
            const double y[] = {.1957, .1947, .1735, .1600, .0844, .0627, .0456, .0342, .0323, .0235, .0246};
            const double u[] = {4, 2, 1, .5, .25, .167, .125, .1, .0833, .0714, .0625};
            for (std::size_t i = 0; i < 11; ++i)
              r[i] = y[i] - x[0] * (u[i] * u[i] + u[i] * x[1]) / (u[i] * u[i] + u[i] * x[2] + x[3]);
          });
    case 16:
      return make_residual_function("brown-dennis", 20, {25, 5, -5, -1}, {{85822.2016263563, {}}},
                                    [=](const auto& x, auto r) {
                                      for (std::size_t i = 0; i < 20; ++i) {
                                        const double t = index(i) / 5;
                                        const auto p = x[0] + t * x[1] - std::exp(t),
                                                   q = x[2] + x[3] * std::sin(t) - std::cos(t);
                                        r[i] = p * p + q * q;
                                      }
                                    },
                                    {{0, 1}, {2, 3}});
    case 17:
      return make_residual_function("osborne-1", 33, {0.5, 1.5, -1, 0.01, 0.02}, {{5.46489469748263e-5, {}}},
                                    [](const auto& x, auto r) {
                                      using std::exp;
                                      const double y[] = {.844, .908, .932, .936, .925, .908, .881, .850, .818,
                                                          .784, .751, .718, .685, .658, .628, .603, .580, .558,
                                                          .538, .522, .506, .490, .478, .467, .457, .448, .438,
                                                          .431, .424, .420, .414, .411, .406};
                                      for (std::size_t i = 0; i < 33; ++i) {
                                        const double t = 10 * static_cast<double>(i);
                                        r[i] = y[i] - (x[0] + x[1] * exp(-t * x[3]) + x[2] * exp(-t * x[4]));
                                      }
                                    },
                                    {{0, 1, 2}, {3, 4}});
    case 18:
      return make_residual_function(
          "biggs-exp6", 13, {1, 2, 1, 1, 1, 1}, {{0, {1, 10, 1, 5, 4, 3}}, {5.65564992556e-3, {}}},
          [=](const auto& x, auto r) {
            using std::exp;
            for (std::size_t i = 0; i < 13; ++i) {
              const double t = 0.1 * index(i), y = std::exp(-t) - 5 * std::exp(-10 * t) + 3 * std::exp(-4 * t);
              r[i] = x[2] * exp(-t * x[0]) - x[3] * exp(-t * x[1]) + x[5] * exp(-t * x[4]) - y;
            }
          },
          {{0, 1, 4}, {2, 3, 5}});
    default:
      return make_residual_function(
          "osborne-2", 65, {1.3, 0.65, 0.65, 0.7, 0.6, 3, 5, 7, 2, 4.5, 5.5}, {{4.01377362935477e-2, {}}},
          [](const auto& x, auto r) {
            using std::exp;
            const double y[] = {1.366, 1.191, 1.112, 1.013, .991, .885, .831, .847, .786, .725, .746, .679, .608,
                                .655,  .616,  .606,  .602,  .626, .651, .724, .649, .649, .694, .644, .624, .661,
                                .612,  .558,  .533,  .495,  .500, .423, .395, .375, .372, .391, .396, .405, .428,
                                .429,  .523,  .562,  .607,  .653, .672, .708, .633, .668, .645, .632, .591, .559,
                                .597,  .625,  .739,  .710,  .729, .720, .636, .581, .428, .292, .162, .098, .054};
            for (std::size_t i = 0; i < 65; ++i) {
              const double t = static_cast<double>(i) / 10;
              auto sum = x[0] * exp(-t * x[4]);
              for (std::size_t k = 1; k < 4; ++k) {
                const auto away = t - x[k + 7];
                sum += x[k] * exp(-away * away * x[k + 4]);
              }
              r[i] = y[i] - sum;
            }
          },
          {{0, 1, 2, 3}, {4, 5, 6, 7, 8, 9, 10}});
  }
}

}  // namespace blockopt::detail
