// SPDX-License-Identifier: MIT
// Part of blockopt: the trials of check_update_rule.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include <blockopt/conformance/detail/numbers.hpp>
#include <blockopt/conformance/detail/rule_run.hpp>
#include <blockopt/conformance/report.hpp>
#include <blockopt/conformance/update_rule_traits.hpp>

namespace blockopt::detail {

/// The trials in one scalar.
template <class Rule, class S>
struct rule_checks {
  const Rule& rule;
  const update_rule_traits& traits;
  conformance_report& report;

  static constexpr std::size_t elements = 7;
  static constexpr std::size_t steps = 12;
  static constexpr S eps = std::numeric_limits<S>::epsilon();
  static constexpr const char* in = sizeof(S) == 4 ? " (float)" : " (double)";
  using run_type = rule_run<Rule, S>;

  [[nodiscard]] static S start(std::size_t i) noexcept { return S(noise(1, i)); }
  [[nodiscard]] static S gradient(std::size_t i, std::size_t t) noexcept { return S(noise(2, i * 1000 + t)); }

  void run() {
    report.guard([&] { check_purity(); });
    report.guard([&] { check_packs(); });
    report.guard([&] { check_zero_gradient(); });
    report.guard([&] { check_slot_decay(); });
    report.guard([&] { check_extremes(); });
    report.guard([&] { check_denormals(); });
    report.guard([&] { check_rate(); });
    report.guard([&] { check_decay(); });
    report.guard([&] { check_descent(); });
    report.guard([&] { check_step_size(); });
    report.guard([&] { check_two_points(); });
  }

 private:
  [[nodiscard]] static bool is_finite(const run_type& r) noexcept { return std::isfinite(r.x); }
  [[nodiscard]] static bool has_nan(const run_type& r) noexcept {
    bool nan = std::isnan(r.x);
    for (std::size_t s = 0; s < slot_count<Rule>; ++s) nan = nan || std::isnan(r.slots[s]);
    return nan;
  }

  /// The values of all elements after all steps; `reversed`: the last element first, each one through all steps before
  /// the next begins or, `in_turn`, all of them step by step.
  [[nodiscard]] std::array<S, elements> values(const Rule& r, bool reversed, bool in_turn) const {
    std::array<run_type, elements> runs{};
    for (std::size_t i = 0; i < elements; ++i) {
      runs[i].rule = r;
      runs[i].x = start(i);
    }
    const std::size_t outer = in_turn ? steps : elements;
    const std::size_t inner = in_turn ? elements : steps;
    for (std::size_t a = 0; a < outer; ++a) {
      for (std::size_t b = 0; b < inner; ++b) {
        const std::size_t t = in_turn ? a : b;
        const std::size_t k = in_turn ? b : a;
        const std::size_t i = reversed ? elements - 1 - k : k;
        runs[i].step(gradient(i, t));
      }
    }
    std::array<S, elements> result{};
    for (std::size_t i = 0; i < elements; ++i) result[i] = runs[i].x;
    return result;
  }

  void expect_same(const char* name, const std::array<S, elements>& a, const std::array<S, elements>& b) {
    for (std::size_t i = 0; i < elements; ++i) {
      report.expect(name, ulps_apart(a[i], b[i]) == 0, [&] {
        return say("element ", i, " is ", a[i], " once and ", b[i], " the other time, after ", steps, " steps", in);
      });
    }
  }

  void check_purity() {
    const auto first = values(rule, false, true);
    expect_same("same numbers again", first, values(rule, false, true));
    const Rule copy = rule;
    expect_same("copies give the same numbers", first, values(copy, false, true));
    expect_same("order of elements does not matter", first, values(rule, true, true));
    // each element has its own sums here: one that finds those of another differs
    expect_same(accumulating_rule<Rule> ? "running sums belong to the block" : "order of elements does not matter",
                first, values(rule, false, false));
    for (std::size_t i = 0; i < elements; ++i) {
      run_type one{.rule = rule, .x = start(i)};
      one.step(gradient(i, 0));
      report.expect("first step is finite", is_finite(one) && !has_nan(one),
                    [&] { return say("from ", start(i), " by the gradient ", gradient(i, 0), " to ", one.x, in); });
    }
  }

  void check_packs() {
    packs<4>();
    packs<16>();
  }

