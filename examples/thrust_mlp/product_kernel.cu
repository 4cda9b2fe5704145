// SPDX-License-Identifier: MIT
// Part of blockopt: the example's matrix products by a kernel of its own, for machines without cuBLAS.
#include <stdexcept>

#include <cuda_runtime.h>

#include "product.hpp"

namespace {

constexpr int threads = 128;

__global__ void __launch_bounds__(threads)
    multiply(transposed which, int rows, int columns, int inner, const float* a, const float* b, float* c) {
  const int element = static_cast<int>(blockIdx.x) * threads + static_cast<int>(threadIdx.x);
  if (element >= rows * columns) return;
  const int i = element / columns, j = element % columns;
  float sum = 0;
  for (int k = 0; k < inner; ++k) {
    sum += a[which == transposed::left ? k * rows + i : i * inner + k] *
           b[which == transposed::right ? j * inner + k : k * columns + j];
  }
  c[element] = sum;
}

}  // namespace

matrix_product::matrix_product(void* stream) : context_(stream) {}
matrix_product::~matrix_product() = default;

void matrix_product::operator()(transposed which, int rows, int columns, int inner, const float* a, const float* b,
                                float* c) const {
  const auto blocks = static_cast<unsigned>((rows * columns + threads - 1) / threads);
  multiply<<<blocks, threads, 0, static_cast<cudaStream_t>(context_)>>>(which, rows, columns, inner, a, b, c);
  if (const cudaError_t status = cudaPeekAtLastError(); status != cudaSuccess)
    throw std::runtime_error(cudaGetErrorString(status));
}
