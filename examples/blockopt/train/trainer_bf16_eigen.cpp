// SPDX-License-Identifier: MIT
// Part of blockopt: the trainers in bfloat16 on eigen_backend.

#include <blockopt/backend/eigen/eigen_backend.hpp>

#include "train/trainer_body.hpp"

namespace blockopt::program {

std::unique_ptr<trainer> make_trainer_bf16_eigen(const trainer_settings& settings) {
  return make_trainer_of<bfloat16, eigen_backend>(settings);
}

}  // namespace blockopt::program
