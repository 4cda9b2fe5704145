// SPDX-License-Identifier: MIT
// Part of blockopt: one check of one step of one rule on one layout, on every backend, against the oracle.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/backend/plain/plain_backend.hpp>

#include "backend/update_oracle.hpp"
#include "support/guarded.hpp"

namespace blockopt_tests {

/// How the memory of one parameter lies.
struct layout {
  std::size_t n = 0;  ///< elements
  std::size_t values_offset = 0, gradient_offset = 0, master_offset = 0, slots_offset = 0;
  blockopt::element_order values{}, gradient{};    ///< flat by default
  std::size_t values_span = 0, gradient_span = 0;  ///< elements of memory; 0: n
  std::ptrdiff_t values_origin = 0, gradient_origin = 0;
  bool master = false, owned = false;
  blockopt::rounding write_back = blockopt::rounding::nearest;
};

/// How many 16-bit numbers lie between two of them.
template <class T>
[[nodiscard]] int steps_apart(T a, T b) {
  const auto rank = [](T t) { return (t.bits & 0x8000) != 0 ? -(t.bits & 0x7fff) : int{t.bits}; };
  return std::abs(rank(a) - rank(b));
}

/// Exact: bits equal. Else: within two units in the last place.
enum class agreement { exact, two_ulp };

/// The memory of one parameter, on which a backend may run.
template <class T, class G>
struct parameter_memory {
  using S = blockopt::compute_type_t<T>;
  guarded<T> values;
  guarded<G> gradient;
  guarded<S> owned, master, m, v;

  explicit parameter_memory(const layout& l, std::uint64_t seed)
      : values(l.values_span == 0 ? l.n : l.values_span, l.values_offset),
        gradient(l.gradient_span == 0 ? l.n : l.gradient_span, l.gradient_offset),
        owned(l.n, l.gradient_offset),
        master(l.n, l.master_offset),
        m(l.n, l.slots_offset),
        v(l.n, (l.slots_offset + 1) % 4) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = stored<T>(noise(seed, 1, 0, i));
    for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] = stored<G>(noise(seed, 2, 0, i));
    for (std::size_t i = 0; i < l.n; ++i) {
      owned[i] = static_cast<S>(noise(seed, 3, 0, i));
      m[i] = static_cast<S>(noise(seed, 4, 0, i));
      v[i] = static_cast<S>(0.5 + noise(seed, 5, 0, i, 0.5));
    }
    const auto at = places(l.values, l.n);
    for (std::size_t i = 0; i < l.n; ++i)  // a master lies near its value, not on it
      master[i] = static_cast<S>(values[place(at[i], l.values_origin)]) + static_cast<S>(noise(seed, 6, 0, i, 1e-4));
  }

  template <std::size_t Slots>
  [[nodiscard]] blockopt::parameter_job<T, G, Slots> job(const layout& l) const {
    blockopt::parameter_job<T, G, Slots> j;
    j.values = values.data() + l.values_origin;
    j.values_order = l.values;
    j.gradient = gradient.data() + l.gradient_origin;
    j.gradient_order = l.gradient;
    if (l.owned) j.owned_gradient = owned.data();
    if (l.master) j.master = master.data();
    if constexpr (Slots > 0) j.slots[0] = m.data();
    if constexpr (Slots > 1) j.slots[1] = v.data();
    j.size = l.n;
    j.noise = 3;
    return j;
  }

  [[nodiscard]] static std::vector<std::ptrdiff_t> places(const blockopt::element_order& order, std::size_t n) {
    // element by element, not by the runs that are tested: the last dimension is the fastest
    std::vector<std::ptrdiff_t> result(n);
    for (std::size_t i = 0; i < n; ++i) {
      std::size_t rest = i;
      for (std::size_t d = order.rank; d-- > 0;) {
        result[i] += static_cast<std::ptrdiff_t>(rest % order.extents[d]) * order.strides[d];
        rest /= order.extents[d];
      }
      if (order.rank == 0) result[i] = static_cast<std::ptrdiff_t>(i);
    }
    return result;
  }
  [[nodiscard]] static std::size_t place(std::ptrdiff_t at, std::ptrdiff_t origin) {
    return static_cast<std::size_t>(at + origin);
  }
  [[nodiscard]] bool intact() const {
    return values.intact() && gradient.intact() && owned.intact() && master.intact() && m.intact() && v.intact();
  }
};

