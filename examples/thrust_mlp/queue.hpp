// SPDX-License-Identifier: MIT
// Part of blockopt: where the example's work goes, all that differs between CUDA and the other device systems of Thrust.
#pragma once

#include <thrust/execution_policy.h>

#include <blockopt/backend/thrust/thrust_backend.hpp>

#ifdef __CUDACC__

#include <cuda_runtime.h>

/// A stream of the program's own. Nothing that is queued on it waits for the host, or for the default stream.
class work_queue {
 public:
  /// Raises blockopt::device_error, with a sentence, where there is no device.
  work_queue() {
    blockopt::thrust_backend{}.wait();
    if (const cudaError_t status = cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking); status != cudaSuccess)
      throw blockopt::device_error(cudaGetErrorString(status));
  }
  work_queue(const work_queue&) = delete;
  work_queue& operator=(const work_queue&) = delete;
  ~work_queue() { cudaStreamDestroy(stream_); }

  [[nodiscard]] cudaStream_t stream() const { return stream_; }
  [[nodiscard]] auto policy() const { return thrust::cuda::par_nosync.on(stream_); }
  [[nodiscard]] blockopt::thrust_backend backend() const { return {.stream = stream_}; }

 private:
  cudaStream_t stream_ = nullptr;
};

#else

struct work_queue {
  [[nodiscard]] void* stream() const { return nullptr; }
  [[nodiscard]] auto policy() const { return thrust::device; }
  [[nodiscard]] blockopt::thrust_backend backend() const { return {}; }
};

#endif
