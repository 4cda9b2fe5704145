// SPDX-License-Identifier: MIT
// Part of blockopt: the optimizer, a state machine of visits.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <blockopt/backend/backend.hpp>
#include <blockopt/backend/norm.hpp>
#include <blockopt/block/active_block.hpp>
#include <blockopt/block/partition.hpp>
#include <blockopt/memory/arena.hpp>
#include <blockopt/memory/format/state_format.hpp>
#include <blockopt/memory/memory_strategy.hpp>
#include <blockopt/run/detail/copy_flag.hpp>
#include <blockopt/run/detail/gradient_sum.hpp>
#include <blockopt/run/detail/notice_of.hpp>
#include <blockopt/run/detail/rule_table.hpp>
#include <blockopt/run/detail/slot_scaling.hpp>
#include <blockopt/run/optimizer_options.hpp>
#include <blockopt/run/plan.hpp>
#include <blockopt/select/selection_policy.hpp>
#include <blockopt/update/update_rule.hpp>

namespace blockopt {

namespace detail {
struct checkpoint_access;
}

/// Optimizes a partition block by block. A visit: **enter** the block that the selection policy names (state from the
/// memory strategy, master = values where these are 16-bit), `switch_every` **steps**, **leave** (feedback to the policy,
/// state kept or dropped). Nothing of a block that is not active is read or written.
///
///     while (...) {
///       model.backward(batch, optimizer.active());   // adds the gradients of the active block only
///       optimizer.step();
///     }
///
/// The caller owns the values, and gradients where parameters bring a view of them; the optimizer owns the rest, and
/// allocates it at the first visit. After that no call allocates. Always-active parameters take part in every visit;
/// their state and step count never drop. Copying copies state; the copy works on the same values.
/// Not thread-safe: one thread calls, the backend may use more.
template <class Parameter, update_rule Rule, selection_policy Selection, class Memory, backend Backend>
  requires memory_strategy<Memory, Backend>
class block_optimizer {
 public:
  using value_type = typename Parameter::value_type;
  using gradient_type = typename Parameter::gradient_type;
  using compute = compute_type_t<value_type>;
  using space = typename Backend::space;
  using active_type = active_block<value_type, space>;
  using format = state_format_t<Memory>;  ///< of state and master copies

  static_assert(elementwise_rule<Rule, compute>,
                "blockopt: the rule has no noexcept update(constants, x, g, slots...) with one argument per slot");
  static_assert(
      feedback_of<Selection>() != feedback_kind::every_block,
      "blockopt: this selection policy needs the gradient norms of all blocks at every visit, and block_optimizer only "
      "ever sees the gradient of the active block; use a policy whose feedback is none or visited_block");
  static_assert(
      !decays_state<Memory> || decaying_rule<Rule>,
      "blockopt: this memory strategy carries state over steps without gradient, and the rule does not say how "
      "its slots decay then (slot_decay); use keep_state or drop_state");
  static_assert(std::is_same_v<space, typename Parameter::space>,
                "blockopt: the parameters and the backend live in different memory spaces");
  static_assert(!decays_state<Memory> || is_full_format<format>,
                "blockopt: state that decays while other blocks are active is kept in full precision");

  /// Checks everything and allocates no state. Raises invalid_option for a setting out of range.
  block_optimizer(partition<Parameter> parts, Rule rule, Selection selection, Memory memory, Backend backend,
                  optimizer_options options = {})
      : partition_(std::move(parts)),
        rules_(partition_.parameters().size(), rule),
        selection_(std::move(selection)),
        memory_(std::move(memory)),
        backend_(std::move(backend)),
        options_(std::move(options)),
        layout_(partition_, Rule::slots, row_sizes::of<format, compute>(), checked(options_),
                blocks_per_visit(selection_)) {
    layout_.template add_workspace<Backend, job>(options_, wants_norm);
    for (const Parameter& p : partition_.parameters()) {
      if (!p.gradient.empty()) check_extents(p, p.gradient);
      if (!p.gradient.empty() && options_.reduced_gradients) {
        raise<invalid_option>({"optimizer_options.reduced_gradients: parameter '", p.name,
                               "' brings a gradient; there is nothing to sum up in another type"});
      }
    }
    std::uint64_t seed = options_.seed;
    if constexpr (requires {
                    { selection_.seed } -> std::convertible_to<std::uint64_t>;
                  })
      seed = selection_.seed;
    rng_.state = random_stream::derive(seed, 0);
    if constexpr (requires { selection_.start(std::size_t{}); }) selection_.start(partition_.blocks().size());
  }

  /// Bytes by kind, as they will be (or were) allocated; exact.
  [[nodiscard]] memory_plan plan() const { return layout_.plan(memory_); }
  /// Bytes by kind as allocated so far: zero before the first visit, then equal to plan().
  [[nodiscard]] memory_plan allocated() const;

