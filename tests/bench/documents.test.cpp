// SPDX-License-Identifier: MIT
// Part of blockopt's tests: the documents that the contests of solvers are held on.
#include "lab/documents.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/error.hpp>
#include <blockopt/problem/columns.hpp>
#include <blockopt/problem/transposed.hpp>

namespace {

const bench::documents_config config{.rows = 2'000, .columns = 3'000, .terms = 40};

/// In how many documents each term is, the most frequent first.
std::vector<double> frequencies(const blockopt::sparse_columns& samples) {
  std::vector<double> with(samples.rows());
  for (std::size_t i = 0; i < samples.columns(); ++i)
    for (const std::uint32_t term : samples.rows_of(i)) with[term] += 1;
  std::sort(with.begin(), with.end(), std::greater<>{});
  return with;
}

/// Mean over ranks [first, last), counted from 0.
double mean_of(const std::vector<double>& v, std::size_t first, std::size_t last) {
  double sum = 0;
  for (std::size_t k = first; k < last; ++k) sum += v[k];
  return sum / static_cast<double>(last - first);
}

}  // namespace

TEST_CASE("Each document has as many terms as were asked for and norm 1") {
  const auto made = bench::make_documents(config);
  REQUIRE(made.samples.rows() == 3'000);
  REQUIRE(made.samples.columns() == 2'000);
  CHECK(made.samples.nonzeros() == 80'000);
  for (std::size_t i = 0; i < 2'000; ++i) {
    CHECK(made.samples.nonzeros(i) == 40);
    CHECK(made.samples.squares(i, [](std::size_t) { return 1.0; }) == doctest::Approx(1.0).epsilon(1e-12));
    for (const double v : made.samples.values_of(i)) CHECK(v > 0);
  }
  CHECK(made.labels.size() == 2'000);
  CHECK(made.targets.size() == 2'000);
  CHECK(made.model.size() == 3'000);
}

TEST_CASE("Frequencies of terms fall by the power law") {
  // One word a document, so that the expected frequency is the chance.
  const auto made = [](double power) {
    return frequencies(
        bench::make_documents({.rows = 60'000, .columns = 1'000, .terms = 1, .power = power, .planted = 0}).samples);
  };
  for (const double power : {0.5, 1.0}) {
    std::vector<double> expected(1'000);
    double sum = 0;
    for (std::size_t k = 0; k < 1'000; ++k) sum += expected[k] = std::pow(static_cast<double>(k + 1), -power);
    for (double& e : expected) e *= 60'000 / sum;
    const auto with = made(power);
    for (const std::size_t rank : {1U, 10U, 100U, 300U})
      CHECK(mean_of(with, rank, 2 * rank) == doctest::Approx(mean_of(expected, rank, 2 * rank)).epsilon(0.1));
  }
  const auto even = made(0);
  CHECK(even.front() < 100);  // 60 expected, standard deviation 8
  CHECK(even.back() > 30);
}

TEST_CASE("The number of a term says nothing about its frequency") {
  const auto made = bench::make_documents(config);
  const auto terms = blockopt::transposed(made.samples);
  double lower = 0, upper = 0;
  for (std::size_t j = 0; j < 3'000; ++j) (j < 1'500 ? lower : upper) += static_cast<double>(terms.nonzeros(j));
  CHECK(lower / upper > 0.5);
  CHECK(lower / upper < 2);
}

TEST_CASE("Values are logarithms of counts times those of inverse frequencies") {
  const auto made = bench::make_documents(config);
  const auto terms = blockopt::transposed(made.samples);
  std::size_t repeated = 0;
  for (std::size_t i = 0; i < 2'000; ++i) {
    // Without the second factor and the norm, a value is 1 + ln of a count; the least count is 1.
    std::vector<double> factor;
    made.samples.each(i, [&](std::size_t term, double v) {
      factor.push_back(v / (1 + std::log(2'001 / (1 + static_cast<double>(terms.nonzeros(term))))));
    });
    const double least = *std::min_element(factor.begin(), factor.end());
    for (const double f : factor) {
      const double count = std::exp(f / least - 1);
      CHECK(count == doctest::Approx(std::round(count)).epsilon(1e-9));
      repeated += count > 1.5 ? 1 : 0;
    }
  }
  CHECK(repeated > 2'000);
}

TEST_CASE("One seed has the same documents and another one has others") {
  const auto first = bench::make_documents(config), again = bench::make_documents(config);
  auto other_seed = config;
  other_seed.seed = 2;
  const auto other = bench::make_documents(other_seed);
  const auto rows_of = [](const bench::documents& d, std::size_t i) {
    return std::vector<std::uint32_t>(d.samples.rows_of(i).begin(), d.samples.rows_of(i).end());
  };
  std::size_t differ = 0;
  for (std::size_t i = 0; i < 2'000; ++i) {
    CHECK(rows_of(first, i) == rows_of(again, i));
    differ += rows_of(first, i) != rows_of(other, i) ? 1 : 0;
  }
  CHECK(differ == 2'000);
  CHECK(first.targets == again.targets);
  CHECK(first.labels == again.labels);
  CHECK(first.model == again.model);
  CHECK(first.targets != other.targets);
}

TEST_CASE("More signal or noise changes labels and targets and neither the matrix nor the model") {
  auto louder = config;
  louder.signal = 100;
  louder.snr = 1e6;
  const auto made = bench::make_documents(config), loud = bench::make_documents(louder);
  CHECK(made.model == loud.model);
  CHECK(std::ranges::equal(made.samples.values_of(7), loud.samples.values_of(7)));
  CHECK(made.labels != loud.labels);
  // Almost without noise: the target is the model's, with standard deviation 1, and a label is its sign about the mean.
  std::vector<double> s(2'000);
  double mean = 0, squares = 0, error = 0;
  for (std::size_t i = 0; i < 2'000; ++i) {
    s[i] = loud.samples.dot(i, [&](std::size_t term) { return loud.model[term]; });
    mean += loud.targets[i] / 2'000;
    squares += loud.targets[i] * loud.targets[i] / 2'000;
  }
  CHECK(squares - mean * mean == doctest::Approx(1.0).epsilon(1e-4));
  double product = 0, norm = 0, wrong = 0, noise = 0;
  for (std::size_t i = 0; i < 2'000; ++i) {
    product += s[i] * loud.targets[i];
    norm += s[i] * s[i];
  }
  for (std::size_t i = 0; i < 2'000; ++i) {
    const double clean = product / norm * s[i];
    error = std::max(error, std::fabs(loud.targets[i] - clean));
    wrong += loud.labels[i] != (clean > mean ? 1.0 : -1.0) ? 1 : 0;
    noise += (made.targets[i] - clean) * (made.targets[i] - clean) / 2'000;
  }
  CHECK(error < 1e-5);
  CHECK(wrong < 40);
  CHECK(std::sqrt(noise) == doctest::Approx(1.0 / 3).epsilon(0.1));  // config's snr is 3
}

TEST_CASE("The model has weights on no more terms than were planted") {
  for (const std::size_t planted : {0U, 1U, 200U}) {
    auto c = config;
    c.planted = planted;
    const auto made = bench::make_documents(c);
    const auto there =
        made.model.size() - static_cast<std::size_t>(std::count(made.model.begin(), made.model.end(), 0.0));
    CHECK(there <= planted);
    CHECK(2 * there >= planted);
    for (const double y : made.targets) CHECK(std::isfinite(y));
    for (const double y : made.labels) CHECK(std::fabs(y) == 1);
  }
}

TEST_CASE("Documents that cannot be made are refused") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto refused = [](auto change) {
    auto c = config;
    change(c);
    CHECK_THROWS_AS((void)bench::make_documents(c), blockopt::invalid_option);
  };
  refused([](auto& c) { c.rows = 0; });
  refused([](auto& c) { c.terms = 0; });
  refused([](auto& c) { c.columns = 0; });
  refused([](auto& c) { c.terms = c.columns / 2 + 1; });
  refused([](auto& c) { c.power = -1; });
  refused([nan](auto& c) { c.power = nan; });
  refused([](auto& c) { c.signal = 0; });
  refused([nan](auto& c) { c.snr = nan; });
  auto smallest = config;
  smallest.rows = 1;
  smallest.columns = 2;
  smallest.terms = 1;
  CHECK(bench::make_documents(smallest).samples.nonzeros() == 1);
}
