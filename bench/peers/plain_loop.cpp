// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: each rule as the loop that one writes by hand, without decay (but AdamW's) and without
// flushing what becomes small. Compiled with -O3 -march=native -fno-math-errno; without the last flag no compiler
// vectorizes the square roots.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include <blockopt/update/adagrad.hpp>
#include <blockopt/update/adam.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/amsgrad.hpp>
#include <blockopt/update/lion.hpp>
#include <blockopt/update/momentum.hpp>
#include <blockopt/update/nadam.hpp>
#include <blockopt/update/rmsprop.hpp>
#include <blockopt/update/sgd.hpp>
#include <blockopt/update/sign_momentum.hpp>

#include "../aligned_array.hpp"
#include "peer.hpp"

namespace bench {
namespace {

/// Where the loop of one step finds its arrays.
struct arrays {
  float *x, *a, *b, *c;  ///< values and up to three slots
  const float* g;
  std::size_t size;
  int threads;
  double t;         ///< number of the step, from 1
  double& product;  ///< of NAdam's momenta; 1 before the first step
};

/// body(i) for each element. A small loop stays on one thread: starting others would cost more than the loop.
template <class Body>
void each(const arrays& p, const Body& body) {
#if defined(_OPENMP)
  if (p.threads > 1 && p.size >= (std::size_t{1} << 15)) {
#pragma omp parallel num_threads(p.threads)
    {
      const Body mine = body;
#pragma omp for simd schedule(static)
      for (std::size_t i = 0; i < p.size; ++i) mine(i);
    }
    return;
  }
#endif
  const Body mine = body;
  const std::size_t size = p.size;
#pragma omp simd
  for (std::size_t i = 0; i < size; ++i) mine(i);
}

float f(double v) { return static_cast<float>(v); }

void sgd(const arrays& p) {
  const float rate = f(blockopt::sgd{}.learning_rate);
  each(p, [x = p.x, g = p.g, rate](std::size_t i) { x[i] -= rate * g[i]; });
}

void momentum(const arrays& p) {
  const blockopt::momentum h;
  each(p, [x = p.x, u = p.a, g = p.g, rate = f(h.learning_rate), beta = f(h.beta)](std::size_t i) {
    u[i] = beta * u[i] + g[i];
    x[i] -= rate * u[i];
  });
}

template <class Rule>
void adam_like(const arrays& p, float shrink) {
  const Rule h;
  const float b1 = f(h.beta1), o1 = f(1 - h.beta1), b2 = f(h.beta2), o2 = f(1 - h.beta2), epsilon = f(h.epsilon);
  const float rate = f(h.learning_rate / (1 - std::pow(h.beta1, p.t)));
  const float scale = f(1 / std::sqrt(1 - std::pow(h.beta2, p.t)));
  each(p, [=, x = p.x, m = p.a, v = p.b, g = p.g](std::size_t i) {
    m[i] = b1 * m[i] + o1 * g[i];
    v[i] = b2 * v[i] + o2 * g[i] * g[i];
    x[i] = shrink * x[i] - rate * m[i] / (std::sqrt(v[i]) * scale + epsilon);
  });
}

void adam(const arrays& p) { adam_like<blockopt::adam>(p, 1); }

void adamw(const arrays& p) {
  const blockopt::adamw h;
  adam_like<blockopt::adamw>(p, f(1 - h.learning_rate * h.weight_decay));
}

void amsgrad(const arrays& p) {
  const blockopt::amsgrad h;
  const float b1 = f(h.beta1), o1 = f(1 - h.beta1), b2 = f(h.beta2), o2 = f(1 - h.beta2), epsilon = f(h.epsilon);
  const float rate = f(h.learning_rate / (1 - std::pow(h.beta1, p.t)));
  const float scale = f(1 / std::sqrt(1 - std::pow(h.beta2, p.t)));
  each(p, [=, x = p.x, m = p.a, v = p.b, largest = p.c, g = p.g](std::size_t i) {
    m[i] = b1 * m[i] + o1 * g[i];
    v[i] = b2 * v[i] + o2 * g[i] * g[i];
    largest[i] = largest[i] < v[i] ? v[i] : largest[i];
    x[i] -= rate * m[i] / (std::sqrt(largest[i]) * scale + epsilon);
  });
}

void nadam(const arrays& p) {
  const blockopt::nadam h;
  const auto mu = [&](double t) { return h.beta1 * (1 - 0.5 * std::pow(0.96, t * h.momentum_decay)); };
  const double product = p.product *= mu(p.t);
  const float b1 = f(h.beta1), o1 = f(1 - h.beta1), b2 = f(h.beta2), o2 = f(1 - h.beta2), epsilon = f(h.epsilon);
  const float of_gradient = f(h.learning_rate * (1 - mu(p.t)) / (1 - product));
  const float of_moment = f(h.learning_rate * mu(p.t + 1) / (1 - product * mu(p.t + 1)));
  const float scale = f(1 / std::sqrt(1 - std::pow(h.beta2, p.t)));
  each(p, [=, x = p.x, m = p.a, v = p.b, g = p.g](std::size_t i) {
    m[i] = b1 * m[i] + o1 * g[i];
    v[i] = b2 * v[i] + o2 * g[i] * g[i];
    x[i] -= (of_gradient * g[i] + of_moment * m[i]) / (std::sqrt(v[i]) * scale + epsilon);
  });
}

void adagrad(const arrays& p) {
  const blockopt::adagrad h;
  each(p, [x = p.x, s = p.a, g = p.g, rate = f(h.learning_rate), epsilon = f(h.epsilon)](std::size_t i) {
    s[i] += g[i] * g[i];
    x[i] -= rate * g[i] / (std::sqrt(s[i]) + epsilon);
  });
}

void rmsprop(const arrays& p) {
  const blockopt::rmsprop h;
  const float alpha = f(h.alpha), rest = f(1 - h.alpha), rate = f(h.learning_rate), epsilon = f(h.epsilon);
  each(p, [=, x = p.x, v = p.a, g = p.g](std::size_t i) {
    v[i] = alpha * v[i] + rest * g[i] * g[i];
    x[i] -= rate * g[i] / (std::sqrt(v[i]) + epsilon);
  });
}

float sign(float v) { return v > 0 ? 1.0F : v < 0 ? -1.0F : 0.0F; }

void lion(const arrays& p) {
  const blockopt::lion h;
  const float b1 = f(h.beta1), o1 = f(1 - h.beta1), b2 = f(h.beta2), o2 = f(1 - h.beta2), rate = f(h.learning_rate);
  each(p, [=, x = p.x, m = p.a, g = p.g](std::size_t i) {
    x[i] -= rate * sign(b1 * m[i] + o1 * g[i]);
    m[i] = b2 * m[i] + o2 * g[i];
  });
}

void sign_momentum(const arrays& p) {
  const blockopt::sign_momentum h;
  const float beta = f(h.beta), rest = f(1 - h.beta), rate = f(h.learning_rate);
  each(p, [=, x = p.x, m = p.a, g = p.g](std::size_t i) {
    m[i] = beta * m[i] + rest * g[i];
    x[i] -= rate * sign(m[i]);
  });
}

class loop_run final : public peer_run {
 public:
  loop_run(const peer_start& start, void (*loop)(const arrays&), std::size_t slots)
      : x_(start.size),
        g_(start.size),
        slots_{aligned_array<float>(start.size), aligned_array<float>(slots > 1 ? start.size : 0),
               aligned_array<float>(slots > 2 ? start.size : 0)},
        loop_(loop),
        threads_(start.threads) {
    std::copy_n(start.values, start.size, x_.data());
    std::copy_n(start.gradient, start.size, g_.data());
    for (const auto& s : slots_) std::fill_n(s.data(), s.size(), 0.0F);
  }
  void step() override {
    loop_({x_.data(), slots_[0].data(), slots_[1].data(), slots_[2].data(), g_.data(), x_.size(), threads_, ++t_,
           product_});
  }
  [[nodiscard]] const float* values() const override { return x_.data(); }

 private:
  aligned_array<float> x_, g_;
  std::array<aligned_array<float>, 3> slots_;
  void (*loop_)(const arrays&);
  int threads_;
  double t_ = 0, product_ = 1;
};

}  // namespace

void add_plain_loops(std::vector<peer>& list) {
  const auto add = [&](const char* rule, void (*loop)(const arrays&), std::size_t slots) {
    list.push_back(
        {"plain loop", rule, [=](const peer_start& s) { return std::make_unique<loop_run>(s, loop, slots); }});
  };
  add("sgd", sgd, 0);
  add("momentum", momentum, 1);
  add("adam", adam, 2);
  add("adamw", adamw, 2);
  add("amsgrad", amsgrad, 3);
  add("nadam", nadam, 2);
  add("adagrad", adagrad, 1);
  add("rmsprop", rmsprop, 1);
  add("lion", lion, 1);
  add("sign_momentum", sign_momentum, 1);
}

}  // namespace bench
