// SPDX-License-Identifier: MIT
// Part of blockopt: a small residual network in the style of llm.c: one array of parameters, one of gradients, plain loops.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

constexpr int vocabulary = 64, width = 48, layers = 6, inner = 4 * width, history = 3;

// The tensors in the order in which they lie in the array; those of the layers hold all layers: (L, ...).
enum { wte, ln, fcw, fcb, projw, projb, lnf, headw, tensor_count };
inline const char* const tensor_names[tensor_count] = {"wte", "ln", "fcw", "fcb", "projw", "projb", "lnf", "headw"};

struct network {
  std::size_t param_sizes[tensor_count] = {std::size_t{vocabulary} * history * width,
                                           std::size_t{layers} * width,
                                           std::size_t{layers} * inner* width,
                                           std::size_t{layers} * inner,
                                           std::size_t{layers} * width* inner,
                                           std::size_t{layers} * width,
                                           std::size_t{width},
                                           std::size_t{vocabulary} * width};
  std::size_t num_parameters = 0;
  float* params[tensor_count] = {};
  float* grads[tensor_count] = {};
  float* params_memory = nullptr;
  float* grads_memory = nullptr;
  bool layer_wanted[layers];  // the backward pass computes the gradients of these layers' tensors ...
  bool ends_wanted = true;    // ... and of the tensors outside
  float acts[layers + 1][width] = {}, normed[layers + 1][width] = {}, hidden[layers][inner] = {};
  float scale[layers + 1] = {}, probabilities[vocabulary] = {};
};

inline float uniform(std::uint64_t* state) {
  *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
  return static_cast<float>(*state >> 40) / 8388608.0f - 1.0f;
}

inline void network_build(network* net) {
  for (const std::size_t size : net->param_sizes) net->num_parameters += size;
  net->params_memory = static_cast<float*>(std::malloc(net->num_parameters * sizeof(float)));
  net->grads_memory = static_cast<float*>(std::calloc(net->num_parameters, sizeof(float)));
  std::size_t at = 0;
  std::uint64_t seed = 42;
  for (int t = 0; t < tensor_count; ++t) {
    net->params[t] = net->params_memory + at;
    net->grads[t] = net->grads_memory + at;
    const float size = t == ln || t == lnf ? 0.0f : t == fcb || t == projb ? 0.0f : t == wte ? 0.5f : 0.12f;
    for (std::size_t i = 0; i < net->param_sizes[t]; ++i)
      net->params[t][i] = t == ln || t == lnf ? 1.0f : size * uniform(&seed);
    at += net->param_sizes[t];
  }
  for (bool& wanted : net->layer_wanted) wanted = true;
}

inline void network_free(network* net) {
  std::free(net->params_memory);
  std::free(net->grads_memory);
}

inline void network_zero_grad(network* net) { std::memset(net->grads_memory, 0, net->num_parameters * sizeof(float)); }

// out = x / rms(x) * weight
inline void norm_forward(float* out, float* scale, const float* x, const float* weight) {
  float sum = 0;
  for (int i = 0; i < width; ++i) sum += x[i] * x[i];
  *scale = 1.0f / std::sqrt(sum / width + 1e-5f);
  for (int i = 0; i < width; ++i) out[i] = x[i] * *scale * weight[i];
}

inline void norm_backward(float* dx, float* dweight, const float* dout, const float* x, const float* weight,
                          float scale) {
  float dot = 0;
  for (int i = 0; i < width; ++i) dot += dout[i] * weight[i] * x[i];
  for (int i = 0; i < width; ++i) {
    if (dweight != nullptr) dweight[i] += dout[i] * x[i] * scale;
    dx[i] += dout[i] * weight[i] * scale - x[i] * dot * scale * scale * scale / width;
  }
}

