// SPDX-License-Identifier: MIT
// Part of blockopt: a small transformer for bytes, written in torch::nn and nothing else.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include <torch/torch.h>

struct model_shape {
  std::int64_t layers = 4, width = 128, heads = 4, context = 64;
};

/// Causal self-attention and a feed-forward network, each behind a norm and beside a residual connection.
struct decoder_layer : torch::nn::Module {
  std::int64_t heads;
  torch::nn::LayerNorm attention_norm, mlp_norm;
  torch::nn::Linear qkv, projection, up, down;

  explicit decoder_layer(const model_shape& s)
      : heads(s.heads),
        attention_norm(register_module("attention_norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({s.width})))),
        mlp_norm(register_module("mlp_norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({s.width})))),
        qkv(register_module("qkv", torch::nn::Linear(s.width, 3 * s.width))),
        projection(register_module("projection", torch::nn::Linear(s.width, s.width))),
        up(register_module("up", torch::nn::Linear(s.width, 4 * s.width))),
        down(register_module("down", torch::nn::Linear(4 * s.width, s.width))) {}

  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& mask) {
    const auto batch = x.size(0), time = x.size(1), width = x.size(2);
    const auto cut = [&](const torch::Tensor& t) {
      return t.view({batch, time, heads, width / heads}).transpose(1, 2);
    };
    const auto parts = qkv->forward(attention_norm->forward(x)).split(width, 2);
    const auto scores =
        torch::matmul(cut(parts[0]), cut(parts[1]).transpose(2, 3)) / std::sqrt(static_cast<double>(width / heads));
    const auto mixed = torch::matmul(torch::softmax(scores + mask, -1), cut(parts[2]));
    const auto attended = x + projection->forward(mixed.transpose(1, 2).reshape({batch, time, width}));
    return attended + down->forward(torch::gelu(up->forward(mlp_norm->forward(attended))));
  }
};

/// Bytes in, the mean cross-entropy of the next bytes out. Its layers are named "layers.0.", "layers.1.", ...
struct transformer : torch::nn::Module {
  torch::nn::Embedding embedding, position;
  torch::nn::ModuleList layers;
  torch::nn::LayerNorm norm;
  torch::nn::Linear head;
  torch::Tensor mask;

  explicit transformer(const model_shape& s)
      : embedding(register_module("embedding", torch::nn::Embedding(256, s.width))),
        position(register_module("embedding_of_position", torch::nn::Embedding(s.context, s.width))),
        layers(register_module("layers", torch::nn::ModuleList())),
        norm(register_module("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({s.width})))),
        head(register_module("head", torch::nn::Linear(s.width, 256))),
        mask(register_buffer("mask",
                             torch::full({s.context, s.context}, -std::numeric_limits<float>::infinity()).triu(1))) {
    for (std::int64_t l = 0; l < s.layers; ++l) layers->push_back(std::make_shared<decoder_layer>(s));
    torch::NoGradGuard quiet;
    for (auto& e : {embedding, position}) e->weight.mul_(0.02);
  }

  torch::Tensor loss(const torch::Tensor& bytes, const torch::Tensor& targets) {
    auto x = embedding->forward(bytes) + position->forward(torch::arange(bytes.size(1)));
    for (const auto& layer : *layers) x = layer->as<decoder_layer>()->forward(x, mask);
    const auto logits = head->forward(norm->forward(x));
    return torch::nn::functional::cross_entropy(logits.view({-1, 256}), targets.reshape({-1}));
  }
};
