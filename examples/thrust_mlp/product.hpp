// SPDX-License-Identifier: MIT
// Part of blockopt: the example's matrix products, by what is linked: cuBLAS, a kernel of a few lines, or plain loops.
#pragma once

enum class transposed { neither, left, right };

class matrix_product {
 public:
  /// `stream`: a cudaStream_t, on which the products are queued; null without CUDA.
  explicit matrix_product(void* stream);
  matrix_product(const matrix_product&) = delete;
  matrix_product& operator=(const matrix_product&) = delete;
  ~matrix_product();

  /// c = a b, c = a^T b or c = a b^T: c has `rows` x `columns` elements, each a sum of `inner` products. Row-major.
  void operator()(transposed which, int rows, int columns, int inner, const float* a, const float* b, float* c) const;

 private:
  void* context_ = nullptr;  ///< the stream, or the handle of a library
};
