// SPDX-License-Identifier: MIT
// Part of blockopt: the body of a trainer, for the files that compile it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

#include <blockopt/block/by_layer.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/block/by_matrix.hpp>
#include <blockopt/memory/counting_resource.hpp>
#include <blockopt/problem/transformer/prefix_cache.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/run/checkpoint.hpp>
#include <blockopt/run/landscape_correction.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/sgd.hpp>

#include "train/backend/backends.hpp"
#include "train/model.hpp"
#include "train/trainer.hpp"
#include "train/trainer_parts.hpp"

namespace blockopt::program {

/// A model, and an optimizer of one rule, with any memory strategy, on any backend that the handle takes.
template <scalar T, class Rule, class Handle, class Memory = state_memory>
class optimizer_trainer final : public trainer {
  using C = compute_type_t<T>;

 public:
  optimizer_trainer(const named_backend& backend, const trainer_settings& settings)
      : settings_(settings), model_(make_model<T>(settings.shape, settings.batch, &values_, &workspace_)) {
    partition<parameter<T>> parts = partition_of(settings, model_->parameters());
    Rule rule;
    rule.learning_rate = settings.learning_rate;
    rule.weight_decay = settings.weight_decay;
    if constexpr (requires { rule.decay; }) rule.decay = decay_kind::decoupled;
    const optimizer_options options = options_of(settings, parts.blocks().size());
    const block_order order = order_of(settings);
    optimizer_.emplace(std::move(parts), rule, order, memory_of<Memory>(settings.memory), handle(backend), options);
    rule.weight_decay = 0;  // vectors (norms) do not decay
    optimizer_->assign(rule, [](const auto& p, std::size_t) { return p.values.rank() == 1; });
    flags_ = visit_flags(optimizer_->blocks(), order);
    for (auto& flags : flags_) add_corrected(settings_, optimizer_->blocks(), flags);
    const std::size_t blocks = optimizer_->blocks().blocks().size();
    draws_ = draws_by_visit(settings_);
    batches_ = batches_of(settings_, blocks);
    make_cache(cached_streams<C>(settings_, blocks));
    if (corrects(settings_)) make_correction(backend);
  }

  void load() override {
    if (settings_.initial) model_->load(*settings_.initial);
    else model_->start(settings_.start_seed);
  }
  void save(const std::filesystem::path& file) override { model_->save(file); }
  void save_checkpoint(const std::filesystem::path& file) override { blockopt::save(*optimizer_, file); }
  void resume(const std::filesystem::path& file, std::span<const std::uint64_t> visits, batch_stream& data) override {
    blockopt::load(*optimizer_, file);
    for (const std::uint64_t visit : visits) {  // which batches come next depends on all before
      for (std::uint64_t k = 0; k < settings_.accumulate; ++k) {
        if (draws_) batches_.next(data, visit);
        else data.skip(1);
      }
    }
    if (correction_) correction_->skip(visits.size());
  }

  step_figures step(batch_stream& data) override {
    reserve();
    step_figures figures;
    for (std::uint64_t k = 0; k < settings_.accumulate; ++k) {
      const sequence_batch* batch = draws_ ? nullptr : &data.next();
      const auto start = clock::now();
      const auto active = optimizer_->active();
      figures.visit = optimizer_->visits() - 1;
      figures.block.clear();
      for (const std::size_t b : active.blocks)
        figures.block.append(figures.block.empty() ? "" : "+").append(std::to_string(b));
      figures.learning_rate = optimizer_->learning_rate(active.parameters.front());
      if (draws_) batch = &batches_.next(data, figures.visit);
      transformer_work filling;
      const layer_input<C> from = prefix_of(active, *batch, figures.visit, filling);
      double updating = 0;  // seconds of what is consumed during the backward pass
      const double loss = use_of(settings_) == gradient_use::handed_out ? hand_out(active, *batch, from, updating)
                                                                        : model_->gradient(active, *batch, from);
      const auto middle = clock::now();
      figures.loss += loss / static_cast<double>(settings_.accumulate);
      if (!std::isfinite(loss)) return figures;
      optimizer_->step();
      const auto end = clock::now();
      transformer_work work = model_->last_work();
      work += filling;
      figures.forward_seconds += work.forward_seconds;
      figures.backward_seconds += work.backward_seconds - updating;
      figures.update_seconds += std::chrono::duration<double>(end - middle).count() + updating;
      figures.seconds += std::chrono::duration<double>(end - start).count();
      figures.forward_flops += work.forward_flops;
      figures.input_gradient_flops += work.input_gradient_flops;
      figures.weight_gradient_flops += work.weight_gradient_flops;
    }
    figures.state_bytes = optimizer_->allocated().state;
    return figures;
  }

  double evaluate(std::span<const sequence_batch> batches) override {
    reserve();
    double sum = 0;
    std::size_t sequences = 0;
    for (const sequence_batch& b : batches) {
      sum += model_->loss(b) * static_cast<double>(b.sequences);
      sequences += b.sequences;
    }
    return sum / static_cast<double>(sequences);
  }

  [[nodiscard]] value_checksums checksums() const override { return checksums_of(optimizer_->blocks()); }

  [[nodiscard]] kinds_of_bytes measured() const override {
    kinds_of_bytes result = kinds_of(optimizer_->allocated());
    result.values = values_.bytes() - model_->table_bytes();
    result.activations = workspace_.peak_bytes() + model_->table_bytes() + cached_.peak_bytes();
    return result;
  }

  [[nodiscard]] std::size_t measured_total() const override {
    return values_.peak_bytes() + workspace_.peak_bytes() + state_.peak_bytes() + cached_.peak_bytes();
  }

