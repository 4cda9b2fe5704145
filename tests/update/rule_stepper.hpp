// SPDX-License-Identifier: MIT
// Part of blockopt: a rule on one vector, by the backend alone. It compiles in a fraction of an optimizer's time.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <blockopt/backend/backend.hpp>
#include <blockopt/update/update_rule.hpp>
#include <blockopt/view/scalar.hpp>

namespace blockopt_tests {

/// Values T with the state of a rule; `x`, `g` and `slots` may be changed between steps.
template <class T, class Backend, class Rule>
struct rule_stepper {
  using S = blockopt::compute_type_t<T>;
  static constexpr std::size_t slot_count = blockopt::slot_count<Rule>;

  Rule rule;
  std::vector<T> x, g;
  std::vector<S> master;
  std::array<std::vector<S>, slot_count> slots;
  blockopt::rule_running<Rule> running{};
  blockopt::step_count count{0};

  explicit rule_stepper(const Rule& r, std::vector<T> start, bool with_master = false)
      : rule(r), x(std::move(start)), g(x.size()) {
    if (with_master) master.assign(x.begin(), x.end());
    for (auto& s : slots) s.resize(x.size());
  }

  void step() {
    ++count.value;
    apply<Rule>(blockopt::constants_at<S>(rule, count, running));
  }

  /// Applies a rule with the same slots that is no step: what at_leave() and at_enter() give.
  template <class Move>
  void move(const Move& how) {
    apply<Move>(how.template at<S>(blockopt::step_count{}));
  }

 private:
  template <class Applied, class Constants>
  void apply(const Constants& constants) {
    blockopt::parameter_job<T, T, slot_count> job;
    job.values = x.data();
    job.gradient = g.data();
    if (!master.empty()) job.master = master.data();
    for (std::size_t s = 0; s < slot_count; ++s) job.slots[s] = slots[s].data();
    job.size = x.size();
    Backend{}.template update<Applied>(std::span(&constants, 1), std::span<const decltype(job)>(&job, 1),
                                       blockopt::step_options<S>{});
  }
};

}  // namespace blockopt_tests
