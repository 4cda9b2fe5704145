// SPDX-License-Identifier: MIT
// Part of blockopt: a block optimizer in the place of one of torch::optim.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/adapt/libtorch/torch_parameters.hpp>
#include <blockopt/block/partition.hpp>
#include <blockopt/run/block_optimizer.hpp>

namespace blockopt {

/// Trains the parameters of a module where they lie, block by block. Only the active block requires gradients, so
/// autograd neither computes nor stores those of the others.
///
///     bo::torch_parameters parameters{*model};
///     bo::torch_optimizer optimizer{parameters, bo::by_layer(parameters.views()), bo::adamw{.learning_rate = 1e-4},
///                                   bo::random_reshuffle{.seed = 1}, bo::drop_state{}, bo::eigen_backend{},
///                                   {.switch_every = 100}};
///     for (auto& batch : batches) {
///       optimizer.zero_grad();                        // before the forward pass: it marks the active block
///       loss(model->forward(batch)).backward();
///       optimizer.step();
///     }
///
/// It reads `.grad` of the active parameters where the backward pass left it, and writes the parameters in place, as
/// torch::optim does (their version counters move on). What a block_optimizer can do is found in `core()`. The values
/// stay where they are as long as it lives: no Module::to, no set_data. When it ends, all its parameters require
/// gradients again. One thread, on host memory.
template <class Parameter, update_rule Rule, selection_policy Selection, class Memory, backend Backend>
class torch_optimizer {
 public:
  using value_type = typename Parameter::value_type;
  using core_type = block_optimizer<Parameter, Rule, Selection, Memory, Backend>;

  /// `parts` is made from `parameters.views()`; parameters that it freezes require no gradient from the first step on.
  /// Changes and allocates nothing. Raises invalid_partition when `parts` is made from something else, and what
  /// block_optimizer raises. `options.borrow_gradients` is always set.
  torch_optimizer(const torch_parameters<value_type>& parameters, partition<Parameter> parts, Rule rule,
                  Selection selection, Memory memory, Backend backend, optimizer_options options = {})
      : tensors_{parameters.tensors()},
        core_(checked(parameters, std::move(parts)), std::move(rule), std::move(selection), std::move(memory),
              std::move(backend), borrowing(std::move(options))) {}

  torch_optimizer(torch_optimizer&&) = default;
  torch_optimizer& operator=(torch_optimizer&&) = delete;

  /// Marks the active block, and enters the next one when no visit is under way: requires_grad is true for its parameters
  /// and false for all others, whose gradients are freed. Called by zero_grad and, when a visit has ended, by step, so
  /// that loops need not; only a forward pass before the first zero_grad needs it.
  const block& active() {
    const auto now = core_.active();
    const block& result = core_.blocks().blocks()[now.index];
    if (marked_ == core_.visits()) return result;
    for (std::size_t p = 0; p < tensors_.list.size(); ++p) {
      torch::Tensor& tensor = tensors_.list[p];
      const bool wanted = now.contains(p);
      if (!wanted) tensor.mutable_grad() = torch::Tensor();
      if (tensor.requires_grad() != wanted) tensor.set_requires_grad(wanted);
    }
    members_.assign(now.parameters.begin(), now.parameters.end());
    marked_ = core_.visits();
    return result;
  }

  /// Frees the gradients of the active block, or sets them to zero, and marks the block.
  void zero_grad(bool set_to_none = true) {
    active();
    for (const std::size_t p : members_) {
      torch::Tensor& gradient = tensors_.list[p].mutable_grad();
      if (!gradient.defined()) continue;
      if (set_to_none) gradient = torch::Tensor();
      else gradient.detach_().zero_();
    }
  }

  /// One step from the gradients of the last backward pass. Raises, with nothing changed, invalid_call that names an
  /// active parameter without a gradient or whose values were moved, and invalid_view for a gradient that cannot be a
  /// view (sparse, another type or device).
  step_result step() {
    active();
    // One pass over the tensors, which are far apart in memory: a small one costs more to reach than to update.
    const step_result result = core_.step([&](std::size_t p) {
      const torch::Tensor& tensor = tensors_.list[p];
      const torch::Tensor& gradient = tensor.grad();
      check(p, tensor, gradient);
      tensor.unsafeGetTensorImpl()
          ->bump_version();  // also for a step that is skipped: it may cost a backward pass more
      return detail::torch_view_unchecked<const value_type, host_space>(gradient);
    });
    if (result.visit_ended) active();
    return result;
  }

  /// Ends the visit and marks the next block.
  void switch_block() {
    core_.switch_block();
    active();
  }

  /// The optimizer inside: plan, hyper-parameters, schedule, counters. Steps are made by the members above.
  [[nodiscard]] core_type& core() noexcept { return core_; }
  [[nodiscard]] const core_type& core() const noexcept { return core_; }
  [[nodiscard]] memory_plan plan() const { return core_.plan(); }

 private:
  /// The tensors, which require gradients again at the end.
  struct released {
    std::vector<torch::Tensor> list;
    released(std::vector<torch::Tensor> tensors) : list(std::move(tensors)) {}
    released(released&&) noexcept = default;
    ~released() {
      for (torch::Tensor& t : list) t.set_requires_grad(true);
    }
  };

  static optimizer_options borrowing(optimizer_options options) {
    options.borrow_gradients = true;
    return options;
  }

  static partition<Parameter> checked(const torch_parameters<value_type>& parameters, partition<Parameter> parts) {
    const auto& views = parts.parameters();
    bool same = views.size() == parameters.size();
    for (std::size_t p = 0; same && p < views.size(); ++p)
      same = views[p].values.data() == parameters.tensors()[p].data_ptr() &&
             views[p].values.size() == static_cast<std::size_t>(parameters.tensors()[p].numel());
    if (!same)
      raise<invalid_partition>("torch_optimizer: the partition is not made from the views of these parameters");
    return parts;
  }

  void check(std::size_t p, const torch::Tensor& tensor, const torch::Tensor& gradient) const {
    const Parameter& known = core_.blocks().parameters()[p];
    if (tensor.data_ptr() != known.values.data()) {
      raise<invalid_call>("the values of parameter '" + known.name +
                          "' were moved (by Module::to or set_data); make the optimizer after that");
    }
    if (!gradient.defined()) {
      raise<invalid_call>("parameter '" + known.name +
                          "' of the active block has no gradient; does the loss depend on it, and was zero_grad or "
                          "active called before the forward pass?");
    }
    if (const std::string reason = detail::torch_refusal<value_type, host_space>(gradient); !reason.empty())
      raise<invalid_view>("the gradient of parameter '" + known.name + "' " + reason);
  }

  released tensors_;
  core_type core_;
  std::vector<std::size_t> members_;  ///< the active parameters
  std::uint64_t marked_ = 0;          ///< the visit whose block is marked; visits count from 1
};

template <scalar T, class Parameter, class Rule, class Selection, class Memory, class Backend>
torch_optimizer(const torch_parameters<T>&, partition<Parameter>, Rule, Selection, Memory, Backend,
                optimizer_options = {}) -> torch_optimizer<Parameter, Rule, Selection, Memory, Backend>;

}  // namespace blockopt
