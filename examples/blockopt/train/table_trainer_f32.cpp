// SPDX-License-Identifier: MIT
// Part of blockopt: the trainers in float on backends with tables.

#include "train/trainer_body.hpp"

namespace blockopt::program {

std::unique_ptr<trainer> make_table_trainer_f32(const named_backend& backend, const trainer_settings& settings) {
  return make_trainer_of<float, table_handle>(backend, settings);
}

}  // namespace blockopt::program
