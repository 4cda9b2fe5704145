// SPDX-License-Identifier: MIT
// Part of blockopt: the flags of train.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <blockopt/problem/transformer/shape.hpp>

#include "common/options.hpp"
#include "train/initial_values.hpp"
#include "train/methods.hpp"
#include "train/text.hpp"
#include "train/trainer.hpp"

namespace blockopt::program {

/// The flags as given; `resolve` checks them against each other and fills in what was left open.
struct train_options {
  common_options common;
  std::string text, tokens;
  std::size_t token_bits = 0;  ///< 0: by the vocabulary
  std::string shape_name = "small";
  transformer_shape shape;
  std::optional<std::size_t> layers, width, heads, kv_heads, context;
  std::size_t batch = 8;
  std::string init = "random";
  std::string dtype = "f32";
  std::string method_list = "adam,badam";
  std::string partition = "layers+ends";
  std::string order = "reshuffle";
  std::string switch_every = "auto";
  std::string device_memory;  ///< empty: not bounded
  std::string learning_rate;
  double weight_decay = 0.01;
  std::string schedule = "constant";
  std::uint64_t warmup = 0;
  std::string write_back = "nearest";
  std::string master;  ///< on or off; empty: chosen by `resolve`
  std::string memory = "drop";
  std::string backend = "eigen";
  std::string gradients = "store";
  std::string correction = "none";
  std::string prefix_cache = "0", prefix_cache_file;
  std::uint64_t reuse = 1;
  std::string samples = "visit";
  std::optional<double> clip_norm;
  std::uint64_t accumulate = 1;
  bool tied_head = false;
  std::optional<std::uint64_t> steps;
  std::optional<double> seconds;
  std::uint64_t eval_every = 0;        ///< 0: chosen by `resolve`
  std::size_t eval_tokens = 0;         ///< 0: chosen by `resolve`
  std::uint64_t checkpoint_every = 0;  ///< 0: never
  std::size_t repeat = 1;
  bool save = false;
  bool checksums = false;

  // made by resolve
  std::vector<method> methods;              ///< with the learning rates of this run
  std::shared_ptr<initial_values> initial;  ///< null: random
  std::string initial_hash;                 ///< of the files
  nlohmann::ordered_json initial_config;    ///< the config.json beside them

  void add(CLI::App& app);
  /// Raises usage_error that names the culprit. `app` tells which flags were given.
  void resolve(const CLI::App& app);

  /// What one method does in one repeat (from 0).
  [[nodiscard]] trainer_settings settings(const method& m, std::size_t repetition,
                                          std::size_t training_sequences) const;
  /// The seed of the data of a repeat.
  [[nodiscard]] std::uint64_t data_seed(std::size_t repetition) const;
  [[nodiscard]] std::size_t tokens_per_step() const {
    return shape.context * batch * static_cast<std::size_t>(accumulate);
  }
  [[nodiscard]] bool trains_blocks() const;
  /// The text, or the tokens. Raises run_failure.
  [[nodiscard]] program::text load_data() const;

  /// All that decides the results, one key per flag.
  [[nodiscard]] nlohmann::ordered_json configuration(const program::text& data, std::uint64_t visit_length) const;

 private:
  /// Makes the blocks as few as fit into --device-memory. Raises usage_error where a method does not fit.
  void fit_into_memory();
  /// Opens the files of --init; the shape and the scalar are theirs.
  void resolve_init(const CLI::App& app);
};

}  // namespace blockopt::program