  template <std::size_t W>
  void packs() {
    using pack = lane_pack<S, W>;
    rule_run<Rule, S, pack> mine{.rule = rule};
    rule_run<Rule, S, pack> other{.rule = rule};
    run_type alone{.rule = rule, .x = start(0)};
    constexpr std::size_t lane = W / 2;
    for (std::size_t k = 0; k < W; ++k) mine.x.lane[k] = start(k == lane ? 0 : 50 + k);
    for (std::size_t k = 0; k < W; ++k) other.x.lane[k] = start(k == lane ? 0 : 90 + k);
    for (std::size_t t = 0; t < steps; ++t) {
      const S g = gradient(0, t);
      mine.step(pack::map([&](std::size_t k) { return k == lane ? g : gradient(50 + k, t); }));
      other.step(pack::map([&](std::size_t k) { return k == lane ? g : S(1000) * gradient(90 + k, t); }));
      alone.step(g);
    }
    const S a = mine.x.lane[lane];
    report.expect("elements do not interact", ulps_apart(a, other.x.lane[lane]) == 0, [&] {
      return say("lane ", lane, " of ", W, " becomes ", a, ", and ", other.x.lane[lane], " beside other neighbours",
                 in);
    });
    // a compiler may fuse a * b + c here and not there
    const S allowed = S(16 * steps) * eps * (std::fabs(a) + std::fabs(start(0)) + S(1));
    report.expect("same numbers on every tile", std::fabs(a - alone.x) <= allowed,
                  [&] { return say("lane ", lane, " of ", W, " becomes ", a, ", an element alone ", alone.x, in); });
  }

  void check_zero_gradient() {
    run_type plain{.rule = without_decay(rule), .x = S(0.75)};
    run_type decaying{.rule = rule, .x = S(0.75)};
    for (std::size_t t = 0; t < steps; ++t) {
      plain.step(S(0));
      decaying.step(S(0));
      report.expect("zero gradient is no NaN", !has_nan(plain) && !has_nan(decaying) && is_finite(plain), [&] {
        return say("with zero state, x = 0.75 becomes ", has_nan(decaying) ? decaying.x : plain.x, " in step ", t + 1,
                   ", or a slot NaN", in);
      });
    }
    report.expect("zero gradient changes nothing", std::fabs(plain.x - S(0.75)) <= S(8 * steps) * eps,
                  [&] { return say("without decay x = 0.75 became ", plain.x, " in ", steps, " steps", in); });
  }

  /// What decay_state believes of a rule.
  void check_slot_decay() {
    if constexpr (decaying_rule<Rule> && slot_count<Rule> != 0) {
      run_type r{.rule = without_decay(rule), .x = S(0.75)};
      for (std::size_t t = 0; t < 3; ++t) r.step(gradient(0, t));
      const auto before = r.slots;
      r.step(S(0));
      for (std::size_t s = 0; s < slot_count<Rule>; ++s) {
        const S wanted = static_cast<S>(rule.slot_decay(s)) * before[s];
        report.expect("state decays as it says", std::fabs(r.slots[s] - wanted) <= S(8) * eps * std::fabs(before[s]),
                      [&] {
                        return say("a zero gradient makes ", r.slots[s], " of ", before[s], " in slot '",
                                   Rule::slots[s].name, "'; slot_decay says ", wanted, in);
                      });
      }
    }
  }

  void check_extremes() {
    const bool narrow = sizeof(S) == 4;
    for (const double sign : {1.0, -1.0}) {
      for (const double size : {narrow ? 1e15 : 1e120, narrow ? 1e-30 : 1e-200}) {
        run_type r{.rule = rule, .x = S(0.5)};
        for (std::size_t t = 0; t < steps; ++t) {
          r.step(S(sign * size * (t % 3 == 2 ? 0.5 : 1.0)));
          report.expect(size > 1 ? "huge gradients stay finite" : "tiny gradients stay finite",
                        is_finite(r) && !has_nan(r),
                        [&] { return say("gradients of ", sign * size, ": x = ", r.x, " in step ", t + 1, in); });
        }
      }
    }
  }

  void check_denormals() {
    constexpr S least = std::numeric_limits<S>::min();
    for (std::size_t slot = 0; slot < slot_count<Rule>; ++slot) {
      run_type r{.rule = without_decay(rule), .x = S(0.5)};
      r.step(S(0));
      r.slots[slot] = S(1.01) * least;
      for (std::size_t t = 0; t < 400; ++t) {
        r.step(S(0));
        for (std::size_t s = 0; s < slot_count<Rule>; ++s) {
          report.expect("state holds no denormals", r.slots[s] == S(0) || !(std::fabs(r.slots[s]) < least), [&] {
            return say("slot ", Rule::slots[s].name, " decays to ", r.slots[s], in, "; apply flush<S> to it");
          });
        }
      }
    }
  }

