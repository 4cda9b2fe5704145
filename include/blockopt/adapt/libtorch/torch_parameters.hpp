// SPDX-License-Identifier: MIT
// Part of blockopt: the parameters of a libtorch module, named, viewed and kept alive.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <torch/nn/module.h>
#include <torch/ordered_dict.h>
#include <torch/types.h>

#include <blockopt/adapt/libtorch/torch_view.hpp>
#include <blockopt/block/parameter.hpp>

namespace blockopt {

/// The parameters of a module that require a gradient, by their names ("layers.0.attention.weight"); those that do not
/// are left out and stay frozen. All hold scalars `T`, which are found in host memory.
///
///     bo::torch_parameters parameters{*model};           // or torch_parameters<bo::bfloat16>
///     auto parts = bo::by_layer(parameters.views());
template <scalar T = float>
class torch_parameters {
 public:
  /// Raises invalid_view, naming the parameter, where torch_view would.
  explicit torch_parameters(const torch::OrderedDict<std::string, torch::Tensor>& named) {
    for (const auto& item : named) {
      if (!item.value().defined() || !item.value().requires_grad()) continue;
      if (const std::string reason = detail::torch_refusal<T, host_space>(item.value()); !reason.empty())
        raise<invalid_view>("parameter '" + item.key() + "' " + reason);
      names_.push_back(item.key());
      tensors_.push_back(item.value());
    }
  }
  explicit torch_parameters(const torch::nn::Module& module) : torch_parameters(module.named_parameters()) {}

  /// The list that partitions are made from.
  [[nodiscard]] std::vector<parameter<T>> views() const {
    std::vector<parameter<T>> result;
    for (std::size_t p = 0; p < tensors_.size(); ++p)
      result.push_back({names_[p], torch_view<T>(tensors_[p].detach()), {}});
    return result;
  }

  [[nodiscard]] const std::vector<torch::Tensor>& tensors() const noexcept { return tensors_; }
  [[nodiscard]] std::size_t size() const noexcept { return tensors_.size(); }

 private:
  std::vector<std::string> names_;
  std::vector<torch::Tensor> tensors_;
};

torch_parameters(const torch::nn::Module&)->torch_parameters<float>;
torch_parameters(const torch::OrderedDict<std::string, torch::Tensor>&)->torch_parameters<float>;

}  // namespace blockopt