  /// The active block; enters the next one when no visit is under way. Valid until the next call of a member.
  [[nodiscard]] active_type active() {
    enter();
    const std::size_t first = visited_.front();
    return {first, partition_.blocks()[first].name, members_, gradients_, active_, visited_};
  }

  /// One step on the active block, from the gradients that its parameters bring, that the oracle added to
  /// `active().gradient(i)`, or that were consumed. With micro-batches every `accumulate`-th call updates.
  /// Raises invalid_call when `consume` is set and a parameter was not consumed; non_finite_gradient as the policy says.
  step_result step();

  /// The same for a framework that makes its gradients anew for every step: `gradient_of(parameter)` gives a view of the
  /// gradient of each active parameter, with the extents of its values. It is read during the call and forgotten then, so
  /// none is owned or copied. Needs the option borrow_gradients. Raises invalid_call or invalid_view, naming the parameter,
  /// for an empty view or other extents; no value and no state was changed then.
  template <std::invocable<std::size_t> GradientOf>
    requires std::convertible_to<std::invoke_result_t<GradientOf&, std::size_t>,
                                 tensor_view<const typename Parameter::gradient_type, typename Backend::space>>
        step_result step(GradientOf&& gradient_of);

  /// Applies the gradient of one active parameter now, as a part of the present step; `step()` then ends the step. The
  /// gradient may be freed afterwards, so no two need to exist at a time (LOMO, arXiv 2306.09782). Extents as the values;
  /// any scalar. Raises invalid_call for a parameter that is not active or was consumed already in this step.
  template <class E>
  step_result consume(std::size_t parameter, const tensor_view<E, space>& gradient);
  template <class E>
  step_result consume(std::string_view name, const tensor_view<E, space>& gradient) {
    return consume(parameter_number(name), gradient);
  }

  /// With the option reduced_gradients: adds the gradient of one active parameter to its sum for the present step, and
  /// rounds that. The gradient may be freed afterwards. Extents as the values; any scalar. Raises invalid_call for a
  /// parameter that is not active and without the option.
  template <class E>
  void add_gradient(std::size_t parameter, const tensor_view<E, space>& gradient);

  /// Forgets gradients that were added since the last update (after an exception, say).
  void discard_gradients() {
    constants_ready_ = false;
    if (entered_) zero_gradients();
    micro_batches_ = 0;
  }

  /// Ends the visit now; the next call enters the next block.
  void switch_block() { leave(); }

  /// Moves the active values to the point at which the rule wants them judged or saved, where that is not the point at
  /// which it trains (Schedule-Free); the next `active`, `step` or `consume` moves them back. Blocks that are not active
  /// are always there. Nothing happens for other rules. A call that fails has moved them back too. Change the setting that
  /// the two points depend on (Schedule-Free's beta) only while no block is away from the training point: by `assign`.
  void evaluation_point();

  /// Sets the steps per visit (0: without end); holds for the present visit too.
  void switch_every(std::uint64_t steps) noexcept { options_.switch_every = steps; }
  /// Sets the factor on all learning rates; state is untouched.
  void schedule(learning_rate_schedule schedule) { options_.schedule = std::move(schedule); }

  /// The hyper-parameters, to be changed at any time without touching state: of all parameters that were given none of
  /// their own, or (`assign`) of those for which `chooses(parameter, block)` is true; `block` is the number of blocks for
  /// always-active ones. Slices of one parameter share its hyper-parameters: raises invalid_call, with nothing changed,
  /// when `chooses` parts them. Running sums go on, as state does. Returns a reference that stays valid.
  [[nodiscard]] Rule& rule() noexcept { return rules_.front(); }
  template <class Predicate>
  Rule& assign(const Rule& rule, const Predicate& chooses);
  /// The hyper-parameters of one block, apart from all others from now on.
  Rule& assign_block(std::size_t block, const Rule& rule) {
    return assign(rule, [&](const Parameter&, std::size_t b) { return b == block; });
  }
  /// The hyper-parameters that hold for a parameter.
  [[nodiscard]] const Rule& rule_of(std::size_t parameter) const noexcept { return rules_.of(parameter); }

