// SPDX-License-Identifier: MIT
// Part of blockopt: the problems of the registry.
#include <memory>
#include <vector>

#include <blockopt/problem/logistic_regression.hpp>
#include <blockopt/problem/quadratic.hpp>
#include <blockopt/view/scalar.hpp>

#include "registry/registry.hpp"

namespace blockopt_tests {

template <class T>
std::vector<named_problem<T>> all_problems() {
  using namespace blockopt;
  return {
      {"quadratic",
       [] { return erase<T>(quadratic<T>{{.spectrum = log_spaced(0.1, 1.0, 26), .blocks = 4, .seed = 2}}); }},
      {"logistic_regression",
       [] { return erase<T>(logistic_regression<T>{{.samples = 60, .features = 18, .l2 = 0.3, .blocks = 4}}); }},
  };
}

template std::vector<named_problem<float>> all_problems();
template std::vector<named_problem<double>> all_problems();
template std::vector<named_problem<blockopt::bfloat16>> all_problems();
template std::vector<named_problem<blockopt::half>> all_problems();

}  // namespace blockopt_tests
