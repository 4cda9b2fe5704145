// SPDX-License-Identifier: MIT
// Part of blockopt: batches of token sequences, cut from a text.

#include "train/batches.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace blockopt::program {

void sequence_batch::clear() {
  inputs.clear();
  targets.clear();
  sequences = 0;
}

void sequence_batch::add(token_span text, std::size_t begin, std::size_t context) {
  for (std::size_t i = begin; i < begin + context; ++i) {
    inputs.push_back(text[i]);
    targets.push_back(text[i + 1]);
  }
  ++sequences;
}

batch_stream::batch_stream(token_span text, std::size_t context, std::size_t sequences, std::uint64_t seed)
    : text_(text),
      context_(context),
      sequences_(sequences),
      random_{seed},
      order_(sequence_count(text.size(), context)),
      position_(order_.size()) {
  std::iota(order_.begin(), order_.end(), 0U);
}

std::size_t batch_stream::next_sequence() {
  if (position_ == order_.size()) {
    for (std::size_t i = order_.size(); i > 1; --i) {
      std::swap(order_[i - 1], order_[static_cast<std::size_t>(random_.below(i))]);
    }
    position_ = 0;
  }
  return order_[position_++];
}

const sequence_batch& batch_stream::next() {
  batch_.clear();
  while (batch_.sequences < sequences_) batch_.add(text_, next_sequence() * context_, context_);
  return batch_;
}

void batch_stream::skip(std::uint64_t batches) {
  for (std::uint64_t left = batches * sequences_; left > 0; --left) static_cast<void>(next_sequence());
}

std::vector<sequence_batch> evaluation_batches(token_span text, std::size_t context, std::size_t sequences,
                                               std::size_t tokens) {
  const std::size_t all = sequence_count(text.size(), context);
  const std::size_t wanted = std::clamp<std::size_t>(tokens / context, 1, all);
  std::vector<sequence_batch> batches;
  for (std::size_t i = 0; i < wanted; ++i) {
    if (i % sequences == 0) batches.emplace_back();
    batches.back().add(text, all * i / wanted * context, context);
  }
  return batches;
}

}  // namespace blockopt::program
