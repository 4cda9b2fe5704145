// SPDX-License-Identifier: MIT
// Part of blockopt: batches of token sequences, cut from a text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <blockopt/select/random_stream.hpp>

#include "train/token_span.hpp"

namespace blockopt::program {

/// Sequences of `context` tokens, and for each token the one that follows it.
struct sequence_batch {
  std::vector<std::uint32_t> inputs, targets;
  std::size_t sequences = 0;

  void clear();
  /// Adds the sequence that starts at text[begin]; reads context + 1 tokens.
  void add(token_span text, std::size_t begin, std::size_t context);
};

/// The number of sequences of a text: they do not overlap, and each token has a successor.
[[nodiscard]] constexpr std::size_t sequence_count(std::size_t tokens, std::size_t context) noexcept {
  return tokens == 0 ? 0 : (tokens - 1) / context;
}

/// Batches for training: all sequences in a random order, then all again in another. What it gives depends on the text,
/// the sizes and the seed only. The text must hold at least one sequence and outlive the stream.
class batch_stream {
 public:
  batch_stream(token_span text, std::size_t context, std::size_t sequences, std::uint64_t seed);

  /// Valid until the next call. A batch may reach over the end of an epoch.
  [[nodiscard]] const sequence_batch& next();
  /// Goes on behind so many batches, as if they had been asked for.
  void skip(std::uint64_t batches);

 private:
  [[nodiscard]] std::size_t next_sequence();

  token_span text_;
  std::size_t context_;
  std::size_t sequences_;
  random_stream random_;
  std::vector<std::uint32_t> order_;
  std::size_t position_ = 0;
  sequence_batch batch_;
};

/// Batches for evaluation: about `tokens` tokens in sequences spread evenly over the text, at least one sequence and at
/// most all; `sequences` per batch, the last one may be smaller.
[[nodiscard]] std::vector<sequence_batch> evaluation_batches(token_span text, std::size_t context,
                                                             std::size_t sequences, std::size_t tokens);

}  // namespace blockopt::program
