// SPDX-License-Identifier: MIT
// Part of blockopt: thrust_backend for train, on the system that CMake compiles this file for: once for each.

#include <cstddef>
#include <optional>

#include <blockopt/backend/thrust/thrust_backend.hpp>

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_TBB
#include <tbb/global_control.h>
#endif

#include "train/backend/step_backend_body.hpp"

namespace blockopt::program {
inline namespace BLOCKOPT_THRUST_SYSTEM {

backend_makers thrust_makers();

backend_makers thrust_makers() { return makers_of<thrust_backend>(); }

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_TBB

void use_threads(std::size_t threads);

void use_threads(std::size_t threads) {
  static std::optional<tbb::global_control> limit;
  limit.emplace(tbb::global_control::max_allowed_parallelism, threads);
}

#endif

}  // namespace BLOCKOPT_THRUST_SYSTEM

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CPP

template <class Job>
std::size_t thrust_tables<Job>::bytes(const table_request& need) {
  return thrust_backend::table_bytes<Job>(need);
}
template <class Job>
bool thrust_tables<Job>::needed(std::span<const Job> jobs) {
  return thrust_backend::needs_table(jobs);
}

template struct thrust_tables<step_job<adamw, float>>;
template struct thrust_tables<step_job<adamw, bfloat16>>;
template struct thrust_tables<step_job<sgd, float>>;
template struct thrust_tables<step_job<sgd, bfloat16>>;

#endif

}  // namespace blockopt::program
