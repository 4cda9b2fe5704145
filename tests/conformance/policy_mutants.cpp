// SPDX-License-Identifier: MIT
// Part of blockopt: selection policies with one fault each.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>

#include <blockopt/conformance/check_selection_policy.hpp>

#include "conformance/mutants.hpp"

namespace bo = blockopt;

namespace {

using statistics = bo::selection_statistics;

std::size_t in_turn(std::uint64_t visit, std::size_t blocks) { return static_cast<std::size_t>(visit % blocks); }

struct sound {
  std::size_t next(bo::random_stream&, const statistics& s) const { return in_turn(s.visit, s.blocks); }
};
struct leaves_out_the_last {
  std::size_t next(bo::random_stream&, const statistics& s) const {
    return in_turn(s.visit, std::max<std::size_t>(1, s.blocks - 1));
  }
};
struct counts_to_n {
  std::size_t next(bo::random_stream&, const statistics& s) const { return in_turn(s.visit, s.blocks + 1); }
};
struct counts_from_one {
  std::size_t next(bo::random_stream&, const statistics& s) const { return 1 + in_turn(s.visit, s.blocks); }
};
struct one_block_twice {
  std::size_t blocks_per_visit() const { return 2; }
  std::size_t next(bo::random_stream& rng, const statistics& s) const {
    return static_cast<std::size_t>(rng.below(s.blocks));
  }
};
struct global_cursor {
  std::size_t next(bo::random_stream&, const statistics& s) const {
    static std::uint64_t cursor = 0;
    return in_turn(cursor++, s.blocks);
  }
};
struct own_randomness {  // not from the stream
  std::size_t next(bo::random_stream&, const statistics& s) const {
    static bo::random_stream mine{1};
    return static_cast<std::size_t>(mine.below(s.blocks));
  }
};
struct shared_cursor {
  std::shared_ptr<std::uint64_t> cursor{};
  void start(std::size_t) { cursor = std::make_shared<std::uint64_t>(0); }
  std::size_t next(bo::random_stream&, const statistics& s) const { return in_turn((*cursor)++, s.blocks); }
};
struct forgetful_copy {
  std::uint64_t cursor = 0;
  forgetful_copy() = default;
  forgetful_copy(const forgetful_copy&) : cursor(0) {}
  forgetful_copy& operator=(const forgetful_copy&) { return cursor = 0, *this; }
  std::size_t next(bo::random_stream&, const statistics& s) { return in_turn(cursor++, s.blocks); }
};
struct reads_what_it_did_not_ask_for {
  bool broken = false;
  void observe(std::size_t, const bo::visit_feedback& f) { broken = broken || std::isnan(f.mean_squared_gradient); }
  std::size_t next(bo::random_stream&, const statistics& s) const {
    return broken ? s.blocks : in_turn(s.visit, s.blocks);
  }
};
struct asks_and_does_not_listen {
  static constexpr auto feedback = bo::feedback_kind::visited_block;
  std::size_t next(bo::random_stream&, const statistics& s) const { return in_turn(s.visit, s.blocks); }
};
struct poisoned_by_nan {
  static constexpr auto feedback = bo::feedback_kind::visited_block;
  double sum = 0;
  void observe(std::size_t, const bo::visit_feedback& f) { sum += f.mean_squared_gradient; }
  std::size_t next(bo::random_stream&, const statistics& s) const {
    return sum >= 0 ? in_turn(s.visit, s.blocks) : s.blocks;
  }
};
struct misled_by_nan {  // finds no block where nothing compares
  static constexpr auto feedback = bo::feedback_kind::every_block;
  std::size_t next(bo::random_stream&, const statistics& s) const {
    const auto scores = s.oracle->scores(bo::block_measure::gradient_norm);
    for (std::size_t b = 0; b < s.blocks; ++b) {
      if (std::ranges::all_of(scores, [&](double other) { return scores[b] >= other; })) return b;
    }
    return s.blocks;
  }
};
struct keeps_the_oracle {  // of the run that it was copied from
  static constexpr auto feedback = bo::feedback_kind::every_block;
  bo::selection_oracle* mine = nullptr;
  void start(std::size_t, bo::selection_oracle& oracle) { mine = &oracle; }
  std::size_t next(bo::random_stream&, const statistics&) const {
    const auto scores = mine->scores(bo::block_measure::gradient_norm);
    return static_cast<std::size_t>(std::ranges::max_element(scores) - scores.begin());
  }
};
struct gives_up {
  std::size_t next(bo::random_stream&, const statistics& s) const {
    if (s.visit > 3) throw std::runtime_error("no more blocks");
    return in_turn(s.visit, s.blocks);
  }
};

}  // namespace

namespace blockopt_tests {

void try_policy_mutants(mutant_list& list) {
  if (const auto report = bo::check_selection_policy(sound{}); !report) list.add("no fault", "nothing", report);
  list.add("leaves out the last block", "covers all blocks", bo::check_selection_policy(leaves_out_the_last{}));
  list.add("returns the number of blocks", "blocks are in range", bo::check_selection_policy(counts_to_n{}));
  list.add("counts from one", "blocks are in range", bo::check_selection_policy(counts_from_one{}));
  list.add("global cursor", "nothing is shared between runs", bo::check_selection_policy(global_cursor{}));
  list.add("randomness of its own", "same seed same blocks",
           bo::check_selection_policy(own_randomness{}, {.covers_within = 30}));
  list.add("copies share the cursor", "copies are independent", bo::check_selection_policy(shared_cursor{}));
  list.add("copies begin anew", "copies go on alike", bo::check_selection_policy(forgetful_copy{}));
  list.add("reads what it did not ask for", "blocks are in range",
           bo::check_selection_policy(reads_what_it_did_not_ask_for{}));
  list.add("asks and does not listen", "feedback is declared", bo::check_selection_policy(asks_and_does_not_listen{}));
  list.add("poisoned by NaN", "any feedback is survived", bo::check_selection_policy(poisoned_by_nan{}));
  list.add("names a block twice for one visit", "blocks of one visit differ",
           bo::check_selection_policy(one_block_twice{}));
  list.add("misled by NaN", "any answer is survived",
           bo::check_selection_policy(misled_by_nan{}, {.covers_within = 0}));
  list.add("keeps the oracle it was started with", "copies go on alike",
           bo::check_selection_policy(keeps_the_oracle{}, {.covers_within = 0}));
  list.add("gives up", "throws nothing", bo::check_selection_policy(gives_up{}));
}

}  // namespace blockopt_tests
