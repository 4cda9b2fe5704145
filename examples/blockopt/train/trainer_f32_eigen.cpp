// SPDX-License-Identifier: MIT
// Part of blockopt: the trainers in float on eigen_backend.

#include <blockopt/backend/eigen/eigen_backend.hpp>

#include "train/trainer_body.hpp"

namespace blockopt::program {

std::unique_ptr<trainer> make_trainer_f32_eigen(const trainer_settings& settings) {
  return make_trainer_of<float, eigen_backend>(settings);
}

}  // namespace blockopt::program
