// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: the CPU paths of torch.optim through libtorch. "fused": one kernel for the whole step
// (Adam, AdamW, AMSGrad, SGD since libtorch 2.4, AdaGrad since 2.5). "foreach": the operations on lists of tensors that
// torch.optim does by default for lists, in its order.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <torch/version.h>

#include <blockopt/update/adagrad.hpp>
#include <blockopt/update/adam.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/amsgrad.hpp>
#include <blockopt/update/momentum.hpp>
#include <blockopt/update/nadam.hpp>
#include <blockopt/update/rmsprop.hpp>
#include <blockopt/update/sgd.hpp>

#include "peer.hpp"

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 5)
#define BENCH_TORCH_HAS_FUSED 1
#endif

namespace bench {
namespace {

using tensors = std::vector<at::Tensor>;

/// Lists of one tensor each, and the number of the step as torch.optim keeps it.
struct lists {
  tensors x, g, a, b, c, count;
  double t = 0, product = 1;
};

using step_function = void (*)(lists&);

class torch_run final : public peer_run {
 public:
  torch_run(const peer_start& start, step_function step) : step_(step), threads_(start.threads) {
    const c10::InferenceMode inference;
    const auto n = static_cast<std::int64_t>(start.size);
    for (tensors* list : {&l_.x, &l_.g, &l_.a, &l_.b, &l_.c}) list->push_back(at::zeros({n}, at::kFloat));
    std::memcpy(l_.x[0].data_ptr(), start.values, start.size * sizeof(float));
    std::memcpy(l_.g[0].data_ptr(), start.gradient, start.size * sizeof(float));
    l_.count.push_back(at::zeros({}, at::kFloat));
    at::set_num_threads(threads_);
  }
  void step() override {
    const c10::InferenceMode inference;  // as without gradients, and lighter
    ++l_.t;
    step_(l_);
  }
  [[nodiscard]] const float* values() const override { return static_cast<const float*>(l_.x[0].data_ptr()); }

