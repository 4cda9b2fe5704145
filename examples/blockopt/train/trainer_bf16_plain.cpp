// SPDX-License-Identifier: MIT
// Part of blockopt: the trainers in bfloat16 on plain_backend.

#include <blockopt/backend/plain/plain_backend.hpp>

#include "train/trainer_body.hpp"

namespace blockopt::program {

std::unique_ptr<trainer> make_trainer_bf16_plain(const trainer_settings& settings) {
  return make_trainer_of<bfloat16, plain_backend>(settings);
}

}  // namespace blockopt::program
