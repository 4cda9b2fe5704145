// SPDX-License-Identifier: MIT
// Part of blockopt: update rules with one fault each.
#include <cmath>
#include <cstdint>
#include <span>
#include <type_traits>

#include <blockopt/conformance/check_update_rule.hpp>
#include <blockopt/update/check.hpp>
#include <blockopt/update/math.hpp>

#include "conformance/mutants.hpp"

namespace bo = blockopt;

namespace {

enum class fault {
  none,
  wrong_sign,
  turns_around,
  swapped_betas,
  late_step,
  early_step,
  no_flush,
  reads_neighbour,
  sloppy_tile,
  decay_without_rate,
  decay_that_grows,
  decay_in_gradient,
  own_rate,
  counts_calls,
  no_epsilon,
  cubes,
  squares,
  takes_any_beta,
  another_float,
  drifts
};

/// AdamW with a fault. It is data, so that one instantiation serves them all.
template <bool SameNames>
struct faulty_adamw {
  double learning_rate = 0.04, beta1 = 0.9, beta2 = 0.99, epsilon = 1e-8, weight_decay = 0.01;
  fault which = fault::none;

  static constexpr auto slots = SameNames ? bo::slots("moment", "moment") : bo::slots("first", "second");

  template <class S>
  struct constants {
    S beta1, beta2, rate, root_scale, epsilon, shrink, coupled;
    fault which;
  };

  template <class S>
  constants<S> at(bo::step_count step) const noexcept {
    const double t = static_cast<double>(step.value) + (which == fault::late_step    ? 1
                                                        : which == fault::early_step ? -1
                                                                                     : 0);
    const double b1 = which == fault::swapped_betas                     ? beta2
                      : which == fault::another_float && sizeof(S) == 4 ? beta1 - 0.05
                                                                        : beta1;
    const double b2 = which == fault::swapped_betas ? beta1 : beta2;
    const double rate = which == fault::own_rate ? 0.04 : learning_rate;
    const double back = which == fault::wrong_sign || (which == fault::turns_around && step.value > 1) ? -1 : 1;
    const double decay = which == fault::decay_without_rate  ? weight_decay
                         : which == fault::decay_that_grows  ? -rate * weight_decay
                         : which == fault::decay_in_gradient ? 0
                                                             : rate * weight_decay;
    return {S(b1),
            S(b2),
            S(back * rate / (1 - std::pow(b1, t))),
            S(1 / std::sqrt(1 - std::pow(b2, t))),
            S(which == fault::no_epsilon ? 0 : epsilon),
            S(which == fault::drifts ? 0.999 : 1 - decay),
            S(which == fault::decay_in_gradient ? weight_decay : 0),
            which};
  }

  template <class S, class V>
  BLOCKOPT_FN static void update(const constants<S>& c, V& x, const V& gradient, V& m, V& v) noexcept {
    V g = gradient + c.coupled * x;
    if (c.which == fault::cubes) g = g * g * g / (g * g + c.epsilon);
    if (c.which == fault::squares) g = g * (g * g / (bo::abs(g) * bo::abs(g)));
    if constexpr (!std::is_arithmetic_v<V>) {
      const V before = m;
      for (std::size_t k = 1; k < m.lane.size() && c.which == fault::reads_neighbour; ++k)
        m.lane[k] = before.lane[k - 1];
    }
    m = c.beta1 * m + (S(1) - c.beta1) * g;
    v = c.beta2 * v + (S(1) - c.beta2) * (g * g);
    if (c.which != fault::no_flush) {
      m = bo::flush<S>(m);
      v = bo::flush<S>(v);
    }
    V root = bo::sqrt(v);
    if (c.which == fault::sloppy_tile && !std::is_arithmetic_v<V>) root = root * S(1.0001);
    if (c.which == fault::counts_calls) {
      static int calls = 0;
      root = root * S(1 + (++calls % 5));
    }
    x = c.shrink * x - c.rate * m / (root * c.root_scale + c.epsilon);
  }

