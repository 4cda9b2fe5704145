// SPDX-License-Identifier: MIT
// Part of blockopt: the trainers in float with state in codes, on the Eigen backend.

#include <blockopt/backend/eigen/eigen_backend.hpp>

#include "train/trainer_body.hpp"

namespace blockopt::program {

std::unique_ptr<trainer> make_coded_trainer_f32(const named_backend& backend, const trainer_settings& settings);

std::unique_ptr<trainer> make_coded_trainer_f32(const named_backend& backend, const trainer_settings& settings) {
  return make_coded_trainer_of<float, eigen_backend>(backend, settings);
}

}  // namespace blockopt::program
