// SPDX-License-Identifier: MIT
// Part of blockopt: block coordinate descent on a problem in coordinates, step by step.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/config.hpp>
#include <blockopt/error.hpp>
#include <blockopt/run/detail/problem_oracle.hpp>
#include <blockopt/select/selection_policy.hpp>
#include <blockopt/update/block_update.hpp>

namespace blockopt {

/// A policy that names coordinates, not a block of the partition: `choose(rng, statistics, coordinates)` fills the list.
template <class S>
concept coordinate_selection = std::copyable<S> &&
    requires(S& policy, random_stream& rng, const selection_statistics& s, std::vector<std::size_t>& coordinates) {
  policy.choose(rng, s, coordinates);
};

/// A policy that says how many blocks in ascending order, the one that next names first, are next: `consecutive(statistics)`.
/// It is not asked in between, learns nothing, and must not look at the visits.
template <class S>
concept sweeping_selection = std::copyable<S> && requires(const S& policy, const selection_statistics& s) {
  { policy.consecutive(s) } -> std::convertible_to<std::size_t>;
};

/// A policy that, after `next`, says at no cost which block is probably next: problems that can read ahead then do.
template <class S>
concept foreseeing_selection = std::copyable<S> && requires(const S& policy, const selection_statistics& s) {
  { policy.upcoming(s) } -> std::convertible_to<std::size_t>;
};

/// The work of a run, selection included.
struct descent_counts {
  std::uint64_t updates = 0;      ///< k, steps on a block
  std::uint64_t coordinates = 0;  ///< coordinates that steps were made of, each pass of a step counted
  std::uint64_t derivatives = 0;  ///< partial derivatives, those of the selection too
  std::uint64_t values = 0;       ///< objectives, for line searches
  double flops = 0;               ///< of derivatives, moves, solves and the selection's questions
};

/// One run: a problem (borrowed), its blocks, a policy, an update. `advance(count)` makes steps and nothing else: no look
/// at the objective, no clock, no allocation after the first steps. Where the policy wants several blocks at once
/// (blocks_per_visit), the update steps on all their coordinates together.
template <coordinate_problem Problem, class Blocks, class Selection, class Update>
class descent {
 public:
  /// Raises what the starts of policy and update raise. The policy's `seed`, where it has one, starts the random stream.
  descent(Problem& problem, Blocks blocks, Selection selection, Update update)
      : problem_(problem),
        blocks_(std::move(blocks)),
        selection_(std::move(selection)),
        update_(std::move(update)),
        oracle_(problem_, blocks_),
        visits_(blocks_.size()) {
    if (blocks_.size() == 0) raise<invalid_partition>("descent: there is no block");
    if constexpr (requires { selection_.seed; }) rng_ = {random_stream::derive(selection_.seed, 0)};
    if constexpr (requires { selection_.start(blocks_.size(), oracle_); }) selection_.start(blocks_.size(), oracle_);
    else if constexpr (requires { selection_.start(blocks_.size()); }) selection_.start(blocks_.size());
    together_ = blocks_per_visit(selection_);
    if (together_ == 0 || together_ > blocks_.size())
      raise<invalid_option>({"descent: the policy wants ", together_, " blocks at once; there are ", blocks_.size()});
    if constexpr (requires { update_.start(problem_, blocks_); }) update_.start(problem_, blocks_);
    if constexpr (sweeping_selection<Selection>) sweeps_.resize(blocks_.size() + 1);
  }
  descent(const descent&) = delete;  // the oracle points into it
  descent& operator=(const descent&) = delete;

  /// `count` updates.
  void advance(std::uint64_t count) {
    selection_statistics s{blocks_.size(), updates_, visits_, {}, &oracle_};
    while (count > 0) {
      s.visit = updates_;
      if constexpr (coordinate_selection<Selection>) {
        selection_.choose(rng_, s, chosen_);
        const block_step done = update_.step(problem_, std::span<const std::size_t>(chosen_), blocks_.size());
        after(done, chosen_);
        add(chosen_, 1);
      } else if (together_ > 1) {
        several(s);
      } else if constexpr (sweeping_selection<Selection>) {
        const auto first = static_cast<std::size_t>(selection_.next(rng_, s));
        const std::uint64_t length = std::min<std::uint64_t>(count, selection_.consecutive(s));
        sweep(first, first + static_cast<std::size_t>(length));
        count -= length;
        continue;
      } else {
        const auto b = static_cast<std::size_t>(selection_.next(rng_, s));
        if constexpr (foreseeing_selection<Selection> && prefetching_problem<Problem>) {
          for (const std::size_t i : blocks_[selection_.upcoming(s)]) problem_.prefetch(i);
        }
        one(b);
      }
      --count;
    }
  }

  /// Makes the problem's point the method's present one, for methods that keep it elsewhere.
  void synchronize() {
    if constexpr (requires { update_.synchronize(problem_); }) update_.synchronize(problem_);
  }

