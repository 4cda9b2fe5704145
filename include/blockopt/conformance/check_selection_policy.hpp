// SPDX-License-Identifier: MIT
// Part of blockopt: the conformance check of selection policies.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <blockopt/conformance/detail/numbers.hpp>
#include <blockopt/conformance/detail/quadratic_oracle.hpp>
#include <blockopt/conformance/report.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// What the author of a selection policy says about it.
struct selection_policy_traits {
  std::string_view name{};  ///< for the report
  /// Every block is visited within so many times the number of blocks, from the start on; 1 for orders that repeat, 0
  /// for a policy that may leave blocks out. Draws with replacement need about 30 for 7 blocks.
  std::size_t covers_within = 1;
  std::vector<std::size_t> block_counts{1, 2, 7};  ///< that it is tried with
};

namespace detail {

/// A policy at work, as the optimizer would drive it; one that asks an oracle, as a descent on a small quadratic.
template <class Policy>
struct selection_run {
  static constexpr bool asks =
      feedback_of<Policy>() == feedback_kind::every_block || requires(Policy & p, quadratic_oracle& o) {
    p.start(std::size_t{}, o);
  };
  Policy policy;
  quadratic_oracle oracle;
  random_stream stream{};
  std::vector<std::uint64_t> visits{};
  std::uint64_t count = 0;
  std::size_t together = 1;
  std::vector<std::size_t> chosen{};  ///< for the present visit
  bool repeated = false;              ///< a block was named twice for one visit

  selection_run(Policy p, std::size_t blocks, std::uint64_t seed)
      : policy(std::move(p)), oracle(blocks), stream{seed}, visits(blocks), together(blocks_per_visit(policy)) {
    if constexpr (asks && requires { policy.start(blocks, oracle); }) policy.start(blocks, oracle);
    else if constexpr (requires { policy.start(blocks); }) policy.start(blocks);
  }

  /// The next block; one out of range ends the run. `norm` is what the policy is told, where it asked for it.
  [[nodiscard]] std::size_t next(double norm) {
    const std::size_t block = static_cast<std::size_t>(
        policy.next(stream, {visits.size(), count / together, visits, chosen, asks ? &oracle : nullptr}));
    ++count;
    if (block >= visits.size()) return block;
    repeated = repeated || std::find(chosen.begin(), chosen.end(), block) != chosen.end();
    chosen.push_back(block);
    if (chosen.size() < together) return block;
    for (const std::size_t b : chosen) end_visit(b, norm);
    chosen.clear();
    return block;
  }

  void end_visit(std::size_t block, [[maybe_unused]] double norm) {
    ++visits[block];
    [[maybe_unused]] visit_feedback told{.steps = 3};
    if constexpr (feedback_of<Policy>() != feedback_kind::none) told.mean_squared_gradient = norm;
    if constexpr (asks) told.squared_step = oracle.visit(block);
    if constexpr (requires { policy.observe(block, told); }) policy.observe(block, told);
    if constexpr (asks && requires { policy.moved(block, oracle); }) policy.moved(block, oracle);
  }

  [[nodiscard]] std::vector<std::size_t> draw(std::size_t visits_to_make) {
    std::vector<std::size_t> result;
    for (std::size_t v = 0; v < visits_to_make; ++v) {
      const double norm = noise(7, count);
      result.push_back(next(norm * norm));
      if (result.back() >= visits.size()) break;
    }
    return result;
  }
};

[[nodiscard]] inline std::string describe_blocks(const std::vector<std::size_t>& blocks) {
  std::string text;
  for (std::size_t k = 0; k < blocks.size() && k < 12; ++k) {
    if (k > 0) text += ' ';
    text += std::to_string(blocks[k]);
  }
  if (blocks.size() > 12) text += " ...";
  return text;
}

}  // namespace detail

