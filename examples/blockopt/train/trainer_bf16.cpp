// SPDX-License-Identifier: MIT
// Part of blockopt: the trainers in bfloat16 on backends without tables.

#include "train/trainer_body.hpp"

namespace blockopt::program {

std::unique_ptr<trainer> make_trainer_bf16(const named_backend& backend, const trainer_settings& settings) {
  return make_trainer_of<bfloat16, plain_handle>(backend, settings);
}

}  // namespace blockopt::program