 private:
  [[nodiscard]] Handle handle([[maybe_unused]] const named_backend& backend) {
    if constexpr (requires { Handle{}.resource; }) {  // a backend itself
      Handle made;
      made.resource = &state_;
      return made;
    } else {
      return Handle{backend.make<Rule, T>(&state_)};
    }
  }

  using clock = std::chrono::steady_clock;

  /// The stream that the pass starts from, filled where it is not there yet, whose work is added to `filling`.
  layer_input<C> prefix_of(const active_block<T>& active, const sequence_batch& batch, std::uint64_t visit,
                           transformer_work& filling) {
    if (cache_.streams() == 0) return {};
    std::size_t lowest = settings_.shape.stages();
    for (const std::size_t p : active.parameters) lowest = std::min(lowest, settings_.shape.stage_of(p));
    if (settings_.correct_all) lowest = 0;
    if (cached_visit_ != visit) cache_.begin_visit(lowest);
    if (cached_draw_ != batches_.drawn()) cache_.forget();
    cached_visit_ = visit;
    cached_draw_ = batches_.drawn();
    if (lowest == 0) return {};
    return cache_.at(batches_.number(), lowest - 1, *model_, batch, filling);
  }

  /// The pass whose gradients are taken as they are produced: by the optimizer, now or in its step, or, of parameters that
  /// are not active, by the correction. `seconds`: of the updates.
  double hand_out(const active_block<T>& active, const sequence_batch& batch, const layer_input<C>& from,
                  double& seconds) {
    wanted_.assign(active.active.begin(), active.active.end());
    add_corrected(settings_, optimizer_->blocks(), wanted_);
    const double loss = model_->gradient(
        wanted_, batch,
        [&](std::size_t p, const tensor_view<C>& gradient) {
          const auto start = clock::now();
          if (!active.contains(p)) {
            correction_->apply(p, optimizer_->blocks().parameters()[p].values, gradient,
                               optimizer_->learning_rate(p) / correction_rate_);
          } else if (settings_.reduced_gradients) {
            optimizer_->add_gradient(p, gradient);
          } else if (settings_.consume) {
            optimizer_->consume(p, gradient);
          } else {
            const tensor_view<C> to = active.gradient(p);
            for (std::size_t i = 0; i < to.size(); ++i) to.data()[i] += gradient.data()[i];
          }
          seconds += std::chrono::duration<double>(clock::now() - start).count();
        },
        from);
    if (correction_) correction_->end_step();
    return loss;
  }

  void make_cache(std::size_t streams) {
    if (streams == 0) return;
    const std::size_t elements = stream_elements(settings_);
    cache_ = settings_.prefix_folder.empty() ? prefix_cache<C>(streams, elements, &cached_)
                                             : prefix_cache<C>(streams, elements, settings_.prefix_folder);
  }

  void make_correction(const named_backend& backend) {
    correction_rate_ = settings_.learning_rate;
    correction_.emplace(
        sgd{.learning_rate = settings_.learning_rate * settings_.correction_scale},
        plain_handle<sgd, T>{backend.make<sgd, T>(&state_)},
        settings_.correction == correction_kind::sign ? correction_direction::sign : correction_direction::gradient,
        settings_.write_back, random_stream::derive(settings_.policy_seed, 4));
  }

  /// Once: the workspace takes its final size, so that no step allocates. The largest first: it never grows again.
  void reserve() {
    if (reserved_) return;
    const gradient_use use = use_of(settings_);
    std::ranges::sort(flags_, std::greater{}, [&](const auto& flags) { return model_->activation_bytes(flags, use); });
    for (const auto& flags : flags_) model_->reserve(flags, use);
    reserved_ = true;
  }

  trainer_settings settings_;
  counting_resource values_, workspace_, state_, cached_;
  std::unique_ptr<model<T>> model_;
  std::optional<block_optimizer<parameter<T>, Rule, block_order, Memory, Handle>> optimizer_;
  std::vector<std::vector<unsigned char>> flags_;
  bool reserved_ = false;

  bool draws_ = false;  ///< the batches of a visit are drawn together
  visit_batches batches_{1, 1, 0, 0};
  prefix_cache<C> cache_;
  std::uint64_t cached_visit_ = static_cast<std::uint64_t>(-1), cached_draw_ = 0;
  std::optional<landscape_correction<sgd, plain_handle<sgd, T>>> correction_;
  double correction_rate_ = 1;
  std::vector<unsigned char> wanted_;
};

/// Of the rule with state.
template <scalar T, class Backend>
[[nodiscard]] std::unique_ptr<trainer> make_coded_trainer_of(const named_backend& backend, const trainer_settings& s) {
  return with_memory(s.memory, [&]<class Memory>() -> std::unique_ptr<trainer> {
    if constexpr (std::is_same_v<Memory, state_memory>) return nullptr;  // it has trainers of its own
    else return std::make_unique<optimizer_trainer<T, adamw, Backend, Memory>>(backend, s);
  });
}

template <scalar T, template <class, scalar> class Handle>
[[nodiscard]] std::unique_ptr<trainer> make_trainer_of(const named_backend& backend, const trainer_settings& s) {
  const auto with_rule = [&]<class Rule>() -> std::unique_ptr<trainer> {
    return std::make_unique<optimizer_trainer<T, Rule, Handle<Rule, T>>>(backend, s);
  };
  return s.rule == rule_kind::sgd ? with_rule.template operator()<sgd>() : with_rule.template operator()<adamw>();
}

}  // namespace blockopt::program
