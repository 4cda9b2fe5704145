// SPDX-License-Identifier: MIT
// Part of blockopt: the bodies of block_optimizer that make a step; included by its header.
#pragma once

#include <blockopt/memory/format/code_group.hpp>
#include <blockopt/run/block_optimizer.hpp>

// One spelling for the head of all definitions below.
#define BLOCKOPT_OPTIMIZER_TEMPLATE                                                                       \
  template <class Parameter, update_rule Rule, selection_policy Selection, class Memory, backend Backend> \
    requires memory_strategy<Memory, Backend>
#define BLOCKOPT_OPTIMIZER block_optimizer<Parameter, Rule, Selection, Memory, Backend>

namespace blockopt {

BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::zero_gradients() {
  for (std::size_t lane = 0; lane < visited_.size(); ++lane) {
    const visit_memory memory = storage_->locate(visited_[lane], lane);
    backend_.zero(memory.gradients, layout_.blocks[visited_[lane]].bytes.gradients);
  }
  backend_.zero(always_.data(), layout_.always.bytes.gradients);
}

/// The constants of the present step, once per step: for each rule one for the step count of each block of the visit, and
/// one for that of the always-active parameters.
BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::prepare_constants() {
  if (constants_ready_) return;
  const double factor = rate_factor();
  constants_.resize(lanes() * rules_.size());
  if constexpr (accumulating_rule<Rule>) {
    next_running_.resize(constants_.size());
    running_.resize(rules_.size() * (partition_.blocks().size() + 1));
  }
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    Rule rule = rules_[i];
    rule.learning_rate *= factor;
    const auto fold = [&](std::size_t lane, [[maybe_unused]] std::size_t block, std::uint64_t steps) {
      rule_running<Rule> sums{};
      if constexpr (accumulating_rule<Rule>) sums = running_[running_of(i, block)];
      constants_[i * lanes() + lane] = constants_at<compute>(rule, step_count{steps + 1}, sums);
      if constexpr (accumulating_rule<Rule>) next_running_[i * lanes() + lane] = sums;
    };
    for (std::size_t lane = 0; lane < visited_.size(); ++lane) fold(lane, visited_[lane], steps_of_[visited_[lane]]);
    if (!layout_.always.entries.empty()) fold(layout_.together, partition_.blocks().size(), always_steps_);
  }
  constants_ready_ = true;
}

/// The jobs that were not consumed in this step.
BLOCKOPT_OPTIMIZER_TEMPLATE
auto BLOCKOPT_OPTIMIZER::pending_jobs() -> std::span<const job> {
  if (std::ranges::find(consumed_, 1) == consumed_.end()) return jobs_;
  pending_.clear();
  std::size_t chunk = 0;
  for (std::size_t j = 0; j < jobs_.size(); ++j) {
    if (consumed_[j] != 0) continue;
    pending_.push_back(jobs_[j]);
    pending_.back().first_chunk = chunk;
    chunk += chunk_count(jobs_[j].size);
  }
  return pending_;
}

/// The backend's table of the jobs, made anew where they are not those that it holds; null where none is needed.
BLOCKOPT_OPTIMIZER_TEMPLATE
template <class Job>
auto BLOCKOPT_OPTIMIZER::table_of(std::span<const Job> jobs) -> const std::byte* {
  if (!Backend::needs_table(jobs)) return nullptr;
  if constexpr (std::is_same_v<Job, job>) {
    const bool some =
        std::less_equal<>()(jobs_.data(), jobs.data()) && std::less<>()(jobs.data(), jobs_.data() + jobs_.size());
    if (some) jobs = jobs_;  // the table of all of them serves
    if (std::ranges::equal(jobs, bound_)) return table_.data();
  }
  bound_.clear();  // should bind throw
  backend_.bind(jobs, table_.data());
  if constexpr (std::is_same_v<Job, job>) bound_.assign(jobs.begin(), jobs.end());
  return table_.data();
}

