// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: a sparse matrix like that of a collection of texts, with labels and targets of a known model.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/problem/columns.hpp>
#include <blockopt/problem/detail/random_source.hpp>
#include <blockopt/select/detail/alias_table.hpp>

namespace bench {

struct documents_config {
  std::size_t rows = 20'000;      ///< documents
  std::size_t columns = 100'000;  ///< terms of the vocabulary
  std::size_t terms = 100;        ///< different ones in each document: nonzeros of a row; at most half of the columns
  double power = 1;               ///< the k-th most frequent term has a chance in proportion to k^-power
  std::size_t planted = 1'000;    ///< draws of terms that the model has; frequent ones are drawn more than once
  double signal = 4;              ///< standard deviation of the margins that the labels' coins are tossed with
  double snr = 3;                 ///< standard deviation of A w over that of the target's noise
  std::uint64_t seed = 1;
};

struct documents {
  blockopt::sparse_columns samples{};  ///< columns x rows: a document is a column, of norm 1
  std::vector<double> labels{};        ///< -1 or 1, one for each document
  std::vector<double> targets{};       ///< one for each document
  std::vector<double> model{};         ///< w, one number for each term
};

namespace detail {

/// Counts of terms, column after column: words are drawn by Zipf's law until the document has so many different ones.
/// Terms' numbers say nothing about how frequent they are: term `number[k]` is the k-th most frequent one.
[[nodiscard]] inline blockopt::sparse_columns draw_documents(const documents_config& c,
                                                             const std::vector<std::uint32_t>& number) {
  blockopt::detail::random_source random(c.seed, 0);
  std::vector<double> chance(c.columns);
  for (std::size_t k = 0; k < c.columns; ++k) chance[k] = std::pow(static_cast<double>(k + 1), -c.power);
  const blockopt::detail::alias_table word(chance);
  std::vector<std::size_t> first{0};
  std::vector<std::uint32_t> row, here, count(c.columns);
  std::vector<double> value;
  for (std::size_t i = 0; i < c.rows; ++i) {
    here.clear();
    while (here.size() < c.terms) {
      const std::uint32_t term = number[word.draw(random)];
      if (count[term]++ == 0) here.push_back(term);
    }
    std::sort(here.begin(), here.end());
    for (const std::uint32_t term : here) value.push_back(std::exchange(count[term], 0U));
    row.insert(row.end(), here.begin(), here.end());
    first.push_back(row.size());
  }
  return {c.columns, std::move(first), std::move(row), std::move(value)};
}

/// Of counts: (1 + ln count) (1 + ln((1 + documents) / (1 + documents with the term))), each column divided by its norm.
[[nodiscard]] inline blockopt::sparse_columns weigh_terms(const blockopt::sparse_columns& counts) {
  std::vector<double> with(counts.rows());
  std::vector<std::size_t> first{0};
  std::vector<std::uint32_t> row;
  std::vector<double> value;
  for (std::size_t i = 0; i < counts.columns(); ++i)
    for (const std::uint32_t term : counts.rows_of(i)) with[term] += 1;
  const double all = 1 + static_cast<double>(counts.columns());
  for (std::size_t i = 0; i < counts.columns(); ++i) {
    double squares = 0;
    counts.each(i, [&](std::size_t term, double count) {
      value.push_back((1 + std::log(count)) * (1 + std::log(all / (1 + with[term]))));
      row.push_back(static_cast<std::uint32_t>(term));
      squares += value.back() * value.back();
    });
    for (std::size_t e = first.back(); e < value.size(); ++e) value[e] /= std::sqrt(squares);
    first.push_back(value.size());
  }
  return {counts.rows(), std::move(first), std::move(row), std::move(value)};
}

}  // namespace detail

/// One seed has the same documents everywhere, up to what logarithms of different libraries differ in. The model has normal
/// weights on terms whose ranks are drawn log-uniformly; s = A w is divided by its standard deviation; a label is 1 with the
/// chance 1 / (1 + exp(-signal (s_i - mean))), and a target is s_i plus noise. Raises invalid_option for sizes of 0, more
/// terms than half of the columns and numbers that are not positive.
[[nodiscard]] inline documents make_documents(const documents_config& c = {}) {
  using blockopt::invalid_option;
  if (c.rows == 0 || c.terms == 0 || c.terms > c.columns / 2)
    blockopt::raise<invalid_option>({"documents: ", c.rows, " rows with ", c.terms, " terms of ", c.columns,
                                     "; rows and terms are 1 or more, terms at most half of the columns"});
  if (!(c.power >= 0 && std::isfinite(c.power) && c.signal > 0 && c.snr > 0))
    blockopt::raise<invalid_option>({"documents: power = ", c.power, ", signal = ", c.signal, ", snr = ", c.snr,
                                     "; power is 0 or more, the others are positive"});
  blockopt::detail::random_source order(c.seed, 1), model(c.seed, 2), coin(c.seed, 3), noise(c.seed, 4);
  std::vector<std::uint32_t> number(c.columns);
  std::iota(number.begin(), number.end(), 0U);
  for (std::size_t k = c.columns; k > 1; --k)
    std::swap(number[k - 1], number[static_cast<std::size_t>(order.below(k))]);
  documents made{.samples = detail::weigh_terms(detail::draw_documents(c, number))};
  made.model.assign(c.columns, 0.0);
  for (std::size_t k = 0; k < c.planted; ++k) {
    const auto rank = static_cast<std::size_t>(std::exp(model.uniform() * std::log(static_cast<double>(c.columns))));
    made.model[number[std::min(rank, c.columns) - 1]] = model.normal();
  }
  std::vector<double> s(c.rows);
  double mean = 0, variance = 0;
  const double rows = static_cast<double>(c.rows);
  for (std::size_t i = 0; i < c.rows; ++i) {
    s[i] = made.samples.dot(i, [&](std::size_t term) { return made.model[term]; });
    mean += s[i] / rows;
  }
  for (const double v : s) variance += (v - mean) * (v - mean) / rows;
  const double scale = variance > 0 ? 1 / std::sqrt(variance) : 1.0;
  for (const double v : s) {
    made.labels.push_back(coin.uniform() < 1 / (1 + std::exp(-c.signal * scale * (v - mean))) ? 1.0 : -1.0);
    made.targets.push_back(scale * v + noise.normal() / c.snr);
  }
  return made;
}

}  // namespace bench
