// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: the figures of a training step: against Eigen's bare products of its shapes, and the
// backward pass of one layer's block against the full one.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <vector>

#include <Eigen/Core>
#include <benchmark/benchmark.h>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/block/by_layer.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/problem/transformer.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/adam.hpp>

#include "figures.hpp"

namespace bench {
namespace {

namespace bo = blockopt;
using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Six layers of width 192, context 128, batch 8: 1,024 tokens.
constexpr std::size_t sequences = 8;
const bo::transformer_shape shape{.layers = 6, .width = 192, .heads = 6, .kv_heads = 6, .context = 128};

/// A model, its optimizer and a batch.
template <class Memory>
struct training {
  bo::transformer<float> model{shape, 1, sequences};
  std::vector<std::uint32_t> inputs, targets;

  training() {
    for (std::size_t i = 0; i <= sequences * shape.context; ++i) {
      const auto token = static_cast<std::uint32_t>((i * i * 7 + i * 13) % 251);
      if (i > 0) targets.push_back(token);
      if (i < sequences * shape.context) inputs.push_back(token);
    }
  }
  [[nodiscard]] bo::token_batch batch() const { return {inputs, targets, sequences}; }
  [[nodiscard]] double flops() const {
    const bo::transformer_work& work = model.last_work();
    return work.forward_flops + work.input_gradient_flops + work.weight_gradient_flops;
  }
};

/// c (m x n) += a (m x k) b (k x n), factors stored row-major as they are or transposed, as the model stores them.
class product {
 public:
  enum class stored { straight, transposed };

  product(std::size_t m, std::size_t n, std::size_t k, stored a, stored b, std::size_t count)
      : m_(Eigen::Index(m)), n_(Eigen::Index(n)), k_(Eigen::Index(k)), a_(a), b_(b), count_(count) {}

  [[nodiscard]] double flops() const {
    return 2.0 * static_cast<double>(count_) * static_cast<double>(m_) * static_cast<double>(n_) *
           static_cast<double>(k_);
  }
  [[nodiscard]] std::size_t largest() const { return static_cast<std::size_t>(std::max({m_ * k_, k_ * n_, m_ * n_})); }

  void run(const float* a, const float* b, float* c) const {
    using map = Eigen::Map<const matrix>;
    Eigen::Map<matrix> to(c, m_, n_);
    for (std::size_t i = 0; i < count_; ++i) {
      if (a_ == stored::transposed) to.noalias() = map(a, k_, m_).transpose() * map(b, k_, n_);
      else if (b_ == stored::transposed) to.noalias() = map(a, m_, k_) * map(b, n_, k_).transpose();
      else to.noalias() = map(a, m_, k_) * map(b, k_, n_);
      benchmark::ClobberMemory();
    }
  }

 private:
  Eigen::Index m_, n_, k_;
  stored a_, b_;
  std::size_t count_;
};

/// The products of one full step, each shape as often as the model has it.
std::vector<product> products_of_step() {
  using enum product::stored;
  const std::size_t tokens = sequences * shape.context, width = shape.width, hidden = shape.hidden_width();
  const std::size_t layers = shape.layers, head = shape.head_size();
  std::vector<product> list;
  // y = x W', then the gradients of x, dy W, and of W, dy' x; `joined` matrices are one in the first two.
  const auto linear = [&](std::size_t rows, std::size_t out, std::size_t in, std::size_t joined, std::size_t count) {
    list.emplace_back(rows, out * joined, in, straight, transposed, count);
    list.emplace_back(rows, in, out * joined, straight, straight, count);
    list.emplace_back(out, in, rows, transposed, straight, count * joined);
  };
  linear(tokens, width, width, 3, layers);   // query, key, value
  linear(tokens, width, width, 1, layers);   // attention's output
  linear(tokens, hidden, width, 2, layers);  // gate, up
  linear(tokens, width, hidden, 1, layers);  // down
  const std::size_t chunk = std::min(bo::detail::head_chunk, tokens);
  linear(chunk, shape.vocabulary, width, 1, tokens / chunk);
  for (std::size_t first = 0; first < shape.context; first += bo::detail::attention_chunk) {
    const std::size_t rows = std::min(bo::detail::attention_chunk, shape.context - first), keys = first + rows;
    const std::size_t count = layers * sequences * shape.heads;
    list.emplace_back(rows, keys, head, straight, transposed, 3 * count);  // scores twice, gradient of probabilities
    list.emplace_back(rows, head, keys, straight, straight, 2 * count);    // output, gradient of queries
    list.emplace_back(keys, head, rows, transposed, straight, 2 * count);  // gradients of values and of keys
  }
  return list;
}

double products_over_step() {
  training<bo::keep_state> t;
  bo::block_optimizer optimizer{bo::as_one_block(t.model.parameters()), bo::adam{}, bo::ascending{}, bo::keep_state{},
                                bo::eigen_backend{}};
  const std::vector<product> products = products_of_step();
  std::size_t largest = 0;
  double flops = 0;
  for (const product& p : products) {
    largest = std::max(largest, p.largest());
    flops += p.flops();
  }
  const aligned_array<float> a(largest), b(largest), c(largest);
  std::fill_n(a.data(), largest, 0.5F);
  std::fill_n(b.data(), largest, 0.25F);
  const timing_pair times = in_turn(
      [&] {
        for (const product& p : products) p.run(a.data(), b.data(), c.data());
      },
      [&] {
        t.model.gradient(optimizer.active(), t.batch());
        optimizer.step();
      },
      {.seconds = 1.0, .least_rounds = 5});
  if (std::abs(flops - t.flops()) > 1e-6 * flops)
    throw std::logic_error("bench: the list of products is not that of the model's step");
  return times.first.median() / times.second.median();
}

/// Medians of the backward pass alone, as the model measures it, of all layers' blocks and of the whole, in turn.
double block_backward_over_full() {
  training<bo::keep_state> t;
  bo::block_optimizer full{bo::as_one_block(t.model.parameters()), bo::adam{}, bo::ascending{}, bo::keep_state{},
                           bo::eigen_backend{}};
  bo::block_optimizer blocks{bo::by_layer(t.model.parameters()), bo::adam{}, bo::ascending{}, bo::drop_state{},
                             bo::eigen_backend{}};
  timing whole;
  std::vector<timing> layers(shape.layers);
  for (std::size_t round = 0; round < 6; ++round) {
    t.model.gradient(full.active(), t.batch());
    if (round > 0) whole.rounds.push_back(t.model.last_work().backward_seconds);
    full.discard_gradients();
    for (timing& layer : layers) {
      t.model.gradient(blocks.active(), t.batch());
      if (round > 0) layer.rounds.push_back(t.model.last_work().backward_seconds);
      blocks.switch_block();
    }
  }
  double sum = 0;
  for (const timing& layer : layers) sum += layer.median();
  return sum / static_cast<double>(shape.layers) / whole.median();
}

}  // namespace

void add_training_figures() {
  add_figure({.name = "training/products",
              .what = "full Adam step, 6 layers, width 192, context 128, batch 8: Eigen's products / time",
              .wanted = figure::goal::at_least,
              .target = 0.60,
              .measure = products_over_step});
  add_figure({.name = "training/block_backward",
              .what = "the same model: backward of one layer's block, mean over layers / full backward",
              .wanted = figure::goal::at_most,
              .target = 0.40,
              .measure = block_backward_over_full});
}

}  // namespace bench
