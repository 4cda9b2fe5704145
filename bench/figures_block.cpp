// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: the figures of blocks: the cost of a switch, and the bytes of BAdam against Adam.
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/run/plan.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/adam.hpp>
#include <blockopt/view/scalar.hpp>

#include "figures.hpp"

namespace bench {
namespace {

namespace bo = blockopt;

/// Equal tensors of bfloat16 whose gradients the optimizer owns.
std::vector<bo::parameter<bo::bfloat16>> tensors(const aligned_array<bo::bfloat16>& values, std::size_t count) {
  std::fill_n(values.data(), values.size(), bo::bfloat16(1.0F));
  std::vector<bo::parameter<bo::bfloat16>> list;
  const std::size_t size = values.size() / count;
  for (std::size_t i = 0; i < count; ++i)
    list.push_back({"tensor " + std::to_string(i), {values.data() + i * size, size}});
  return list;
}

/// Leave one block, enter the other: state and gradient become zero, the master copy is loaded from the values.
double switch_against_memcpy(std::size_t elements) {
  const aligned_array<bo::bfloat16> values(2 * elements);
  bo::block_optimizer optimizer{bo::each_its_own_block(tensors(values, 2)), bo::adam{}, bo::ascending{},
                                bo::drop_state{}, bo::eigen_backend{}};
  benchmark::DoNotOptimize(optimizer.active().gradient(0).data());
  // What a switch writes: gradient, master copy and state of one block.
  const std::size_t bytes = optimizer.plan().allocated();
  const aligned_array<unsigned char> from(bytes), to(bytes);
  std::memset(from.data(), 1, bytes);
  std::memset(to.data(), 1, bytes);
  const timing_pair times = in_turn(
      [&] {
        optimizer.switch_block();
        benchmark::DoNotOptimize(optimizer.active().gradient(0).data());
      },
      [&] {
        std::memcpy(to.data(), from.data(), bytes);
        benchmark::ClobberMemory();
      });
  return times.first.median() / times.second.median();
}

double bytes_against_adam() {
  const aligned_array<bo::bfloat16> values(8 * std::size_t{1} << 20);
  const auto list = tensors(values, 8);
  const bo::memory_plan badam = bo::plan(bo::each_its_own_block(list), bo::adam{}, bo::drop_state{});
  const bo::memory_plan adam = bo::plan(bo::as_one_block(list), bo::adam{}, bo::keep_state{});
  return static_cast<double>(badam.allocated()) / static_cast<double>(adam.allocated());
}

}  // namespace

void add_block_figures() {
  for (const std::size_t power : {16U, 22U}) {
    add_figure(
        {.name = "switch/bfloat16/2^" + std::to_string(power),
         .what = "switch to a block of 2^" + std::to_string(power) + " bfloat16 values: time / memcpy of its bytes",
         .measure = [power] { return switch_against_memcpy(std::size_t{1} << power); }});
  }
  add_figure({.name = "bytes/bfloat16",
              .what = "state + master + gradient, bfloat16, 8 equal blocks: bytes of BAdam / of Adam",
              .wanted = figure::goal::at_most,
              .target = 0.14,
              .measure = bytes_against_adam,
              .repetitions = 1});
}

}  // namespace bench
