// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of problems: graphs.

#include <string>
#include <utility>

#include <blockopt/problem/label_propagation.hpp>
#include <blockopt/problem/two_moons.hpp>

#include "lab/lab_run_body.hpp"
#include "lab/problems.hpp"

namespace blockopt::program {

namespace {

std::unique_ptr<lab_problem> make_graph(choice_reader& p, const problem_input& input) {
  const std::string graph = p.word("graph", "lattice");
  if (graph == "moons") {
    return make_lab_problem(two_moons({.points = static_cast<std::size_t>(p.count("points", 2000)),
                                       .neighbours = static_cast<std::size_t>(p.count("neighbours", 5)),
                                       .labels = static_cast<std::size_t>(p.count("labels", 100)),
                                       .noise = p.number("noise", 0.1),
                                       .seed = input.seed})
                                .problem);
  }
  if (graph != "lattice") p.refuse("graph is lattice or moons");
  label_propagation lattice = lattice_label_propagation();
  coordinate_blocks colours = red_black(lattice_of(lattice, 50, 50));
  return make_lab_problem(std::move(lattice.problem), {}, std::move(colours));
}

}  // namespace

std::span<const problem_entry> graph_entries() {
  static const problem_entry all[] = {
      {{.name = "label-propagation",
        .summary = "labels of the nodes of a graph from a few given ones, a sparse quadratic",
        .formula = "sum over edges of w_ij (y_i - y_j)^2 / 2 over the labels that are not given",
        .cost = "O(degree) a coordinate",
        .source = "Zhu, Ghahramani & Lafferty, ICML 2003; lattice: Dataset D of Nutini, Laradji & Schmidt, JMLR 2022",
        .parameters = "graph=lattice (50 x 50, weight 1e5, 100 labels, --block-size natural: red and black nodes; or "
                      "moons: points=2000; neighbours=5; labels=100; noise=0.1)"},
       make_graph},
  };
  return all;
}

}  // namespace blockopt::program
