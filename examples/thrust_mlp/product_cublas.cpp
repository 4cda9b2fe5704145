// SPDX-License-Identifier: MIT
// Part of blockopt: the example's matrix products by cuBLAS, on the stream of everything else.
#include <stdexcept>

#include <cublas_v2.h>

#include "product.hpp"

namespace {

void check(cublasStatus_t status) {
  if (status != CUBLAS_STATUS_SUCCESS) throw std::runtime_error(cublasGetStatusString(status));
}

}  // namespace

matrix_product::matrix_product(void* stream) {
  cublasHandle_t handle = nullptr;
  check(cublasCreate(&handle));
  context_ = handle;
  check(cublasSetStream(handle, static_cast<cudaStream_t>(stream)));
}

matrix_product::~matrix_product() { cublasDestroy(static_cast<cublasHandle_t>(context_)); }

// cuBLAS is column-major, so what it sees of a row-major matrix is the transposed one: it is asked for c^T = b^T a^T.
void matrix_product::operator()(transposed which, int rows, int columns, int inner, const float* a, const float* b,
                                float* c) const {
  const float one = 1, zero = 0;
  const bool left = which == transposed::left, right = which == transposed::right;
  check(cublasSgemm(static_cast<cublasHandle_t>(context_), right ? CUBLAS_OP_T : CUBLAS_OP_N,
                    left ? CUBLAS_OP_T : CUBLAS_OP_N, columns, rows, inner, &one, b, right ? inner : columns, a,
                    left ? rows : inner, &zero, c, columns));
}
