// SPDX-License-Identifier: MIT
// Part of blockopt: what a method of train will need and do, found without allocating any of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "train/trainer.hpp"

namespace blockopt::program {

struct planned_run {
  kinds_of_bytes bytes;                                            ///< those of trainer::planned(), exactly
  std::size_t parameters = 0, trained_parameters = 0, blocks = 0;  ///< elements; elements of all blocks; blocks
  std::uint64_t switch_every = 0;                                  ///< 0 for one block

  // Of a step, the mean over the visits that there may be. Flops are those that transformer::last_work() counts, and one
  // for each +, -, *, / and square root of the update.
  double forward_flops = 0, backward_flops = 0, update_flops = 0;
  double prefix_flops = 0;  ///< of the forward pass: of the layers below the block, whose outputs are frozen in a visit
  double update_bytes = 0;  ///< that the update reads and writes
  double visit_bytes = 0;   ///< that a visit moves between the device and elsewhere, both ways together
};

/// Raises the library's errors for settings that cannot be, as make_trainer does.
[[nodiscard]] planned_run plan_run(const std::string& dtype, const named_backend& backend, const trainer_settings& s);

}  // namespace blockopt::program
