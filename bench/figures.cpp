// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: the project's figures, each a ratio of two times of one run.
#include "figures.hpp"

int main(int argc, char** argv) {
  bench::add_update_figures();
  bench::add_format_figures();
  bench::add_backend_figures();
  bench::add_block_figures();
  bench::add_training_figures();
  bench::add_wide_figures();
  bench::add_lab_figures();
  return bench::run(argc, argv, "Figures: ratios of two things measured in turn; median and range over repetitions.");
}
