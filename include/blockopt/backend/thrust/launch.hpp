// SPDX-License-Identifier: MIT
// Part of blockopt: kernels as functions of a counter, and sums in groups of lanes.
#pragma once

#include <cstddef>
#include <cstdint>

#include <blockopt/backend/norm.hpp>
#include <blockopt/backend/thrust/device_call.hpp>
#include <blockopt/backend/thrust/system.hpp>
#include <blockopt/config.hpp>

namespace blockopt {
inline namespace BLOCKOPT_THRUST_SYSTEM {

/// Where launches go. They neither wait nor allocate, and nothing in them keeps a CUDA stream from being captured.
struct thrust_queue {
#ifdef BLOCKOPT_THRUST_CUDA
  cudaStream_t stream = nullptr;
#else
  bool parallel = true;  ///< on the system's threads, else on the calling one
#endif
};

}  // namespace BLOCKOPT_THRUST_SYSTEM

namespace detail {

#ifdef BLOCKOPT_THRUST_CUDA

inline constexpr unsigned threads_per_block = 256;

/// The launch bounds name a least number of blocks per multiprocessor, which allows for 128 registers. thrust::for_each_n has
/// a kernel that names none, and ptxas then spills registers of kernels like ours to make room for one block more.
template <class F>
__global__ void __launch_bounds__(threads_per_block, 2)
    for_each_item(const __grid_constant__ F f, const std::size_t count) {
  const std::size_t i = std::size_t{blockIdx.x} * threads_per_block + threadIdx.x;
  if (i < count) f(i);
}

#endif

/// f(i) for i in [0, count): by a kernel, or by thrust::for_each_n.
template <class F>
void launch(const thrust_queue& queue, std::size_t count, const F& f) {
  if (count == 0) return;
#ifdef BLOCKOPT_THRUST_CUDA
  const auto blocks = static_cast<unsigned>((count + threads_per_block - 1) / threads_per_block);
  for_each_item<<<blocks, threads_per_block, 0, queue.stream>>>(f, count);
  check_cuda(cudaPeekAtLastError(), "the launch of a kernel");
#else
  const thrust::counting_iterator<std::size_t> first(0);
#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_OMP
  if (queue.parallel) thrust::for_each_n(thrust::omp::par, first, count, f);
  else thrust::for_each_n(thrust::seq, first, count, f);
#elif THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_TBB
  if (queue.parallel) thrust::for_each_n(thrust::tbb::par, first, count, f);
  else thrust::for_each_n(thrust::seq, first, count, f);
#else
  static_cast<void>(queue);
  thrust::for_each_n(thrust::cpp::par, first, count, f);
#endif
#endif
}

/// The tree over the lanes of a group, one level: lane k takes lane k + half.
template <class Value>
BLOCKOPT_FN void add_lane(Value* lanes, std::size_t k, std::size_t half) noexcept {
  if (k < half) lanes[k] += lanes[k + half];
}

#ifdef BLOCKOPT_THRUST_CUDA

template <class Body>
__global__ void __launch_bounds__(norm_lanes, 8) sum_group(const __grid_constant__ Body body) {
  __shared__ typename Body::value lanes[norm_lanes];
  lanes[threadIdx.x] = body.lane(blockIdx.x, threadIdx.x);
  __syncthreads();
  for (std::size_t half = norm_lanes / 2; half > 0; half /= 2) {
    add_lane(lanes, threadIdx.x, half);
    __syncthreads();
  }
  if (threadIdx.x == 0) body.finish(blockIdx.x, lanes[0]);
}

#else

/// A group's lanes one after the other, by one item of a launch.
template <class Body>
struct sum_group {
  Body body;

  void operator()(std::size_t group) const noexcept {
    typename Body::value lanes[norm_lanes];
    for (std::size_t k = 0; k < norm_lanes; ++k) lanes[k] = body.lane(group, k);
    for (std::size_t half = norm_lanes / 2; half > 0; half /= 2) {
      for (std::size_t k = 0; k < half; ++k) add_lane(lanes, k, half);
    }
    body.finish(group, lanes[0]);
  }
};

#endif

/// body.finish(g, total) for each group g, where total is the sum (+=) of body.lane(g, 0 .. norm_lanes - 1) in a fixed tree.
template <class Body>
void launch_sums(const thrust_queue& queue, std::size_t groups, const Body& body) {
  if (groups == 0) return;
#ifdef BLOCKOPT_THRUST_CUDA
  sum_group<<<static_cast<unsigned>(groups), static_cast<unsigned>(norm_lanes), 0, queue.stream>>>(body);
  check_cuda(cudaPeekAtLastError(), "the launch of a kernel");
#else
  launch(queue, groups, sum_group<Body>{body});
#endif
}

}  // namespace detail
}  // namespace blockopt
