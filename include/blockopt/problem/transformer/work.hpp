// SPDX-License-Identifier: MIT
// Part of blockopt: the time and the flops of one pass of the transformer.
#pragma once

#include <chrono>

namespace blockopt {

/// What the last call did. Flops are counted at the matrix products, 2 m n k each; the products of attention count as
/// they are cut, and those of its backward pass, with the scores that it computes again, as input gradients.
struct transformer_work {
  double forward_seconds = 0, backward_seconds = 0;
  double forward_flops = 0, input_gradient_flops = 0, weight_gradient_flops = 0;

  transformer_work& operator+=(const transformer_work& more) {
    forward_seconds += more.forward_seconds;
    backward_seconds += more.backward_seconds;
    forward_flops += more.forward_flops;
    input_gradient_flops += more.input_gradient_flops;
    weight_gradient_flops += more.weight_gradient_flops;
    return *this;
  }
};

namespace detail {

/// Adds the time from its start, or from the last switch, to one counter at a time.
class stopwatch {
 public:
  explicit stopwatch(double& seconds) : seconds_(&seconds), start_(clock::now()) {}
  stopwatch(const stopwatch&) = delete;
  stopwatch& operator=(const stopwatch&) = delete;
  ~stopwatch() { switch_to(*seconds_); }

  void switch_to(double& seconds) {
    const clock::time_point now = clock::now();
    *seconds_ += std::chrono::duration<double>(now - start_).count();
    seconds_ = &seconds;
    start_ = now;
  }

 private:
  using clock = std::chrono::steady_clock;
  double* seconds_;
  clock::time_point start_;
};

}  // namespace detail
}  // namespace blockopt
