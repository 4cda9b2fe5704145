// SPDX-License-Identifier: MIT
// Part of blockopt: tests of the optimizer in a torch::nn training loop.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adamw.h>
#include <torch/optim/sgd.h>

#undef CHECK  // libtorch's logging has one as well

#include <doctest/doctest.h>

#include <blockopt/adapt/libtorch/torch_optimizer.hpp>
#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/block/by_layer.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/sgd.hpp>

#include "support/message_of.hpp"

namespace bo = blockopt;
using blockopt_tests::message_of;

namespace {

/// "embedding.weight", "layers.0.weight", "layers.0.bias", ...
struct network : torch::nn::Module {
  torch::nn::Embedding embedding{nullptr};
  torch::nn::ModuleList layers;

  explicit network(bool sparse = false) {
    torch::manual_seed(7);
    embedding = register_module("embedding", torch::nn::Embedding(torch::nn::EmbeddingOptions(11, 8).sparse(sparse)));
    register_module("layers", layers);
    for (int l = 0; l < 3; ++l) layers->push_back(torch::nn::Linear(8, 8));
  }
  torch::Tensor forward(const torch::Tensor& tokens) {
    torch::Tensor x = embedding->forward(tokens);
    for (const auto& layer : *layers) x = torch::tanh(layer->as<torch::nn::Linear>()->forward(x)) + x;
    return x;
  }
  torch::Tensor loss(std::int64_t step) {
    const torch::Tensor tokens = (torch::arange(20) * 3 + step) % 11;
    return (forward(tokens) - 0.25).pow(2).mean();
  }
  [[nodiscard]] std::vector<std::string> with_gradient() const {
    std::vector<std::string> names;
    for (const auto& item : named_parameters())
      if (item.value().grad().defined()) names.push_back(item.key());
    return names;
  }
  [[nodiscard]] std::vector<torch::Tensor> snapshot() const {
    std::vector<torch::Tensor> copies;
    for (const auto& p : parameters()) copies.push_back(p.detach().clone());
    return copies;
  }
};

bool equal(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!torch::equal(a[i], b[i])) return false;
  return a.size() == b.size();
}

const bo::adamw rule{.learning_rate = 1e-2, .weight_decay = 0.1};

template <class T>
auto full(const network& net, bo::optimizer_options options = {}) {
  const bo::torch_parameters<T> parameters{net};
  return bo::torch_optimizer{parameters,
                             bo::as_one_block(parameters.views()),
                             rule,
                             bo::ascending{},
                             bo::keep_state{},
                             bo::plain_backend{},
                             std::move(options)};
}

/// Trains one network with an optimizer of libtorch and another with ours, and gives the largest difference of a value.
/// `before_step(network, theirs)` changes the gradients in between.
template <class Rule, class BeforeStep>
double largest_difference(torch::optim::Optimizer& reference, network& theirs, network& ours, const Rule& our_rule,
                          const bo::optimizer_options& options, const BeforeStep& before_step) {
  const bo::torch_parameters<double> parameters{ours};
  bo::torch_optimizer optimizer{parameters,       bo::as_one_block(parameters.views()),
                                our_rule,         bo::ascending{},
                                bo::keep_state{}, bo::plain_backend{},
                                options};
  for (std::int64_t s = 0; s < 40; ++s) {
    reference.zero_grad();
    theirs.loss(s).backward();
    before_step(theirs, true);
    reference.step();
    optimizer.zero_grad();
    ours.loss(s).backward();
    before_step(ours, false);
    optimizer.step();
  }
  double worst = 0;
  const auto a = theirs.snapshot(), b = ours.snapshot();
  for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, (a[i] - b[i]).abs().max().item<double>());
  return worst;
}

/// The same with plain gradient descent of rate 1, whose steps show the size of the gradient.
template <class BeforeStep>
double sgd_difference(const bo::optimizer_options& options, const BeforeStep& before_step) {
  network theirs, ours;
  theirs.to(torch::kDouble);
  ours.to(torch::kDouble);
  torch::optim::SGD reference(theirs.parameters(), torch::optim::SGDOptions(1.0));
  return largest_difference(reference, theirs, ours, bo::sgd{.learning_rate = 1.0}, options, before_step);
}

}  // namespace

TEST_CASE("full AdamW follows that of libtorch") {
  network theirs, ours;
  theirs.to(torch::kDouble);
  ours.to(torch::kDouble);
  torch::optim::AdamW reference(theirs.parameters(), torch::optim::AdamWOptions(rule.learning_rate).weight_decay(0.1));
  CHECK(largest_difference(reference, theirs, ours, rule, {}, [](network&, bool) {}) < 1e-12);
}