/// f(jobs), or f(jobs, table) for a backend that reads jobs from a table of its own.
BLOCKOPT_OPTIMIZER_TEMPLATE
template <class Job, class F>
decltype(auto) BLOCKOPT_OPTIMIZER::on_backend(std::span<const Job> jobs, const F& f) {
  return named([&]() -> decltype(auto) {
    if constexpr (tabulating_backend<Backend, Job>) return f(jobs, table_of(jobs));
    else return f(jobs);
  });
}

/// Runs f, and adds to an error of the device which block was active.
BLOCKOPT_OPTIMIZER_TEMPLATE
template <class F>
decltype(auto) BLOCKOPT_OPTIMIZER::named(const F& f) const {
#ifdef BLOCKOPT_EXCEPTIONS
  if constexpr (deferring_backend<Backend>) {
    try {
      return f();
    } catch (const device_error& e) {
      const std::size_t first = visited_.empty() ? partition_.blocks().size() : visited_.front();
      throw device_error(std::string(e.what()) + (first < partition_.blocks().size()
                                                      ? "; block '" + partition_.blocks()[first].name + "'"
                                                      : "; before the first visit"));
    }
  }
#endif
  return f();
}

/// The backend's update of state in the strategy's format.
BLOCKOPT_OPTIMIZER_TEMPLATE
template <class Other, class Job, class... Table>
void BLOCKOPT_OPTIMIZER::update(std::span<const rule_constants<Other, compute>> constants, std::span<const Job> jobs,
                                const step_options<compute>& options, Table... table) {
  if constexpr (is_full_format<format>) backend_.template update<Other>(constants, jobs, options, table...);
  else backend_.template update<Other, format>(constants, jobs, options, table...);
}

/// The number of the first job whose gradient is not finite, or that of jobs. `incoming`: of what the caller brings to be
/// accumulated, not of the sum.
BLOCKOPT_OPTIMIZER_TEMPLATE
std::size_t BLOCKOPT_OPTIMIZER::find_not_finite(std::span<const job> jobs, bool incoming) {
  return on_backend(
      jobs, [&](auto all, auto... table) { return backend_.first_not_finite(all, incoming, norms(), table...); });
}

/// Measures the norm of the step's whole gradient times `scale`; for a policy that learns from them also those of the
/// blocks, and adds their squares.
BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::measure(std::span<const job> jobs, double scale) {
  norm_request request{.scale = scale, .clip_norm = options_.clip_norm};
  if constexpr (wants_norm)
    request.parts = std::span(lane_first_).first(visited_.size() + 1);  // consume is refused here
  on_backend(jobs, [&](auto all, auto... table) { backend_.measure(all, request, norms(), table...); });
}

BLOCKOPT_OPTIMIZER_TEMPLATE
double BLOCKOPT_OPTIMIZER::gradient_norm() const {
  step_control control{.gradient_norm = std::numeric_limits<double>::quiet_NaN()};
  if (detail::measures_norm(options_, wants_norm) && settled().steps_ > 0) {
    named([&] {
      backend_.copy(&control, norms_.data(), sizeof control);
      backend_.wait();
    });
  }
  return control.gradient_norm;
}

/// The squared norms of the visit's blocks, for the selection policy.
BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::fetch_feedback() {
  backend_.copy(squared_norms_.data(), norms().squares, visited_.size() * sizeof(double));
  backend_.wait();
}

BLOCKOPT_OPTIMIZER_TEMPLATE
auto BLOCKOPT_OPTIMIZER::options_of_step(double gradient_scale, bool measured) const -> step_options<compute> {
  return {.gradient_scale = static_cast<compute>(gradient_scale),
          .clip_value = static_cast<compute>(options_.clip_value),
          .write_back = options_.write_back,
          .seed = options_.seed,
          .step = steps_,
          .control = measured ? norms().control : nullptr};
}

/// Counts a call that ended a step, and forgets its gradients and constants.
BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::count_call() {
  zero_gradients();
  std::ranges::fill(consumed_, static_cast<unsigned char>(0));
  micro_batches_ = 0;
  constants_ready_ = false;
  ++visit_calls_;
}

