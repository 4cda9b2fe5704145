// SPDX-License-Identifier: MIT
// Part of blockopt: regression problems of published figures, which numpy's random numbers make.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <blockopt/problem/columns.hpp>
#include <blockopt/problem/linear_model.hpp>
#include <blockopt/problem/loss.hpp>
#include <blockopt/problem/softmax_regression.hpp>
#include <blockopt/select/numpy_random.hpp>

namespace blockopt {
namespace detail {

/// Elements N(1, 1), columns scaled by 10 N(0, 1), each element kept with probability 10 ln(rows) / rows.
[[nodiscard]] inline sparse_columns scaled_sparse_design(std::size_t rows, std::size_t columns, numpy_random& random) {
  std::vector<double> element(rows * columns), scale(columns);  // row after row, as they are drawn
  for (double& v : element) v = random.randn() + 1.0;
  for (double& v : scale) v = 10.0 * random.randn();
  const double share = 10.0 * std::log(static_cast<double>(rows)) / static_cast<double>(rows);
  for (double& v : element) {
    if (!(random.uniform() < share)) v = 0;
  }
  std::vector<std::size_t> first{0};
  std::vector<std::uint32_t> row;
  std::vector<double> value;
  for (std::size_t j = 0; j < columns; ++j) {
    for (std::size_t i = 0; i < rows; ++i) {
      if (const double v = element[i * columns + j] * scale[j]; v != 0) {
        row.push_back(static_cast<std::uint32_t>(i));
        value.push_back(v);
      }
    }
    first.push_back(row.size());
  }
  return {rows, std::move(first), std::move(row), std::move(value)};
}

}  // namespace detail

/// "Dataset B" of Nutini, Laradji & Schmidt, JMLR 23(131), 2022: logistic regression, 1000 rows and 10000 columns, the signs
/// of a sparse model with a tenth of them turned. Takes 180 MB while it is made.
[[nodiscard]] inline linear_model<sparse_columns, logistic_loss> published_logistic() {
  constexpr std::size_t rows = 1000, columns = 10000;
  numpy_random random(1);
  sparse_columns a = detail::scaled_sparse_design(rows, columns, random);
  std::vector<double> model(columns), image(rows);
  for (double& v : model) v = random.randn();
  for (double& v : model) {
    if (!(random.uniform() < 0.1)) v = 0;
  }
  for (std::size_t j = 0; j < columns; ++j) a.add(j, model[j], image);
  for (double& v : image) v = (v < 0 ? -1.0 : 1.0) * (random.uniform() < 0.1 ? -1.0 : 1.0);
  return {std::move(a), logistic_loss(std::move(image))};
}

/// "Dataset C" of the same: softmax regression of 50 classes, 1000 rows and 1000 features, 50000 unknowns; f = 1000 ln 50 at
/// the start. A label is the largest of a dense linear model's 50 images with noise N(0, 1).
[[nodiscard]] inline softmax_regression<sparse_columns> published_softmax() {
  constexpr std::size_t rows = 1000, columns = 1000, classes = 50;
  numpy_random random(1);
  sparse_columns a = detail::scaled_sparse_design(rows, columns, random);
  std::vector<double> model(columns * classes), image(rows * classes);
  for (double& v : model) v = random.randn();
  for (std::size_t j = 0; j < columns; ++j) {
    a.each(j, [&](std::size_t i, double v) {
      for (std::size_t c = 0; c < classes; ++c) image[i * classes + c] += v * model[j * classes + c];
    });
  }
  for (double& v : image) v += random.randn();
  std::vector<std::uint32_t> labels(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto first = image.begin() + static_cast<std::ptrdiff_t>(i * classes);
    labels[i] = static_cast<std::uint32_t>(std::max_element(first, first + classes) - first);
  }
  return {std::move(a), std::move(labels), classes};
}

}  // namespace blockopt
