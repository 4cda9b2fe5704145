// SPDX-License-Identifier: MIT
// Part of blockopt: the bodies of block_optimizer that call the backend; included by its header.
#pragma once

#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/run/detail/optimizer_prologue.hpp>

namespace blockopt {

BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::zero_gradients() {
  named([&] {
    for (std::size_t lane = 0; lane < visited_.size(); ++lane)
      backend_.zero(memory_of(lane).gradients, layout_.blocks[visited_[lane]].bytes.gradients);
    backend_.zero(always_.data(), layout_.always.bytes.gradients);
  });
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
  named([&] {
    backend_.copy(squared_norms_.data(), norms().squares, visited_.size() * sizeof(double));
    backend_.wait();
  });
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

}  // namespace blockopt

#include <blockopt/run/detail/optimizer_epilogue.hpp>