  /// Costs a look at each block: what all steps have in common is counted here, by the visits, and not in every step.
  [[nodiscard]] descent_counts counts() const noexcept {
    descent_counts all = more_;
    all.updates = updates_;
    settle();
    for (std::size_t b = 0; b < visits_.size(); ++b) {
      if (visits_[b] == 0) continue;
      const auto block = blocks_[b];
      double flops = 0;
      for (std::size_t k = 0; k < block.size(); ++k) flops += static_cast<double>(problem_.flops(block[k]));
      all.coordinates += visits_[b] * block.size();
      all.derivatives += visits_[b] * block.size();
      all.flops += static_cast<double>(visits_[b]) * flops;
    }
    all.derivatives += oracle_.cost().derivatives;
    all.flops += oracle_.cost().flops;
    return all;
  }
  /// Of each block.
  [[nodiscard]] std::span<const std::uint64_t> visits() const noexcept {
    settle();
    return visits_;
  }
  /// The blocks of the last visit; for policies that name coordinates, those coordinates.
  [[nodiscard]] std::span<const std::size_t> last_chosen() const noexcept {
    if constexpr (coordinate_selection<Selection>) return chosen_;
    else if (together_ > 1) return named_;
    else return {&last_, 1};
  }
  /// Bytes that update and policy keep between steps, as far as they say.
  [[nodiscard]] std::size_t state_bytes() const {
    std::size_t sum = 0;
    if constexpr (requires { update_.state_bytes(); }) sum += update_.state_bytes();
    if constexpr (requires { selection_.state_bytes(); }) sum += selection_.state_bytes();
    return sum;
  }
  [[nodiscard]] Selection& selection() noexcept { return selection_; }
  [[nodiscard]] Update& update() noexcept { return update_; }
  [[nodiscard]] const Blocks& blocks() const noexcept { return blocks_; }

  /// Everything that a run which goes on needs, the problem's point included.
  template <class A>
  void archive(A& a) {
    settle();
    a("random", rng_.state);
    a("updates", updates_);
    a("more coordinates", more_.coordinates);
    a("more derivatives", more_.derivatives);
    a("values", more_.values);
    a("more flops", more_.flops);
    a("oracle derivatives", oracle_.cost().derivatives);
    a("oracle flops", oracle_.cost().flops);
    a("visits", visits_);
    a("last", last_);
    a("named", named_);
    a("chosen", chosen_);
    a("selection", selection_);
    a("update", update_);
    a("problem", problem_);
    oracle_.invalidate();
  }

 private:
  /// What a step of one pass over the blocks that it visits does not have. `updates_`, `last_` and `visits_` are the
  /// caller's.
  template <class Block>
  void beside(const block_step& done, const Block& block) {
    if (done.passes != 1) add(block, std::int64_t{done.passes} - 1);
    if (done.values != 0) more_.values += done.values;
    if (done.flops != 0) more_.flops += done.flops;
  }
  template <class Block>
  void after(const block_step& done, const Block& block) {
    ++updates_;
    beside(done, block);
    oracle_.invalidate();
  }
  /// Passes over coordinates, or -1 to take one back.
  template <class Block>
  void add(const Block& block, std::int64_t passes) {
    more_.coordinates += block.size() * static_cast<std::uint64_t>(passes);
    more_.derivatives += block.size() * static_cast<std::uint64_t>(passes);
    double flops = 0;
    for (std::size_t k = 0; k < block.size(); ++k) flops += static_cast<double>(problem_.flops(block[k]));
    more_.flops += flops * static_cast<double>(passes);
  }

  void one(std::size_t b) {
    const auto block = blocks_[b];
    const block_step done = update_.step(problem_, block, b);
    last_ = b;
    after(done, block);
    told(b, done);
    ++visits_[b];
  }

  /// Blocks first to end - 1. A step on a short column takes a few nanoseconds: what can be told of all steps at once is
  /// told behind the loop, also where a step throws. A function of its own, for the registers.
  BLOCKOPT_NOINLINE void sweep(std::size_t first, std::size_t end) {
    struct tally {
      descent& run;
      std::size_t first, end;
      ~tally() { run.swept(first, end); }
    } done{*this, first, first};
    for (; done.end < end; ++done.end) {
      const auto block = blocks_[done.end];
      beside(update_.step(problem_, block, done.end), block);
    }
  }
  void swept(std::size_t first, std::size_t end) {
    if (first == end) return;
    updates_ += end - first;
    last_ = end - 1;
    oracle_.invalidate();
    ++sweeps_[first];
    --sweeps_[end];
    settled_ = false;
  }
  /// Sweeps become visits.
  void settle() const noexcept {
    if (settled_) return;
    std::int64_t open = 0;
    for (std::size_t b = 0; b < visits_.size(); ++b) {
      open += std::exchange(sweeps_[b], 0);
      visits_[b] += static_cast<std::uint64_t>(open);
    }
    sweeps_.back() = 0;
    settled_ = true;
  }

  void told(std::size_t b, const block_step& done) {
    if constexpr (requires { selection_.observe(b, visit_feedback{}); })
      selection_.observe(
          b, visit_feedback{
                 .steps = 1, .mean_squared_gradient = done.squared_gradient, .squared_step = done.squared_step});
    if constexpr (requires { selection_.moved(b, oracle_); }) selection_.moved(b, oracle_);
  }

  void several(selection_statistics s) {
    named_.clear();
    chosen_.clear();
    while (named_.size() < together_) {
      s.chosen = named_;
      const auto b = static_cast<std::size_t>(selection_.next(rng_, s));
      named_.push_back(b);
      for (const std::size_t i : blocks_[b]) chosen_.push_back(i);
    }
    const block_step done = update_.step(problem_, std::span<const std::size_t>(chosen_), blocks_.size());
    after(done, chosen_);
    for (const std::size_t b : named_) {
      told(b, done);
      ++visits_[b];
    }
  }

  Problem& problem_;
  Blocks blocks_;
  Selection selection_;
  Update update_;
  detail::problem_oracle<Problem, Blocks> oracle_;
  mutable std::vector<std::uint64_t> visits_;
  mutable std::vector<std::int64_t> sweeps_;  // begun less ended at each block, of those that visits_ does not have yet
  std::vector<std::size_t> named_, chosen_;
  random_stream rng_;
  std::uint64_t updates_ = 0;
  descent_counts more_;  // beside one pass for each visit of a block
  std::size_t together_ = 1, last_ = 0;
  mutable bool settled_ = true;
};

}  // namespace blockopt
