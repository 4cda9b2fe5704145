// SPDX-License-Identifier: MIT
// Part of blockopt: labels that spread over a graph, a sparse quadratic.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include <blockopt/block/lattice_blocks.hpp>
#include <blockopt/error.hpp>
#include <blockopt/problem/columns.hpp>
#include <blockopt/problem/quadratic_model.hpp>
#include <blockopt/select/numpy_random.hpp>

namespace blockopt {

struct weighted_edge {
  std::size_t from = 0, to = 0;  ///< nodes; the direction does not matter
  double weight = 1;             ///< positive
};

struct node_label {
  std::size_t node = 0;
  double value = 0;
};

/// sum over edges of w_ij (y_i - y_j)^2 / 2 over the labels y that are not given, less its constant: x'Ax/2 - b'x with
/// A_ii = sum_j w_ij, A_ij = -w_ij and b_i the sum of w_ij y_j over labelled neighbours (Zhu, Ghahramani & Lafferty, ICML
/// 2003). A column has the neighbours of its node.
struct label_propagation {
  quadratic_model<sparse_columns> problem;
  std::vector<std::size_t> nodes;  ///< of each coordinate, ascending
  double constant = 0;             ///< what the sum over edges has besides
};

/// Edges that are given twice add up. Raises invalid_option for an edge or label out of range, an edge from a node to itself,
/// a weight that is not positive and finite, a node labelled twice, no unlabelled node, and one that no path connects with a
/// label (its value would be free).
[[nodiscard]] inline label_propagation propagate_labels(std::size_t nodes, std::span<const weighted_edge> edges,
                                                        std::span<const node_label> labels) {
  constexpr std::size_t labelled = static_cast<std::size_t>(-1);
  std::vector<double> value(nodes);
  std::vector<std::size_t> coordinate(nodes), unlabelled;
  for (const node_label& l : labels) {
    if (l.node >= nodes)
      raise<invalid_option>({"label_propagation: a label of node ", l.node, "; there are ", nodes, " nodes"});
    if (!std::isfinite(l.value))
      raise<invalid_option>({"label_propagation: the label of node ", l.node, " is ", l.value});
    if (std::exchange(coordinate[l.node], labelled) == labelled)
      raise<invalid_option>({"label_propagation: node ", l.node, " is labelled twice"});
    value[l.node] = l.value;
  }
  for (std::size_t i = 0; i < nodes; ++i) {
    if (coordinate[i] == labelled) continue;
    coordinate[i] = unlabelled.size();
    unlabelled.push_back(i);
  }
  const std::size_t n = unlabelled.size();
  if (n == 0) raise<invalid_option>({"label_propagation: none of ", nodes, " nodes is without a label"});

  std::vector<std::map<std::uint32_t, double>> columns(n);
  std::vector<double> linear(n);
  std::vector<std::size_t> reached;  // from the labels, along edges
  std::vector<char> connected(n);
  double constant = 0;
  for (const weighted_edge& e : edges) {
    if (e.from >= nodes || e.to >= nodes || e.from == e.to)
      raise<invalid_option>({"label_propagation: an edge from node ", e.from, " to ", e.to, "; there are ", nodes});
    if (!(e.weight > 0 && std::isfinite(e.weight)))
      raise<invalid_option>({"label_propagation: the edge from ", e.from, " to ", e.to, " has weight ", e.weight});
    const std::size_t i = coordinate[e.from], j = coordinate[e.to];
    if (i != labelled) columns[i][static_cast<std::uint32_t>(i)] += e.weight;
    if (j != labelled) columns[j][static_cast<std::uint32_t>(j)] += e.weight;
    if (i != labelled && j != labelled) {
      columns[i][static_cast<std::uint32_t>(j)] -= e.weight;
      columns[j][static_cast<std::uint32_t>(i)] -= e.weight;
    } else {
      const double difference = value[e.from] - value[e.to];  // an unlabelled node has 0
      constant += 0.5 * e.weight * difference * difference;
      const std::size_t free = i != labelled ? i : j;
      if (free == labelled) continue;
      linear[free] += e.weight * (value[e.from] + value[e.to]);
      if (std::exchange(connected[free], char{1}) == 0) reached.push_back(free);
    }
  }
  while (!reached.empty()) {
    const std::size_t i = reached.back();
    reached.pop_back();
    for (const auto& [j, weight] : columns[i]) {
      if (std::exchange(connected[j], char{1}) == 0) reached.push_back(j);
    }
  }
  std::vector<std::size_t> first{0};
  std::vector<std::uint32_t> rows;
  std::vector<double> values;
  for (std::size_t j = 0; j < n; ++j) {
    if (connected[j] == 0)
      raise<invalid_option>({"label_propagation: no path connects node ", unlabelled[j], " with a label"});
    for (const auto& [i, a] : columns[j]) {
      rows.push_back(i);
      values.push_back(a);
    }
    first.push_back(rows.size());
  }
  return {{sparse_columns(n, std::move(first), std::move(rows), std::move(values)), std::move(linear)},
          std::move(unlabelled),
          constant};
}

/// Edges between neighbours of a grid, node r * columns + c in row r and column c.
[[nodiscard]] inline std::vector<weighted_edge> lattice_edges(std::size_t rows, std::size_t columns, double weight) {
  std::vector<weighted_edge> edges;
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) {
      const std::size_t i = r * columns + c;
      if (c + 1 < columns) edges.push_back({i, i + 1, weight});
      if (r + 1 < rows) edges.push_back({i, i + columns, weight});
    }
  }
  return edges;
}

/// "Dataset D" of Nutini, Laradji & Schmidt, "Let's make block coordinate descent converge faster", JMLR 23(131), 2022: a
/// lattice of 50 x 50 nodes and weight 10^5, 100 labels of variance 100, 2400 unknowns; numbers as numpy's RandomState(1)
/// draws them. f* = -1045999575.2270696.
[[nodiscard]] inline label_propagation lattice_label_propagation() {
  numpy_random random(1);
  std::vector<node_label> labels;
  for (const std::size_t node : random.choice(2500, 100)) labels.push_back({node, 0.0});
  for (node_label& l : labels) l.value = random.randn() * 10.0;
  return propagate_labels(2500, lattice_edges(50, 50, 1e5), labels);
}

/// The same lattice with its coordinates, for red_black and other partitions: nodes with a label are holes. Raises
/// invalid_option for a node beyond rows x columns.
[[nodiscard]] inline lattice lattice_of(const label_propagation& labels, std::size_t rows, std::size_t columns) {
  lattice l{.rows = rows, .columns = columns, .number = std::vector<std::size_t>(rows * columns, lattice::hole)};
  for (std::size_t i = 0; i < labels.nodes.size(); ++i) {
    if (labels.nodes[i] >= l.number.size())
      raise<invalid_option>({"lattice_of: node ", labels.nodes[i], " in a lattice of ", rows, " x ", columns});
    l.number[labels.nodes[i]] = i;
  }
  return l;
}

}  // namespace blockopt
