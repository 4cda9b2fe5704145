// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: the figure of a program built with -O2 and for any processor of the family, against the
// streaming limit of this one.
#include <cstddef>
#include <string>

#include "figures.hpp"

int main(int argc, char** argv) {
  for (const std::size_t power : {20U, 22U, 24U, 26U}) {
    bench::add_figure(
        {.name = "portable/adam/float/2^" + std::to_string(power),
         .what = "Adam, float, -O2 without -march, n = 2^" + std::to_string(power) + ": native limit / time",
         .wanted = bench::figure::goal::at_least,
         .target = 0.75,
         .measure = [power] { return bench::limit_over_time<float, false>(power); }});
  }
  return bench::run(argc, argv, "Figures of a build with -O2 and without -march.");
}
