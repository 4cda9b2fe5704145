// SPDX-License-Identifier: MIT
// Part of blockopt: the fewest blocks with which a method fits into a device's memory, for plan and train.

#include "train/fewest_blocks.hpp"

#include "common/failure.hpp"

namespace blockopt::program {

block_fit fewest_blocks(const std::string& dtype, const named_backend& backend, trainer_settings s, double memory) {
  if (s.blocks.kind != block_kind::layers && s.blocks.kind != block_kind::layers_and_ends) {
    throw usage_error("--device-memory chooses blocks of whole layers; it needs --partition layers or layers+ends");
  }
  block_fit fit{.blocks = s.blocks};
  for (std::size_t n = 1; n <= s.shape.layers && !fit.fits; ++n) {
    s.blocks.blocks = fit.blocks.blocks = n;
    fit.plan = plan_run(dtype, backend, s);
    fit.fits = static_cast<double>(fit.plan.bytes.total()) <= memory;
  }
  return fit;
}

}  // namespace blockopt::program
