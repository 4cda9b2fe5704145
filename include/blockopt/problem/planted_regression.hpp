// SPDX-License-Identifier: MIT
// Part of blockopt: regression data with a known sparse model behind them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include <blockopt/error.hpp>
#include <blockopt/problem/columns.hpp>
#include <blockopt/problem/detail/random_source.hpp>

namespace blockopt {

struct planted_regression_config {
  std::size_t rows = 100, columns = 1000;
  double rho = 0;          ///< correlation of neighbouring columns, in [0, 1); dense designs
  double density = 0.2;    ///< share of columns that the model has, in (0, 1]
  std::size_t group = 1;   ///< neighbouring columns that it has together or not at all; the last may be fewer
  double snr = 3;          ///< ||A w|| / ||noise||, positive; infinite: no noise
  double nonzeros = 0.01;  ///< mean share of a column's elements that are not zero, in (0, 1]; sparse designs
  double power = 0.8;      ///< column j has nonzeros in proportion to (j + 1)^-power; sparse designs
  std::uint64_t seed = 1;  ///< of design, model and noise, as separate streams
};

template <class Design>
struct planted_data {
  Design design;
  std::vector<double> model;   ///< w
  std::vector<double> target;  ///< A w + noise
};

/// Labels for classification: the signs of the target.
[[nodiscard]] inline std::vector<double> signs_of(std::vector<double> target) {
  for (double& y : target) y = y < 0 ? -1.0 : 1.0;
  return target;
}

namespace detail {

inline void check_planted(const planted_regression_config& c) {
  const auto inside = [](const char* name, double v, bool valid) {
    if (!valid) raise<invalid_option>({"planted_regression: ", name, " = ", v, " is out of range"});
  };
  if (c.rows == 0 || c.columns == 0)
    raise<invalid_option>({"planted_regression: a design of ", c.rows, " x ", c.columns});
  inside("rho", c.rho, c.rho >= 0 && c.rho < 1);
  inside("density", c.density, c.density > 0 && c.density <= 1);
  inside("group", static_cast<double>(c.group), c.group > 0 && c.group <= c.columns);
  inside("snr", c.snr, c.snr > 0);
  inside("nonzeros", c.nonzeros, c.nonzeros > 0 && c.nonzeros <= 1);
  inside("power", c.power, c.power >= 0 && std::isfinite(c.power));
}

/// `count` of n numbers, ascending: each set with the same chance.
[[nodiscard]] inline std::vector<std::uint32_t> random_subset(std::size_t n, std::size_t count, random_source& random) {
  std::vector<std::uint32_t> chosen;
  chosen.reserve(count);
  for (std::size_t i = 0; chosen.size() < count; ++i) {  // selection sampling, Knuth's algorithm S
    if (static_cast<double>(n - i) * random.uniform() < static_cast<double>(count - chosen.size()))
      chosen.push_back(static_cast<std::uint32_t>(i));
  }
  return chosen;
}

/// Normal noise of length ||target|| / snr; none where snr is infinite.
inline void add_noise(std::span<double> target, double snr, random_source& random) {
  if (std::isinf(snr)) return;
  std::vector<double> e(target.size());
  double signal = 0, squares = 0;
  for (std::size_t i = 0; i < e.size(); ++i) {
    e[i] = random.normal();
    signal += target[i] * target[i];
    squares += e[i] * e[i];
  }
  const double scale = squares > 0 ? std::sqrt(signal / squares) / snr : 0.0;
  for (std::size_t i = 0; i < e.size(); ++i) target[i] += scale * e[i];
}

/// A normal model on a random support, and what it makes of the design.
template <class Design>
[[nodiscard]] planted_data<Design> plant(Design a, const planted_regression_config& c) {
  random_source support(c.seed, 1), noise(c.seed, 2);
  planted_data<Design> data{std::move(a), std::vector<double>(c.columns), std::vector<double>(c.rows)};
  const std::size_t groups = (c.columns + c.group - 1) / c.group;
  const double wanted = c.density * static_cast<double>(groups);
  for (const std::size_t g :
       random_subset(groups, std::max<std::size_t>(1, static_cast<std::size_t>(wanted)), support)) {
    for (std::size_t j = g * c.group; j < std::min(c.columns, (g + 1) * c.group); ++j) {
      data.model[j] = support.normal();
      data.design.add(j, data.model[j], data.target);
    }
  }
  add_noise(data.target, c.snr, noise);
  return data;
}

}  // namespace detail

/// Normal columns, each with correlation rho to the one before (Toeplitz rho^|i - j|): the simulated data of benchopt's
/// benchmark_lasso, (rows, columns) being (100, 10000), (500, 600) or (10000, 100) there, rho 0 or 0.6. Raises invalid_option.
[[nodiscard]] inline planted_data<dense_columns> planted_regression(const planted_regression_config& config = {}) {
  detail::check_planted(config);
  detail::random_source random(config.seed, 0);
  const auto m = static_cast<Eigen::Index>(config.rows), n = static_cast<Eigen::Index>(config.columns);
  Eigen::MatrixXd a(m, n);
  const double fresh = std::sqrt(1 - config.rho * config.rho);
  for (Eigen::Index j = 0; j < n; ++j) {
    for (Eigen::Index i = 0; i < m; ++i) {
      const double v = random.normal();
      a(i, j) = j == 0 ? v : config.rho * a(i, j - 1) + fresh * v;
    }
  }
  return detail::plant(dense_columns(std::move(a)), config);
}

/// Sparse columns whose numbers of nonzeros fall by a power law, as in texts, one at least; elements are normal. Raises
/// invalid_option.
[[nodiscard]] inline planted_data<sparse_columns> sparse_planted_regression(
    const planted_regression_config& config = {}) {
  detail::check_planted(config);
  detail::random_source random(config.seed, 0);
  const double rows = static_cast<double>(config.rows);
  double sum = 0;
  for (std::size_t j = 0; j < config.columns; ++j) sum += std::pow(static_cast<double>(j + 1), -config.power);
  const double scale = config.nonzeros * rows * static_cast<double>(config.columns) / sum;
  std::vector<std::size_t> first{0};
  std::vector<std::uint32_t> row;
  std::vector<double> value;
  for (std::size_t j = 0; j < config.columns; ++j) {
    const double wanted =
        std::clamp(std::round(scale * std::pow(static_cast<double>(j + 1), -config.power)), 1.0, rows);
    for (const std::uint32_t i : detail::random_subset(config.rows, static_cast<std::size_t>(wanted), random)) {
      row.push_back(i);
      value.push_back(random.normal());
    }
    first.push_back(row.size());
  }
  return detail::plant(sparse_columns(config.rows, std::move(first), std::move(row), std::move(value)), config);
}

}  // namespace blockopt
