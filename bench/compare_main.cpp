// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: bench_compare FIRST.json SECOND.json.
#include <iostream>

#include "compare.hpp"

int main(int argc, char** argv) { return bench::compare_files({argv + 1, argv + argc}, std::cout, std::cerr); }
