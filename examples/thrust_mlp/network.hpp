// SPDX-License-Identifier: MIT
// Part of blockopt: a small network for classes, in device memory: matrix products, and element-wise parts by Thrust.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <thrust/device_vector.h>
#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>

#include <blockopt/backend/thrust/view.hpp>
#include <blockopt/block/parameter.hpp>
#include <blockopt/config.hpp>

#include "product.hpp"
#include "queue.hpp"

inline float uniform(std::uint64_t* state) {
  *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
  return static_cast<float>(*state >> 40) / 8388608.0f - 1.0f;
}

// What happens to one element, or to one row or column; the same source on every device system.

struct add_bias {
  const float* bias;
  int width;
  bool activated;
  float* output;
  BLOCKOPT_FN void operator()(int i) const {
    const float sum = output[i] + bias[i % width];
    output[i] = activated ? std::tanh(sum) : sum;
  }
};

struct tanh_slope {
  const float* output;
  float* slope;
  BLOCKOPT_FN void operator()(int i) const { slope[i] *= 1 - output[i] * output[i]; }
};

struct column_sum {
  const float* slope;
  int width, rows;
  float* sums;
  BLOCKOPT_FN void operator()(int column) const {
    float sum = 0;
    for (int row = 0; row < rows; ++row) sum += slope[row * width + column];
    sums[column] = sum;
  }
};

/// Softmax and cross entropy: the loss of a row, and the slope of the batch's mean loss with respect to the outputs.
struct softmax_loss {
  const float* output;
  const int* labels;
  int width, rows;
  float *slope, *losses;
  BLOCKOPT_FN void operator()(int row) const {
    const float* const logit = output + row * width;
    float largest = logit[0], sum = 0;
    for (int c = 1; c < width; ++c) largest = logit[c] > largest ? logit[c] : largest;
    for (int c = 0; c < width; ++c) sum += std::exp(logit[c] - largest);
    for (int c = 0; c < width; ++c) {
      const float wanted = c == labels[row] ? 1.0f : 0.0f;
      slope[row * width + c] = (std::exp(logit[c] - largest) / sum - wanted) / static_cast<float>(rows);
    }
    losses[row] = std::log(sum) - (logit[labels[row]] - largest);
  }
};

class network {
 public:
  using vector = thrust::device_vector<float>;

  network(const work_queue& queue, const std::vector<int>& widths, int batch)
      : queue_(&queue), product_(queue.stream()), batch_(batch) {
    std::uint64_t state = 42;
    std::size_t largest = 0;
    for (std::size_t l = 0; l + 1 < widths.size(); ++l) {
      const int in = widths[l], out = widths[l + 1];
      std::vector<float> weight(static_cast<std::size_t>(in * out));
      for (float& w : weight) w = uniform(&state) * std::sqrt(3.0f / static_cast<float>(in));
      const auto outputs = static_cast<std::size_t>(batch * out);
      layers_.push_back({in, out, vector(weight.begin(), weight.end()), vector(static_cast<std::size_t>(out)),
                         vector(outputs), vector(outputs)});
      largest = std::max(largest, weight.size() + static_cast<std::size_t>(out));
    }
    gradient_.resize(largest);
  }

  /// "layers.0.weight", "layers.0.bias", "layers.1.weight", ...: views of the values where they lie.
  [[nodiscard]] auto parameters() {
    std::vector<blockopt::parameter<float, float, blockopt::thrust_space>> list;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const std::string name = "layers." + std::to_string(l);
      list.push_back({name + ".weight", blockopt::view(layers_[l].weight)});
      list.push_back({name + ".bias", blockopt::view(layers_[l].bias)});
    }
    return list;
  }

  /// Queues the forward pass of a batch, its losses to losses[0 .. batch), and the slope of their mean.
  void forward(const float* inputs, const int* labels, float* losses) {
    for (layer& l : layers_) {
      product_(transposed::right, batch_, l.out, l.in, inputs, data(l.weight), data(l.output));
      each(batch_ * l.out, add_bias{data(l.bias), l.out, &l != &layers_.back(), data(l.output)});
      inputs = data(l.output);
    }
    layer& last = layers_.back();
    each(batch_, softmax_loss{data(last.output), labels, last.out, batch_, data(last.slope), losses});
  }

  /// Queues the backward pass down to layer `active`, and no further: the only gradient that is made is that layer's.
  void backward(const float* inputs, std::size_t active) {
    for (std::size_t i = layers_.size() - 1; i > active; --i) {
      layer &l = layers_[i], &below = layers_[i - 1];
      product_(transposed::neither, batch_, l.in, l.out, data(l.slope), data(l.weight), data(below.slope));
      each(batch_ * l.in, tanh_slope{data(below.output), data(below.slope)});
    }
    layer& l = layers_[active];
    const float* const x = active == 0 ? inputs : data(layers_[active - 1].output);
    product_(transposed::left, l.out, l.in, batch_, data(l.slope), x, data(gradient_));
    each(l.out, column_sum{data(l.slope), l.out, batch_, data(gradient_) + l.weight.size()});
  }

  /// The gradient of a parameter of the layer that the last backward pass ended at: all layers share one vector.
  [[nodiscard]] blockopt::tensor_view<const float, blockopt::thrust_space> gradient(std::size_t parameter) {
    const layer& l = layers_[parameter / 2];
    if (parameter % 2 == 0) return blockopt::view(gradient_.data(), l.weight.size());
    return blockopt::view(gradient_.data() + static_cast<std::ptrdiff_t>(l.weight.size()), l.bias.size());
  }
  [[nodiscard]] std::size_t gradient_bytes() const { return gradient_.size() * sizeof(float); }

 private:
  struct layer {
    int in, out;
    vector weight, bias;   // (out, in) and (out)
    vector output, slope;  // (batch, out): activations, and the loss's derivatives with respect to the sums before them
  };

  static float* data(vector& v) { return thrust::raw_pointer_cast(v.data()); }

  template <class F>
  void each(int count, const F& f) const {
    thrust::for_each_n(queue_->policy(), thrust::counting_iterator<int>(0), count, f);
  }

  const work_queue* queue_;
  matrix_product product_;
  int batch_;
  std::vector<layer> layers_;
  vector gradient_;
};