 private:
  lists l_;
  step_function step_;
  int threads_;
};

void count_step(lists& l) { at::_foreach_add_(l.count, 1); }

#if defined(BENCH_TORCH_HAS_FUSED)
void fused_sgd(lists& l) {
  at::_fused_sgd_(l.x, l.g, {}, 0, 0, blockopt::sgd{}.learning_rate, 0, false, false, l.t == 1);
}
void fused_momentum(lists& l) {
  const blockopt::momentum h;
  at::_fused_sgd_(l.x, l.g, l.a, 0, h.beta, h.learning_rate, 0, false, false, l.t == 1);
}
void fused_adam(lists& l) {
  const blockopt::adam h;
  count_step(l);
  at::_fused_adam_(l.x, l.g, l.a, l.b, {}, l.count, h.learning_rate, h.beta1, h.beta2, 0, h.epsilon, false, false);
}
void fused_adamw(lists& l) {
  const blockopt::adamw h;
  count_step(l);
  at::_fused_adamw_(l.x, l.g, l.a, l.b, {}, l.count, h.learning_rate, h.beta1, h.beta2, h.weight_decay, h.epsilon,
                    false, false);
}
void fused_amsgrad(lists& l) {
  const blockopt::amsgrad h;
  count_step(l);
  at::_fused_adam_(l.x, l.g, l.a, l.b, l.c, l.count, h.learning_rate, h.beta1, h.beta2, 0, h.epsilon, true, false);
}
void fused_adagrad(lists& l) {
  const blockopt::adagrad h;
  count_step(l);
  at::_fused_adagrad_(l.x, l.g, l.a, l.count, h.learning_rate, 0, 0, h.epsilon, false);
}
#endif

void foreach_sgd(lists& l) { at::_foreach_add_(l.x, l.g, -blockopt::sgd{}.learning_rate); }

void foreach_momentum(lists& l) {
  const blockopt::momentum h;
  at::_foreach_mul_(l.a, h.beta);
  at::_foreach_add_(l.a, l.g, 1);
  at::_foreach_add_(l.x, l.a, -h.learning_rate);
}

/// Both moments, as Adam and its relatives keep them.
template <class Rule>
void foreach_moments(lists& l, const Rule& h) {
  count_step(l);
#if TORCH_VERSION_MAJOR >= 2
  at::_foreach_lerp_(l.a, l.g, 1 - h.beta1);
#else
  at::_foreach_mul_(l.a, h.beta1);
  at::_foreach_add_(l.a, l.g, 1 - h.beta1);
#endif
  at::_foreach_mul_(l.b, h.beta2);
  at::_foreach_addcmul_(l.b, l.g, l.g, 1 - h.beta2);
}

template <class Rule>
tensors foreach_denominator(lists& l, const Rule& h, const tensors& second) {
  tensors root = at::_foreach_sqrt(second);
  at::_foreach_div_(root, std::sqrt(1 - std::pow(h.beta2, l.t)));
  at::_foreach_add_(root, h.epsilon);
  return root;
}

template <class Rule, bool Decay>
void foreach_adam(lists& l) {
  const Rule h;
  if constexpr (Decay) at::_foreach_mul_(l.x, 1 - h.learning_rate * h.weight_decay);
  foreach_moments(l, h);
  at::_foreach_addcdiv_(l.x, l.a, foreach_denominator(l, h, l.b), -h.learning_rate / (1 - std::pow(h.beta1, l.t)));
}

void foreach_amsgrad(lists& l) {
  const blockopt::amsgrad h;
  foreach_moments(l, h);
#if TORCH_VERSION_MAJOR >= 2
  at::_foreach_maximum_(l.c, l.b);
#else
  l.c = at::_foreach_maximum(l.c, l.b);
#endif
  at::_foreach_addcdiv_(l.x, l.a, foreach_denominator(l, h, l.c), -h.learning_rate / (1 - std::pow(h.beta1, l.t)));
}

void foreach_nadam(lists& l) {
  const blockopt::nadam h;
  const auto mu = [&](double t) { return h.beta1 * (1 - 0.5 * std::pow(0.96, t * h.momentum_decay)); };
  l.product *= mu(l.t);
  foreach_moments(l, h);
  const tensors root = foreach_denominator(l, h, l.b);
  at::_foreach_addcdiv_(l.x, l.g, root, -h.learning_rate * (1 - mu(l.t)) / (1 - l.product));
  at::_foreach_addcdiv_(l.x, l.a, root, -h.learning_rate * mu(l.t + 1) / (1 - l.product * mu(l.t + 1)));
}

void foreach_adagrad(lists& l) {
  const blockopt::adagrad h;
  count_step(l);
  at::_foreach_addcmul_(l.a, l.g, l.g, 1);
  tensors root = at::_foreach_sqrt(l.a);
  at::_foreach_add_(root, h.epsilon);
  at::_foreach_addcdiv_(l.x, at::_foreach_mul(l.g, -h.learning_rate), root);
}

void foreach_rmsprop(lists& l) {
  const blockopt::rmsprop h;
  count_step(l);
  at::_foreach_mul_(l.a, h.alpha);
  at::_foreach_addcmul_(l.a, l.g, l.g, 1 - h.alpha);
  tensors root = at::_foreach_sqrt(l.a);
  at::_foreach_add_(root, h.epsilon);
  at::_foreach_addcdiv_(l.x, l.g, root, -h.learning_rate);
}

}  // namespace

void add_libtorch(std::vector<peer>& list) {
  const auto add = [&](const char* name, const char* rule, step_function step) {
    list.push_back({name, rule, [=](const peer_start& s) { return std::make_unique<torch_run>(s, step); }});
  };
#if defined(BENCH_TORCH_HAS_FUSED)
  add("libtorch fused", "sgd", fused_sgd);
  add("libtorch fused", "momentum", fused_momentum);
  add("libtorch fused", "adam", fused_adam);
  add("libtorch fused", "adamw", fused_adamw);
  add("libtorch fused", "amsgrad", fused_amsgrad);
  add("libtorch fused", "adagrad", fused_adagrad);
#endif
  add("libtorch foreach", "sgd", foreach_sgd);
  add("libtorch foreach", "momentum", foreach_momentum);
  add("libtorch foreach", "adam", foreach_adam<blockopt::adam, false>);
  add("libtorch foreach", "adamw", foreach_adam<blockopt::adamw, true>);
  add("libtorch foreach", "amsgrad", foreach_amsgrad);
  add("libtorch foreach", "nadam", foreach_nadam);
  add("libtorch foreach", "adagrad", foreach_adagrad);
  add("libtorch foreach", "rmsprop", foreach_rmsprop);
}

}  // namespace bench