  [[nodiscard]] const partition<Parameter>& blocks() const noexcept { return partition_; }
  [[nodiscard]] const optimizer_options& options() const noexcept { return options_; }
  // Where results are deferred (see step_result) these wait until the last one is known.
  [[nodiscard]] std::uint64_t steps() const { return settled().steps_; }      ///< updates applied in the run
  [[nodiscard]] std::uint64_t skipped() const { return settled().skipped_; }  ///< updates skipped as not finite
  [[nodiscard]] std::uint64_t visits() const noexcept { return visits_; }     ///< visits begun
  /// How often a block was visited, and its own step count: the t of its bias correction.
  [[nodiscard]] std::uint64_t visits_of(std::size_t block) const noexcept { return visits_of_[block]; }
  [[nodiscard]] std::uint64_t steps_of(std::size_t block) const { return settled().steps_of_[block]; }
  /// The learning rate of a parameter at the present point of the schedule.
  [[nodiscard]] double learning_rate(std::size_t parameter) const {
    return rules_.of(parameter).learning_rate * settled().rate_factor();
  }
  /// The state of an active parameter by the slot's number, flat, for inspection; that of its first slice where blocks hold
  /// slices; empty when it is not active. In the backend's memory: on a device a tensor_view. State that is kept in codes
  /// has no such view: see state_numbers.
  using state_view =
      std::conditional_t<deferring_backend<Backend>, tensor_view<const compute, space>, std::span<const compute>>;
  [[nodiscard]] state_view state(std::size_t parameter, std::size_t slot);
  /// The same as numbers in the host's memory, whatever the format; waits for the device.
  [[nodiscard]] std::vector<compute> state_numbers(std::size_t parameter, std::size_t slot);
  /// The 2-norm of the last step's gradient, before clipping: NaN when nothing asked for it. On a device it waits for the
  /// step to be done; `step` does not, and leaves the number out of its result.
  [[nodiscard]] double gradient_norm() const;

  /// A number of parameter from its name. Raises invalid_call when there is none.
  [[nodiscard]] std::size_t parameter_number(std::string_view name) const;

 private:
  friend struct detail::checkpoint_access;

  static constexpr std::size_t slots = slot_count<Rule>;
  static constexpr bool wants_norm = feedback_of<Selection>() == feedback_kind::visited_block;
  static constexpr bool decays = decays_state<Memory>;
  using job = parameter_job<value_type, gradient_type, slots>;
  using constants = rule_constants<Rule, compute>;
  using move_job = parameter_job<value_type, value_type, slots>;

  static const optimizer_options& checked(const optimizer_options& options) {
    options.check();
    return options;
  }
  template <class E>
  static void check_extents(const Parameter& p, const tensor_view<E, space>& gradient);

  void enter();
  void leave();
  void load_master(std::span<const job> jobs, std::byte* memory, std::size_t bytes);
  void rebind();
  void allocate();
  void allocate_tables();
  void reserve_tables();
  void choose_blocks();
  void begin_visit(std::size_t lane);
  void decay_state_of(std::size_t lane);
  void foresee();
  [[nodiscard]] visit_memory memory_of(std::size_t lane) const;
  template <bool Moves, class Other>
  void apply_to_state(const job& known, const Other& rule, std::uint64_t seed);
  void bind_jobs();
  void bind_job(const block_layout::entry& entry, const visit_memory& place, const slice* part, std::size_t lane);
  template <class E>
  static void take_part(E*& data, element_order& order, const slice* part) noexcept;
  void zero_gradients();
  void borrow_gradient(job& j, const tensor_view<const gradient_type, space>& gradient);
  void prepare_constants();
  template <bool Leaving>
  void move_values(std::size_t first, std::size_t last);
  void training_point();
  void count_call();
  void count_result(bool applied) const;
  const block_optimizer& settled() const;
  [[nodiscard]] std::span<const job> pending_jobs();
  template <class Job>
  [[nodiscard]] const std::byte* table_of(std::span<const Job> jobs);
  template <class Job, class F>
  decltype(auto) on_backend(std::span<const Job> jobs, const F& f);
  template <class F>
  decltype(auto) named(const F& f) const;
  template <class Other, class Job, class... Table>
  void update(std::span<const rule_constants<Other, compute>> constants, std::span<const Job> jobs,
              const step_options<compute>& options, Table... table);
  [[nodiscard]] std::size_t find_not_finite(std::span<const job> jobs, bool incoming);
  void measure(std::span<const job> jobs, double scale);
  void fetch_feedback();
  [[nodiscard]] norm_workspace norms() const noexcept { return {norms_.data(), wants_norm ? layout_.together : 0}; }
  [[nodiscard]] std::size_t job_of(std::size_t parameter) const noexcept;
  [[nodiscard]] std::size_t active_job_of(std::size_t parameter) const;
  [[nodiscard]] const std::string& name_of(const job& j) const noexcept {
    return partition_.parameters()[j.parameter].name;
  }
  [[nodiscard]] const std::string& block_name_of(const job& j) const noexcept {
    const std::size_t lane = j.rule % lanes();
    return partition_.blocks()[visited_[lane < visited_.size() ? lane : 0]].name;
  }
  /// Step counts that a step deals with: of the blocks of a visit, and of the always-active parameters.
  [[nodiscard]] std::size_t lanes() const noexcept { return layout_.together + 1; }
  [[nodiscard]] std::span<const job> jobs_of(std::size_t lane) const noexcept {
    return std::span<const job>(jobs_).subspan(lane_first_[lane], lane_first_[lane + 1] - lane_first_[lane]);
  }
  [[nodiscard]] std::size_t running_of(std::size_t rule, std::size_t block) const noexcept {
    return rule * (partition_.blocks().size() + 1) + block;
  }
  [[nodiscard]] step_options<compute> options_of_step(double gradient_scale, bool measured) const;
  [[nodiscard]] double rate_factor() const {
    return options_.schedule ? options_.schedule({steps_, visits_ == 0 ? 0 : visits_ - 1, visit_updates_}) : 1.0;
  }