  void check() const {
    bo::detail::check_non_negative("faulty_adamw", "learning_rate", learning_rate);
    bo::detail::check_range("faulty_adamw", "beta1", beta1, 0, 1);
    if (which != fault::takes_any_beta) bo::detail::check_range("faulty_adamw", "beta2", beta2, 0, 1);
    bo::detail::check_non_negative("faulty_adamw", "epsilon", epsilon);
    bo::detail::check_non_negative("faulty_adamw", "weight_decay", weight_decay);
  }
};

/// Momentum whose product of factors is a running sum: of the block, or (the fault) of the program.
struct warm_momentum {
  double learning_rate = 0.1, beta = 0.8;
  bool shared = false;
  bool forgets = true;  ///< what it says of its slot
  static constexpr auto slots = bo::slots("momentum");
  [[nodiscard]] double slot_decay(std::size_t) const { return forgets ? beta : 1; }
  struct running {
    double weight;
  };
  template <class S>
  struct constants {
    S rate, beta;
  };
  template <class S>
  constants<S> at(bo::step_count, running& mine) const noexcept {
    static running everybody{};
    running& r = shared ? everybody : mine;
    r.weight = 0.9 * r.weight + 0.1;
    return {S(learning_rate * (0.5 + r.weight)), S(beta)};
  }
  template <class S, class V>
  BLOCKOPT_FN static void update(const constants<S>& c, V& x, const V& g, V& u) noexcept {
    u = bo::flush<S>(V(c.beta * u + g));
    x = x - c.rate * u;
  }
};

/// Keeps the start in a slot and shows the middle between it and x; the way back forgets to double (the fault).
struct shown_in_the_middle {
  double learning_rate = 0.1;
  bool forgets = false;
  static constexpr auto slots = bo::slots("way");
  template <class S>
  struct constants {
    S rate;
  };
  template <class S>
  constants<S> at(bo::step_count) const noexcept {
    return {S(learning_rate)};
  }
  template <class S, class V>
  BLOCKOPT_FN static void update(const constants<S>& c, V& x, const V& g, V& way) noexcept {
    way = way - c.rate * g;
    x = x - c.rate * g;
  }
  struct half_way {
    double learning_rate = 1;
    static constexpr auto slots = bo::slots("way");
    template <class S>
    struct constants {
      S part;
    };
    template <class S>
    constants<S> at(bo::step_count) const noexcept {
      return {S(learning_rate)};
    }
    template <class S, class V>
    BLOCKOPT_FN static void update(const constants<S>& c, V& x, const V&, V& way) noexcept {
      x = x + c.part * way;
    }
  };
  [[nodiscard]] auto at_leave() const noexcept { return half_way{-0.5}; }
  [[nodiscard]] auto at_enter() const noexcept { return half_way{forgets ? 0 : 0.5}; }
};

/// AdamW as published (Loshchilov & Hutter, Algorithm 2), for one element.
template <class Rule>
void published_adamw(const Rule& rule, std::uint64_t step, double& x, double g, std::span<double> slots) {
  slots[0] = rule.beta1 * slots[0] + (1 - rule.beta1) * g;
  slots[1] = rule.beta2 * slots[1] + (1 - rule.beta2) * g * g;
  const double m = slots[0] / (1 - std::pow(rule.beta1, step));
  const double v = slots[1] / (1 - std::pow(rule.beta2, step));
  x -= rule.learning_rate * (m / (std::sqrt(v) + rule.epsilon) + rule.weight_decay * x);
}

template <bool SameNames = false>
bo::conformance_report check_fault(fault which) {
  using rule = faulty_adamw<SameNames>;
  return bo::check_update_rule(rule{.which = which}, {.one_step_size = true, .decoupled_decay = true},
                               published_adamw<rule>);
}

}  // namespace

namespace blockopt_tests {

void try_rule_mutants(mutant_list& list) {
  // without a fault nothing may be found: else the mutants prove nothing
  const bo::conformance_report sound[] = {check_fault(fault::none), bo::check_update_rule(warm_momentum{}),
                                          bo::check_update_rule(shown_in_the_middle{})};
  for (const bo::conformance_report& report : sound) {
    if (!report) list.add("no fault", "nothing", report);
  }
  list.add("step with the wrong sign", "first step goes downhill", check_fault(fault::wrong_sign));
  list.add("all but the first step have the wrong sign", "descends on a quadratic", check_fault(fault::turns_around));
  list.add("betas swapped", "follows the reference", check_fault(fault::swapped_betas));
  list.add("bias correction one step late", "steps of one size", check_fault(fault::late_step));
  list.add("bias correction from step 0", "first step is finite", check_fault(fault::early_step));
  list.add("flush forgotten", "state holds no denormals", check_fault(fault::no_flush));
  list.add("moment of the neighbour", "elements do not interact", check_fault(fault::reads_neighbour));
  list.add("another root in tiles", "same numbers on every tile", check_fault(fault::sloppy_tile));
  list.add("decay without the rate", "no rate no change", check_fault(fault::decay_without_rate));
  list.add("decay that grows", "decay pulls to zero", check_fault(fault::decay_that_grows));
  list.add("decay through the gradient", "decay is decoupled", check_fault(fault::decay_in_gradient));
  list.add("a rate of its own", "rate scales the step", check_fault(fault::own_rate));
  list.add("calls are counted", "order of elements does not matter", check_fault(fault::counts_calls));
  list.add("no epsilon", "zero gradient is no NaN", check_fault(fault::no_epsilon));
  list.add("cubes of gradients", "huge gradients stay finite", check_fault(fault::cubes));
  list.add("quotient of squares", "tiny gradients stay finite", check_fault(fault::squares));
  list.add("any beta2 is taken", "bad settings are refused", check_fault(fault::takes_any_beta));
  list.add("another beta in float", "float follows double", check_fault(fault::another_float));
  list.add("two slots of one name", "slots have names", check_fault<true>(fault::none));
  list.add("values drift", "zero gradient changes nothing", check_fault(fault::drifts));
  list.add("running sums of the program", "running sums belong to the block",
           bo::check_update_rule(warm_momentum{.shared = true}));
  list.add("a slot decays that says it does not", "state decays as it says",
           bo::check_update_rule(warm_momentum{.forgets = false}));
  list.add("no way back to the training point", "evaluation point and back",
           bo::check_update_rule(shown_in_the_middle{.forgets = true}));
}

}  // namespace blockopt_tests
