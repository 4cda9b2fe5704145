// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: a step of BAdam on layers as wide as those of Llama 3 8B, in bfloat16, against Eigen's
// bare products of its shapes with weights that were converted before.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include <Eigen/Core>
#include <benchmark/benchmark.h>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/block/by_layer.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/problem/transformer.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/fixed_block.hpp>
#include <blockopt/update/adamw.hpp>

#include "figures.hpp"

namespace bench {
namespace {

namespace bo = blockopt;
using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Two layers and a quarter of the head of Llama 3 8B, one sequence of 64 tokens; the lower layer is active.
const bo::transformer_shape shape{.layers = 2,
                                  .width = 4096,
                                  .heads = 32,
                                  .kv_heads = 8,
                                  .hidden = 14336,
                                  .context = 64,
                                  .vocabulary = 32064,
                                  .rope_base = 5e5};

/// A weight, [out, in], and which of its products the step has.
struct weight {
  std::size_t out, in;
  bool input_gradient, weight_gradient;
};

double step_over_products() {
  if (!fits_in_memory(std::size_t{7} << 30)) throw std::runtime_error("left out: not enough free memory");
  bo::transformer<bo::bfloat16> model(shape, 1, 1);
  std::vector<std::uint32_t> inputs, targets;
  for (std::size_t i = 0; i < shape.context; ++i) {
    inputs.push_back(static_cast<std::uint32_t>(i * 97 % 251));
    targets.push_back(static_cast<std::uint32_t>((i + 1) * 97 % 251));
  }
  bo::block_optimizer optimizer{bo::by_layer(model.parameters(), {.include_embedding = false, .include_head = false}),
                                bo::adamw{}, bo::fixed_block{0}, bo::drop_state{}, bo::eigen_backend{}};

  const std::size_t width = shape.width, hidden = shape.hidden_width(), tokens = shape.context;
  std::vector<weight> weights{{shape.vocabulary, width, true, false}};
  for (const bool active : {true, false}) {
    weights.push_back({shape.qkv_width(), width, !active, active});
    weights.push_back({width, shape.query_width(), true, active});
    weights.push_back({2 * hidden, width, true, active});
    weights.push_back({width, hidden, true, active});
  }
  std::size_t largest = 0, widest = 0;
  double flops = 0;
  for (const weight& w : weights) {
    largest = std::max(largest, w.out * w.in);
    widest = std::max({widest, w.out, w.in});
    flops += (1.0 + w.input_gradient + w.weight_gradient) * 2.0 * static_cast<double>(tokens * w.out * w.in);
  }
  const aligned_array<float> values(largest), x(tokens * widest), y(tokens * widest);
  std::fill_n(values.data(), largest, 0.02F);
  std::fill_n(x.data(), tokens * widest, 0.5F);
  std::fill_n(y.data(), tokens * widest, 0.25F);
  const timing_pair times = in_turn(
      [&] {
        for (const weight& w : weights) {
          const auto t = Eigen::Index(tokens), out = Eigen::Index(w.out), in = Eigen::Index(w.in);
          Eigen::Map<matrix> weight_values(values.data(), out, in), a(x.data(), t, in), b(y.data(), t, out);
          b.noalias() = a * weight_values.transpose();
          if (w.input_gradient) a.noalias() = b * weight_values;
          if (w.weight_gradient) weight_values.noalias() = b.transpose() * a;
          benchmark::ClobberMemory();
        }
      },
      [&] {
        model.gradient(optimizer.active(), {inputs, targets, 1});
        optimizer.step();
      },
      {.seconds = 2.0, .least_rounds = 3});
  const bo::transformer_work& work = model.last_work();
  const double counted = work.forward_flops + work.input_gradient_flops + work.weight_gradient_flops;
  if (std::abs(flops - counted) > 0.01 * counted)  // the rest are the products of attention
    throw std::logic_error("bench: the list of products is not that of the model's step");
  return times.second.median() / times.first.median();
}

}  // namespace

void add_wide_figures() {
  add_figure(
      {.name = "training/wide_bf16",
       .what = "BAdam step in bfloat16, 2 layers of width 4096, 64 tokens: time / Eigen's products, converted before",
       .wanted = figure::goal::at_most,
       .target = 2.0,
       .measure = step_over_products});
}

}  // namespace bench
