// SPDX-License-Identifier: MIT
// Part of blockopt: memory, errors and counters of the tested backend.
#include <blockopt/backend/thrust/thrust_backend.hpp>

#ifdef BLOCKOPT_THRUST_CUDA
#define BLOCKOPT_TESTED_ON_CUDA
#if __has_include(<ptxemu.h>)
#include <ptxemu.h>
#endif
#endif

#include "thrust/runners/backend.hpp"

namespace blockopt_tests {

#ifdef BLOCKOPT_THRUST_CUDA

template <>
std::string border<side::tested>::sentence_of(int code) {
  try {
    blockopt::detail::check_cuda(static_cast<cudaError_t>(code), "cudaMalloc");
  } catch (const blockopt::device_error& e) {
    return e.what();
  }
  return {};
}

#ifdef PTXEMU_H
template <>
void border<side::tested>::reset_counters() {
  ptxemu_reset_counters();
}
template <>
device_counters border<side::tested>::counters() {
  ptxemu_counters c;
  ptxemu_get_counters(&c);
  device_counters r{.known = true,
                    .launches = c.kernels_launched,
                    .waits = c.host_synchronizations + c.implicit_synchronizations,
                    .allocations = c.allocations + c.pinned_allocations,
                    .copied_bytes = c.copied_bytes,
                    .local_accesses = c.local_accesses};
  for (int width = 0; width < PTXEMU_WIDTHS; ++width) {
    (width < PTXEMU_WIDTH_16 ? r.narrow_bytes : r.wide_bytes) +=
        c.global_read_bytes[width] + c.global_write_bytes[width];
  }
  return r;
}
#else
template <>
void border<side::tested>::reset_counters() {}
template <>
device_counters border<side::tested>::counters() {
  return {};
}
#endif

#endif

template struct border<side::tested>;

}  // namespace blockopt_tests
