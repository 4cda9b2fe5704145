// SPDX-License-Identifier: MIT
// Part of blockopt: how many allocations this test executable made.
#pragma once

#include <cstddef>

namespace blockopt_tests {

/// Calls of any operator new so far, on all threads.
[[nodiscard]] std::size_t allocations() noexcept;

}  // namespace blockopt_tests
