// SPDX-License-Identifier: MIT
// Part of blockopt: a consumer of blockopt::thrust_cpp or another device system whose memory is the host's.
#include <thrust/device_vector.h>
#include <thrust/version.h>

#include <blockopt/backend/thrust/thrust_backend.hpp>
#include <blockopt/backend/thrust/view.hpp>

#include "one_step.hpp"

#if defined(EXPECTED_THRUST_VERSION) && EXPECTED_THRUST_VERSION != THRUST_VERSION
#error "another Thrust than the one asked for"
#endif
#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_OMP && !defined(_OPENMP)
#error "blockopt::thrust_omp does not turn OpenMP on"
#endif

int main() {
  thrust::device_vector<float> first(70000, 1.0F);  // enough for more than one thread
  thrust::device_vector<float> second(5, 1.0F);
  return one_step_is_right<blockopt::thrust_backend>(blockopt::view(first), blockopt::view(second)) ? 0 : 1;
}
