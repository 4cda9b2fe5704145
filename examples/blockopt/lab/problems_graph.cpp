// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of problems: graphs.

#include <blockopt/problem/label_propagation.hpp>
#include <blockopt/problem/two_moons.hpp>

#include "lab/lab_run_body.hpp"
#include "lab/problems.hpp"

namespace blockopt::program {

namespace {

std::unique_ptr<lab_problem> make_lattice(choice_reader& p, const problem_input&) {
  const std::string graph = p.word("graph", "lattice");
  if (graph != "lattice") p.refuse("graph is lattice");
  return make_lab_problem(lattice_label_propagation().problem);
}

}  // namespace

std::span<const problem_entry> graph_entries() {
  static const problem_entry all[] = {
      {{.name = "label-propagation",
        .summary = "labels of the nodes of a graph from a few given ones, a sparse quadratic",
        .formula = "sum over edges of w_ij (y_i - y_j)^2 / 2 over the labels that are not given",
        .cost = "O(degree) a coordinate",
        .source = "Zhu, Ghahramani & Lafferty, ICML 2003; lattice: Dataset D of Nutini, Laradji & Schmidt, JMLR 2022",
        .parameters = "graph=lattice (50 x 50, weight 1e5, 100 labels)"},
       make_lattice},
  };
  return all;
}

}  // namespace blockopt::program
