// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: the figures of the update step.
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>

#include <Eigen/Core>
#include <benchmark/benchmark.h>

#include <blockopt/backend/eigen/packet_math.hpp>
#include <blockopt/update/adam.hpp>

#include "figures.hpp"
#include "measure.hpp"
#include "registry.hpp"
#include "report.hpp"
#include "subject.hpp"

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace bench {
namespace {

constexpr auto packet_size = static_cast<std::size_t>(Eigen::internal::packet_traits<float>::size);

struct adam_numbers {
  float beta1, one_minus_beta1, beta2, one_minus_beta2, rate, root_scale, epsilon;
};

/// One packet of Adam, as one would write it for this rule and no other. Small moments become zero as in the library.
template <class S>
[[gnu::always_inline]] inline void adam_packet(S* x, const S* g, S* m, S* v, const adam_numbers& c) {
  using namespace Eigen::internal;
  using packet = typename packet_traits<S>::type;
  const auto flush = [](const packet& p) {
    return blockopt::detail::select_less(pabs(p), pset1<packet>(S(0x1p-120)), pset1<packet>(S(0)), p);
  };
  const packet gradient = ploadu<packet>(g);
  const packet first =
      flush(padd(pmul(pset1<packet>(c.beta1), ploadu<packet>(m)), pmul(pset1<packet>(c.one_minus_beta1), gradient)));
  const packet second = flush(padd(pmul(pset1<packet>(c.beta2), ploadu<packet>(v)),
                                   pmul(pset1<packet>(c.one_minus_beta2), pmul(gradient, gradient))));
  const packet root =
      padd(pmul(blockopt::detail::exact_sqrt(second), pset1<packet>(c.root_scale)), pset1<packet>(c.epsilon));
  pstoreu(m, first);
  pstoreu(v, second);
  pstoreu(x, psub(ploadu<packet>(x), pdiv(pmul(pset1<packet>(c.rate), first), root)));
}

/// A whole parameter, unrolled four times; n is a multiple of four packets.
[[gnu::noinline]] void adam_by_hand(float* x, const float* g, float* m, float* v, std::size_t n,
                                    const adam_numbers& numbers) {
  const adam_numbers c = numbers;
  for (std::size_t i = 0; i < n; i += 4 * packet_size) {
    adam_packet(x + i, g + i, m + i, v + i, c);
    adam_packet(x + i + packet_size, g + i + packet_size, m + i + packet_size, v + i + packet_size, c);
    adam_packet(x + i + 2 * packet_size, g + i + 2 * packet_size, m + i + 2 * packet_size, v + i + 2 * packet_size, c);
    adam_packet(x + i + 3 * packet_size, g + i + 3 * packet_size, m + i + 3 * packet_size, v + i + 3 * packet_size, c);
  }
}

double step_against_hand(std::size_t n) {
  subject<blockopt::adam, float, false> subject(blockopt::adam{}, n);
  const stream_arrays a = subject.arrays();
  std::size_t t = 1;
  const timing_pair times = in_turn([&] { subject.step(); },
                                    [&] {
                                      ++t;  // with the constants of the step, as every optimizer computes them
                                      const double bc1 = 1 - std::pow(0.9, static_cast<double>(t));
                                      const double bc2 = 1 - std::pow(0.999, static_cast<double>(t));
                                      adam_by_hand(static_cast<float*>(a.values), static_cast<const float*>(a.gradient),
                                                   static_cast<float*>(a.wide[0]), static_cast<float*>(a.wide[1]), n,
                                                   {0.9F, 0.1F, 0.999F, 0.001F, static_cast<float>(1e-3 / bc1),
                                                    static_cast<float>(1 / std::sqrt(bc2)), 1e-8F});
                                      benchmark::ClobberMemory();
                                    });
  return times.first.median() / times.second.median();
}

double many_against_one() {
  subject<blockopt::adam, float, false> many(blockopt::adam{}, 1000, 1000), one(blockopt::adam{}, 1000 * 1000);
  const timing_pair times = in_turn([&] { many.step(); }, [&] { one.step(); });
  return times.first.median() / times.second.median();
}

double two_threads_speed_up([[maybe_unused]] std::size_t n) {
#if defined(_OPENMP)
  if (omp_get_num_procs() < 2) throw std::runtime_error("left out: this process may use one core only");
  subject<blockopt::adam, float, false> subject(blockopt::adam{}, n);
  const timing_pair times = in_turn(
      [&] {
        omp_set_num_threads(1);
        subject.step();
      },
      [&] {
        omp_set_num_threads(2);
        subject.step();
        omp_set_num_threads(1);
      });
  return times.first.median() / times.second.median();
#else
  throw std::runtime_error("left out: built without OpenMP");
#endif
}

}  // namespace

void add_update_figures() {
  for (const std::size_t power : {20U, 22U, 24U, 26U}) {
    add_figure({.name = "adam/float/2^" + std::to_string(power),
                .what = "Adam, float, n = 2^" + std::to_string(power) + ": streaming limit / time",
                .wanted = figure::goal::at_least,
                .target = 0.90,
                .measure = [power] { return limit_over_time<float, false>(power); }});
  }
  for (const std::size_t power : {20U, 22U, 24U, 26U}) {
    add_figure(
        {.name = "adam/bfloat16/2^" + std::to_string(power),
         .what = "Adam, bfloat16 values and gradient, no master, n = 2^" + std::to_string(power) + ": limit / time",
         .wanted = figure::goal::at_least,
         .target = 0.80,
         .measure = [power] { return limit_over_time<blockopt::bfloat16, false>(power); }});
  }
  add_figure({.name = "adam/float/by_hand/2^12",
              .what = "Adam, float, n = 2^12: time / a loop unrolled by hand",
              .wanted = figure::goal::at_most,
              .target = 1.10,
              .measure = [] { return step_against_hand(std::size_t{1} << 12); }});
  add_figure({.name = "adam/float/many_tensors",
              .what = "Adam, float, one block of 1,000 tensors of 1,000 elements: time / one tensor of 10^6",
              .wanted = figure::goal::at_most,
              .target = 1.20,
              .measure = many_against_one});
  add_figure({.name = "adam/float/two_threads",
              .what = "Adam, float, n = 2^24: time of one thread / time of two",
              .measure = [] { return two_threads_speed_up(std::size_t{1} << 24); }});
}

}  // namespace bench
