// SPDX-License-Identifier: MIT
// Part of blockopt: tests of factorizations of tensors.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/problem/planted_tensor.hpp>
#include <blockopt/problem/tensor_factorization.hpp>

#include "coordinate_check.hpp"

namespace bo = blockopt;
namespace bt = blockopt_tests;

using factors = bo::tensor_factorization;
using shape = std::array<std::size_t, 3>;
static_assert(bo::changing_lipschitz<factors> && bo::exact_blocks<factors> && bo::exact_coordinates<factors> &&
              bo::bounded_curvature<factors> && bo::twice_differentiable<factors> &&
              bo::known_block_lipschitz<factors> && !bo::separable_composite<factors>);

namespace {

bo::three_way_tensor tensor(const shape& sizes, std::uint64_t seed) {
  return {.sizes = sizes, .values = bt::numbers(sizes[0] * sizes[1] * sizes[2], seed)};
}

double squares(const std::vector<double>& v) {
  double sum = 0;
  for (const double x : v) sum += x * x;
  return sum;
}

void exact_move(factors& problem, std::span<const std::size_t> block) {
  std::vector<double> step(block.size(), NAN);
  problem.exact_block(block, step);
  for (std::size_t k = 0; k < step.size(); ++k) problem.move(block[k], step[k]);
}

/// Sweeps of alternating least squares until f <= part ||T||^2 / 2, at most `most`; f must not rise.
int sweeps_to(factors& problem, double part, int most) {
  const auto blocks = problem.factor_blocks();
  const double all = 0.5 * squares(problem.target().values);
  double before = problem.value();
  for (int sweep = 0; sweep < most; ++sweep) {
    if (before <= part * all) return sweep;
    for (std::size_t b = 0; b < 3; ++b) {
      exact_move(problem, blocks[b]);
      const double now = problem.value();
      REQUIRE(now <= before * (1 + 1e-12) + 1e-28 * all);
      before = now;
    }
  }
  return most;
}

/// The objective by its formula.
double value_of(const bo::three_way_tensor& t, std::size_t rank, const std::vector<double>& x) {
  const auto [m, n, o] = t.sizes;
  double sum = 0;
  for (std::size_t k = 0; k < o; ++k) {
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t i = 0; i < m; ++i) {
        double r = t.values[i + m * (j + n * k)];
        for (std::size_t c = 0; c < rank; ++c)
          r -= x[c * m + i] * x[rank * m + c * n + j] * x[rank * (m + n) + c * o + k];
        sum += 0.5 * r * r;
      }
    }
  }
  return sum;
}

}  // namespace

TEST_CASE("factorizations of tensors follow their moves and have right derivatives and constants") {
  for (const shape& sizes : {shape{4, 3, 2}, shape{2, 3, 5}, shape{1, 4, 3}, shape{3, 1, 1}, shape{1, 1, 1}}) {
    for (const std::size_t rank : {1U, 3U, 6U}) {
      CAPTURE(sizes[0]);
      CAPTURE(rank);
      const auto t = tensor(sizes, 2);
      const factors problem(t, rank);
      REQUIRE(problem.size() == rank * (sizes[0] + sizes[1] + sizes[2]));
      CHECK(problem.value() == doctest::Approx(value_of(t, rank, bt::point_of(problem))).epsilon(1e-13));
      bt::check_derivatives(problem, 1e-9);
      bt::check_moves(problem, 2000, 1.0);
      const double steps[] = {0.5, -2.0};
      bt::check_lipschitz(problem, steps);
      bt::check_archive(problem, factors(t, rank, 9), 0.1);
      const auto blocks = problem.factor_blocks();
      REQUIRE(blocks.size() == 3);
      for (std::size_t b = 0; b < 3; ++b) bt::check_block(problem, {blocks[b].begin(), blocks[b].end()}, 1e-6);
    }
  }
}

TEST_CASE("the constant of an entry is the product of squared lengths and never zero") {
  factors problem(tensor({2, 3, 4}, 3), 2);
  auto x = bt::point_of(problem);
  double b = 0, c = 0;
  for (std::size_t j = 0; j < 3; ++j) b += x[4 + 3 + j] * x[4 + 3 + j];
  for (std::size_t k = 0; k < 4; ++k) c += x[10 + 4 + k] * x[10 + 4 + k];
  CHECK(problem.lipschitz(2) == doctest::Approx(b * c).epsilon(1e-14));  // A(0, 1)
  problem.move(2, problem.exact(2));
  CHECK(std::fabs(problem.derivative(2)) <= 1e-13);
  problem.set(std::vector<double>(problem.size()));  // zero: nothing determines anything
  const auto blocks = problem.factor_blocks();
  for (std::size_t i = 0; i < problem.size(); ++i) {
    CHECK(problem.lipschitz(i) == factors::smallest_lipschitz);
    CHECK(problem.exact(i) == 0);
  }
  for (std::size_t m = 0; m < 3; ++m) {
    std::vector<double> step(blocks[m].size(), NAN);
    problem.exact_block(blocks[m], step);
    CHECK(squares(step) == 0);
    CHECK(problem.block_lipschitz(blocks[m]) == factors::smallest_lipschitz);
  }
}

