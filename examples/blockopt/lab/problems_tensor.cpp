// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of problems: factorizations of tensors.

#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include <blockopt/problem/planted_tensor.hpp>
#include <blockopt/problem/tensor_factorization.hpp>

#include "lab/lab_run_body.hpp"
#include "lab/problems.hpp"

namespace blockopt::program {

namespace {

std::unique_ptr<lab_problem> make_tensor(choice_reader& p, const problem_input& input) {
  planted_tensor_config config{.rank = static_cast<std::size_t>(p.count("rank", 3)),
                               .cosine = p.number("cosine", 0.5),
                               .snr = p.number("snr", 0),
                               .seed = input.seed};
  if (const std::vector<double> sizes = p.numbers("sizes"); p.has("sizes")) {
    if (sizes.size() != 3) p.refuse("sizes are three, as in sizes=10+10+10");
    for (std::size_t m = 0; m < 3; ++m) {
      if (!(sizes[m] >= 1 && sizes[m] <= 1e4) || sizes[m] != std::floor(sizes[m]))
        p.refuse("sizes are whole numbers from 1 to 10000");
      config.sizes[m] = static_cast<std::size_t>(sizes[m]);
    }
  }
  if (config.snr == 0) config.snr = std::numeric_limits<double>::infinity();
  tensor_factorization problem(planted_tensor(config), config.rank, input.seed);
  coordinate_blocks factors = problem.factor_blocks();
  return make_lab_problem(std::move(problem), {}, std::move(factors));
}

}  // namespace

std::span<const problem_entry> tensor_entries() {
  static const problem_entry all[] = {
      {{.name = "tensor-factorization",
        .summary = "a tensor of three ways as a sum of outer products (CP, PARAFAC)",
        .formula = "||T - sum over r of a_r o b_r o c_r||^2 / 2; without noise f* = 0",
        .cost = "O(a slice of T) a coordinate",
        .guarantee =
            "--block-size natural --update exact is alternating least squares: f never rises. Not convex; from "
            "some starts it misses a component. With cosine 0.9 or more it is slow for long: a swamp",
        .source =
            "Kolda & Bader, SIAM Review 51(3), 2009; Mitchell & Burdick, J. Chemometrics 8, 1994; Comon, Luciani & "
            "de Almeida, J. Chemometrics 23, 2009",
        .parameters = "sizes=10+10+10; rank=3 (at most the least size); cosine=0.5 (between columns of a factor, below "
                      "1); snr=0 (||T|| / ||noise||; 0: no noise)"},
       make_tensor},
  };
  return all;
}

}  // namespace blockopt::program
