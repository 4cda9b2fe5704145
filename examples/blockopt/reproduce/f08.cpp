// SPDX-License-Identifier: MIT
// Part of blockopt: published results: cyclic order at its slowest.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/problem/sun_ye.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/theory/sun_ye_cyclic.hpp>
#include <blockopt/update/block/exact_step.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "reproduce/results.hpp"
#include "reproduce/sun_ye_epochs.hpp"

namespace blockopt::program {

namespace {

void run(const reproduce_settings&, reproduction& r) {
  struct published {
    std::size_t n;
    double d, cyclic, ratio;
  };
  for (const published& p : {published{50, 0.05, 8.695e-4, 87}, {100, 0.05, 2.183e-4, 337}}) {
    const std::string name = sun_ye_name(p.n, p.d);
    r.relative(name + "cyclic, 1 - factor of f in an epoch", p.cyclic, 1 - sun_ye_cyclic_factor(p.n, p.d), 1e-3);
    const double cyclic = sun_ye_epochs(p.n, p.d, ascending{}, exact_step{});
    const double uniform = sun_ye_epochs(p.n, p.d, uniform_random{}, exact_step{});
    r.report(name + "cyclic, epochs to 1e-8", cyclic);
    r.report(name + "uniform, epochs to 1e-8", uniform);
    if (p.n == 50) r.at_least(name + "ratio of the two", 80, cyclic / uniform);
    r.relative(name + "ratio of the two", p.ratio, cyclic / uniform, 0.1);
    if (p.n == 100) {
      const double gradient = sun_ye_epochs(p.n, p.d, ascending{}, gradient_step{}, p.n);
      r.below(name + "gradient descent, epochs to 1e-8, below cyclic", cyclic, gradient);
    }
  }
  const double measured = 1 - sun_ye_cyclic_factor(100, 0.01);
  r.relative(sun_ye_name(100, 0.01) + "cyclic, 1 - factor", 4.025e-5, measured, 1e-3);
  r.relative(sun_ye_name(100, 0.01) + "cyclic, against 4 pi^2 d/n^2", 4 * std::numbers::pi * std::numbers::pi * 1e-6,
             measured, 0.02);
}

}  // namespace

published_result f08() {
  return {
      .number = "f8",
      .name = "sun-ye-cyclic",
      .title = "The worst case of cyclic order: n^2 times the epochs of random order",
      .source = "Sun & Ye, Math. Program. 185, 2021, arXiv 1604.07130",
      .setup =
          "x'Ax/2 with A = d I + (1 - d) 11', exact steps; epochs until f is 1e-8 of its start, means over 30 starts",
      .run = run};
}

}  // namespace blockopt::program
