// SPDX-License-Identifier: MIT
// Part of blockopt: tests of views of Eigen's objects: no copy, whatever the object.
#include <concepts>

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <blockopt/backend/eigen/view.hpp>

namespace bo = blockopt;

TEST_CASE("matrices of both storage orders and their rows and columns are seen in place") {
  Eigen::MatrixXd column_major = Eigen::MatrixXd::Random(4, 5);
  Eigen::Matrix<double, -1, -1, Eigen::RowMajor> row_major = column_major;
  const auto a = bo::view(column_major);
  const auto b = bo::view(row_major);
  const auto row = bo::view(column_major.row(2));
  const auto col = bo::view(row_major.col(3));
  const auto block = bo::view(column_major.block(1, 2, 2, 3));
  const auto transposed = bo::view(column_major.transpose());
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 5; ++j) {
      CHECK(&a(i, j) == &column_major(i, j));
      CHECK(&b(i, j) == &row_major(i, j));
      CHECK(&transposed(j, i) == &column_major(i, j));
    }
    CHECK(&col(i) == &row_major(i, 3));
  }
  for (int j = 0; j < 5; ++j) CHECK(&row(j) == &column_major(2, j));
  CHECK(&block(1, 2) == &column_major(2, 4));
  CHECK(row.rank() == 1);
  CHECK(row.stride(0) == 4);
  CHECK(b.is_contiguous());
  CHECK_FALSE(a.is_contiguous());
}

TEST_CASE("vectors and arrays and maps and refs are seen in place") {
  Eigen::VectorXf vector = Eigen::VectorXf::Random(6);
  Eigen::ArrayXXf array = Eigen::ArrayXXf::Random(2, 3);
  Eigen::Matrix3f fixed = Eigen::Matrix3f::Random();
  Eigen::Map<Eigen::VectorXf, 0, Eigen::InnerStride<2>> map(vector.data(), 3);
  Eigen::Ref<Eigen::MatrixXf> ref = fixed;
  CHECK(bo::view(vector).data() == vector.data());
  CHECK(bo::view(vector.segment(2, 3)).data() == vector.data() + 2);
  CHECK(bo::view(vector.transpose()).extents().size() == 1);
  CHECK(&bo::view(array)(1, 2) == &array(1, 2));
  CHECK(bo::view(map).stride(0) == 2);
  CHECK(bo::view(map).size() == 3);
  CHECK(&bo::view(ref)(2, 1) == &fixed(2, 1));
  const Eigen::VectorXf& constant = vector;
  static_assert(std::same_as<decltype(bo::view(constant)), bo::tensor_view<const float>>);
  CHECK(bo::view(fixed.diagonal()).stride(0) == 4);
}

TEST_CASE("an empty matrix is an empty view") {
  Eigen::MatrixXf none(0, 3);
  CHECK(bo::view(none).empty());
}

TEST_CASE("16-bit types of Eigen are parameters as they are") {
  Eigen::Matrix<Eigen::bfloat16, -1, 1> v(3);
  v << Eigen::bfloat16(1.5f), Eigen::bfloat16(-2.f), Eigen::bfloat16(0.f);
  const auto seen = bo::view(v);
  static_assert(bo::scalar<Eigen::bfloat16> && bo::scalar<Eigen::half>);
  static_assert(bo::is_reduced_precision<Eigen::half>);
  CHECK(static_cast<float>(seen(0)) == 1.5f);
}
