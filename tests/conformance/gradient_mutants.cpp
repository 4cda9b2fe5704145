// SPDX-License-Identifier: MIT
// Part of blockopt: block oracles with one fault each.
#include <cstddef>
#include <limits>
#include <vector>

#include <blockopt/block/active_block.hpp>
#include <blockopt/block/parameter.hpp>
#include <blockopt/conformance/check_block_gradient.hpp>

#include "conformance/mutants.hpp"

namespace bo = blockopt;

namespace {

enum class fault {
  none,
  wrong_sign,
  one_coordinate,
  forgets_coupling,
  assigns,
  touches_inactive,
  half_objective,
  changes_values,
  not_separable,
  counts_calls,
  infinite
};

/// f(x) = sum of c_i x_i^2 / 2 + x_0 x_n, over three parameters of 5 elements, with a fault in its gradient.
struct faulty_problem {
  using value_type = double;
  std::vector<std::vector<double>> x{3, std::vector<double>(5)};

  fault which;

  explicit faulty_problem(fault f) : which(f) {
    for (std::size_t p = 0; p < 3; ++p) {
      for (std::size_t i = 0; i < 5; ++i) x[p][i] = 0.25 * static_cast<double>(p) - 0.5 * static_cast<double>(i) + 0.3;
    }
  }
  [[nodiscard]] std::vector<bo::parameter<double>> parameters() {
    return {{"a", bo::view(x[0])}, {"b", bo::view(x[1])}, {"c", bo::view(x[2])}};
  }
  [[nodiscard]] static double curvature(std::size_t p, std::size_t i) { return 1 + 0.5 * static_cast<double>(p + i); }
  [[nodiscard]] double value() const {
    double sum = x[0][0] * x[2][4];
    for (std::size_t p = 0; p < 3; ++p) {
      for (std::size_t i = 0; i < 5; ++i) sum += 0.5 * curvature(p, i) * x[p][i] * x[p][i];
    }
    return which == fault::infinite ? std::numeric_limits<double>::infinity() : sum;
  }
  double gradient(const bo::active_block<double>& active) {
    ++calls;
    for (std::size_t p = 0; p < 3; ++p) {
      const auto g = active.gradient(p);
      if (g.data() == nullptr || (!active.contains(p) && which != fault::touches_inactive)) continue;
      for (std::size_t i = 0; i < 5; ++i) {
        double slope = curvature(p, i) * x[p][i];
        if (which != fault::forgets_coupling && p == 0 && i == 0) slope += x[2][4];
        if (which != fault::forgets_coupling && p == 2 && i == 4) slope += x[0][0];
        if (which == fault::wrong_sign) slope = -slope;
        if (which == fault::one_coordinate && p == 1 && i == 3) slope *= 1.001;
        if (which == fault::not_separable) slope += 1e-13 * static_cast<double>(active.parameters.size());
        if (which == fault::counts_calls) slope += 1e-13 * calls;
        if (which == fault::assigns) g.data()[i] = slope;
        else g.data()[i] += slope;
      }
    }
    if (which == fault::changes_values) x[1][2] += 1e-13;
    return which == fault::half_objective ? value() / 2 : value();
  }
  int calls = 0;
};

bo::conformance_report check_fault(fault which) {
  faulty_problem problem(which);
  return bo::check_block_gradient(problem);
}

}  // namespace

namespace blockopt_tests {

void try_gradient_mutants(mutant_list& list) {
  if (const auto report = check_fault(fault::none); !report) list.add("no fault", "nothing", report);
  list.add("wrong sign", "agrees with differences", check_fault(fault::wrong_sign));
  list.add("one coordinate off by a thousandth", "agrees with differences", check_fault(fault::one_coordinate));
  list.add("forgets what couples two blocks", "agrees with differences", check_fault(fault::forgets_coupling));
  list.add("assigns", "adds to what is there", check_fault(fault::assigns));
  list.add("touches inactive blocks", "leaves inactive parameters alone", check_fault(fault::touches_inactive));
  list.add("returns half the objective", "returns the objective", check_fault(fault::half_objective));
  list.add("changes a value", "changes no values", check_fault(fault::changes_values));
  list.add("depends on what else is active", "blocks are parts of the full gradient",
           check_fault(fault::not_separable));
  list.add("depends on earlier calls", "same numbers again", check_fault(fault::counts_calls));
  list.add("infinite objective", "objective is finite", check_fault(fault::infinite));
}

}  // namespace blockopt_tests
