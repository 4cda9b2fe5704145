// SPDX-License-Identifier: MIT
// Part of blockopt: a framework with tensors and gradients of its own, which it shows to others by DLPack only.
#pragma once

#include <memory>

#include <blockopt/adapt/dlpack_abi.hpp>

namespace framework {

/// Linear regression y = A x + b on made-up data; A is stored by columns.
class model {
 public:
  model();
  ~model();

  /// The loss at the present values; computes the gradients that are wanted.
  double forward_backward(bool matrix_wanted, bool bias_wanted);

  /// "A" or "b", and its gradient; the caller calls the deleter.
  [[nodiscard]] blockopt::dlpack::managed_tensor* value_to_dlpack(const char* name);
  [[nodiscard]] blockopt::dlpack::managed_tensor* gradient_to_dlpack(const char* name);

  /// DLPack tensors that nobody has deleted yet.
  [[nodiscard]] int borrowed() const;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace framework
