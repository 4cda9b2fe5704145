// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: liblinear (Fan, Chang, Hsieh, Wang & Lin, JMLR 9, 2008), by its library.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <utility>
#include <vector>

#include <linear.h>

#include <blockopt/problem/columns.hpp>

namespace bench {

/// Logistic regression on samples that lie in memory as liblinear reads them; making them so is not timed.
class liblinear {
 public:
  liblinear(const blockopt::sparse_columns& samples, std::vector<double> labels) : labels_(std::move(labels)) {
    nodes_.reserve(samples.nonzeros() + samples.columns());
    for (std::size_t i = 0; i < samples.columns(); ++i) {
      rows_.push_back(nodes_.data() + nodes_.size());
      samples.each(i, [&](std::size_t j, double v) { nodes_.push_back({static_cast<int>(j) + 1, v}); });
      nodes_.push_back({-1, 0});
    }
    problem_ = {.l = static_cast<int>(rows_.size()),
                .n = static_cast<int>(samples.rows()),
                .y = labels_.data(),
                .x = rows_.data(),
                .bias = -1};
    set_print_string_function([](const char*) {});
  }
  liblinear(const liblinear&) = delete;
  liblinear& operator=(const liblinear&) = delete;

  class solution {
   public:
    explicit solution(model* m) noexcept : model_(m) {}
    solution(solution&& other) noexcept : model_(std::exchange(other.model_, nullptr)) {}
    solution& operator=(solution&&) = delete;
    ~solution() {
      if (model_ != nullptr) free_and_destroy_model(&model_);
    }
    /// w, such that a positive x'w stands for the label 1.
    [[nodiscard]] std::vector<double> weights() const {
      std::vector<double> w(model_->w, model_->w + model_->nr_feature);
      if (model_->label[0] != 1)
        for (double& v : w) v = -v;
      return w;
    }

   private:
    model* model_;
  };

  /// `type`: 0, a trust region method on the primal, or 7, coordinate descent on the dual; `e` as its option -e says.
  [[nodiscard]] solution solve(int type, double weight, double e) const {
    parameter p{};
    p.solver_type = type;
    p.C = weight;
    p.eps = e;
    [](auto& q) {  // of newer versions: 0 would leave the last feature's weight free
      if constexpr (requires { q.regularize_bias; }) q.regularize_bias = 1;
    }(p);
    std::srand(1);  // the orders of type 7
    return solution(train(&problem_, &p));
  }

 private:
  std::vector<double> labels_;
  std::vector<feature_node> nodes_;
  std::vector<feature_node*> rows_;
  problem problem_{};
};

}  // namespace bench
