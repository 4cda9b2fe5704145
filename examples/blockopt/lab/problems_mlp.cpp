// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of problems: a small network.

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/problem/coordinates_of.hpp>
#include <blockopt/problem/mlp.hpp>

#include "lab/lab_run_body.hpp"
#include "lab/problems.hpp"

namespace blockopt::program {

namespace {

std::unique_ptr<lab_problem> make_mlp(choice_reader& p, const problem_input& input) {
  mlp_config config{.samples = static_cast<std::size_t>(p.count("samples", 64)), .seed = input.seed};
  if (p.has("sizes")) config.sizes.clear();
  for (const double size : p.numbers("sizes")) {
    if (!(size >= 1 && size <= 1e5) || size != std::floor(size)) p.refuse("sizes are whole numbers from 1 to 100000");
    config.sizes.push_back(static_cast<std::size_t>(size));
  }
  const std::string loss = p.word("loss", "squared");
  if (loss != "squared" && loss != "cross-entropy") p.refuse("loss is squared or cross-entropy");
  if (loss != "squared") config.loss = mlp_loss::cross_entropy;
  coordinates_of problem{mlp<double>(config)};
  coordinate_blocks matrices = problem.parameter_blocks();
  return make_lab_problem(std::move(problem), {}, std::move(matrices));
}

}  // namespace

std::span<const problem_entry> mlp_entries() {
  static const problem_entry all[] = {
      {{.name = "mlp",
        .summary = "a multilayer perceptron that learns another of the same shape",
        .formula =
            "mean over samples of |net(a) - y|^2 / 2, or of -log softmax(net(a))[y]; net of layers W tanh(...) + b; "
            "f* = 0, an infimum",
        .cost = "a forward pass and a backward one down to the layer, for all weights or all biases of it",
        .guarantee = "no L_i is known: --update adam, sgd, adaptive or armijo. --block-size natural: weights, biases, "
                     "weights, ... from the first layer up",
        .source = "for block descent on networks: Luo, Yu & Li (BAdam), arXiv 2404.02827",
        .parameters = "sizes=2+16+16+1 (inputs, hidden layers, outputs); loss=squared (or cross-entropy); samples=64"},
       make_mlp},
  };
  return all;
}

}  // namespace blockopt::program
