// SPDX-License-Identifier: MIT
// Part of blockopt: calls of the CUDA runtime, whose errors become exceptions.
#pragma once

#include <blockopt/backend/thrust/system.hpp>

#ifdef BLOCKOPT_THRUST_CUDA

#include <cuda_runtime_api.h>

#include <blockopt/error.hpp>

namespace blockopt::detail {

/// Raises device_error for anything but success. `call` is the function's name.
inline void check_cuda(cudaError_t status, const char* call) {
  if (status == cudaSuccess) return;
  static_cast<void>(cudaGetLastError());  // reported here; the next call starts clean where the error is not sticky
  if (status == cudaErrorNoDevice || status == cudaErrorInsufficientDriver || status == cudaErrorStubLibrary) {
    raise<device_error>({call,
                         " failed: there is no CUDA device to run on, or its driver is missing or older than the "
                         "runtime of this program (code ",
                         static_cast<int>(status), ", ", cudaGetErrorName(status), ")"});
  }
  raise<device_error>({call, " failed with code ", static_cast<int>(status), ", ", cudaGetErrorName(status), ": ",
                       cudaGetErrorString(status)});
}

}  // namespace blockopt::detail

#endif
