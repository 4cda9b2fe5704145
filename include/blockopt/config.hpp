// SPDX-License-Identifier: MIT
// Part of blockopt: compiler switches, and nothing else.
#pragma once

/// Marks the functions of an update rule: always inlined, and callable on a CUDA device when nvcc compiles them.
#if defined(__CUDACC__)
#define BLOCKOPT_FN __host__ __device__ __forceinline__
#elif defined(__GNUC__)
#define BLOCKOPT_FN [[gnu::always_inline]] inline
#else
#define BLOCKOPT_FN inline
#endif

/// Before a loop in a kernel: it stays a loop. nvcc unrolls by itself what costs code, and registers, and gains nothing where
/// memory is the limit.
#if defined(__CUDA_ARCH__)
#define BLOCKOPT_KEEP_LOOP _Pragma("unroll 1")
#else
#define BLOCKOPT_KEEP_LOOP
#endif

/// Marks what runs only when something is wrong: kept out of line, so that it costs callers neither speed nor size.
#if defined(__GNUC__)
#define BLOCKOPT_COLD [[gnu::cold, gnu::noinline]]
#else
#define BLOCKOPT_COLD
#endif

/// Keeps a function with a hot loop apart from its caller, so that the loop has the registers to itself.
#if defined(__GNUC__)
#define BLOCKOPT_NOINLINE [[gnu::noinline]]
#else
#define BLOCKOPT_NOINLINE
#endif

/// Defined where errors are thrown; else they end in a handler, see `raise`.
#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
#define BLOCKOPT_EXCEPTIONS
#endif
