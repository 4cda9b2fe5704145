// SPDX-License-Identifier: MIT
// Part of blockopt: the second part.
#include <blockopt/backend/plain/plain_backend.hpp>

#include "../../consumer/one_step.hpp"

bool second_is_right();

bool second_is_right() {
  std::vector<float> a(3, 1.0F);
  std::vector<float> b(4, 1.0F);
  return one_step_is_right<blockopt::plain_backend>(blockopt::view(a), blockopt::view(b));
}
