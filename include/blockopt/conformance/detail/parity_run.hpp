// SPDX-License-Identifier: MIT
// Part of blockopt: the trials of check_parity.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <blockopt/backend/norm.hpp>
#include <blockopt/conformance/detail/parity_image.hpp>
#include <blockopt/conformance/report.hpp>

namespace blockopt::detail {

/// A rule on two backends.
template <scalar T, class Rule, class A, class B>
struct parity_run {
  using S = compute_type_t<T>;
  using image = parity_image<T, Rule>;
  using job = typename image::job;
  using constants = rule_constants<Rule, S>;

  const Rule& rule;
  const A& a;
  const B& b;
  std::uint64_t ulps;
  conformance_report& report;

  /// f(backend, jobs) on a copy of the bytes in the backend's space; the bytes afterwards.
  template <class Backend, class F>
  [[nodiscard]] static std::vector<std::byte> on(const Backend& backend, const image& im,
                                                 std::span<const std::byte> bytes, const F& f) {
    arena<Backend> memory(backend, bytes.size());
    backend.copy(memory.data(), bytes.data(), bytes.size());
    backend.wait();
    const std::vector<job> jobs = im.jobs(memory.data());
    if constexpr (tabulating_backend<Backend, job>) {
      table_request need{.jobs = jobs.size()};
      for (const job& j : jobs) need.chunks += chunk_count(j.size);
      const arena<Backend> table(backend, Backend::template table_bytes<job>(need));
      backend.bind(std::span<const job>(jobs), table.data());
      f(backend, std::span<const job>(jobs), static_cast<const std::byte*>(table.data()));
      backend.wait();
    } else {
      f(backend, std::span<const job>(jobs));
    }
    std::vector<std::byte> result(bytes.size());
    backend.copy(result.data(), memory.data(), result.size());
    backend.wait();
    return result;
  }

  /// f on both, from the same bytes, which then are those of the first.
  template <class F>
  void both(const char* name, const image& im, std::vector<std::byte>& bytes, const std::string& where, const F& f) {
    const std::vector<std::byte> first = on(a, im, bytes, f);
    const std::vector<std::byte> second = on(b, im, bytes, f);
    const std::string found = im.differs(first, second, ulps);
    report.expect(name, found.empty(), [&] { return where + ": " + found; });
    const std::string strays[] = {im.strays(bytes, first), im.strays(bytes, second)};
    for (std::size_t k = 0; k < 2; ++k) {
      report.expect("nothing else is touched", strays[k].empty(),
                    [&] { return where + (k == 0 ? ", first backend: " : ", second backend: ") + strays[k]; });
    }
    bytes = first;
  }

  /// What `measure` and `first_not_finite` work in.
  template <class Backend>
  [[nodiscard]] static arena<Backend> workspace(const Backend& backend, std::span<const job> jobs) {
    std::size_t chunks = 0;
    for (const job& j : jobs) chunks += chunk_count(j.size);
    using gradient = typename job::gradient_type;
    arena<Backend> memory(backend, norm_workspace::bytes(0, chunks, norm_sums<T, gradient>));
    const step_control control;
    backend.copy(memory.data(), &control, sizeof control);
    backend.wait();
    return memory;
  }

  void steps(const char* name, std::span<const parity_shape> shapes, const step_options<S>& options,
             const std::string& where) {
    image im(shapes);
    std::vector<std::byte> bytes = im.bytes();
    rule_running<Rule> running{};
    for (std::uint64_t t = 1; t <= 3; ++t) {
      const constants c = constants_at<S>(rule, step_count{t}, running);
      step_options<S> now = options;
      now.step = t;
      both(name, im, bytes, say(where, ", step ", t),
           [&](const auto& backend, std::span<const job> jobs, auto... table) {
             backend.template update<Rule>(std::span<const constants>(&c, 1), jobs, now, table...);
           });
    }
  }

  void sizes() {
    for (std::size_t n = 0; n <= 68; ++n) {
      const parity_shape shape{.size = n == 68 ? 200 : n, .shift = n % 5};
      steps("all sizes agree", {&shape, 1}, {}, say(shape.size, " elements"));
    }
    const parity_shape large{.size = 2 * chunk_elements + 13, .shift = 1};
    steps("several chunks agree", {&large, 1}, {}, say(large.size, " elements"));
    const parity_shape several[] = {{.size = 33}, {.size = 0}, {.size = 1, .shift = 2}, {.size = 100, .shift = 3}};
    steps("several parameters agree", several, {}, "parameters of 33, 0, 1 and 100 elements");
  }

