// SPDX-License-Identifier: MIT
// Part of blockopt: what a selection policy is, as a concept.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <blockopt/select/random_stream.hpp>
#include <blockopt/select/selection_oracle.hpp>

namespace blockopt {

/// What a policy may learn from. Measuring costs time, so a policy says what it needs.
enum class feedback_kind {
  none,           ///< nothing is measured
  visited_block,  ///< the gradient norm of the visited block, one more read of its gradient per step
  every_block     ///< what selection_statistics::oracle tells of all blocks, which a block optimizer cannot know
};

/// What a policy sees when it chooses.
struct selection_statistics {
  std::size_t blocks = 0;                 ///< number of blocks, at least 1
  std::uint64_t visit = 0;                ///< number of this visit, from 0
  std::span<const std::uint64_t> visits;  ///< how often each block was visited before
  std::span<const std::size_t> chosen{};  ///< the blocks named for this visit so far, see blocks_per_visit
  selection_oracle* oracle = nullptr;     ///< never null for policies whose feedback is every_block
};

/// What a policy is told after a visit.
struct visit_feedback {
  std::uint64_t steps = 0;  ///< updates applied during the visit
  /// mean over the steps of the squared 2-norm of the block's gradient; NaN when it was not asked for
  double mean_squared_gradient = std::numeric_limits<double>::quiet_NaN();
  /// ||d_b||^2 of a step on a coordinate problem: 0 says that the block was at its optimum; NaN where nobody tells
  double squared_step = std::numeric_limits<double>::quiet_NaN();
};

/// `next` names the block of the next visit, in [0, statistics.blocks). All randomness comes from the stream, which the
/// optimizer owns. Optional members:
///   - `start(blocks)`: called once before the first visit; reserves memory, raises invalid_option for bad settings;
///   - `start(blocks, oracle)`: the same, instead of it, where a selection_oracle is there to be asked for constants;
///   - `moved(block, oracle)`: called after each visit of a run that has an oracle, for policies that keep up what they
///     know of the blocks near the visited one;
///   - `seed`: seeds the stream;
///   - `blocks_per_visit()`: how many blocks are active at once, 1 when absent; `next` is then called so many times for
///     each visit and never names one of `statistics.chosen`;
///   - `observe(block, visit_feedback)`: called after each visit;
///   - `static constexpr feedback_kind feedback`: what `observe` needs; none when absent;
///   - `archive(a)`, a template, for checkpoints: names what the policy is made of. `a("order", order)` saves and restores
///     a number, an enumeration, a vector of numbers or anything with an archive; `a.same("size", size)` saves a setting
///     and refuses a checkpoint with another. Policies without members need none; only `save` and `load` ask for it.
template <class P>
concept selection_policy = std::copyable<P> && requires(P& policy, random_stream& rng, const selection_statistics& s) {
  { policy.next(rng, s) } -> std::convertible_to<std::size_t>;
};

template <class P>
[[nodiscard]] consteval feedback_kind feedback_of() {
  if constexpr (requires {
                  { P::feedback } -> std::convertible_to<feedback_kind>;
                })
    return P::feedback;
  else return feedback_kind::none;
}

/// How many blocks a policy wants active at once.
template <class P>
[[nodiscard]] std::size_t blocks_per_visit(const P& policy) {
  if constexpr (requires {
                  { policy.blocks_per_visit() } -> std::convertible_to<std::size_t>;
                })
    return policy.blocks_per_visit();
  else return 1;
}

}  // namespace blockopt
