// SPDX-License-Identifier: MIT
// Part of blockopt: a program in the style of llm.c, trained by its own AdamW loop and by blockopt's.
//
// Prints the loss of three runs: its own loop, the same rule from blockopt, and blocks of one layer. The status is 1
// unless the second equals the first and the third learns.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <vector>

#include <blockopt/adapt/c_arrays.hpp>
#include <blockopt/blockopt.hpp>

#include "network.hpp"

namespace bo = blockopt;

namespace {

constexpr int steps = 160, batch = 32, every = 10;
constexpr float rate = 1e-3f, decay = 0.01f;

// The next token is a function of the last one, most of the time.
void example(std::uint64_t* state, int* tokens, int* target) {
  for (int h = 0; h < history; ++h) tokens[h] = static_cast<int>((uniform(state) + 1) * (vocabulary / 2)) % vocabulary;
  *target = uniform(state) > -0.9f ? (7 * tokens[0] + 3) % vocabulary : tokens[2];
}

// Forward and backward passes of one batch; gradients are added to grads_memory.
float forward_backward(network* net, int step) {
  std::uint64_t state = 1000 + static_cast<std::uint64_t>(step);
  float loss = 0;
  for (int b = 0; b < batch; ++b) {
    int tokens[history], target;
    example(&state, tokens, &target);
    loss += network_forward(net, tokens, target) / batch;
    network_backward(net, tokens, target, batch);
  }
  return loss;
}

// The loop as it is in such programs: two more arrays of the size of the model.
float train_with_own_loop(network* net) {
  std::vector<float> m(net->num_parameters), v(net->num_parameters);
  float late = 0;
  for (int step = 0; step < steps; ++step) {
    network_zero_grad(net);
    const float loss = forward_backward(net, step);
    const float c1 = 1.0f - std::pow(0.9f, static_cast<float>(step + 1));
    const float c2 = 1.0f - std::pow(0.999f, static_cast<float>(step + 1));
    for (std::size_t i = 0; i < net->num_parameters; ++i) {
      const float g = net->grads_memory[i];
      m[i] = 0.9f * m[i] + 0.1f * g;
      v[i] = 0.999f * v[i] + 0.001f * g * g;
      net->params_memory[i] -= rate * (m[i] / c1 / (std::sqrt(v[i] / c2) + 1e-8f) + decay * net->params_memory[i]);
    }
    if (step >= steps - 40) late += loss / 40;
  }
  std::printf("own loop:        loss %.4f, state %zu bytes\n", static_cast<double>(late), 2 * m.size() * sizeof(float));
  return late;
}

std::vector<bo::parameter<float>> parameters_of(const network& net) {
  const auto in_layers = [](std::string_view name) { return name != "wte" && name != "lnf" && name != "headw"; };
  return bo::c_parameters<float>(net.params_memory, net.param_sizes, tensor_names, layers, in_layers, net.grads_memory);
}

// The same loop over any optimizer of the library.
template <class Optimizer>
float train_with_blockopt(network* net, Optimizer& optimizer, const char* name) {
  float late = 0;
  for (int step = 0; step < steps; ++step) {
    const auto active = optimizer.active();
    for (int l = 0; l < layers; ++l) net->layer_wanted[l] = false;
    net->ends_wanted = false;
    for (const std::size_t p : active.parameters) {
      const std::string_view parameter = optimizer.blocks().parameters()[p].name;
      if (parameter.starts_with("layers.")) net->layer_wanted[parameter[7] - '0'] = true;
      else net->ends_wanted = true;
    }
    network_zero_grad(net);
    const float loss = forward_backward(net, step);
    optimizer.step();
    if (step >= steps - 40) late += loss / 40;
  }
  std::printf("%s loss %.4f, state %zu bytes\n", name, static_cast<double>(late), optimizer.allocated().allocated());
  return late;
}

}  // namespace

int main() {
  network own, full, blocks;
  for (network* net : {&own, &full, &blocks}) network_build(net);
  const bo::adamw rule{.learning_rate = static_cast<double>(rate), .weight_decay = static_cast<double>(decay)};

  const float first = train_with_own_loop(&own);
  bo::block_optimizer adam{bo::as_one_block(parameters_of(full)), rule, bo::ascending{}, bo::keep_state{},
                           bo::plain_backend{}};
  const float second = train_with_blockopt(&full, adam, "blockopt, AdamW:");
  bo::block_optimizer badam{bo::by_layer(parameters_of(blocks), {.include_embedding = false, .include_head = true}),
                            rule,
                            bo::random_reshuffle{.seed = 1},
                            bo::drop_state{},
                            bo::plain_backend{},
                            {.switch_every = every}};
  const float third = train_with_blockopt(&blocks, badam, "blockopt, BAdam:");

  const float start = std::log(static_cast<float>(vocabulary));
  for (network* net : {&own, &full, &blocks}) network_free(net);
  return std::abs(first - second) < 1e-3f && third < 0.95f * start ? 0 : 1;
}
