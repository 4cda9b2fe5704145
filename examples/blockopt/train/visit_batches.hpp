// SPDX-License-Identifier: MIT
// Part of blockopt: the batches of a visit, which may be used several times.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <blockopt/select/random_stream.hpp>

#include "train/batches.hpp"

namespace blockopt::program {

/// A visit of `uses` batches draws ceil(uses / reuse) of them and goes through them again and again: first as they were
/// drawn, then each time in another order, which the seed decides. With `visits_per_round` above 0 the visits of a round
/// go through the same ones.
class visit_batches {
 public:
  visit_batches(std::uint64_t uses, std::uint64_t reuse, std::size_t visits_per_round, std::uint64_t seed);

  /// The next one of a visit (from 0); the batches of a visit come from `stream` when it begins.
  const sequence_batch& next(batch_stream& stream, std::uint64_t visit);

  [[nodiscard]] std::size_t size() const { return count_; }            ///< batches of a visit
  [[nodiscard]] std::size_t number() const { return order_[place_]; }  ///< of the one that `next` gave, from 0
  [[nodiscard]] std::uint64_t drawn() const { return drawn_; }         ///< how often they were drawn

 private:
  std::size_t count_, visits_per_round_;
  random_stream random_;
  std::vector<sequence_batch> batches_;
  std::vector<std::size_t> order_;
  std::size_t place_ = 0;
  std::uint64_t visit_ = 0, drawn_ = 0;
};

}  // namespace blockopt::program
