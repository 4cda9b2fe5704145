// SPDX-License-Identifier: MIT
// Part of blockopt: the plain backend as the tested side of the registry, where no other one is.
#include <blockopt/backend/plain/plain_backend.hpp>

#include "support/border_runner.hpp"

namespace blockopt_tests {

template <>
[[nodiscard]] auto backend_of<side::tested>() {
  blockopt::plain_backend backend;
  backend.resource = &memory_of<side::tested>();
  return backend;
}

template struct border<side::tested>;

bool keep_plain_rules() { return keep_border<side::tested, 0, 1>(); }

}  // namespace blockopt_tests