/// Checks what every selection policy must do, for several numbers of blocks. Named checks: "blocks are in range",
/// "blocks of one visit differ", "same seed same blocks", "copies go on alike", "copies are independent", "nothing is
/// shared between runs", "covers all blocks", "any feedback is survived" (norms of 0, of 1e300, and NaN after a visit
/// without an update), "feedback is declared" (who observes nothing asks for nothing). Policies that ask an oracle
/// (feedback_kind::every_block, or a start that takes one) are given that of a small quadratic, and besides "any answer
/// is survived": gradients of 0, of 1e300, and NaN.
template <selection_policy Policy>
[[nodiscard]] conformance_report check_selection_policy(const Policy& policy,
                                                        const selection_policy_traits& traits = {}) {
  using run = detail::selection_run<Policy>;
  using detail::say;
  conformance_report report(traits.name.empty() ? std::string("selection policy") : std::string(traits.name));
  constexpr bool observes = requires(Policy & p) { p.observe(std::size_t{}, visit_feedback{}); };
  report.expect("feedback is declared", observes || feedback_of<Policy>() != feedback_kind::visited_block, [] {
    return std::string("it declares feedback that it needs, and has no observe(block, visit_feedback)");
  });

  const std::size_t together = blocks_per_visit(policy);
  for (const std::size_t blocks : traits.block_counts) {
    if (together == 0 || together > blocks) continue;  // the optimizer refuses these
    const std::size_t length = 6 * blocks + 5;
    const auto expect_equal = [&](const char* name, const std::vector<std::size_t>& a,
                                  const std::vector<std::size_t>& b) {
      report.expect(name, a == b, [&] {
        return say("of ", blocks, " blocks it visits ", detail::describe_blocks(a), " once, and ",
                   detail::describe_blocks(b), " the other time");
      });
    };

    report.guard([&] {
      run r(policy, blocks, 11);
      const auto drawn = r.draw(length + 200);
      report.expect("blocks of one visit differ", !r.repeated,
                    [&] { return say("of ", blocks, " blocks it names one twice for one visit"); });
      for (const std::size_t block : drawn) {
        report.expect("blocks are in range", block < blocks,
                      [&] { return say("it names block ", block, " of ", blocks, ", which are numbered from 0"); });
      }
    });
    if (report.failed("blocks are in range")) continue;

    report.guard([&] {
      const auto first = run(policy, blocks, 11).draw(length);
      expect_equal("same seed same blocks", first, run(policy, blocks, 11).draw(length));

      run alone(policy, blocks, 11);
      run beside(policy, blocks + 3, 12);  // another run in between: what both use shows
      std::vector<std::size_t> mixed;
      for (std::size_t v = 0; v < length; ++v) {
        const double norm = detail::noise(7, alone.count);
        mixed.push_back(alone.next(norm * norm));
        static_cast<void>(beside.next(1.0));
      }
      expect_equal("nothing is shared between runs", first, mixed);

      for (const std::size_t cut : {std::size_t{1}, blocks, blocks + 2}) {
        run original(policy, blocks, 11);
        static_cast<void>(original.draw(cut));
        run copy(original);
        run forgotten(original);
        static_cast<void>(forgotten.draw(2 * blocks + 1));  // a copy that is used must leave the others alone
        const auto of_copy = copy.draw(length);
        const auto of_original = original.draw(length);
        expect_equal("copies go on alike", of_original, of_copy);
        run straight(policy, blocks, 11);
        static_cast<void>(straight.draw(cut));
        expect_equal("copies are independent", straight.draw(length), of_original);
      }
    });

    report.guard([&] {
      if (traits.covers_within == 0) return;
      run r(policy, blocks, 11);
      static_cast<void>(r.draw(traits.covers_within * blocks));
      for (std::size_t b = 0; b < blocks; ++b) {
        report.expect("covers all blocks", r.visits[b] > 0, [&] {
          return say("block ", b, " of ", blocks, " is not among the first ", traits.covers_within * blocks, " visits");
        });
      }
    });

    report.guard([&] {
      if constexpr (observes) {
        constexpr double nan = std::numeric_limits<double>::quiet_NaN();
        run r(policy, blocks, 11);
        for (std::size_t v = 0; v < length; ++v) {
          const double told = v % 4 == 0 ? 0.0 : v % 4 == 1 ? 1e300 : v % 4 == 2 ? nan : 1e-300;
          const std::size_t block = r.next(told);
          report.expect("any feedback is survived", block < blocks, [&] {
            return say("after feedback of 0, 1e300 and NaN it names block ", block, " of ", blocks);
          });
          if (block >= blocks) break;
        }
      }
    });

    report.guard([&] {
      if constexpr (run::asks) {
        using mode = detail::quadratic_oracle::mode;
        for (const mode m : {mode::zero, mode::huge, mode::nan}) {
          for (const std::size_t from : {std::size_t{0}, blocks}) {  // from the start on, and after sound answers
            run r(policy, blocks, 11);
            static_cast<void>(r.draw(from));
            r.oracle.become(m);
            for (std::size_t v = 0; v < length; ++v) {
              const std::size_t block = r.next(1.0);
              report.expect("any answer is survived", block < blocks, [&] {
                return say("after gradients of 0, 1e300 or NaN it names block ", block, " of ", blocks);
              });
              if (block >= blocks) break;
            }
          }
        }
      }
    });
  }
  return report;
}

}  // namespace blockopt
