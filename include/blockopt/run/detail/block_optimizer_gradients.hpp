// SPDX-License-Identifier: MIT
// Part of blockopt: the bodies of block_optimizer that take gradients from elsewhere; included by its header.
#pragma once

#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/run/detail/optimizer_prologue.hpp>

namespace blockopt {

BLOCKOPT_OPTIMIZER_TEMPLATE
template <class E>
void BLOCKOPT_OPTIMIZER::check_extents(const Parameter& p, const tensor_view<E, space>& gradient) {
  if (!std::ranges::equal(gradient.extents(), p.values.extents())) {
    raise<invalid_view>({"the gradient of parameter '", p.name, "' has extents ", gradient.describe_extents(),
                         ", its values ", p.values.describe_extents()});
  }
}

/// Lets a job read the caller's gradient, until it is told otherwise.
BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::borrow_gradient(job& j, const tensor_view<const gradient_type, space>& gradient) {
  const Parameter& p = partition_.parameters()[j.parameter];
  if (gradient.empty()) {
    raise<invalid_call>({"parameter '", name_of(j), "' of block '", block_name_of(j), "' has no gradient"});
  }
  check_extents(p, gradient);
  j.gradient = gradient.data();
  const slice* const part = parts_[static_cast<std::size_t>(&j - jobs_.data())];
  j.gradient_order = part == nullptr && std::ranges::equal(gradient.strides(), p.values.strides())
                         ? j.values_order
                         : element_order(gradient, natural_order(p.values));
  take_part(j.gradient, j.gradient_order, part);
}

BLOCKOPT_OPTIMIZER_TEMPLATE
template <std::invocable<std::size_t> GradientOf>
  requires std::convertible_to<std::invoke_result_t<GradientOf&, std::size_t>,
                               tensor_view<const typename Parameter::gradient_type, typename Backend::space>>
      step_result BLOCKOPT_OPTIMIZER::step(GradientOf&& gradient_of) {
    if (!options_.borrow_gradients) {
      raise<invalid_call>(
          "step was handed gradients, and the optimizer owns some; set optimizer_options.borrow_gradients");
    }
    enter();
    struct forgets {  // also when something throws
      block_optimizer& self;
      ~forgets() {
        for (job& j : self.jobs_) {
          const auto& brought = self.partition_.parameters()[j.parameter].gradient;
          if (brought.empty()) j.gradient = nullptr;
          else self.borrow_gradient(j, brought);
        }
      }
    } const at_end{*this};
    for (std::size_t k = 0; k < jobs_.size(); ++k) {
      if (consumed_[k] == 0) borrow_gradient(jobs_[k], gradient_of(jobs_[k].parameter));
    }
    return step();
  }

/// The first job of an active parameter; raises invalid_call for another one.
BLOCKOPT_OPTIMIZER_TEMPLATE
std::size_t BLOCKOPT_OPTIMIZER::active_job_of(std::size_t parameter) const {
  const std::size_t number = job_of(parameter);
  if (number == jobs_.size()) {
    const bool known = parameter < partition_.parameters().size();
    raise<invalid_call>(
        {"parameter ",
         (known ? "'" + partition_.parameters()[parameter].name + "'" : "number " + std::to_string(parameter)),
         " is not active: block '", partition_.blocks()[visited_.front()].name, "' is"});
  }
  return number;
}

BLOCKOPT_OPTIMIZER_TEMPLATE
template <class E>
void BLOCKOPT_OPTIMIZER::add_gradient(std::size_t parameter, const tensor_view<E, space>& gradient) {
  enter();
  static_cast<void>(active_job_of(parameter));
  const Parameter& p = partition_.parameters()[parameter];
  if (!options_.reduced_gradients) {
    raise<invalid_call>({"parameter '", p.name,
                         "' was handed a gradient to add; set optimizer_options.reduced_gradients, or add to the view "
                         "that the active block has of it"});
  }
  check_extents(p, gradient);
  // a sum is an update of the sum: it is strided, spread over threads and rounded as one
  using sum_job = parameter_job<gradient_type, std::remove_const_t<E>, 0>;
  const sum_job now{.values = sums_[parameter],
                    .gradient = gradient.data(),
                    .gradient_order = element_order(gradient, natural_order(p.values)),
                    .size = p.values.size(),
                    .parameter = parameter,
                    .noise = parameter};
  using sum_compute = compute_type_t<gradient_type>;
  const rule_constants<detail::gradient_sum, sum_compute> none{};
  const bool stochastic = options_.write_back == rounding::stochastic;
  const step_options<sum_compute> how{.write_back = stochastic ? rounding::stochastic : rounding::nearest,
                                      .seed = ~options_.seed + 2,
                                      .step = steps_ * options_.accumulate + micro_batches_};
  on_backend(std::span<const sum_job>(&now, 1), [&](auto jobs, auto... table) {
    backend_.template update<detail::gradient_sum>(std::span(&none, 1), jobs, how, table...);
  });
}

BLOCKOPT_OPTIMIZER_TEMPLATE
template <class E>
step_result BLOCKOPT_OPTIMIZER::consume(std::size_t parameter, const tensor_view<E, space>& gradient) {
  settled();
  enter();
  const std::size_t number = active_job_of(parameter);
  const Parameter& p = partition_.parameters()[parameter];
  if (consumed_[number] != 0) raise<invalid_call>({"parameter '", p.name, "' was consumed already in this step"});
  check_extents(p, gradient);
  if (detail::measures_norm(options_, wants_norm) || options_.accumulate > 1) {
    raise<invalid_call>(
        {"parameter '", p.name,
         "' cannot be consumed: this optimizer needs the whole gradient first (clip_norm, accumulate or feedback)"});
  }
  using consumed_job = parameter_job<value_type, std::remove_const_t<E>, slots>;
  const auto job_with_gradient = [&](const job& known) {  // the parameter, or a slice of it
    consumed_job now{.values = known.values,
                     .values_order = known.values_order,
                     .gradient = gradient.data(),
                     .gradient_order = element_order(gradient, natural_order(p.values)),
                     .master = known.master,
                     .slots = known.slots,
                     .size = known.size,
                     .rule = known.rule,
                     .parameter = known.parameter,
                     .noise = known.noise};
    take_part(now.gradient, now.gradient_order, parts_[static_cast<std::size_t>(&known - jobs_.data())]);
    return now;
  };
  const auto each = [&](const auto& f) {
    for (std::size_t j = number; j < jobs_.size(); ++j) {
      if (jobs_[j].parameter != parameter) continue;
      const consumed_job now = job_with_gradient(jobs_[j]);
      f(std::span<const consumed_job>(&now, 1));
    }
  };
  bool finite = true;
  if (options_.non_finite_gradients != non_finite::unchecked)
    each([&](std::span<const consumed_job> one) {
      finite = finite && on_backend(one, [&](auto jobs, auto... table) {
                           return backend_.first_not_finite(jobs, false, norms(), table...);
                         }) != 0;
    });
  step_result result;
  if (!finite) {
    if (options_.non_finite_gradients == non_finite::throws) {
      raise<non_finite_gradient>({"the gradient of parameter '", p.name, "' is not finite"});
    }
    ++skipped_;
    result.skipped = true;
  } else {
    prepare_constants();
    each([&](std::span<const consumed_job> one) {
      on_backend(one, [&](auto jobs, auto... table) {
        update<Rule>(std::span<const constants>(constants_), jobs, options_of_step(1, false), table...);
      });
    });
    result.applied = true;
  }
  for (std::size_t j = number; j < jobs_.size(); ++j) {
    if (jobs_[j].parameter == parameter) consumed_[j] = 1;
  }
  return result;
}

}  // namespace blockopt

#include <blockopt/run/detail/optimizer_epilogue.hpp>
