// SPDX-License-Identifier: MIT
// Part of blockopt: the oracle's side of a border_backend: the Eigen backend, in host memory.
#pragma once

#include <blockopt/backend/eigen/eigen_backend.hpp>

#include "support/border_runner.hpp"

namespace blockopt_tests {

template <>
[[nodiscard]] inline auto backend_of<side::oracle>() {
  blockopt::eigen_backend backend;
  backend.resource = &memory_of<side::oracle>();
  return backend;
}

}  // namespace blockopt_tests
