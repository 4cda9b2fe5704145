// SPDX-License-Identifier: MIT
// Part of blockopt: how a test case says that it cannot run here.
#pragma once

#include <iostream>
#include <string_view>

namespace blockopt_tests {

/// Prints the line by which ctest and the final summary know that the case was skipped, and why. The case returns then:
/// `if (!found) return skip("exp1.svm.gz is not there (BLOCKOPT_ICML15_DIR)");`
inline void skip(std::string_view reason) { std::cout << "blockopt test skipped: " << reason << std::endl; }

}  // namespace blockopt_tests
