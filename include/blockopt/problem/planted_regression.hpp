// SPDX-License-Identifier: MIT
// Part of blockopt: regression data with known weights behind them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/problem/columns.hpp>
#include <blockopt/problem/detail/random_source.hpp>

namespace blockopt {

/// What planted data are made from.
struct planted_config {
  std::size_t rows = 200, columns = 100;
  std::size_t support = 10;  ///< weights that are not zero, at most `columns`; they are 1 and -1 in turn
  double correlation = 0;    ///< of neighbouring columns, rho in [0, 1): A_ij = rho A_i,j-1 + sqrt(1 - rho^2) N(0, 1)
  double density = 1;        ///< share of the elements that are kept, in (0, 1]
  double signal_to_noise = 10;  ///< ||A w|| / ||noise||, above 0; infinity: no noise
  std::uint64_t seed = 1;
};

/// A, w, y = A w + noise, and labels: the signs of y, 1 for 0.
struct planted_regression {
  sparse_columns design;
  std::vector<double> weights, target, labels;
};

/// Data as benchopt simulates them for its lasso benchmark: columns of variance 1 that correlate with their neighbours, a
/// sparse planted truth and noise of a given strength (sklearn-style make_correlated_data). Same numbers on every machine.
/// Raises invalid_option for a setting out of range.
[[nodiscard]] inline planted_regression make_planted_regression(const planted_config& c) {
  if (c.rows == 0 || c.columns == 0)
    raise<invalid_option>(
        {"planted_config: ", c.rows, " rows and ", c.columns, " columns; at least 1 of each is needed"});
  if (c.rows > std::numeric_limits<std::uint32_t>::max())
    raise<invalid_option>({"planted_config: rows = ", c.rows, "; at most 2^32 - 1"});
  if (c.support > c.columns)
    raise<invalid_option>({"planted_config: support = ", c.support, " of ", c.columns, " columns"});
  if (!(c.correlation >= 0 && c.correlation < 1))
    raise<invalid_option>({"planted_config: correlation = ", c.correlation, "; it must lie in [0, 1)"});
  if (!(c.density > 0 && c.density <= 1))
    raise<invalid_option>({"planted_config: density = ", c.density, "; it must lie in (0, 1]"});
  if (!(c.signal_to_noise > 0))
    raise<invalid_option>({"planted_config: signal_to_noise = ", c.signal_to_noise, "; it must be above 0"});
  detail::random_source elements(c.seed, 0), places(c.seed, 1), noise(c.seed, 2);
  const double own = std::sqrt(1 - c.correlation * c.correlation);

  std::vector<std::size_t> first{0}, order(c.columns);
  std::vector<std::uint32_t> row;
  std::vector<double> value, before(c.rows);
  for (std::size_t j = 0; j < c.columns; ++j) {
    for (std::size_t i = 0; i < c.rows; ++i) {
      const double fresh = elements.normal();
      before[i] = j == 0 ? fresh : c.correlation * before[i] + own * fresh;
      if (c.density < 1 && !(places.uniform() < c.density)) continue;
      row.push_back(static_cast<std::uint32_t>(i));
      value.push_back(before[i]);
    }
    first.push_back(row.size());
  }
  planted_regression result{.design = sparse_columns(c.rows, std::move(first), std::move(row), std::move(value)),
                            .weights = std::vector<double>(c.columns),
                            .target = std::vector<double>(c.rows),
                            .labels = std::vector<double>(c.rows)};
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t k = 0; k < c.support; ++k) {
    std::swap(order[k], order[k + static_cast<std::size_t>(places.below(c.columns - k))]);
    result.weights[order[k]] = k % 2 == 0 ? 1.0 : -1.0;
    result.design.add(order[k], result.weights[order[k]], result.target);
  }
  std::vector<double> disturbance(c.rows);
  double signal = 0, strength = 0;
  for (std::size_t i = 0; i < c.rows; ++i) {
    disturbance[i] = noise.normal();
    signal += result.target[i] * result.target[i];
    strength += disturbance[i] * disturbance[i];
  }
  const double scale = strength > 0 ? std::sqrt((signal > 0 ? signal : 1) / strength) / c.signal_to_noise : 0;
  for (std::size_t i = 0; i < c.rows; ++i) {
    result.target[i] += scale * disturbance[i];
    result.labels[i] = result.target[i] < 0 ? -1.0 : 1.0;
  }
  return result;
}

}  // namespace blockopt
