// SPDX-License-Identifier: MIT
// Part of blockopt: the tested backend of these runners.
#pragma once

#include <blockopt/backend/thrust/thrust_backend.hpp>

#include "support/border_runner.hpp"

namespace blockopt_tests {

/// Counts the memory of all tests; see border.cpp.
template <>
blockopt::counting_resource& memory_of<side::tested>();

template <>
[[nodiscard]] inline auto backend_of<side::tested>() {
  blockopt::thrust_backend backend;
  backend.resource = &memory_of<side::tested>();
#ifndef BLOCKOPT_THRUST_CUDA
  backend.parallel_elements = 2;  // the system's threads also for small tests
#endif
  return backend;
}

}  // namespace blockopt_tests