TEST_CASE("the norm may be clipped by libtorch or by the option") {
  const auto by_torch = [](network& n, bool) { torch::nn::utils::clip_grad_norm_(n.parameters(), 0.01); };
  const auto theirs_only = [&](network& n, bool theirs) {
    if (theirs) by_torch(n, theirs);
  };
  CHECK(sgd_difference({}, by_torch) < 1e-14);
  CHECK(sgd_difference({.clip_norm = 0.01}, theirs_only) < 1e-5);  // libtorch divides by norm + 1e-6
  CHECK(sgd_difference({}, theirs_only) > 1e-2);
}

TEST_CASE("only the active block requires and holds gradients and nothing else changes") {
  network net;
  const bo::torch_parameters parameters{net};
  bo::torch_optimizer optimizer{parameters,
                                bo::by_layer(parameters.views()),
                                rule,
                                bo::ascending{},
                                bo::drop_state{},
                                bo::eigen_backend{},
                                {.switch_every = 2}};
  CHECK(optimizer.core().allocated().allocated() == 0);
  CHECK(optimizer.plan().gradients == 0);
  for (std::int64_t s = 0; s < 12; ++s) {
    optimizer.zero_grad();
    const std::string layer = "layers." + std::to_string(s / 2 % 3) + ".";
    CHECK(optimizer.active().name == layer);
    net.loss(s).backward();
    CHECK(net.with_gradient() == std::vector<std::string>{layer + "weight", layer + "bias"});
    for (const auto& item : net.named_parameters())
      CHECK(item.value().requires_grad() == (item.key().rfind(layer, 0) == 0));
    const auto before = net.snapshot();
    const auto result = optimizer.step();
    CHECK(result.applied);
    CHECK(result.visit_ended == (s % 2 == 1));
    const auto after = net.snapshot();
    for (std::size_t p = 0; p < after.size(); ++p)
      CHECK(torch::equal(before[p], after[p]) == (net.named_parameters()[p].key().rfind(layer, 0) != 0));
  }
  CHECK(optimizer.core().visits() == 7);  // the next block is marked already
}

TEST_CASE("a loop that clears gradients after the forward pass works from the first step on") {
  network net;
  const bo::torch_parameters parameters{net};
  bo::torch_optimizer optimizer{parameters,
                                bo::by_layer(parameters.views()),
                                rule,
                                bo::ascending{},
                                bo::drop_state{},
                                bo::plain_backend{},
                                {.switch_every = 1}};
  for (std::int64_t s = 0; s < 7; ++s) {
    const torch::Tensor loss = net.loss(s);
    optimizer.zero_grad();
    loss.backward();
    CHECK(optimizer.step().applied);
  }
}

TEST_CASE("gradients may accumulate in place or be made anew") {
  std::vector<std::vector<torch::Tensor>> results;
  for (const bool set_to_none : {true, false}) {
    network net;
    auto optimizer = full<float>(net);
    for (std::int64_t s = 0; s < 6; ++s) {
      optimizer.zero_grad(set_to_none);
      const auto before = net.parameters()[1].grad();
      CHECK(before.defined() == (!set_to_none && s > 0));
      net.loss(s).backward();
      net.loss(s + 100).backward();
      optimizer.step();
    }
    results.push_back(net.snapshot());
  }
  CHECK(equal(results[0], results[1]));
}

TEST_CASE("bfloat16 and half parameters train with a master copy") {
  for (const bool brain : {true, false}) {
    network net;
    net.to(brain ? torch::kBFloat16 : torch::kHalf);
    const auto train = [&](auto optimizer) {
      CHECK(optimizer.plan().master > 0);
      // the gradients are made by hand: not every version of libtorch computes in half on the CPU
      for (std::int64_t s = 0; s < 8; ++s) {
        optimizer.zero_grad();
        for (auto& p : net.parameters()) p.mutable_grad() = torch::ones_like(p);
        optimizer.step();
      }
    };
    std::vector<torch::Tensor> wanted;
    for (const auto& p : net.snapshot()) wanted.push_back(p.to(torch::kDouble));
    for (auto& x : wanted) {
      for (int s = 0; s < 8; ++s) x = x * (1 - rule.learning_rate * rule.weight_decay) - rule.learning_rate;
    }
    if (brain) train(full<bo::bfloat16>(net));
    else train(full<bo::half>(net));
    const double unit = brain ? 1.0 / 256 : 1.0 / 2048;
    const auto now = net.snapshot();
    for (std::size_t p = 0; p < now.size(); ++p) {
      const auto off = (now[p].to(torch::kDouble) - wanted[p]).abs();
      CHECK((off <= wanted[p].abs() * unit + 1e-6).all().item<bool>());
    }
  }
}