  void layouts() {
    // 9 x 11 elements: rows with gaps, and columns with gaps, of values and gradient
    element_order rows;
    rows.rank = 2;
    rows.extents = {9, 11};
    rows.strides = {14, 1};
    element_order columns = rows;
    columns.strides = {1, 10};
    const parity_shape strided[] = {
        {.size = 99, .values = rows, .gradient = columns, .values_span = 126, .gradient_span = 110},
        {.size = 99, .values = columns, .gradient = {}, .values_span = 110},
        {.size = 99, .values = {}, .gradient = rows, .gradient_span = 126, .shift = 1},
    };
    for (const parity_shape& shape : strided)
      steps("strided parameters agree", {&shape, 1}, {}, "9 x 11 elements with gaps");
    const parity_shape owned{.size = 70, .shift = 1, .owned = true};
    steps("owned gradients agree", {&owned, 1}, {}, "70 elements");
    const parity_shape plain{.size = 70};
    steps("scaled and clipped gradients agree", {&plain, 1}, {.gradient_scale = S(0.75)}, "gradients times 0.75");
    steps("scaled and clipped gradients agree", {&plain, 1}, {.clip_value = S(0.25)}, "gradients clipped to 0.25");
    steps("scaled and clipped gradients agree", {&plain, 1}, {.gradient_scale = S(0.5), .clip_value = S(0.125)},
          "gradients times 0.5, clipped to 0.125");
  }

  void reductions() {
    for (const std::size_t n :
         {std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{1000}, chunk_elements + 5}) {
      const parity_shape shapes[] = {{.size = n, .shift = 1}, {.size = 17}};
      image im(shapes);
      double sums[2]{};
      const auto sum = [&](double& to) {
        return [&to]<class Backend>(const Backend& backend, std::span<const job> jobs, auto... table) {
          const arena<Backend> memory = workspace(backend, jobs);
          backend.measure(jobs, {}, norm_workspace(memory.data(), 0), table...);
          step_control control;
          backend.copy(&control, memory.data(), sizeof control);
          backend.wait();
          to = control.gradient_norm;
        };
      };
      static_cast<void>(on(a, im, im.bytes(), sum(sums[0])));
      static_cast<void>(on(b, im, im.bytes(), sum(sums[1])));
      report.expect("norms agree", ulps_apart(sums[0], sums[1]) <= (ulps == 0 ? 0 : 8),
                    [&] { return say("of ", n, " + 17 elements: ", sums[0], " and ", sums[1]); });
      const T bad[] = {stored_as<T>(std::numeric_limits<double>::quiet_NaN()),
                       stored_as<T>(-std::numeric_limits<double>::infinity())};
      for (const std::size_t place : {std::size_t{0}, n / 2, n - 1}) {
        for (std::size_t which = 0; which < 3; ++which) {
          std::size_t found[2]{};
          std::vector<std::byte> bytes = im.bytes();
          const std::vector<job> here = im.jobs(bytes.data());
          if (which > 0) std::memcpy(const_cast<T*>(here[0].gradient + place), &bad[which - 1], sizeof(T));
          const auto ask = [](std::size_t& to) {
            return [&to]<class Backend>(const Backend& backend, std::span<const job> jobs, auto... table) {
              const arena<Backend> memory = workspace(backend, jobs);
              to = backend.first_not_finite(jobs, true, norm_workspace(memory.data(), 0), table...);
            };
          };
          static_cast<void>(on(a, im, bytes, ask(found[0])));
          static_cast<void>(on(b, im, bytes, ask(found[1])));
          report.expect("finiteness agrees", found[0] == found[1] && found[0] == (which == 0 ? 2U : 0U), [&] {
            return say(which == 0 ? "only finite gradients" : "a gradient that is not finite", " among ", n, ", place ",
                       place, ", of 2 jobs: first_not_finite says ", found[0], " and ", found[1]);
          });
        }
      }
      parity_shape owned[] = {shapes[0], shapes[1]};
      for (parity_shape& s : owned) s.owned = true;
      image with_own(owned);
      std::vector<std::byte> bytes = with_own.bytes();
      both("gradients are added alike", with_own, bytes, say(n, " + 17 elements"),
           [](const auto& backend, std::span<const job> jobs, auto... table) { backend.add_gradient(jobs, table...); });
    }
  }

  void reduced_precision() {
    for (const std::size_t n : {std::size_t{1}, std::size_t{31}, std::size_t{100}}) {
      const parity_shape master{.size = n, .shift = 1, .master = true};
      const std::string where = say(n, " elements");
      steps("master copies agree", {&master, 1}, {}, where);
      const step_options<S> stochastic{.write_back = rounding::stochastic, .seed = 99};
      const parity_shape plain{.size = n};
      steps("stochastic rounding agrees", {&plain, 1}, stochastic, where);
      steps("stochastic rounding agrees", {&master, 1}, stochastic, where + " with master");
      image im(std::span<const parity_shape>(&master, 1));
      std::vector<std::byte> bytes = im.bytes();
      both("masters are loaded alike", im, bytes, where,
           [](const auto& backend, std::span<const job> jobs, auto... table) { backend.load_master(jobs, table...); });
    }
  }
};

}  // namespace blockopt::detail
