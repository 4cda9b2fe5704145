// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: how many threads and cores a measurement has.
#pragma once

#if defined(_OPENMP)
#include <omp.h>
#endif
#if defined(__linux__)
#include <sched.h>
#endif

namespace bench {

/// Cores that this process may use, one without OpenMP.
[[nodiscard]] inline int most_threads() {
#if defined(_OPENMP)
  return omp_get_num_procs();
#else
  return 1;
#endif
}

/// For its lifetime OpenMP uses so many threads; a single one stays on the last core that the process may use, where the
/// system can pin.
class use_threads {
 public:
  explicit use_threads([[maybe_unused]] int threads) {
#if defined(_OPENMP)
    omp_set_num_threads(threads);
#endif
#if defined(__linux__)
    pinned_ = threads == 1 && sched_getaffinity(0, sizeof before_, &before_) == 0;
    if (!pinned_) return;
    int last = 0;
    for (int core = 0; core < CPU_SETSIZE; ++core)
      if (CPU_ISSET(static_cast<std::size_t>(core), &before_)) last = core;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(last), &one);
    sched_setaffinity(0, sizeof one, &one);
#endif
  }
  use_threads(const use_threads&) = delete;
  use_threads& operator=(const use_threads&) = delete;
  ~use_threads() {
#if defined(__linux__)
    if (pinned_) sched_setaffinity(0, sizeof before_, &before_);
#endif
#if defined(_OPENMP)
    omp_set_num_threads(1);
#endif
  }

#if defined(__linux__)
 private:
  cpu_set_t before_{};
  bool pinned_ = false;
#endif
};

}  // namespace bench