/// Runs one step on both backends and the oracle; true when all agree and nothing else was touched. `why` says what not.
template <class Rule, class T, class G>
bool check_step(const Rule& rule, const layout& l, agreement wanted, std::string& why) {
  using S = blockopt::compute_type_t<T>;
  using memory = parameter_memory<T, G>;
  constexpr std::size_t slots = blockopt::slot_count<Rule>;
  const std::uint64_t step = 4;
  const memory before(l, 17), plain(before), eigen(before);
  const auto constants = rule.template at<S>(blockopt::step_count{step});
  const std::span<const blockopt::rule_constants<Rule, S>> one(&constants, 1);
  const blockopt::step_options<S> options{.write_back = l.write_back, .seed = 8, .step = 2};
  const auto run = [&](const auto& backend, const memory& on) {
    const auto job = on.template job<slots>(l);
    backend.template update<Rule>(one, std::span<const std::remove_const_t<decltype(job)>>(&job, 1), options);
  };
  run(blockopt::plain_backend{}, plain);
  run(blockopt::eigen_backend{}, eigen);

  const auto fail = [&](const std::string& text) {
    why = text + " with n " + std::to_string(l.n) + ", offsets " + std::to_string(l.values_offset) + " " +
          std::to_string(l.gradient_offset) + " " + std::to_string(l.master_offset) + " " +
          std::to_string(l.slots_offset);
    return false;
  };
  if (!plain.intact() || !eigen.intact()) return fail("a sentinel was overwritten");
  for (const memory* on : {&plain, &eigen}) {
    if (on->gradient.image() != before.gradient.image() || on->owned.image() != before.owned.image())
      return fail("the gradient was written");
    if (!l.master && on->master.image() != before.master.image()) return fail("a master that is not there was written");
    if (slots < 1 && on->m.image() != before.m.image()) return fail("a slot that is not there was written");
    if (slots < 2 && on->v.image() != before.v.image()) return fail("a slot that is not there was written");
  }

  const auto value_at = memory::places(l.values, l.n), gradient_at = memory::places(l.gradient, l.n);
  std::vector<bool> is_element(before.values.size());
  const auto near = [&](S a, S b, S scale) {
    return wanted == agreement::exact ? same_bits(std::array{a}, std::array{b}) : ulps(a, b, scale) <= 2;
  };
  for (std::size_t i = 0; i < l.n; ++i) {
    const std::size_t p = memory::place(value_at[i], l.values_origin);
    is_element[p] = true;
    const S g =
        l.owned ? before.owned[i] : static_cast<S>(before.gradient[memory::place(gradient_at[i], l.gradient_origin)]);
    element<S> e{l.master ? before.master[i] : static_cast<S>(before.values[p]), before.m[i], before.v[i]};
    const element<S> old = e;
    oracle_step<S>(rule, step, e, g);
    // the same step on magnitudes says how large the numbers are that may cancel
    element<S> large{std::fabs(old.x), std::fabs(old.m), old.v};
    oracle_step<S>(rule, step, large, std::fabs(g));
    // two units of the value, or four of what is added to it: of a value near zero the update is all there is
    const S of_x = std::fmax(std::fabs(old.x), 2 * std::fabs(std::fabs(old.x) - large.x));
    for (const memory* on : {&plain, &eigen}) {
      const std::string who = on == &plain ? "plain" : "eigen";
      if (slots > 0 && !near(on->m[i], e.m, large.m)) return fail(who + " first slot of " + std::to_string(i));
      if (slots > 1 && !near(on->v[i], e.v, large.v)) return fail(who + " second slot of " + std::to_string(i));
      if (l.master && !near(on->master[i], e.x, of_x)) return fail(who + " master of " + std::to_string(i));
      const S x = e.x;
      if constexpr (blockopt::is_reduced_precision<T>) {
        // stochastic rounding gives one of the two neighbours, of which one is the nearest
        const bool exact = wanted == agreement::exact && l.write_back == blockopt::rounding::nearest;
        if (steps_apart(on->values[p], static_cast<T>(x)) > (exact ? 0 : 1))
          return fail(who + " value of " + std::to_string(i));
      } else {
        if (!near(on->values[p], x, of_x)) return fail(who + " value of " + std::to_string(i));
      }
    }
  }
  for (std::size_t p = 0; p < is_element.size(); ++p) {
    const auto same = [&](const memory& on) {
      return same_bits(std::array{on.values[p]}, std::array{before.values[p]});
    };
    if (!is_element[p] && !(same(plain) && same(eigen))) return fail("a value between the elements was written");
  }
  if (wanted == agreement::exact) {
    if (plain.values.image() != eigen.values.image() || plain.master.image() != eigen.master.image() ||
        plain.m.image() != eigen.m.image() || plain.v.image() != eigen.v.image())
      return fail("the backends differ");
  }
  return true;
}

}  // namespace blockopt_tests
