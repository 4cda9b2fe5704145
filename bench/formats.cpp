// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: what formats of state and ways to write 16-bit values back cost in loss. Trains a small
// transformer on licences in /usr/share/common-licenses, of which the last tenth is held out: bench_formats [STEPS [SEEDS]]
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/memory/keep_compressed.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/problem/transformer.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/random_stream.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/schedule.hpp>

namespace bo = blockopt;

namespace {

constexpr std::size_t sequences = 8;

struct bytes_of_text {
  std::vector<std::uint32_t> tokens;
  std::size_t trained = 0;  ///< of them
};

bytes_of_text read_licences() {
  bytes_of_text text;
  for (const char* name : {"GPL-3", "LGPL-2.1", "Apache-2.0", "MPL-2.0", "GFDL-1.3"}) {
    std::ifstream file(std::string("/usr/share/common-licenses/") + name, std::ios::binary);
    for (std::istreambuf_iterator<char> i(file), end; i != end; ++i)
      text.tokens.push_back(static_cast<unsigned char>(*i));
  }
  text.trained = text.tokens.size() * 9 / 10;
  return text;
}

/// Held-out loss after the run: AdamW on all values at once.
template <class T, class Memory>
double loss_after(const bytes_of_text& text, std::size_t steps, std::uint64_t seed, const Memory& memory,
                  bo::optimizer_options options) {
  bo::transformer_shape shape;
  shape.layers = 4;
  shape.width = 96;
  shape.heads = shape.kv_heads = 4;
  shape.context = 64;
  shape.vocabulary = 256;
  bo::transformer<T> model(shape, seed, sequences);
  options.seed = seed + 7;
  options.schedule = bo::cosine{.steps = steps, .warmup = 20};
  bo::block_optimizer optimizer{bo::as_one_block(model.parameters()),
                                bo::adamw{.learning_rate = 2e-3},
                                bo::ascending{},
                                memory,
                                bo::eigen_backend{},
                                options};
  std::vector<std::uint32_t> inputs(sequences * shape.context), targets(inputs.size());
  const auto take = [&](std::size_t begin, std::size_t sequence) {
    for (std::size_t k = 0; k < shape.context; ++k) {
      inputs[sequence * shape.context + k] = text.tokens[begin + k];
      targets[sequence * shape.context + k] = text.tokens[begin + k + 1];
    }
  };
  bo::random_stream random{seed * 977 + 3};
  for (std::size_t step = 0; step < steps; ++step) {
    for (std::size_t s = 0; s < sequences; ++s) take(random.below(text.trained - shape.context - 1), s);
    model.gradient(optimizer.active(), {inputs, targets, sequences});
    optimizer.step();
  }
  constexpr std::size_t batches = 24;
  const std::size_t room = text.tokens.size() - text.trained - shape.context - 1;
  double sum = 0;
  for (std::size_t b = 0; b < batches; ++b) {
    for (std::size_t s = 0; s < sequences; ++s)
      take(text.trained + (b * sequences + s) * room / (batches * sequences), s);
    sum += model.loss({inputs, targets, sequences});
  }
  return sum / static_cast<double>(batches);
}

}  // namespace

int main(int argc, char** argv) {
  const bytes_of_text text = read_licences();
  if (text.tokens.size() < 10000) {
    std::fputs("bench_formats: there are no licences in /usr/share/common-licenses\n", stderr);
    return 1;
  }
  const std::size_t steps = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 300;
  const std::uint64_t seeds = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 3;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto wide = [&](const auto& memory) { return loss_after<float>(text, steps, seed, memory, {}); };
    std::printf("seed %u, float: keep_state %.4f, keep_8bit %.4f, keep_fp8 %.4f, keep_bf16 %.4f\n",
                static_cast<unsigned>(seed), wide(bo::keep_state{}), wide(bo::keep_8bit{}), wide(bo::keep_fp8{}),
                wide(bo::keep_bf16{}));
    const auto narrow = [&](bool master, bo::rounding how) {
      return loss_after<bo::bfloat16>(text, steps, seed, bo::keep_state{}, {.write_back = how, .master = master});
    };
    std::printf("seed %u, bfloat16: master copy %.4f, nearest %.4f, stochastic %.4f, compensated %.4f\n",
                static_cast<unsigned>(seed), narrow(true, bo::rounding::nearest), narrow(false, bo::rounding::nearest),
                narrow(false, bo::rounding::stochastic), narrow(false, bo::rounding::compensated));
    std::fflush(stdout);
  }
}
