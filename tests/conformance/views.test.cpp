// SPDX-License-Identifier: MIT
// Part of blockopt: the conformance kit on the views that the library makes.
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <blockopt/backend/eigen/view.hpp>
#include <blockopt/conformance/check_view.hpp>

namespace bo = blockopt;

namespace {

template <class View>
void expect_conforms(const View& view, std::string_view name) {
  const auto report = bo::check_view(view, name);
  INFO(report);
  CHECK(report);
}

}  // namespace

TEST_CASE("views of own memory conform") {
  std::vector<float> memory(500);
  float* const data = memory.data();
  expect_conforms(bo::tensor_view<float>{}, "empty");
  expect_conforms(bo::view(memory), "vector");
  expect_conforms(bo::view(std::as_const(memory)), "vector of constants");
  expect_conforms(bo::view(std::span<float>(memory).subspan(3, 7)), "span");
  expect_conforms(bo::view(data, {1}), "one element");
  expect_conforms(bo::view(data, {3, 0, 4}), "no elements");
  expect_conforms(bo::view(data, {4, 5, 6}), "rank 3");
  expect_conforms(bo::view(data, {2, 1, 3, 1, 2, 2, 1, 3}), "rank 8");
  expect_conforms(bo::tensor_view<float>(data, {4, 5}, {1, 4}), "columns");
  expect_conforms(bo::tensor_view<float>(data, {4, 5}, {9, 2}), "rows with gaps");
  expect_conforms(bo::tensor_view<float>(data + 100, {4, 5}, {-10, 1}), "rows backwards");
  expect_conforms(bo::view(data, {8, 10}).slice(0, 2, 3).slice(1, 4, 5), "slice of a slice");
  std::vector<bo::bfloat16> narrow(60);
  expect_conforms(bo::view(narrow.data(), {6, 10}), "bfloat16");
}

TEST_CASE("views of Eigen conform") {
  Eigen::MatrixXd columns(5, 7);
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> rows(5, 7);
  Eigen::ArrayXf array(9);
  expect_conforms(bo::view(columns), "column-major matrix");
  expect_conforms(bo::view(rows), "row-major matrix");
  expect_conforms(bo::view(array), "array");
  Eigen::Map<Eigen::MatrixXd> map(columns.data(), 7, 5);
  expect_conforms(bo::view(map), "map");
}
