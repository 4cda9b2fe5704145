// SPDX-License-Identifier: MIT
// Part of blockopt: the trainers by the names of scalar and backend.

#include "train/trainer.hpp"

#include "common/failure.hpp"

namespace blockopt::program {

std::unique_ptr<trainer> make_trainer_f32_eigen(const trainer_settings&);
std::unique_ptr<trainer> make_trainer_f32_plain(const trainer_settings&);
std::unique_ptr<trainer> make_trainer_bf16_eigen(const trainer_settings&);
std::unique_ptr<trainer> make_trainer_bf16_plain(const trainer_settings&);

std::unique_ptr<trainer> make_trainer(const std::string& dtype, const std::string& backend,
                                      const trainer_settings& settings) {
  struct entry {
    const char* dtype;
    const char* backend;
    std::unique_ptr<trainer> (*make)(const trainer_settings&);
  };
  static constexpr entry all[] = {
      {"f32", "eigen", make_trainer_f32_eigen},
      {"f32", "plain", make_trainer_f32_plain},
      {"bf16", "eigen", make_trainer_bf16_eigen},
      {"bf16", "plain", make_trainer_bf16_plain},
  };
  for (const entry& e : all) {
    if (e.dtype == dtype && e.backend == backend) return e.make(settings);
  }
  throw usage_error("there is no backend '" + backend + "' for --dtype " + dtype);
}

}  // namespace blockopt::program