TEST_CASE("second derivatives across factors have the residual where components agree") {
  const factors problem(tensor({3, 4, 2}, 5), 2);
  std::vector<std::size_t> all(problem.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  std::vector<double> h(all.size() * all.size());
  problem.hessian(all, h);
  for (const std::size_t q : all) {
    factors up = problem, down = problem;
    up.move(q, 1e-4);
    down.move(q, -1e-4);
    for (const std::size_t p : all) {
      CAPTURE(p);
      CAPTURE(q);
      const double difference = (up.derivative(p) - down.derivative(p)) / 2e-4;
      CHECK(std::fabs(h[p * all.size() + q] - difference) <= 1e-8 * (1 + std::fabs(difference)));
    }
  }
}

TEST_CASE("exact steps of one factor leave no gradient even where its rows are not determined") {
  for (const shape& sizes : {shape{5, 4, 3}, shape{2, 2, 2}, shape{1, 3, 1}}) {
    for (const std::size_t rank : {1U, 3U, 7U}) {  // more components than the other factors tell apart
      factors problem(tensor(sizes, 4), rank);
      const auto blocks = problem.factor_blocks();
      for (std::size_t m = 0; m < 3; ++m) {
        exact_move(problem, blocks[m]);
        CAPTURE(sizes[0]);
        CAPTURE(rank);
        for (const std::size_t i : blocks[m]) CHECK(std::fabs(problem.derivative(i)) <= 1e-9);
        const double least = problem.value();
        for (const std::size_t i : blocks[m]) {
          factors other = problem;
          other.move(i, 0.1);
          CHECK(other.value() >= least - 1e-9);
        }
      }
    }
  }
  factors problem(tensor({4, 3, 2}, 6), 3);
  const std::vector<std::size_t> ragged{0, 4, 9, 2};  // A(0, 0), A(0, 1), A(1, 2), A(2, 0)
  exact_move(problem, ragged);
  for (const std::size_t i : ragged) CHECK(std::fabs(problem.derivative(i)) <= 1e-12);
}

TEST_CASE("planted tensors are recovered and collinear factors are swamps") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    CAPTURE(seed);
    const auto sweeps = [&](double cosine) {
      factors problem(bo::planted_tensor({.sizes = {10, 10, 10}, .rank = 2, .cosine = cosine, .seed = seed}), 2, seed);
      CHECK(problem.optimum() == 0);
      const int count = sweeps_to(problem, 1e-16, 5000);  // a fit of 1 - 1e-8
      CHECK(sweeps_to(problem, 1e-20, 5000) < 5000);
      return count;
    };
    const int orthonormal = sweeps(0), moderate = sweeps(0.5), swamp = sweeps(0.9);
    CHECK(orthonormal <= 20);            // 3 to 7
    CHECK(moderate >= 3 * orthonormal);  // 39 or 40
    CHECK(swamp >= 10 * moderate);       // 1240 to 1268
    CHECK(swamp >= 60 * orthonormal);
  }
}

TEST_CASE("from some starts orthonormal components are missed and each costs a half") {
  int found = 0, missed = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    factors problem(bo::planted_tensor({.sizes = {10, 10, 10}, .rank = 3, .seed = seed}), 3, seed);
    (void)sweeps_to(problem, 1e-20, 100);
    const double count = 2 * problem.value();
    CHECK(std::fabs(count - std::round(count)) <= 1e-9);
    ++(count < 0.5 ? found : missed);
  }
  CHECK(found >= 4);   // 10
  CHECK(missed >= 1);  // 2
}

TEST_CASE("the factors that are found are the planted ones") {
  const shape sizes{7, 5, 4};
  factors problem(bo::planted_tensor({.sizes = sizes, .rank = 3, .cosine = 0.3, .seed = 4}), 3, 4);
  CHECK(sweeps_to(problem, 1e-26, 1000) < 1000);
  const auto x = bt::point_of(problem);
  std::size_t first = 0;
  for (const std::size_t n : sizes) {  // up to lengths, signs and order
    for (std::size_t p = 0; p < 3; ++p) {
      for (std::size_t q = 0; q < p; ++q) {
        const Eigen::Map<const Eigen::VectorXd> u(x.data() + first + p * n, static_cast<Eigen::Index>(n));
        const Eigen::Map<const Eigen::VectorXd> v(x.data() + first + q * n, static_cast<Eigen::Index>(n));
        CHECK(std::fabs(u.dot(v)) / (u.norm() * v.norm()) == doctest::Approx(0.3).epsilon(1e-9));
      }
    }
    first += 3 * n;
  }
}

