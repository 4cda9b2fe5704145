// SPDX-License-Identifier: MIT
// Part of blockopt: independent pieces of work on the caller's OpenMP threads, when OpenMP is linked.
#pragma once

#include <algorithm>
#include <cstddef>

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace blockopt::detail {

/// The number of threads that a parallel loop would use now; 1 without OpenMP.
[[nodiscard]] inline std::size_t available_threads() noexcept {
#if defined(_OPENMP)
  return static_cast<std::size_t>(omp_get_max_threads());
#else
  return 1;
#endif
}

/// Operations of a loop below which waking a thread takes longer than it would save.
inline constexpr double least_parallel_work = 1e5;

/// Calls f(index, thread) for each index in [0, count), on `threads` threads at most; thread < threads. The pieces
/// must not depend on each other, so that results do not depend on the number of threads. f must not throw. `work`:
/// roughly, the operations of the whole loop.
template <class F>
void for_each_piece(std::size_t count, [[maybe_unused]] std::size_t threads, [[maybe_unused]] double work, const F& f) {
#if defined(_OPENMP)
  const std::size_t team = work < least_parallel_work ? 1 : std::min({threads, available_threads(), count});
  if (team > 1 && !omp_in_parallel()) {
    const auto end = static_cast<std::ptrdiff_t>(count);
#pragma omp parallel for schedule(static) num_threads(static_cast <int>(team))
    for (std::ptrdiff_t i = 0; i < end; ++i) {
      f(static_cast<std::size_t>(i), static_cast<std::size_t>(omp_get_thread_num()));
    }
    return;
  }
#endif
  for (std::size_t i = 0; i < count; ++i) f(i, std::size_t{0});
}

}  // namespace blockopt::detail
