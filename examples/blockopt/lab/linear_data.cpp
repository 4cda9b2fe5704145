// SPDX-License-Identifier: MIT
// Part of blockopt: data of linear models, from a file or generated.

#include "lab/linear_data.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/file/read_libsvm.hpp>
#include <blockopt/file/read_matrix_market.hpp>
#include <blockopt/problem/planted_regression.hpp>

#include "common/failure.hpp"
#include "common/format.hpp"

namespace blockopt::program {

namespace {

/// A matrix whose last column is the target.
linear_data split(const std::filesystem::path& file, sparse_matrix m) {
  if (m.columns < 2)
    throw run_failure("'" + file.string() + "' has " + std::to_string(m.columns) +
                      " columns; the last one is the target, so at least two are needed");
  linear_data d{.design = {}, .target = std::vector<double>(m.rows)};
  const std::size_t begin = m.first[m.columns - 1];
  for (std::size_t e = begin; e < m.first[m.columns]; ++e) d.target[m.row[e]] = m.value[e];
  m.row.resize(begin);
  m.value.resize(begin);
  m.first.pop_back();
  --m.columns;
  d.design = sparse_columns(std::move(m));
  return d;
}

linear_data read(const std::filesystem::path& file) {
  std::string name = file.filename().string();
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  if (name.ends_with(".mtx")) return split(file, read_matrix_market(file));
  labelled_data d = read_libsvm(file);
  return {sparse_columns(std::move(d.features)), std::move(d.label)};
}

linear_data generated(choice_reader& p, const problem_input& input, std::size_t group) {
  const bool sparse = p.has("nonzeros") || p.has("power");
  planted_regression_config c{.rows = static_cast<std::size_t>(p.count("m", 200)),
                              .columns = static_cast<std::size_t>(p.count("n", 100)),
                              .rho = p.number("rho", 0),
                              .density = p.number("density", 0.1),
                              .group = group,
                              .snr = p.number("snr", 10),
                              .nonzeros = p.number("nonzeros", 0.01),
                              .power = p.number("power", 0.8),
                              .seed = input.seed};
  if (sparse && p.has("rho")) p.refuse("rho belongs to dense designs, nonzeros and power to sparse ones");
  if (sparse) {
    planted_data<sparse_columns> d = sparse_planted_regression(c);
    return {std::move(d.design), std::move(d.target)};
  }
  planted_data<dense_columns> d = planted_regression(c);
  std::vector<std::size_t> first{0};
  std::vector<std::uint32_t> row;
  std::vector<double> value;
  for (std::size_t k = 0; k < c.columns; ++k) {
    for (std::size_t i = 0; i < c.rows; ++i) row.push_back(static_cast<std::uint32_t>(i));
    value.insert(value.end(), d.design.values_of(k).begin(), d.design.values_of(k).end());
    first.push_back(row.size());
  }
  return {sparse_columns(c.rows, std::move(first), std::move(row), std::move(value)), std::move(d.target)};
}

}  // namespace

linear_data regression_data(choice_reader& p, const problem_input& input, std::size_t group) {
  if (!input.data.empty()) return read(input.data);
  return generated(p, input, group);
}

linear_data classification_data(choice_reader& p, const problem_input& input) {
  if (input.data.empty()) {
    linear_data d = generated(p, input, 1);
    d.target = signs_of(std::move(d.target));
    return d;
  }
  linear_data d = read(input.data);
  std::set<double> values;
  for (const double y : d.target) {
    values.insert(y);
    if (values.size() > 2)
      throw run_failure("'" + input.data.string() + "' has labels " + exact(*values.begin()) + ", " +
                        exact(*std::next(values.begin())) + ", " + exact(*values.rbegin()) +
                        " and perhaps more; this problem takes two classes");
  }
  for (double& y : d.target) y = y == *values.rbegin() && (values.size() == 2 || y > 0) ? 1.0 : -1.0;
  return d;
}

double largest_correlation(const linear_data& d) {
  double largest = 0;
  for (std::size_t j = 0; j < d.design.columns(); ++j)
    largest = std::max(largest, std::fabs(d.design.dot(j, [&](std::size_t i) { return d.target[i]; })));
  return largest;
}

}  // namespace blockopt::program
