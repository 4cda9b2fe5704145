// SPDX-License-Identifier: MIT
// Part of blockopt: tests of threads, norms and denormal numbers on the backends in host memory.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#ifdef _OPENMP
#include <omp.h>
#endif

#include <doctest/doctest.h>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/momentum.hpp>

#include "support/guarded.hpp"
#include "support/skip.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

template <class S>
using job_of = bo::parameter_job<S, S, 2>;

/// A few parameters of uneven sizes, more than a chunk and less, with gradients and state.
template <class S>
struct workload {
  std::vector<std::vector<S>> values, gradients, m, v;
  std::vector<job_of<S>> jobs;

  explicit workload(const std::vector<std::size_t>& sizes) {
    std::size_t chunk = 5;  // as jobs in the middle of a list have
    for (std::size_t p = 0; p < sizes.size(); ++p) {
      values.emplace_back(sizes[p]);
      gradients.emplace_back(sizes[p]);
      m.emplace_back(sizes[p]);
      v.emplace_back(sizes[p]);
      for (std::size_t i = 0; i < sizes[p]; ++i) {
        values[p][i] = static_cast<S>(noise(1, 0, p, i));
        gradients[p][i] = static_cast<S>(noise(2, 0, p, i));
      }
    }
    for (std::size_t p = 0; p < sizes.size(); ++p) {
      job_of<S> j;
      j.values = values[p].data();
      j.gradient = gradients[p].data();
      j.slots = {m[p].data(), v[p].data()};
      j.size = sizes[p];
      j.first_chunk = chunk;
      j.noise = p;
      chunk += bo::chunk_count(sizes[p]);
      jobs.push_back(j);
    }
  }
  [[nodiscard]] std::span<const job_of<S>> all() const { return jobs; }
  [[nodiscard]] std::size_t chunks() const {
    return jobs.back().first_chunk + bo::chunk_count(jobs.back().size) - jobs.front().first_chunk;
  }
};

const std::vector<std::size_t> sizes{3, 8192, 8193, 20000, 1, 50001};

template <class Backend>
double norm_of(const Backend& backend, const workload<double>& w) {
  const bo::arena<Backend> memory(backend, bo::norm_workspace::bytes(0, w.chunks(), 1));
  const bo::norm_workspace workspace(memory.data(), 0);
  *workspace.control = {};
  backend.measure(w.all(), {}, workspace);
  return workspace.control->gradient_norm;
}

}  // namespace

TEST_CASE_TEMPLATE("one thread and two give the same bits", Backend, bo::plain_backend, bo::eigen_backend) {
#ifdef _OPENMP
  Backend serial, parallel;
  serial.parallel_elements = std::numeric_limits<std::size_t>::max();
  parallel.parallel_elements = 1;
  const auto steps = [&](const Backend& backend, int threads) {
    omp_set_num_threads(threads);
    workload<double> w(sizes);
    const bo::adamw rule;
    std::vector<double> norms;
    for (std::uint64_t t = 1; t <= 3; ++t) {
      const auto c = rule.at<double>(bo::step_count{t});
      backend.template update<bo::adamw>(std::span<const bo::adamw::constants<double>>(&c, 1), w.all(), {});
      norms.push_back(norm_of(backend, w));
    }
    w.m.push_back(norms);
    return w;
  };
  const int before = omp_get_max_threads();
  const auto wanted = steps(serial, 1);
  for (const int threads : {1, 2, 3}) {
    const auto got = steps(parallel, threads);
    for (std::size_t p = 0; p < sizes.size(); ++p) {
      CHECK(same_bits(got.values[p], wanted.values[p]));
      CHECK(same_bits(got.m[p], wanted.m[p]));
      CHECK(same_bits(got.v[p], wanted.v[p]));
    }
    CHECK(same_bits(got.m.back(), wanted.m.back()));
  }
  omp_set_num_threads(before);
#else
  skip("this build has no OpenMP");
#endif
}

TEST_CASE_TEMPLATE("the norm is that of exact arithmetic to a few roundings", Backend, bo::plain_backend,
                   bo::eigen_backend) {
  const workload<double> w(sizes);
  long double wanted = 0;
  for (const auto& g : w.gradients) {
    for (const double x : g) wanted += static_cast<long double>(x) * static_cast<long double>(x);
  }
  const auto norm = static_cast<double>(std::sqrt(wanted));
  CHECK(std::abs(norm_of(Backend{}, w) - norm) <= 1e-14 * norm);
  CHECK(same_bits(std::vector{norm_of(bo::plain_backend{}, w)}, std::vector{norm_of(Backend{}, w)}));
}

