// SPDX-License-Identifier: MIT
// Part of blockopt: published results: the best step of two-block gradient descent.

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/problem/two_blocks.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "reproduce/epoch_map.hpp"
#include "reproduce/results.hpp"

namespace blockopt::program {

namespace {

void run(const reproduce_settings&, reproduction& r) {
  constexpr std::size_t size = 5;
  const auto blocks = coordinate_blocks::contiguous(2 * size, size);
  struct published {
    double c, factor;
  };
  for (const published& p : {published{0.5, 0.071797}, {0.9, 0.392864}, {0.99, 0.752745}}) {
    const auto problem = orthogonal_blocks(size, p.c);
    // The map of the error is the same everywhere: that of y = 0, whose minimizer is 0.
    const linear_model<dense_columns, squared_loss> centred(problem.design(),
                                                            squared_loss{std::vector<double>(2 * size)});
    const auto factor = [&](double w) {
      return detail::spectral_radius(
          epoch_map(centred, std::vector<double>(2 * size), blocks, ascending{}, gradient_step{.relaxation = w}));
    };
    char text[32];
    std::snprintf(text, sizeof text, "c = %g: ", p.c);
    const std::string name = text;
    const double best = 2 / (1 + std::sqrt(1 - p.c * p.c));
    r.absolute(name + "steps of 1/L_b, factor of the error in a cycle", p.c * p.c, factor(1), 1e-6);
    r.absolute(name + "best step, factor", p.factor, factor(best), 1e-3);
    r.below(name + "best step, below that of a step shorter by 1 %", factor(0.99 * best), factor(best));
    r.below(name + "best step, below that of a step longer by 1 %", factor(1.01 * best), factor(best));
  }
}

}  // namespace

published_result f11() {
  return {
      .number = "f11",
      .name = "two-block-step",
      .title = "Two blocks with the best step are as fast as the square of heavy ball",
      .source = "Peng & Yin, ICML 2024, Block acceleration without momentum; Young 1971",
      .setup =
          "||A_1 x_1 + A_2 x_2 - y||^2/2, orthonormal blocks, c = ||A_1'A_2||, steps of w/L_b, w = 2/(1 + sqrt(1-c^2))",
      .run = run};
}

}  // namespace blockopt::program
