// SPDX-License-Identifier: MIT
// Part of blockopt: the trainers in float on plain_backend.

#include <blockopt/backend/plain/plain_backend.hpp>

#include "train/trainer_body.hpp"

namespace blockopt::program {

std::unique_ptr<trainer> make_trainer_f32_plain(const trainer_settings& settings) {
  return make_trainer_of<float, plain_backend>(settings);
}

}  // namespace blockopt::program