  void check_rate() {
    Rule still = rule;
    still.learning_rate = 0;
    if constexpr (requires { still.weight_decay = 0.1; }) still.weight_decay = 0.1;
    run_type r{.rule = still, .x = S(0.75)};
    for (std::size_t t = 0; t < steps; ++t) r.step(gradient(3, t));
    report.expect("no rate no change", std::fabs(r.x - S(0.75)) <= S(8 * steps) * eps, [&] {
      return say("with learning_rate = 0 (and weight_decay 0.1, if there is one) x = 0.75 became ", r.x, in);
    });
    if (!traits.scales_with_rate || rule.learning_rate == 0) return;
    run_type whole{.rule = without_decay(rule)};
    run_type halved = whole;
    halved.rule.learning_rate = 0.5 * rule.learning_rate;
    whole.step(S(0.5));
    halved.step(S(0.5));
    report.expect("rate scales the step", std::fabs(whole.x - S(2) * halved.x) <= S(1e-4) * std::fabs(whole.x), [&] {
      return say("the first step from 0 goes to ", whole.x, ", with half the learning rate to ", halved.x, in);
    });
  }

  void check_decay() {
    if constexpr (requires(Rule r) { r.weight_decay = 0.1; }) {
      if (rule.learning_rate == 0) return;
      Rule decaying = rule;
      decaying.weight_decay = 0.1;
      for (const S x : {S(0.75), S(-0.75)}) {
        run_type r{.rule = decaying, .x = x};
        r.step(S(0));
        report.expect("decay pulls to zero", r.x * x > 0 && std::fabs(r.x) < std::fabs(x), [&] {
          return say("with weight_decay = 0.1, no gradient and no state ", x, " became ", r.x, in);
        });
        const double wanted = static_cast<double>(x) * (1 - rule.learning_rate * 0.1);
        if (!traits.decoupled_decay) continue;
        report.expect("decay is decoupled",
                      std::fabs(static_cast<double>(r.x) - wanted) <= 4 * static_cast<double>(eps), [&] {
                        return say("with weight_decay = 0.1, no gradient and no state ", x, " became ", r.x, ", not ",
                                   wanted, in);
                      });
      }
    }
  }

  void check_descent() {
    if (rule.learning_rate == 0) return;
    constexpr std::array<double, 4> curvature{1.0, 0.5, 0.2, 0.1};
    double before = 0;
    double after = 0;
    for (std::size_t i = 0; i < curvature.size(); ++i) {
      const double centre = i % 2 == 0 ? 1.0 : -1.0;
      run_type r{.rule = without_decay(rule), .x = S(3 * centre)};
      for (std::uint64_t t = 0; t < traits.descent_steps; ++t) {
        const S g = S(curvature[i]) * (r.x - S(centre));
        const S from = r.x;
        r.step(g);
        if (t != 0) continue;
        report.expect("first step goes downhill", (r.x - from) * g <= 0,
                      [&] { return say("the gradient ", g, " moves x from ", from, " to ", r.x, in); });
      }
      const double distance = static_cast<double>(r.x) - centre;
      before += 0.5 * curvature[i] * 4;
      after += 0.5 * curvature[i] * distance * distance;
    }
    if (!traits.descends) return;
    report.expect("descends on a quadratic", after < before, [&] {
      return say("in ", traits.descent_steps, " steps of rate ", rule.learning_rate,
                 " a quadratic of curvature 0.1 to 1 went from ", before, " to ", after, in);
    });
  }

  void check_step_size() {
    if (!traits.one_step_size) return;
    run_type r{.rule = without_decay(rule)};
    r.step(S(0.5));
    const S first = r.x;
    for (std::size_t t = 1; t < 50; ++t) {
      const S from = r.x;
      r.step(S(0.5));
      report.expect("steps of one size", std::fabs((r.x - from) - first) <= S(1e-3) * std::fabs(first), [&] {
        return say("under the gradient 0.5 the first step is ", first, ", step ", t + 1, " is ", r.x - from, in,
                   "; is the bias corrected with the count of this step, from 1?");
      });
    }
  }

  void check_two_points() {
    if constexpr (two_point_rule<Rule>) {
      run_type r{.rule = rule, .x = start(0)};
      for (std::size_t t = 0; t < steps; ++t) {
        r.step(gradient(0, t));
        const S trained = r.x;
        r.move(rule.at_leave());
        const S shown = r.x;
        r.move(rule.at_enter());
        report.expect(
            "evaluation point and back",
            std::isfinite(shown) && std::fabs(r.x - trained) <= S(64) * eps * (std::fabs(trained) + std::fabs(shown)),
            [&] {
              return say("in step ", t + 1, " at_leave moves ", trained, " to ", shown, ", at_enter back to ", r.x, in);
            });
        r.x = trained;
      }
    }
  }
};

}  // namespace blockopt::detail
