// SPDX-License-Identifier: MIT
// Part of blockopt: what a method of train will need and do, found without allocating any of it.

#include "train/planned_run.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include <blockopt/block/parameter.hpp>
#include <blockopt/problem/transformer.hpp>
#include <blockopt/problem/transformer/planned.hpp>
#include <blockopt/run/plan.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/sgd.hpp>

#include "common/failure.hpp"
#include "train/counting_scalar.hpp"
#include "train/trainer_parts.hpp"

namespace blockopt::program {

namespace {

/// Elements of the blocks that a visit may have.
template <class Parts>
double mean_elements(const Parts& parts, const block_order& order) {
  const std::vector<std::size_t> blocks = order.reachable(parts.blocks().size());
  double sum = 0;
  for (const std::size_t b : blocks) sum += static_cast<double>(parts.elements(b));
  return sum / static_cast<double>(blocks.size()) * static_cast<double>(order.blocks_per_visit());
}

/// Bytes that an update reads and writes for an element of a large parameter.
template <scalar T, class Rule, class Format>
double touched_bytes(const optimizer_options& options) {
  using C = compute_type_t<T>;
  constexpr row_sizes rows = row_sizes::of<Format, C>();
  constexpr std::size_t many = std::size_t{1} << 20;
  std::size_t state = 0;
  for (const slot& s : Rule::slots) state += rows.slot(s.role, many);
  const bool master = options.master && is_reduced_precision<T>;
  const double gradient = options.reduced_gradients ? sizeof(T) : sizeof(C);
  const double values = (master ? 1 : 2) * sizeof(T);  // with a master copy they are only written
  const double lost = options.write_back == rounding::compensated ? 2 * sizeof(T) : 0;
  return gradient + values + lost + 2.0 * static_cast<double>(state + (master ? rows.master(many) : 0)) / many;
}

/// The lowest layer with an active parameter, from 0; the number of layers for the head alone.
std::size_t first_layer_of(const transformer_shape& shape, const std::vector<unsigned char>& flags) {
  const auto first = static_cast<std::size_t>(std::ranges::find(flags, 1) - flags.begin());
  return first == flags.size() ? shape.layers : std::max<std::size_t>(shape.stage_of(first), 1) - 1;
}

template <scalar T, class Rule, class Memory, class Handle>
planned_run plan_of(const trainer_settings& s) {
  using C = compute_type_t<T>;
  const partition<parameter<T>> parts = partition_of(s, planned_parameters<T>(s.shape));
  block_order order = order_of(s);
  order.start(parts.blocks().size());
  const optimizer_options options = options_of(s, parts.blocks().size());
  planned_run result;
  const memory_plan plan =
      blockopt::plan<Handle>(parts, Rule{}, memory_of<Memory>(s.memory), options, false, order.blocks_per_visit());
  result.bytes = kinds_of(plan);
  result.visit_bytes = static_cast<double>(plan.moved);
  result.bytes.values = value_bytes(parts.parameters());
  result.blocks = parts.blocks().size();
  result.switch_every = options.switch_every;
  for (const auto& p : parts.parameters()) result.parameters += p.values.size();
  for (std::size_t b = 0; b < result.blocks; ++b) result.trained_parameters += parts.elements(b);

  std::vector<std::vector<unsigned char>> visits = visit_flags(parts, order);
  for (auto& flags : visits) add_corrected(s, parts, flags);
  result.bytes.activations = transformer<T>::activation_bytes(s.shape, s.batch);
  const double passes = static_cast<double>(s.accumulate) / static_cast<double>(visits.size());
  for (const auto& flags : visits) {
    result.bytes.activations =
        std::max(result.bytes.activations,
                 transformer<T>::activation_bytes(s.shape, s.batch, flags, detail::available_threads(), use_of(s)));
    const transformer_work work = planned_work(s.shape, s.batch, flags);
    result.forward_flops += passes * work.forward_flops;
    result.backward_flops += passes * (work.input_gradient_flops + work.weight_gradient_flops);
    result.prefix_flops += passes * (work.forward_flops -
                                     planned_work(s.shape, s.batch, {}, first_layer_of(s.shape, flags)).forward_flops);
  }
  result.bytes.activations += s.shape.context * s.shape.head_size() * sizeof(C);  // of rotary positions
  result.bytes.activations += cache_bytes<C>(s, result.blocks);

  const double elements = mean_elements(parts, order);
  result.update_flops = elements * static_cast<double>(update_flops_of(Rule{}));
  result.update_bytes = elements * touched_bytes<T, Rule, state_format_t<Memory>>(options);
  return result;
}

template <scalar T, template <class, scalar> class Handle>
planned_run plan_on(const trainer_settings& s) {
  if (s.rule == rule_kind::sgd) return plan_of<T, sgd, state_memory, Handle<sgd, T>>(s);
  return with_memory(s.memory, [&]<class Memory>() { return plan_of<T, adamw, Memory, Handle<adamw, T>>(s); });
}

}  // namespace

void initial_values::check(const std::string& dtype, const transformer_shape& shape) const {
  const auto check_as = [&]<class T>(T) {
    const std::vector<parameter<T>> all = planned_parameters<T>(shape);
    files.check(std::span<const parameter<T>>(all), allowed, may_be_left);
  };
  if (dtype == "f32") check_as(float{});
  else check_as(bfloat16{});
}

planned_run plan_run(const std::string& dtype, const named_backend& backend, const trainer_settings& s) {
  const bool f32 = dtype == "f32";
  if (!f32 && dtype != "bf16") throw usage_error("--dtype: '" + dtype + "' is neither f32 nor bf16");
#ifndef BLOCKOPT_PROGRAM_NO_THRUST_CPP
  if (backend.tables) return f32 ? plan_on<float, table_handle>(s) : plan_on<bfloat16, table_handle>(s);
#endif
  return f32 ? plan_on<float, plain_handle>(s) : plan_on<bfloat16, plain_handle>(s);
}

}  // namespace blockopt::program