  partition<Parameter> partition_;
  detail::rule_table<Rule> rules_;
  Selection selection_;
  Memory memory_;
  Backend backend_;
  optimizer_options options_;
  detail::optimizer_layout layout_;
  random_stream rng_;

  // memory, from the first visit on
  std::optional<typename Memory::template storage<Backend>> storage_;
  arena<Backend> always_;
  arena<Backend> norms_;  ///< see norm_workspace
  arena<Backend> table_;  ///< the backend's own, of the jobs in `bound_`
  std::vector<job> bound_;

  detail::copy_flag copied_;  ///< this is a copy whose tables still point into the original's memory

  // the cursor of the visit
  bool entered_ = false;
  std::vector<std::size_t> visited_;  ///< the blocks of this visit, or of the last one
  std::uint64_t visit_calls_ = 0;     ///< updates and skipped ones in this visit: what is compared with K
  std::uint64_t micro_batches_ = 0;
  std::vector<double> squared_norms_;  ///< per block of the visit, summed over it, for feedback
  bool constants_ready_ = false;
  bool shown_ = false;  ///< active values are at the evaluation point

  // what a step whose result is deferred may change, when the host gets to know it
  mutable std::uint64_t steps_ = 0;
  mutable std::uint64_t skipped_ = 0;
  mutable std::uint64_t always_steps_ = 0;
  mutable std::uint64_t visit_updates_ = 0;  ///< updates in this visit
  mutable bool deferred_ = false;  ///< the last step is not counted yet: `notice_` knows whether it was applied
  mutable detail::notice_of<Backend> notice_;

  std::uint64_t visits_ = 0;
  std::vector<std::uint64_t> visits_of_ = std::vector<std::uint64_t>(partition_.blocks().size());
  mutable std::vector<std::uint64_t> steps_of_ = std::vector<std::uint64_t>(partition_.blocks().size());
  std::vector<std::uint64_t> left_at_ = std::vector<std::uint64_t>(partition_.blocks().size());  ///< step of the run

  // tables of the visit; their capacity is reserved for the largest block
  std::vector<job> jobs_;
  std::vector<job> pending_;
  std::vector<unsigned char> consumed_;  ///< per job
  std::vector<const slice*> parts_;      ///< per job: of which slice it is, or null
  std::vector<std::size_t>
      lane_first_;                    ///< the first job of each block of the visit, of the always-active ones, the end
  std::vector<constants> constants_;  ///< per rule, for the step count of each block of the visit and the always-active
  std::vector<std::size_t> members_;
  std::vector<typename active_type::gradient_view> gradients_;
  std::vector<gradient_type*> sums_;  ///< per parameter, of reduced gradients
  std::vector<unsigned char> active_;
  std::vector<visit_memory> entries_;  ///< per block of the visit: what entering gave
  std::vector<std::size_t> chosen_, foreseen_;
  std::size_t lanes_entered_ = 0;  ///< of the chosen blocks, while a visit begins
  bool choice_stands_ = false;     ///< chosen_ are not all entered yet
  Selection foreseeing_ = selection_;

  // running sums of the rules: per rule and block, always-active parameters last; and those after the present step, as
  // constants_
  mutable std::vector<rule_running<Rule>> running_;
  std::vector<rule_running<Rule>> next_running_;
};

template <class Parameter, class Rule, class Selection, class Memory, class Backend>
block_optimizer(partition<Parameter>, Rule, Selection, Memory, Backend, optimizer_options = {})
    -> block_optimizer<Parameter, Rule, Selection, Memory, Backend>;

}  // namespace blockopt

#include <blockopt/run/detail/block_optimizer_backend.hpp>
#include <blockopt/run/detail/block_optimizer_gradients.hpp>
#include <blockopt/run/detail/block_optimizer_memory.hpp>
#include <blockopt/run/detail/block_optimizer_settings.hpp>
#include <blockopt/run/detail/block_optimizer_step.hpp>
#include <blockopt/run/detail/block_optimizer_visit.hpp>
