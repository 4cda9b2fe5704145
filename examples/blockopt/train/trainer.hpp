// SPDX-License-Identifier: MIT
// Part of blockopt: a training method behind virtual calls, one per step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <blockopt/memory/write_back.hpp>
#include <blockopt/problem/transformer/shape.hpp>
#include <blockopt/update/schedule.hpp>

#include "train/backend/backends.hpp"
#include "train/batches.hpp"
#include "train/blocks.hpp"
#include "train/checksum.hpp"
#include "train/initial_values.hpp"
#include "train/memory.hpp"
#include "train/methods.hpp"
#include "train/order.hpp"
#include "train/visit_batches.hpp"

namespace blockopt::program {

/// Bytes of a run by kind.
struct kinds_of_bytes {
  std::size_t values = 0, gradients = 0, master = 0, state = 0, workspace = 0, activations = 0;
  std::size_t offloaded = 0;  ///< in a file: no part of the total

  [[nodiscard]] std::size_t total() const { return values + gradients + master + state + workspace + activations; }
  friend bool operator==(const kinds_of_bytes&, const kinds_of_bytes&) = default;
};

/// What the parameters of blocks that are not active do: nothing, or a step along the gradient or its signs.
enum class correction_kind { none, gradient, sign };

/// All that decides how a method trains, but for its scalar and its backend.
struct trainer_settings {
  transformer_shape shape;
  std::size_t batch = 8;
  std::uint64_t start_seed = 1;             ///< of the values before training, when they are random
  std::shared_ptr<initial_values> initial;  ///< where they come from when they are not; read by load()
  std::uint64_t policy_seed = 1;            ///< of the order of the blocks, and of stochastic rounding
  rule_kind rule = rule_kind::adamw;
  bool by_block = false;
  memory_setting memory{};
  block_choice blocks{};
  block_order order{};
  std::uint64_t switch_every = 0;  ///< 0: chosen from training_sequences
  std::size_t training_sequences = 0;
  double learning_rate = 1e-3;
  double weight_decay = 0;
  std::uint64_t reuse = 1;              ///< how often a visit uses each of its batches
  bool same_for_round = false;          ///< all visits of a round use the same batches
  std::size_t prefix_bytes = 0;         ///< most that the cache of the layers below the active block takes
  std::filesystem::path prefix_folder;  ///< where its file lies; empty: in memory
  correction_kind correction = correction_kind::none;
  double correction_scale = 0;     ///< of its learning rate
  bool correct_all = false;        ///< the layers below the active block too
  bool consume = false;            ///< each gradient is consumed as soon as it is produced
  bool reduced_gradients = false;  ///< ... or added to a sum in 16 bits
  bool master = true;              ///< the active block of 16-bit values has a copy in full precision
  double clip_norm = std::numeric_limits<double>::infinity();
  std::uint64_t accumulate = 1;
  rounding write_back = rounding::nearest;
  learning_rate_schedule schedule{};
};

/// What one step did.
struct step_figures {
  std::uint64_t visit = 0;
  std::string block;  ///< its number; those of several, joined by +
  double loss = 0;    ///< mean of the step's batches before the update; when it is not finite nothing was updated
  double learning_rate = 0;
  double forward_seconds = 0, backward_seconds = 0, update_seconds = 0, seconds = 0;
  double forward_flops = 0, input_gradient_flops = 0, weight_gradient_flops = 0;
  std::size_t state_bytes = 0;
};

class trainer {
 public:
  virtual ~trainer() = default;
  /// Once, before all else: reads the values, or makes them at random. Raises file_error.
  virtual void load() = 0;
  /// Writes the values to a safetensors file. Raises file_error.
  virtual void save(const std::filesystem::path& file) = 0;
  /// Writes the optimizer and the values: see blockopt::save. Raises file_error.
  virtual void save_checkpoint(const std::filesystem::path& file) = 0;
  /// In place of load(): goes on from what that wrote behind steps in these visits, with new `data`. Raises file_error.
  virtual void resume(const std::filesystem::path& file, std::span<const std::uint64_t> visits, batch_stream& data) = 0;
  virtual step_figures step(batch_stream& data) = 0;
  /// Mean loss per token.
  virtual double evaluate(std::span<const sequence_batch> batches) = 0;

  [[nodiscard]] virtual value_checksums checksums() const = 0;
  /// As counted while allocating: zero but for the values before the first step.
  [[nodiscard]] virtual kinds_of_bytes measured() const = 0;
  /// The most that was ever allocated at one time, by the sum of the counting resources.
  [[nodiscard]] virtual std::size_t measured_total() const = 0;
};

/// `dtype` is f32 or bf16. Raises the library's errors for settings that cannot be.
[[nodiscard]] std::unique_ptr<trainer> make_trainer(const std::string& dtype, const named_backend& backend,
                                                    const trainer_settings& settings);

}  // namespace blockopt::program