/// Counts an update, or a skipped one.
BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::count_result(bool applied) const {
  if (applied) {
    ++steps_;
    ++visit_updates_;
    for (const std::size_t block : visited_) ++steps_of_[block];
    ++always_steps_;
    if constexpr (accumulating_rule<Rule>) {
      for (std::size_t i = 0; i < rules_.size(); ++i) {
        for (std::size_t lane = 0; lane < visited_.size(); ++lane)
          running_[running_of(i, visited_[lane])] = next_running_[i * lanes() + lane];
        running_[running_of(i, partition_.blocks().size())] = next_running_[i * lanes() + layout_.together];
      }
    }
  } else {
    ++skipped_;
  }
}

/// This, when the last step has been counted.
BLOCKOPT_OPTIMIZER_TEMPLATE
auto BLOCKOPT_OPTIMIZER::settled() const -> const block_optimizer& {
  if constexpr (noticing_backend<Backend>) {
    if (deferred_) {
      const double chunk = named([&] { return notice_.read(); });  // that is not finite, or infinity
      deferred_ = false;
      count_result(std::isinf(chunk));
    }
  }
  return *this;
}

BLOCKOPT_OPTIMIZER_TEMPLATE
step_result BLOCKOPT_OPTIMIZER::step() {
  settled();
  enter();
  const std::span<const job> jobs = pending_jobs();
  step_result result;
  for (const job& j : jobs) {
    if (j.gradient == nullptr && (j.owned_gradient == nullptr || options_.borrow_gradients)) {
      raise<invalid_call>({"parameter '", name_of(j), "' of block '", block_name_of(j),
                           "' was not consumed in this step, and brings no gradient"});
    }
  }
  const bool checks = options_.non_finite_gradients != non_finite::unchecked;
  // With micro-batches, what was added to the sum must be known at once.
  const bool defers =
      noticing_backend<Backend> && options_.non_finite_gradients == non_finite::skip && options_.accumulate == 1;
  std::size_t culprit = checks && !defers ? find_not_finite(jobs, true) : jobs.size();
  if (culprit == jobs.size() && options_.accumulate > 1) {
    const bool last = micro_batches_ + 1 >= options_.accumulate;
    if (last) prepare_constants();  // what may throw comes before what changes
    on_backend(jobs, [&](auto all, auto... table) { backend_.add_gradient(all, table...); });
    if (!last) {
      ++micro_batches_;
      return result;
    }
    if (checks) culprit = find_not_finite(jobs, false);  // a sum of finite numbers may overflow
  }
  if (culprit != jobs.size()) {
    constants_ready_ = false;
    if (options_.non_finite_gradients == non_finite::throws) {
      raise<non_finite_gradient>({"the gradient of parameter '", name_of(jobs[culprit]), "' of block '",
                                  block_name_of(jobs[culprit]), "' is not finite"});
    }
    result.skipped = true;
    count_call();
    count_result(false);
  } else {
    prepare_constants();
    if constexpr (noticing_backend<Backend>) {
      if (defers) {
        on_backend(jobs, [&](auto all, auto... table) { backend_.check_finite(all, norms(), table...); });
        named([&] { notice_.post(backend_, norms().partial); });
      }
    }
    const double scale = 1.0 / static_cast<double>(options_.accumulate);
    const bool measures = detail::measures_norm(options_, wants_norm);
    if (measures) {
      measure(jobs, scale);
      if constexpr (!deferring_backend<Backend>) result.gradient_norm = norms().control->gradient_norm;
    }
    on_backend(jobs, [&](auto all, auto... table) {
      update<Rule>(std::span<const constants>(constants_), all, options_of_step(scale, measures || defers), table...);
    });
    count_call();
    if (defers) result.deferred = deferred_ = true;
    else count_result(result.applied = true);
  }
  if (options_.switch_every != 0 && visit_calls_ >= options_.switch_every) {
    leave();
    result.visit_ended = true;
  }
  return result;
}

BLOCKOPT_OPTIMIZER_TEMPLATE
std::size_t BLOCKOPT_OPTIMIZER::job_of(std::size_t parameter) const noexcept {
  const auto found = std::ranges::find(jobs_, parameter, &job::parameter);
  return static_cast<std::size_t>(found - jobs_.begin());
}