TEST_CASE("planted tensors have the length that their cosine gives and their noise") {
  for (const double cosine : {0.0, 0.5, 0.99}) {
    const auto t = bo::planted_tensor({.sizes = {6, 5, 4}, .rank = 4, .cosine = cosine, .seed = 3});
    CHECK(t.known_rank == 4);
    CHECK(squares(t.values) == doctest::Approx(4 + 12 * cosine * cosine * cosine).epsilon(1e-12));
    const Eigen::Map<const Eigen::MatrixXd> unfolded(t.values.data(), 6, 20);
    CHECK(bo::detail::singular_values(unfolded)[4] <= 1e-14);
    CHECK(bo::detail::singular_values(unfolded)[3] >= 1e-4);
  }
  const auto exact = bo::planted_tensor({.sizes = {6, 5, 4}, .rank = 2});
  auto noisy = bo::planted_tensor({.sizes = {6, 5, 4}, .rank = 2, .snr = 10});
  CHECK(noisy.known_rank == 0);
  for (std::size_t i = 0; i < exact.values.size(); ++i) noisy.values[i] -= exact.values[i];
  CHECK(std::sqrt(squares(noisy.values) / squares(exact.values)) == doctest::Approx(0.1).epsilon(1e-9));
  CHECK(bo::planted_tensor({.sizes = {6, 5, 4}, .rank = 2, .seed = 2}).values != exact.values);
  const auto one = bo::planted_tensor({.sizes = {1, 1, 1}, .rank = 1, .cosine = 0.9});
  CHECK(std::fabs(one.values.at(0)) == doctest::Approx(1));
}

TEST_CASE("the optimum is known where the rank suffices only") {
  const auto planted = bo::planted_tensor({.sizes = {5, 4, 3}, .rank = 3});
  CHECK(std::isnan(factors(planted, 2).optimum()));
  CHECK(factors(planted, 3).optimum() == 0);
  CHECK(factors(planted, 4).optimum() == 0);
  CHECK(std::isnan(factors(tensor({4, 3, 2}, 1), 5).optimum()));
  factors enough(tensor({4, 3, 2}, 1), 6);  // as many as the least unfolding has columns
  CHECK(enough.optimum() == 0);
  CHECK(sweeps_to(enough, 1e-20, 5000) < 5000);
}

TEST_CASE("alternating least squares goes on bit by bit from an archive") {
  const auto t = bo::planted_tensor({.sizes = {6, 5, 4}, .rank = 3, .cosine = 0.8, .snr = 20});
  factors whole(t, 3, 5), resumed(t, 3, 6);
  (void)sweeps_to(whole, 0, 7);
  bt::memory_archive a;
  whole.archive(a);
  a.saving = false;
  resumed.archive(a);
  (void)sweeps_to(whole, 0, 20);
  (void)sweeps_to(resumed, 0, 20);
  CHECK(bt::point_of(whole) == bt::point_of(resumed));
  CHECK(whole.value() == resumed.value());
}

TEST_CASE("bad tensors and bad blocks are refused by name") {
  bt::check_refusal([] { factors(tensor({0, 3, 2}, 1), 1); }, "tensor_factorization: a tensor of 0 x 3 x 2 and rank 1");
  bt::check_refusal([] { factors(tensor({2, 3, 2}, 1), 0); }, "rank 0");
  bt::check_refusal(
      [] {
        factors({.sizes = {2, 3, 2}, .values = std::vector<double>(11)}, 1);
      },
      "11 values for a tensor of 2 x 3 x 2");
  const std::size_t half = std::size_t{1} << (std::numeric_limits<std::size_t>::digits / 2);
  bt::check_refusal([&] { factors({.sizes = {half, half, 1}}, 1); }, "0 values");  // a product that overflows
  for (const double bad : {static_cast<double>(NAN), HUGE_VAL}) {
    auto t = tensor({2, 3, 2}, 1);
    t.values[7] = bad;
    bt::check_refusal([&] { factors(t, 1); }, "not finite");
  }
  factors problem(tensor({2, 3, 2}, 1), 1);
  bt::check_refusal([&] { problem.set(std::vector<double>(6)); }, "a point of 6 numbers; there are 7");
  std::vector<double> h(4);
  const std::vector<std::size_t> both{1, 2};
  bt::check_refusal([&] { problem.curvature(both, h); }, "several factors");
  bt::check_refusal([&] { (void)problem.block_lipschitz(both); }, "several factors");
  bt::check_refusal([&] { problem.exact_block(both, h); }, "coordinates 1 and 2");
  bt::check_refusal([] { (void)bo::planted_tensor({.sizes = {5, 5, 2}, .rank = 3}); }, "rank 3 with sizes 5 x 5 x 2");
  bt::check_refusal([] { (void)bo::planted_tensor({.rank = 0}); }, "rank 0");
  for (const double bad : {1.0, -0.1, static_cast<double>(NAN)})
    bt::check_refusal([&] { (void)bo::planted_tensor({.cosine = bad}); }, "cosine = ");
  bt::check_refusal([] { (void)bo::planted_tensor({.snr = 0}); }, "snr = 0");
}
