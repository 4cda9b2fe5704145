// SPDX-License-Identifier: MIT
// Part of blockopt: what a step costs inside libtorch, against the same step on memory of one's own and torch's AdamW.
//
// One thread, one block, AdamW in float. The ratio is the median over rounds in which both are timed in turn.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include <blockopt/adapt/libtorch/torch_optimizer.hpp>
#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/adamw.hpp>

namespace bo = blockopt;

namespace {

template <class F>
double seconds_of(int repeats, const F& f) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < repeats; ++i) f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / repeats;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

struct tensors : torch::nn::Module {
  explicit tensors(const std::vector<std::int64_t>& sizes) {
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      torch::Tensor& p = register_parameter(std::to_string(i), torch::randn({sizes[i]}));
      p.mutable_grad() = torch::randn({sizes[i]});
    }
  }
};

void measure(const char* name, const std::vector<std::int64_t>& sizes) {
  const auto optimizer_of = [](const auto& parameters, auto parts) {
    return bo::torch_optimizer{parameters,      std::move(parts), bo::adamw{},
                               bo::ascending{}, bo::keep_state{}, bo::eigen_backend{}};
  };
  const tensors module(sizes), same(sizes);
  const bo::torch_parameters parameters{module};
  auto inside = optimizer_of(parameters, bo::as_one_block(parameters.views()));

  std::vector<std::vector<float>> values, gradients;
  std::vector<bo::parameter<float>> list;
  for (const std::int64_t n : sizes) {
    values.emplace_back(static_cast<std::size_t>(n), 0.1F);
    gradients.emplace_back(static_cast<std::size_t>(n), 0.1F);
  }
  for (std::size_t i = 0; i < sizes.size(); ++i)
    list.push_back({std::to_string(i), bo::view(values[i]), bo::view(std::as_const(gradients[i]))});
  bo::block_optimizer own{bo::as_one_block(list), bo::adamw{}, bo::ascending{}, bo::keep_state{}, bo::eigen_backend{}};
  torch::optim::AdamW theirs(same.parameters(), torch::optim::AdamWOptions(1e-3));
  inside.step();
  own.step();
  theirs.step();

  std::vector<double> ratios, of_inside, of_own, of_theirs;
  for (int round = 0; round < 61; ++round) {
    of_inside.push_back(seconds_of(10, [&] { inside.step(); }));
    of_own.push_back(seconds_of(10, [&] { own.step(); }));
    ratios.push_back(of_inside.back() / of_own.back());
    if (round % 10 == 0) of_theirs.push_back(seconds_of(3, [&] { theirs.step(); }));
  }
  std::printf("%-34s %12.1f %12.1f %8.3f %14.1f\n", name, median(of_inside) * 1e6, median(of_own) * 1e6, median(ratios),
              median(of_theirs) * 1e6);
}

}  // namespace

int main() {
  torch::set_num_threads(1);
  std::printf("%-34s %12s %12s %8s %14s\n", "tensors", "inside us", "own us", "ratio", "torch AdamW us");
  measure("1 of 2^20", {1 << 20});
  measure("64 of 2^14", std::vector<std::int64_t>(64, 1 << 14));
  std::vector<std::int64_t> layers;
  for (int l = 0; l < 12; ++l) {
    for (const std::int64_t n :
         {384, 384, 384 * 1152, 1152, 384 * 384, 384, 384, 384, 384 * 1536, 1536, 1536 * 384, 384})
      layers.push_back(n);
  }
  measure("144: 12 layers of width 384", layers);
  measure("1000 of 1000", std::vector<std::int64_t>(1000, 1000));
}
