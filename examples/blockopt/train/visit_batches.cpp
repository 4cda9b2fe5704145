// SPDX-License-Identifier: MIT
// Part of blockopt: the batches of a visit, which may be used several times.

#include "train/visit_batches.hpp"

#include <numeric>
#include <utility>

namespace blockopt::program {

visit_batches::visit_batches(std::uint64_t uses, std::uint64_t reuse, std::size_t visits_per_round, std::uint64_t seed)
    : count_(static_cast<std::size_t>((uses + reuse - 1) / reuse)),
      visits_per_round_(visits_per_round),
      random_{seed},
      order_(count_) {}

const sequence_batch& visit_batches::next(batch_stream& stream, std::uint64_t visit) {
  if (batches_.empty() || visit != visit_) {
    if (batches_.empty() || visits_per_round_ == 0 || visit % visits_per_round_ == 0) {
      batches_.clear();
      for (std::size_t i = 0; i < count_; ++i) batches_.push_back(stream.next());
      ++drawn_;
    }
    visit_ = visit;
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    place_ = 0;
  } else if (++place_ == count_) {
    for (std::size_t i = count_; i > 1; --i)
      std::swap(order_[i - 1], order_[static_cast<std::size_t>(random_.below(i))]);
    place_ = 0;
  }
  return batches_[order_[place_]];
}

}  // namespace blockopt::program