// The loss of the next token, given the last `history` ones.
inline float network_forward(network* net, const int* tokens, int target) {
  float* x = net->acts[0];
  std::memset(x, 0, sizeof net->acts[0]);
  for (int h = 0; h < history; ++h)
    for (int i = 0; i < width; ++i) x[i] += net->params[wte][(h * vocabulary + tokens[h]) * width + i];
  for (int l = 0; l < layers; ++l) {
    norm_forward(net->normed[l], &net->scale[l], net->acts[l], net->params[ln] + l * width);
    for (int o = 0; o < inner; ++o) {
      const float* w = net->params[fcw] + (l * inner + o) * width;
      float sum = net->params[fcb][l * inner + o];
      for (int i = 0; i < width; ++i) sum += w[i] * net->normed[l][i];
      net->hidden[l][o] = std::tanh(sum);
    }
    for (int o = 0; o < width; ++o) {
      const float* w = net->params[projw] + (l * width + o) * inner;
      float sum = net->params[projb][l * width + o];
      for (int i = 0; i < inner; ++i) sum += w[i] * net->hidden[l][i];
      net->acts[l + 1][o] = net->acts[l][o] + sum;
    }
  }
  norm_forward(net->normed[layers], &net->scale[layers], net->acts[layers], net->params[lnf]);
  float largest = -1e30f, sum = 0;
  for (int v = 0; v < vocabulary; ++v) {
    float logit = 0;
    for (int i = 0; i < width; ++i) logit += net->params[headw][v * width + i] * net->normed[layers][i];
    net->probabilities[v] = logit;
    if (logit > largest) largest = logit;
  }
  for (float& p : net->probabilities) sum += p = std::exp(p - largest);
  for (float& p : net->probabilities) p /= sum;
  return -std::log(net->probabilities[target]);
}

// Adds the gradients of the mean over `count` examples. The pass ends at the lowest layer that is wanted.
inline void network_backward(network* net, const int* tokens, int target, float count) {
  float dx[width] = {}, dnormed[width] = {}, dhidden[inner];
  for (int v = 0; v < vocabulary; ++v) {
    const float d = (net->probabilities[v] - (v == target ? 1.0f : 0.0f)) / count;
    for (int i = 0; i < width; ++i) {
      if (net->ends_wanted) net->grads[headw][v * width + i] += d * net->normed[layers][i];
      dnormed[i] += d * net->params[headw][v * width + i];
    }
  }
  norm_backward(dx, net->ends_wanted ? net->grads[lnf] : nullptr, dnormed, net->acts[layers], net->params[lnf],
                net->scale[layers]);
  int lowest = 0;
  while (!net->ends_wanted && lowest < layers && !net->layer_wanted[lowest]) ++lowest;
  for (int l = layers - 1; l >= lowest; --l) {
    const bool wanted = net->layer_wanted[l];
    std::memset(dhidden, 0, sizeof dhidden);
    std::memset(dnormed, 0, sizeof dnormed);
    for (int o = 0; o < width; ++o) {
      const std::size_t row = static_cast<std::size_t>(l * width + o) * inner;
      if (wanted) net->grads[projb][l * width + o] += dx[o];
      for (int i = 0; i < inner; ++i) {
        if (wanted) net->grads[projw][row + static_cast<std::size_t>(i)] += dx[o] * net->hidden[l][i];
        dhidden[i] += dx[o] * net->params[projw][row + static_cast<std::size_t>(i)];
      }
    }
    for (int o = 0; o < inner; ++o) {
      const std::size_t row = static_cast<std::size_t>(l * inner + o) * width;
      const float d = dhidden[o] * (1.0f - net->hidden[l][o] * net->hidden[l][o]);
      if (wanted) net->grads[fcb][l * inner + o] += d;
      for (int i = 0; i < width; ++i) {
        if (wanted) net->grads[fcw][row + static_cast<std::size_t>(i)] += d * net->normed[l][i];
        dnormed[i] += d * net->params[fcw][row + static_cast<std::size_t>(i)];
      }
    }
    norm_backward(dx, wanted ? net->grads[ln] + l * width : nullptr, dnormed, net->acts[l], net->params[ln] + l * width,
                  net->scale[l]);
  }
  if (!net->ends_wanted) return;
  for (int h = 0; h < history; ++h)
    for (int i = 0; i < width; ++i) net->grads[wte][(h * vocabulary + tokens[h]) * width + i] += dx[i];
}
