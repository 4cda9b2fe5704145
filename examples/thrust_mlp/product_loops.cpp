// SPDX-License-Identifier: MIT
// Part of blockopt: the example's matrix products by plain loops, for device systems on the CPU.
#include <cstddef>

#include "product.hpp"

matrix_product::matrix_product(void*) {}
matrix_product::~matrix_product() = default;

void matrix_product::operator()(transposed which, int rows, int columns, int inner, const float* a, const float* b,
                                float* c) const {
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < columns; ++j) {
      float sum = 0;
      for (int k = 0; k < inner; ++k) {
        sum += a[which == transposed::left ? k * rows + i : i * inner + k] *
               b[which == transposed::right ? j * inner + k : k * columns + j];
      }
      c[i * columns + j] = sum;
    }
  }
}
