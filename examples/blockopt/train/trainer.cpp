// SPDX-License-Identifier: MIT
// Part of blockopt: the trainers by the names of scalar and backend.

#include "train/trainer.hpp"

#include "common/failure.hpp"

namespace blockopt::program {

using trainer_maker = std::unique_ptr<trainer>(const named_backend&, const trainer_settings&);
trainer_maker make_trainer_f32, make_trainer_bf16, make_table_trainer_f32, make_table_trainer_bf16;
trainer_maker make_coded_trainer_f32, make_coded_trainer_bf16;

std::unique_ptr<trainer> make_trainer(const std::string& dtype, const named_backend& backend,
                                      const trainer_settings& settings) {
  const bool f32 = dtype == "f32";
  if (!f32 && dtype != "bf16") throw usage_error("--dtype: '" + dtype + "' is neither f32 nor bf16");
  if (settings.memory.format != stored_state::full)
    return (f32 ? make_coded_trainer_f32 : make_coded_trainer_bf16)(backend, settings);
#ifndef BLOCKOPT_PROGRAM_NO_THRUST_CPP
  if (backend.tables) return (f32 ? make_table_trainer_f32 : make_table_trainer_bf16)(backend, settings);
#endif
  return (f32 ? make_trainer_f32 : make_trainer_bf16)(backend, settings);
}

}  // namespace blockopt::program
