// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: DeepSpeed's CPU Adam, from the sources that its Python package brings.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <ATen/Parallel.h>
#include <torch/extension.h>

#include <blockopt/update/adam.hpp>
#include <blockopt/update/adamw.hpp>

#include "peer.hpp"

// Defined in DeepSpeed's csrc/adam/cpu_adam_impl.cpp.
int create_adam_optimizer(int optimizer_id, float alpha, float betta1, float betta2, float eps, float weight_decay,
                          bool adamw_mode, bool should_log);
int ds_adam_step(int optimizer_id, std::size_t step, float lr, float beta1, float beta2, float epsilon,
                 float weight_decay, bool bias_correction, torch::Tensor& params, torch::Tensor& grads,
                 torch::Tensor& exp_avg, torch::Tensor& exp_avg_sq);

namespace bench {
namespace {

template <class Rule>
class deepspeed_run final : public peer_run {
 public:
  deepspeed_run(const peer_start& start, int id, bool decoupled) : id_(id) {
    const auto n = static_cast<std::int64_t>(start.size);
    for (at::Tensor* t : {&x_, &g_, &m_, &v_}) *t = at::zeros({n}, at::kFloat);
    std::memcpy(x_.data_ptr(), start.values, start.size * sizeof(float));
    std::memcpy(g_.data_ptr(), start.gradient, start.size * sizeof(float));
    at::set_num_threads(start.threads);
    const Rule h;
    create_adam_optimizer(id_, f(h.learning_rate), f(h.beta1), f(h.beta2), f(h.epsilon), f(h.weight_decay), decoupled,
                          false);
  }
  void step() override {
    const Rule h;
    ds_adam_step(id_, ++t_, f(h.learning_rate), f(h.beta1), f(h.beta2), f(h.epsilon), f(h.weight_decay), true, x_, g_,
                 m_, v_);
  }
  [[nodiscard]] const float* values() const override { return static_cast<const float*>(x_.data_ptr()); }

 private:
  static float f(double v) { return static_cast<float>(v); }
  int id_;
  std::size_t t_ = 0;
  at::Tensor x_, g_, m_, v_;
};

}  // namespace

void add_deepspeed(std::vector<peer>& list) {
  list.push_back({"DeepSpeed", "adam",
                  [](const peer_start& s) { return std::make_unique<deepspeed_run<blockopt::adam>>(s, 0, false); }});
  list.push_back({"DeepSpeed", "adamw",
                  [](const peer_start& s) { return std::make_unique<deepspeed_run<blockopt::adamw>>(s, 1, true); }});
}

}  // namespace bench