BLOCKOPT_OPTIMIZER_TEMPLATE
template <class Predicate>
Rule& BLOCKOPT_OPTIMIZER::assign(const Rule& rule, const Predicate& chooses) {
  settled();
  const std::size_t blocks = partition_.blocks().size();
  enum : unsigned char { unasked, chosen, left };
  std::vector<unsigned char> choice(partition_.parameters().size(), unasked);
  std::vector<std::size_t> former(blocks + 1, rules_.size());  // the rule that a block's chosen parameters had, or none
  const auto ask = [&](std::size_t p, std::size_t b) {
    const unsigned char answer = chooses(partition_.parameters()[p], b) ? chosen : left;
    if (choice[p] != unasked && choice[p] != answer) {
      raise<invalid_call>({"parameter '", partition_.parameters()[p].name,
                           "' lies in several blocks, as slices; they share its hyper-parameters"});
    }
    choice[p] = answer;
    if (answer == chosen && former[b] == rules_.size()) former[b] = rules_.index_of(p);
  };
  for (std::size_t b = 0; b < blocks; ++b) {
    for (const std::size_t p : partition_.blocks()[b].parameters) ask(p, b);
    for (const slice& part : partition_.blocks()[b].slices) ask(part.parameter, b);
  }
  for (const std::size_t p : partition_.always_active()) ask(p, blocks);
  rebind();
  training_point();  // by the rules that led away from it

  Rule& added = rules_.add(rule);
  for (std::size_t p = 0; p < choice.size(); ++p) {
    if (choice[p] == chosen) rules_.use_last_for(p);
  }
  if constexpr (accumulating_rule<Rule>) {  // the sums go on, as the state does
    running_.resize(rules_.size() * (blocks + 1));
    for (std::size_t b = 0; b <= blocks; ++b) {
      if (former[b] + 1 < rules_.size())
        running_[running_of(rules_.size() - 1, b)] = running_[running_of(former[b], b)];
    }
  }
  for (job& j : jobs_) j.rule = rules_.index_of(j.parameter) * lanes() + j.rule % lanes();
  constants_ready_ = false;
  return added;
}

BLOCKOPT_OPTIMIZER_TEMPLATE
auto BLOCKOPT_OPTIMIZER::state(std::size_t parameter, std::size_t slot) -> state_view {
  static_assert(is_full_format<format>,
                "blockopt: this memory strategy keeps state in codes, of which there is no view; use state_numbers");
  rebind();
  const std::size_t number = entered_ ? job_of(parameter) : jobs_.size();
  if (number == jobs_.size() || slot >= slots) return {};
  return {jobs_[number].slots[slot], jobs_[number].size};
}

BLOCKOPT_OPTIMIZER_TEMPLATE
auto BLOCKOPT_OPTIMIZER::state_numbers(std::size_t parameter, std::size_t slot) -> std::vector<compute> {
  rebind();
  const std::size_t number = entered_ ? job_of(parameter) : jobs_.size();
  if (number == jobs_.size() || slot >= slots) return {};
  const job& j = jobs_[number];
  std::vector<std::byte> row(layout_.rows.slot(Rule::slots[slot].role, j.size));
  named([&] {
    backend_.copy(row.data(), j.slots[slot], row.size());
    backend_.wait();
  });
  return detail::row_numbers<format, Rule, compute>(row, slot, j.size);
}

BLOCKOPT_OPTIMIZER_TEMPLATE
std::size_t BLOCKOPT_OPTIMIZER::parameter_number(std::string_view name) const {
  const auto& all = partition_.parameters();
  const auto found = std::ranges::find_if(all, [&](const Parameter& p) { return p.name == name; });
  if (found == all.end()) raise<invalid_call>({"no parameter is named '", name, "'"});
  return static_cast<std::size_t>(found - all.begin());
}

}  // namespace blockopt

#undef BLOCKOPT_OPTIMIZER_TEMPLATE
#undef BLOCKOPT_OPTIMIZER
