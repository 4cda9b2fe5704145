// SPDX-License-Identifier: MIT
// Part of blockopt: the framework of the example, which knows nothing of blockopt's optimizers.
#include "framework.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace abi = blockopt::dlpack;

namespace framework {

constexpr std::int64_t outputs = 3, inputs = 5, samples = 40;

struct model::state {
  std::vector<float> a = std::vector<float>(outputs * inputs), b = std::vector<float>(outputs);
  std::vector<float> da = a, db = b, x, y;
  int borrowed = 0;
};

model::model() : state_(std::make_shared<state>()) {
  std::uint64_t seed = 5;
  const auto uniform = [&seed] {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<float>(seed >> 40) / 8388608.0F - 1.0F;
  };
  for (std::int64_t s = 0; s < samples; ++s) {
    const std::size_t first = state_->x.size();
    for (std::int64_t i = 0; i < inputs; ++i) state_->x.push_back(uniform());
    for (std::int64_t o = 0; o < outputs; ++o) {
      float y = 0.5F * static_cast<float>(o);
      for (std::int64_t i = 0; i < inputs; ++i)
        y += static_cast<float>(o - i) * state_->x[first + static_cast<std::size_t>(i)];
      state_->y.push_back(y);
    }
  }
}
model::~model() = default;

double model::forward_backward(bool matrix_wanted, bool bias_wanted) {
  state& m = *state_;
  if (matrix_wanted) m.da.assign(m.da.size(), 0.0F);
  if (bias_wanted) m.db.assign(m.db.size(), 0.0F);
  double loss = 0;
  for (std::size_t s = 0; s < samples; ++s) {
    for (std::size_t o = 0; o < outputs; ++o) {
      float error = m.b[o] - m.y[s * outputs + o];
      for (std::size_t i = 0; i < inputs; ++i) error += m.a[i * outputs + o] * m.x[s * inputs + i];
      loss += static_cast<double>(error * error) / samples;
      const float d = 2 * error / samples;
      if (bias_wanted) m.db[o] += d;
      for (std::size_t i = 0; matrix_wanted && i < inputs; ++i) m.da[i * outputs + o] += d * m.x[s * inputs + i];
    }
  }
  return loss;
}

namespace {

struct exported {
  abi::managed_tensor tensor{};
  std::int64_t shape[2]{outputs, inputs}, strides[2]{1, outputs};
  std::shared_ptr<void> owner;
  int* borrowed;
};

abi::managed_tensor* make(float* data, std::int32_t dimensions, std::shared_ptr<void> owner, int* borrowed) {
  auto* e = new exported{.owner = std::move(owner), .borrowed = borrowed};
  e->tensor.dl_tensor = {data, {abi::cpu, 0}, dimensions, {abi::floating, 32, 1}, e->shape, e->strides, 0};
  e->tensor.manager_ctx = e;
  e->tensor.deleter = [](abi::managed_tensor* self) {
    auto* const done = static_cast<exported*>(self->manager_ctx);
    --*done->borrowed;
    delete done;
  };
  ++*borrowed;
  return &e->tensor;
}

}  // namespace

abi::managed_tensor* model::value_to_dlpack(const char* name) {
  return *name == 'A' ? make(state_->a.data(), 2, state_, &state_->borrowed)
                      : make(state_->b.data(), 1, state_, &state_->borrowed);
}
abi::managed_tensor* model::gradient_to_dlpack(const char* name) {
  return *name == 'A' ? make(state_->da.data(), 2, state_, &state_->borrowed)
                      : make(state_->db.data(), 1, state_, &state_->borrowed);
}
int model::borrowed() const { return state_->borrowed; }

}  // namespace framework
