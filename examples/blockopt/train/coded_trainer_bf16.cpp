// SPDX-License-Identifier: MIT
// Part of blockopt: the trainers in bfloat16 with state in codes, on the Eigen backend.

#include <blockopt/backend/eigen/eigen_backend.hpp>

#include "train/trainer_body.hpp"

namespace blockopt::program {

std::unique_ptr<trainer> make_coded_trainer_bf16(const named_backend& backend, const trainer_settings& settings);

std::unique_ptr<trainer> make_coded_trainer_bf16(const named_backend& backend, const trainer_settings& settings) {
  return make_coded_trainer_of<bfloat16, eigen_backend>(backend, settings);
}

}  // namespace blockopt::program