TEST_CASE("norms of huge and of tiny doubles") {
  workload<double> w({100, 9000});
  const bo::eigen_backend backend;
  for (const double size : {0x1p800, 0x1p-800}) {
    for (std::size_t p = 0; p < 2; ++p) std::ranges::fill(w.gradients[p], size);
    CHECK(norm_of(backend, w) == std::sqrt(9100.0) * size);
  }
  w.gradients[1][8500] = std::numeric_limits<double>::quiet_NaN();
  CHECK(std::isnan(norm_of(backend, w)));
  w.gradients[1][8500] = -std::numeric_limits<double>::infinity();
  CHECK(norm_of(backend, w) == std::numeric_limits<double>::infinity());
  for (auto& g : w.gradients) std::ranges::fill(g, 0.0);
  CHECK(norm_of(backend, w) == 0);
  // parts: squares are added, at every scale
  std::ranges::fill(w.gradients[1], 0x1p700);
  std::ranges::fill(w.gradients[0], 2.0);
  const bo::arena<bo::eigen_backend> memory(backend, bo::norm_workspace::bytes(2, w.chunks(), 1));
  const bo::norm_workspace found(memory.data(), 2);
  *found.control = {};
  found.squares[0] = 1;
  found.squares[1] = 0;
  const std::size_t parts[] = {0, 1, 2};
  backend.measure(w.all(), {.scale = 0x1p-690, .clip_norm = 10, .parts = parts}, found);
  CHECK(found.squares[0] == 1);
  CHECK(found.squares[1] == doctest::Approx(0x1p20 * 9000).epsilon(1e-15));
  CHECK(found.control->gradient_norm == 0x1p10 * std::sqrt(9000.0));
  CHECK(found.control->scale == 0x1p-690 * (10 / found.control->gradient_norm));
}

TEST_CASE_TEMPLATE("every place of a number that is not finite is found", Backend, bo::plain_backend,
                   bo::eigen_backend) {
  workload<float> w({70, 8200});
  const Backend backend;
  CHECK(backend.first_not_finite(w.all(), false) == 2);
  for (std::size_t p = 0; p < 2; ++p) {
    for (std::size_t i = 0; i < w.gradients[p].size(); i += p == 0 ? 1 : 97) {
      const float kept = w.gradients[p][i];
      for (const float bad : {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
                              std::numeric_limits<float>::quiet_NaN(), std::bit_cast<float>(0x7f800001U)}) {
        w.gradients[p][i] = bad;
        CHECK(backend.first_not_finite(w.all(), false) == p);
      }
      w.gradients[p][i] = kept;
    }
  }
  w.gradients[0][0] = std::numeric_limits<float>::max();
  w.gradients[0][1] = std::numeric_limits<float>::denorm_min();
  CHECK(backend.first_not_finite(w.all(), false) == 2);
}

TEST_CASE_TEMPLATE("a slot that decays never holds a denormal number", S, float, double) {
  const auto check = [](const auto& backend, const auto& rule) {
    using rule_type = std::remove_cvref_t<decltype(rule)>;
    constexpr std::size_t slots = bo::slot_count<rule_type>;
    const std::size_t n = 70;
    std::vector<S> x(n, S(1)), g(n), m(n), v(n);
    for (std::size_t i = 0; i < n; ++i) g[i] = static_cast<S>(std::ldexp(noise(3, 0, 0, i), -static_cast<int>(i)));
    bo::parameter_job<S, S, slots> job;
    job.values = x.data();
    job.gradient = g.data();
    job.size = n;
    if constexpr (slots > 0) job.slots[0] = m.data();
    if constexpr (slots > 1) job.slots[1] = v.data();
    int denormal = 0;
    bool moved = false;
    for (std::uint64_t t = 1; t <= 5001; ++t) {
      const auto c = rule.template at<S>(bo::step_count{t});
      backend.template update<rule_type>(std::span<const bo::rule_constants<rule_type, S>>(&c, 1),
                                         std::span<const bo::parameter_job<S, S, slots>>(&job, 1), {});
      std::ranges::fill(g, S(0));
      moved = moved || m[0] != S(0);
      for (const auto* slot : {&m, &v})
        denormal +=
            static_cast<int>(std::ranges::count_if(*slot, [](S s) { return std::fpclassify(s) == FP_SUBNORMAL; }));
    }
    CHECK(moved);
    CHECK(denormal == 0);
    CHECK(std::ranges::all_of(x, [](S s) { return std::isfinite(s); }));
    if (sizeof(S) == 4) CHECK(std::ranges::all_of(m, [](S s) { return s == S(0); }));  // and has decayed to zero
  };
  const bo::adamw fast{.learning_rate = 1e-4, .beta1 = 0.9, .beta2 = 0.95};
  check(bo::plain_backend{}, fast);
  check(bo::eigen_backend{}, fast);
  check(bo::plain_backend{}, bo::momentum{});
  check(bo::eigen_backend{}, bo::momentum{});
}
