// SPDX-License-Identifier: MIT
// Part of blockopt: the Thrust device system that the translation unit is compiled for.
//
// It is chosen as Thrust wants it, by THRUST_DEVICE_SYSTEM; CMake's targets blockopt::thrust_cpp, blockopt::thrust_omp,
// blockopt::thrust_tbb and blockopt::thrust_cuda define it. Types that depend on it live in an inline namespace with its
// name, so that translation units for several systems link into one program.
#pragma once

#include <cstddef>

#include <thrust/detail/config.h>

#include <blockopt/view/space.hpp>

#if THRUST_DEVICE_SYSTEM != THRUST_DEVICE_SYSTEM_CUDA  // whose launches are kernels, and whose headers take seconds
#include <thrust/execution_policy.h>
#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#endif

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
#if !defined(__CUDACC__)
#error "blockopt: the Thrust backend for CUDA needs nvcc; other compilers define THRUST_DEVICE_SYSTEM (CPP, OMP or TBB)"
#endif
#define BLOCKOPT_THRUST_CUDA
#define BLOCKOPT_THRUST_SYSTEM thrust_on_cuda
#elif THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_OMP
#include <thrust/system/omp/execution_policy.h>
#define BLOCKOPT_THRUST_SYSTEM thrust_on_omp
#elif THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_TBB
#include <thrust/system/tbb/execution_policy.h>
#define BLOCKOPT_THRUST_SYSTEM thrust_on_tbb
#else
#include <thrust/system/cpp/execution_policy.h>
#define BLOCKOPT_THRUST_SYSTEM thrust_on_cpp
#endif

namespace blockopt {
inline namespace BLOCKOPT_THRUST_SYSTEM {

#ifdef BLOCKOPT_THRUST_CUDA
using thrust_space = device_space;
inline constexpr const char* thrust_backend_name = "thrust-cuda";
#elif THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_OMP
using thrust_space = host_space;
inline constexpr const char* thrust_backend_name = "thrust-omp";
#elif THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_TBB
using thrust_space = host_space;
inline constexpr const char* thrust_backend_name = "thrust-tbb";
#else
using thrust_space = host_space;
inline constexpr const char* thrust_backend_name = "thrust-cpp";
#endif

}  // namespace BLOCKOPT_THRUST_SYSTEM
}  // namespace blockopt
