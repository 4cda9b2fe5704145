// SPDX-License-Identifier: MIT
// Part of blockopt: tests of looks at a run: schedules, reasons to stop, fitted rates.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/problem/linear_model.hpp>
#include <blockopt/problem/quadratic_model.hpp>
#include <blockopt/run/minimize_coordinates.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/block/gradient_step.hpp>

namespace bo = blockopt;

namespace {

constexpr double not_known = std::numeric_limits<double>::quiet_NaN();

/// A run whose objective is what a function of k says.
template <class F>
struct scripted {
  F f;
  double best = not_known;
  std::uint64_t k = 0;
  std::vector<std::uint64_t> calls{};

  void advance(std::uint64_t count) {
    k += count;
    calls.push_back(count);
  }
  void synchronize() {}
  [[nodiscard]] bo::descent_counts counts() const { return {.updates = k, .coordinates = k}; }
  [[nodiscard]] std::span<const std::size_t> last_chosen() const { return {}; }
  [[nodiscard]] std::size_t state_bytes() const { return 0; }
  [[nodiscard]] std::size_t size() const { return 10; }
  [[nodiscard]] std::uint64_t epoch() const { return 10; }
  [[nodiscard]] double value() const { return f(k); }
  [[nodiscard]] double optimum() const { return best; }
  [[nodiscard]] double suboptimality() const { return f(k) - best; }
  [[nodiscard]] double duality_gap() const { return not_known; }
  [[nodiscard]] double gradient_norm() const { return f(k); }
};

template <class F>
bo::descent_result run_of(F f, double best, const bo::descent_stop& stop,
                          std::vector<std::uint64_t>* recorded = nullptr) {
  scripted<F> run{f, best};
  bo::descent_progress progress;
  return bo::watch(run, stop, progress, [&](const bo::descent_record& r) {
    if (recorded != nullptr && r.scheduled) recorded->push_back(r.k);
    return true;
  });
}

}  // namespace

