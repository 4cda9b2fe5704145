// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: the figures of one backend against the other.
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>

#include <blockopt/update/adam.hpp>
#include <blockopt/view/scalar.hpp>

#include "figures.hpp"
#include "thrust_steps.hpp"

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace bench {
namespace {

/// Time of a step on Thrust over that of the Eigen backend, on as many threads each.
template <class T, bool Master>
double thrust_against_eigen(step_maker& thrust, std::size_t n, [[maybe_unused]] int threads) {
  using subject_type = subject<blockopt::adam, T, Master>;
  if (!fits_in_memory(2 * subject_type::footprint(n))) throw std::runtime_error("left out: not enough free memory");
#if defined(_OPENMP)
  if (omp_get_num_procs() < threads) throw std::runtime_error("left out: this process may use one core only");
  omp_set_num_threads(threads);
#endif
  subject_type eigen(blockopt::adam{}, n);
  const timing_pair times = in_turn(thrust(n, threads), [&] { eigen.step(); });
#if defined(_OPENMP)
  omp_set_num_threads(1);
#endif
  return times.first.median() / times.second.median();
}

/// The figures of a system.
void add(const std::string& system, step_maker& adam_float, step_maker& adam_bfloat16_master, int threads) {
  const std::string name = "thrust_" + system;
  const std::string end = threads == 1 ? "" : "/two_threads";
  const std::string who = threads == 1 ? " on one thread" : " on two threads";
  for (const std::size_t power : {20U, 24U}) {
    const std::string n = "2^" + std::to_string(power);
    const bool has_target = system == "omp" && power == 24;
    add_figure({.name = name + "/float/" + n + end,
                .what = "Thrust " + system + ", Adam, float, n = " + n + who + ": time / Eigen backend's",
                .wanted = has_target ? figure::goal::at_most : figure::goal::none,
                .target = has_target ? 1.15 : 0,
                .measure = [&adam_float, power, threads] {
                  return thrust_against_eigen<float, false>(adam_float, std::size_t{1} << power, threads);
                }});
    add_figure({.name = name + "/bfloat16+master/" + n + end,
                .what = "Thrust " + system + ", Adam, bfloat16 and master, n = " + n + who + ": time / Eigen backend's",
                .measure = [&adam_bfloat16_master, power, threads] {
                  return thrust_against_eigen<blockopt::bfloat16, true>(adam_bfloat16_master, std::size_t{1} << power,
                                                                        threads);
                }});
  }
}

}  // namespace

void add_backend_figures() {
#if defined(BENCH_THRUST_CPP)
  add("cpp", thrust_on_cpp::adam_float, thrust_on_cpp::adam_bfloat16_master, 1);
#endif
#if defined(BENCH_THRUST_OMP) && defined(_OPENMP)
  add("omp", thrust_on_omp::adam_float, thrust_on_omp::adam_bfloat16_master, 2);
#endif
#if defined(BENCH_THRUST_TBB) && defined(_OPENMP)
  add("tbb", thrust_on_tbb::adam_float, thrust_on_tbb::adam_bfloat16_master, 2);
#endif
}

}  // namespace bench
