// SPDX-License-Identifier: MIT
// Part of blockopt: the classical test functions of unconstrained optimization.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <blockopt/error.hpp>
#include <blockopt/problem/detail/test_functions_fixed.hpp>
#include <blockopt/problem/detail/test_functions_sized.hpp>
#include <blockopt/problem/residual_function.hpp>

namespace blockopt {

/// What may be asked of test_function: a name, the number in the paper, and how many variables there may be.
struct test_function_entry {
  std::string_view name;
  int number;
  std::size_t least, most;  ///< equal where the number is fixed
  std::size_t multiple;     ///< of which the number of variables must be one
  std::size_t usual;        ///< when none is named
};

/// More, Garbow & Hillstrom, "Testing unconstrained optimization software", ACM TOMS 7 (1981). Problems 21 and 22 are 1 and 13
/// with more variables.
[[nodiscard]] inline std::span<const test_function_entry> test_function_table() {
  constexpr std::size_t many = 100000;
  static constexpr test_function_entry table[] = {{"rosenbrock", 1, 2, many, 2, 2},
                                                  {"freudenstein-roth", 2, 2, 2, 1, 2},
                                                  {"powell-badly-scaled", 3, 2, 2, 1, 2},
                                                  {"brown-badly-scaled", 4, 2, 2, 1, 2},
                                                  {"beale", 5, 2, 2, 1, 2},
                                                  {"jennrich-sampson", 6, 2, 2, 1, 2},
                                                  {"helical-valley", 7, 3, 3, 1, 3},
                                                  {"bard", 8, 3, 3, 1, 3},
                                                  {"gaussian", 9, 3, 3, 1, 3},
                                                  {"meyer", 10, 3, 3, 1, 3},
                                                  {"gulf", 11, 3, 3, 1, 3},
                                                  {"box-3d", 12, 3, 3, 1, 3},
                                                  {"powell-singular", 13, 4, many, 4, 4},
                                                  {"wood", 14, 4, 4, 1, 4},
                                                  {"kowalik-osborne", 15, 4, 4, 1, 4},
                                                  {"brown-dennis", 16, 4, 4, 1, 4},
                                                  {"osborne-1", 17, 5, 5, 1, 5},
                                                  {"biggs-exp6", 18, 6, 6, 1, 6},
                                                  {"osborne-2", 19, 11, 11, 1, 11},
                                                  {"watson", 20, 2, 31, 1, 6},
                                                  {"penalty-1", 23, 1, many, 1, 4},
                                                  {"penalty-2", 24, 1, many, 1, 4},
                                                  {"variably-dimensioned", 25, 1, many, 1, 10},
                                                  {"trigonometric", 26, 1, many, 1, 5},
                                                  {"brown-almost-linear", 27, 1, many, 1, 10},
                                                  {"discrete-boundary-value", 28, 1, many, 1, 10},
                                                  {"discrete-integral", 29, 1, many, 1, 10},
                                                  {"broyden-tridiagonal", 30, 1, many, 1, 10},
                                                  {"broyden-banded", 31, 1, many, 1, 10},
                                                  {"linear-full-rank", 32, 1, many, 1, 5},
                                                  {"linear-rank-1", 33, 1, many, 1, 5},
                                                  {"linear-rank-1-zeros", 34, 3, many, 1, 5},
                                                  {"chebyquad", 35, 1, 100, 1, 8}};
  return table;
}

/// The function of that name with so many variables (0: as many as usual). Raises invalid_option for a name that is not in
/// the table, and a number of variables that the function cannot have.
[[nodiscard]] inline residual_function test_function(std::string_view name, std::size_t variables = 0) {
  for (const test_function_entry& e : test_function_table()) {
    if (e.name != name) continue;
    const std::size_t n = variables == 0 ? e.usual : variables;
    if (n < e.least || n > e.most || n % e.multiple != 0)
      raise<invalid_option>({"test_function: ", name, " with ", n, " variables; it may have ", e.least, " to ", e.most,
                             ", a multiple of ", e.multiple});
    const bool sized = e.least != e.most;
    return sized ? detail::test_function_sized(e.number, n) : detail::test_function_fixed(e.number);
  }
  raise<invalid_option>({"test_function: there is none of the name ", name});
}

}  // namespace blockopt