TEST_CASE("the logarithmic schedule has every update up to ten and twenty per decade then") {
  const bo::record_schedule log;
  std::vector<std::uint64_t> all;
  for (std::uint64_t k = 0; k <= 100'000; k = log.after(k)) all.push_back(k);
  for (std::uint64_t k = 0; k <= 9; ++k) CHECK(std::ranges::count(all, k) == 1);
  CHECK(std::ranges::is_sorted(all));
  const auto decade = std::ranges::count_if(all, [](std::uint64_t k) { return k > 1000 && k <= 10'000; });
  CHECK(decade == 20);
  CHECK(std::ranges::count(all, 10'000u) == 1);
  for (std::uint64_t k = 0; k < 3000; ++k) CHECK(log.after(k) > k);
  CHECK(bo::record_schedule{.every = 7}.after(0) == 7);
  CHECK(bo::record_schedule{.every = 7}.after(7) == 14);
  CHECK(bo::record_schedule{.every = 7}.after(13) == 14);
}

TEST_CASE("a run ends by its tolerance and says by which measure") {
  std::vector<std::uint64_t> recorded;
  const auto f = [](std::uint64_t k) { return 3 + std::pow(0.5, static_cast<double>(k)); };
  const auto r = run_of(f, 3, {.tolerance = 1e-3, .look_every = 1}, &recorded);
  CHECK(r.status == bo::descent_status::converged);
  CHECK(r.measure == bo::tolerance_measure::suboptimality);
  CHECK(r.last.k == 9);  // 2^-9 / 3 is the first below
  CHECK(r.reached == doctest::Approx(std::pow(0.5, 9) / 3));
  CHECK(recorded.front() == 0);
  CHECK(recorded.back() == 9);
  CHECK(r.rate.rate == doctest::Approx(0.5).epsilon(1e-6));
  CHECK(r.rate.low <= r.rate.rate);
  CHECK(r.rate.high >= r.rate.rate);
  CHECK(r.rises == 0);
}

TEST_CASE("without an optimum the gradient decides, relative to that of the start") {
  const auto f = [](std::uint64_t k) { return 100 * std::pow(0.5, static_cast<double>(k)); };
  const auto r = run_of(f, not_known, {.tolerance = 1e-2, .look_every = 1});
  CHECK(r.status == bo::descent_status::converged);
  CHECK(r.measure == bo::tolerance_measure::gradient_norm);
  CHECK(r.last.k == 7);
}

TEST_CASE("a budget, a divergence and a standstill are told apart") {
  const auto slow = [](std::uint64_t k) { return 5 + 1 / (1.0 + static_cast<double>(k)); };
  auto r = run_of(slow, 5, {.updates = 123, .tolerance = 1e-9});
  CHECK(r.status == bo::descent_status::budget);
  CHECK(r.last.k == 123);
  const auto grows = [](std::uint64_t k) { return std::pow(10.0, static_cast<double>(k)); };
  r = run_of(grows, 0, {.tolerance = 1e-9, .look_every = 1});
  CHECK(r.status == bo::descent_status::diverged);
  CHECK(r.last.k < 20);
  CHECK(r.rises > 0);
  CHECK(r.first_rise == 1);
  CHECK(r.best_objective == 1);
  const auto breaks = [](std::uint64_t k) { return k < 30 ? 1.0 : not_known; };
  r = run_of(breaks, 0, {.tolerance = 1e-9});
  CHECK(r.status == bo::descent_status::diverged);
  const auto stands = [](std::uint64_t) { return 2.0; };
  r = run_of(stands, 1, {.tolerance = 1e-9});
  CHECK(r.status == bo::descent_status::stalled);
}

TEST_CASE("a start at the optimum is converged without a step") {
  const auto r = run_of([](std::uint64_t) { return 4.0; }, 4, {});
  CHECK(r.status == bo::descent_status::converged);
  CHECK(r.last.k == 0);
}

TEST_CASE("an observer ends a run and a run goes on from its progress") {
  const auto f = [](std::uint64_t k) { return std::pow(0.9, static_cast<double>(k)); };
  scripted<decltype(f)> run{f, 0};
  bo::descent_progress progress;
  const bo::descent_stop stop{.tolerance = 1e-6};
  std::vector<std::uint64_t> recorded;
  const auto observe = [&](std::uint64_t last) {
    return [&recorded, last](const bo::descent_record& r) {
      if (r.scheduled) recorded.push_back(r.k);
      return r.k < last;
    };
  };
  auto r = bo::watch(run, stop, progress, observe(40));
  CHECK(r.status == bo::descent_status::interrupted);
  r = bo::watch(run, stop, progress, observe(1'000'000));
  CHECK(r.status == bo::descent_status::converged);
  const auto in_two = recorded;
  recorded.clear();
  scripted<decltype(f)> whole{f, 0};
  bo::descent_progress fresh;
  const auto at_once = bo::watch(whole, stop, fresh, observe(1'000'000));
  CHECK(in_two == recorded);
  CHECK(at_once.last.k == r.last.k);
  CHECK(at_once.rate.rate == r.rate.rate);
}

TEST_CASE("the lasso stops by its duality gap and records hold what is known") {
  Eigen::MatrixXd a(3, 2);
  a << 1, 0.5, 0, 1, 2, -1;
  bo::linear_model problem(bo::dense_columns(a), bo::squared_loss{{1, -2, 3}}, bo::l1_penalty{.l1 = 0.5});
  std::vector<bo::descent_record> records;
  const auto r = bo::minimize(problem, bo::each_coordinate{2}, bo::ascending{}, bo::gradient_step{},
                              {.tolerance = 1e-10}, [&](const bo::descent_record& one) { records.push_back(one); });
  CHECK(r.status == bo::descent_status::converged);
  CHECK(r.measure == bo::tolerance_measure::duality_gap);
  CHECK(r.last.duality_gap >= -1e-15);
  CHECK(records.front().k == 0);
  CHECK(records.front().objective == doctest::Approx(7.0));
  CHECK(records.back().k == r.last.k);
  for (const auto& one : records) {
    CHECK(std::isnan(one.suboptimality));
    CHECK(one.gradient_norm >= 0);
    CHECK(one.duality_gap >= -1e-12);
    CHECK(one.epoch == static_cast<double>(one.counts.coordinates) / 2);
  }
}
