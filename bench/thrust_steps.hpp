// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: steps of Adam on Thrust's device systems, each compiled apart.
#pragma once

#include <cstddef>
#include <functional>

namespace bench {

/// A step on n elements; it owns its memory. `threads`: of systems whose threads are not OpenMP's.
using step_maker = std::function<void()>(std::size_t n, int threads);

// Defined by thrust_steps.cpp, compiled for the system.
namespace thrust_on_cpp {
step_maker adam_float, adam_bfloat16_master;
}
namespace thrust_on_omp {
step_maker adam_float, adam_bfloat16_master;
}
namespace thrust_on_tbb {
step_maker adam_float, adam_bfloat16_master;
}

}  // namespace bench