TEST_CASE("strided parameters are trained where they lie") {
  const torch::Tensor memory = torch::arange(24, torch::kFloat).view({4, 6});
  torch::OrderedDict<std::string, torch::Tensor> named;
  named.insert("w", memory.t().slice(0, 0, 6, 2).detach().set_requires_grad(true));  // 3 x 4, strides 2 and 6
  const bo::torch_parameters parameters{named};
  const torch::Tensor start = memory.clone();
  bo::torch_optimizer optimizer{parameters,
                                bo::as_one_block(parameters.views()),
                                bo::sgd{.learning_rate = 0.5},
                                bo::ascending{},
                                bo::keep_state{},
                                bo::plain_backend{}};
  optimizer.zero_grad();
  (named["w"] * torch::arange(12, torch::kFloat).view({3, 4})).sum().backward();
  optimizer.step();
  for (std::int64_t i = 0; i < 4; ++i) {
    for (std::int64_t j = 0; j < 6; ++j) {
      const double moved = j % 2 == 0 ? 0.5 * static_cast<double>(j / 2 * 4 + i) : 0;
      CHECK(memory.index({i, j}).item<double>() == start.index({i, j}).item<double>() - moved);
    }
  }
}

TEST_CASE("errors name the parameter and nothing is changed") {
  network net;
  auto optimizer = full<float>(net);
  const auto before = net.snapshot();
  CHECK(message_of<bo::invalid_call>([&] {
          optimizer.step();
        }).find("blockopt: parameter 'embedding.weight' of the active block has no gradient") == 0);
  optimizer.zero_grad();
  net.loss(1).backward();
  net.parameters()[3].mutable_grad() = torch::Tensor();
  CHECK(message_of<bo::invalid_call>([&] { optimizer.step(); }).find("parameter 'layers.1.weight' of") !=
        std::string::npos);
  CHECK(equal(before, net.snapshot()));
  CHECK(optimizer.core().steps() == 0);
  optimizer.zero_grad();
  net.loss(1).backward();
  const torch::Tensor old = net.parameters()[2].data();
  net.parameters()[2].set_data(old.clone());
  CHECK(message_of<bo::invalid_call>([&] {
          optimizer.step();
        }).find("the values of parameter 'layers.0.bias' were moved") != std::string::npos);
  net.parameters()[2].set_data(old);
  CHECK(optimizer.step().applied);

  network sparse(true);
  auto refused = full<float>(sparse);
  refused.zero_grad();
  sparse.loss(1).backward();
  CHECK(message_of<bo::invalid_view>([&] {
          refused.step();
        }).find("the gradient of parameter 'embedding.weight' has a layout") != std::string::npos);
}

TEST_CASE("parameters of another type or made elsewhere are refused by name") {
  network net;
  net.layers[1]->to(torch::kDouble);
  CHECK(message_of<bo::invalid_view>([&] { bo::torch_parameters{net}; }) ==
        "blockopt: parameter 'layers.1.weight' holds Double, not float");
  network one, other;
  const bo::torch_parameters mine{one}, foreign{other};
  CHECK(message_of<bo::invalid_partition>([&] {
          bo::torch_optimizer{
              mine, bo::as_one_block(foreign.views()), rule, bo::ascending{}, bo::keep_state{}, bo::plain_backend{}};
        }).find("not made from the views") != std::string::npos);
}

TEST_CASE("frozen parameters are left out and the others require gradients again at the end") {
  network net;
  net.embedding->weight.set_requires_grad(false);
  {
    const bo::torch_parameters parameters{net};
    CHECK(parameters.size() == 6);
    bo::torch_optimizer first{
        parameters, bo::by_layer(parameters.views()), rule, bo::ascending{}, bo::drop_state{}, bo::plain_backend{}};
    first.active();
    auto optimizer = std::move(first);
    CHECK_FALSE(net.parameters()[3].requires_grad());
    optimizer.switch_block();
    CHECK(net.parameters()[3].requires_grad());
    CHECK_FALSE(net.parameters()[1].requires_grad());
  }
  CHECK_FALSE(net.parameters()[0].requires_grad());
  for (std::size_t p = 1; p < 7; ++p) CHECK(net.parameters()[p].requires_grad());
}

TEST_CASE("a graph that was made before a step is refused by autograd after it") {
  network net;
  auto optimizer = full<float>(net);
  optimizer.zero_grad();
  const torch::Tensor stale = net.loss(1);
  net.loss(2).backward();
  optimizer.step();
  CHECK_THROWS_AS(stale.backward(), c10::Error);
}
