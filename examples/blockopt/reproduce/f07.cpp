// SPDX-License-Identifier: MIT
// Part of blockopt: published results: what cannot be reproduced.

#include "reproduce/results.hpp"

namespace blockopt::program {

published_result f07() {
  return {
      .number = "f7",
      .name = "jmlr22-fig4a",
      .title = "Variable and fixed blocks in least squares: figures 4a, 5a and 7",
      .source = "Nutini, Laradji & Schmidt, JMLR 23(131), 2022, arXiv 1712.08859 (Dataset A)",
      .setup = "least squares of 1000 x 10000, blocks of 5 to 100, 500 updates",
      .reason =
          "the data (exp4.mat) were made by a program whose random numbers are not described, and their file is not "
          "published"};
}

}  // namespace blockopt::program
