// SPDX-License-Identifier: MIT
// Part of blockopt: two moons, points whose labels spread along nearest neighbours.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/problem/detail/random_source.hpp>
#include <blockopt/problem/label_propagation.hpp>

namespace blockopt {

struct two_moons_config {
  std::size_t points = 2000;   ///< half of them in each moon
  std::size_t neighbours = 5;  ///< each point's nearest, to which it has an edge of weight 1
  std::size_t labels = 100;    ///< points with a label, -1 or 1 by their moon
  double noise = 0.1;          ///< standard deviation of each point's place
  std::uint64_t seed = 1;
};

/// Places: the upper half of a circle of radius 1 around (0, 0), and the lower half of one around (1, 1/2), with noise.
/// Point i belongs to the upper moon where i is even.
[[nodiscard]] inline std::vector<std::array<double, 2>> two_moons_points(std::size_t points, double noise,
                                                                         std::uint64_t seed) {
  detail::random_source random(seed, 0);
  std::vector<std::array<double, 2>> places(points);
  for (std::size_t i = 0; i < points; ++i) {
    const double angle = std::numbers::pi * random.uniform();
    const double x = std::cos(angle), y = std::sin(angle);
    places[i] = i % 2 == 0 ? std::array{x, y} : std::array{1 - x, 0.5 - y};
    for (double& v : places[i]) v += noise * random.normal();
  }
  return places;
}

/// An edge wherever one point is among the k nearest of the other; the first of equally near ones. O(n^2). Raises
/// invalid_option unless there are more than k points.
[[nodiscard]] inline std::vector<weighted_edge> nearest_neighbour_edges(std::span<const std::array<double, 2>> places,
                                                                        std::size_t k) {
  const std::size_t n = places.size();
  if (k == 0 || k >= n) raise<invalid_option>({"two_moons: ", k, " nearest neighbours among ", n, " points"});
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  std::vector<std::pair<double, std::size_t>> distance;
  for (std::size_t i = 0; i < n; ++i) {
    distance.clear();
    for (std::size_t j = 0; j < n; ++j) {
      const double dx = places[j][0] - places[i][0], dy = places[j][1] - places[i][1];
      if (j != i) distance.emplace_back(dx * dx + dy * dy, j);
    }
    std::partial_sort(distance.begin(), distance.begin() + static_cast<std::ptrdiff_t>(k), distance.end());
    for (std::size_t q = 0; q < k; ++q) pairs.push_back(std::minmax(i, std::size_t{distance[q].second}));
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  std::vector<weighted_edge> edges;
  for (const auto& [i, j] : pairs) edges.push_back({i, j, 1.0});
  return edges;
}

/// Label propagation on such points, as in "Dataset E" of Nutini, Laradji & Schmidt (JMLR 2022), whose own points were not
/// published. Raises invalid_option for settings that cannot be, and where a group of points has no label (another seed or
/// more labels then).
[[nodiscard]] inline label_propagation two_moons(const two_moons_config& config = {}) {
  if (config.labels == 0 || config.labels >= config.points)
    raise<invalid_option>({"two_moons: labels = ", config.labels, " of ", config.points, " points"});
  if (!(config.noise >= 0 && std::isfinite(config.noise)))
    raise<invalid_option>({"two_moons: noise = ", config.noise, "; it must not be negative"});
  const auto places = two_moons_points(config.points, config.noise, config.seed);
  std::vector<std::size_t> order(config.points);
  std::iota(order.begin(), order.end(), std::size_t{0});
  detail::random_source random(config.seed, 1);
  std::vector<node_label> labels;
  for (std::size_t k = 0; k < config.labels; ++k) {
    std::swap(order[k], order[k + static_cast<std::size_t>(random.below(config.points - k))]);
    labels.push_back({order[k], order[k] % 2 == 0 ? 1.0 : -1.0});
  }
  return propagate_labels(config.points, nearest_neighbour_edges(places, config.neighbours), labels);
}

}  // namespace blockopt
