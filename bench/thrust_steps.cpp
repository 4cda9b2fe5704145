// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: steps of Adam on the Thrust system that CMake compiles this file for: once for each.
#include "thrust_steps.hpp"

#include <memory>

#include <blockopt/backend/thrust/thrust_backend.hpp>
#include <blockopt/update/adam.hpp>
#include <blockopt/view/scalar.hpp>

#include "subject.hpp"

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_TBB
#include <tbb/global_control.h>
#endif

namespace bench::BLOCKOPT_THRUST_SYSTEM {
namespace {

template <class T, bool Master>
std::function<void()> adam_step(std::size_t n, [[maybe_unused]] int threads) {
  using subject_type = subject<blockopt::adam, T, Master, blockopt::thrust_backend>;
#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_TBB
  const auto limit = std::make_shared<tbb::global_control>(tbb::global_control::max_allowed_parallelism,
                                                           static_cast<std::size_t>(threads));
  return [limit, s = std::make_shared<subject_type>(blockopt::adam{}, n)] { s->step(); };
#else
  return [s = std::make_shared<subject_type>(blockopt::adam{}, n)] { s->step(); };
#endif
}

}  // namespace

std::function<void()> adam_float(std::size_t n, int threads) { return adam_step<float, false>(n, threads); }
std::function<void()> adam_bfloat16_master(std::size_t n, int threads) {
  return adam_step<blockopt::bfloat16, true>(n, threads);
}

}  // namespace bench::BLOCKOPT_THRUST_SYSTEM
