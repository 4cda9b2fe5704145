// SPDX-License-Identifier: MIT
// Part of blockopt: a backend behind virtual calls, one per pass over a block, so that trainers know none of them.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>

#include <blockopt/backend/backend.hpp>
#include <blockopt/backend/norm.hpp>
#include <blockopt/run/detail/gradient_sum.hpp>
#include <blockopt/run/detail/slot_scaling.hpp>
#include <blockopt/update/update_rule.hpp>
#include <blockopt/view/scalar.hpp>
#include <blockopt/view/space.hpp>

namespace blockopt::program {

template <class Rule, scalar T>
using step_job = parameter_job<T, T, slot_count<Rule>>;

/// A gradient that is added to a sum of Ts.
template <scalar T>
using sum_job = parameter_job<T, compute_type_t<T>, 0>;

/// The rule by which state decays, and its constants.
template <class Rule>
using slot_scaling_of = detail::slot_scaling<slot_count<Rule>>;
template <class Rule, scalar T>
using slot_factors = rule_constants<slot_scaling_of<Rule>, compute_type_t<T>>;

/// A backend in host memory, for one rule on parameters of T; see blockopt::backend. `table`: null, or of these jobs.
template <class Rule, scalar T>
class step_backend {
 public:
  using jobs = std::span<const step_job<Rule, T>>;
  using constants = std::span<const rule_constants<Rule, compute_type_t<T>>>;

  virtual ~step_backend() = default;
  [[nodiscard]] virtual void* allocate(std::size_t bytes) const = 0;
  virtual void deallocate(void* p, std::size_t bytes) const noexcept = 0;
  virtual void copy(void* to, const void* from, std::size_t bytes) const = 0;
  virtual void zero(void* p, std::size_t bytes) const = 0;
  virtual void wait() const = 0;
  virtual void bind(jobs all, std::byte* table) const = 0;
  virtual void update(constants c, jobs all, const step_options<compute_type_t<T>>& options,
                      const std::byte* table) const = 0;
  virtual void scale_slots(const slot_factors<Rule, T>& factors, jobs all,
                           const step_options<compute_type_t<T>>& options, const std::byte* table) const = 0;
  virtual void add_to_sums(std::span<const sum_job<T>> all, const step_options<compute_type_t<T>>& options) const = 0;
  virtual void load_master(jobs all, const std::byte* table) const = 0;
  virtual void add_gradient(jobs all, const std::byte* table) const = 0;
  virtual void measure(jobs all, const norm_request& request, const norm_workspace& workspace,
                       const std::byte* table) const = 0;
  [[nodiscard]] virtual std::size_t first_not_finite(jobs all, bool incoming, const norm_workspace& workspace,
                                                     const std::byte* table) const = 0;
};

/// The backend that an optimizer is given: any that keeps no table.
template <class Rule, scalar T>
struct plain_handle {
  using space = host_space;
  using jobs = typename step_backend<Rule, T>::jobs;
  using constants = typename step_backend<Rule, T>::constants;

  std::shared_ptr<const step_backend<Rule, T>> to;

  [[nodiscard]] void* allocate(std::size_t bytes) const { return to->allocate(bytes); }
  void deallocate(void* p, std::size_t bytes) const noexcept { to->deallocate(p, bytes); }
  void copy(void* destination, const void* from, std::size_t bytes) const { to->copy(destination, from, bytes); }
  void zero(void* p, std::size_t bytes) const { to->zero(p, bytes); }
  void wait() const { to->wait(); }
  template <std::same_as<Rule> R>
  void update(constants c, jobs all, const step_options<compute_type_t<T>>& options,
              const std::byte* table = nullptr) const {
    to->update(c, all, options, table);
  }
  /// Gradients of 16-bit parameters that are consumed as they are produced are in full precision: they take the place of
  /// owned ones.
  template <std::same_as<Rule> R, class Job>
    requires(!std::same_as<Job, step_job<Rule, T>>)
  void update(constants c, std::span<const Job> all, const step_options<compute_type_t<T>>& options) const {
    for (const Job& j : all) {
      const step_job<Rule, T> one = owned(j);
      to->update(c, {&one, 1}, options, nullptr);
    }
  }
  template <class Job>
    requires(!std::same_as<Job, step_job<Rule, T>>)
  [[nodiscard]] std::size_t first_not_finite(std::span<const Job> all, bool incoming,
                                             const norm_workspace& workspace) const {
    for (std::size_t k = 0; k < all.size(); ++k) {
      const step_job<Rule, T> one = owned(all[k]);
      if (to->first_not_finite({&one, 1}, incoming, workspace, nullptr) == 0) return k;
    }
    return all.size();
  }
  template <std::same_as<detail::gradient_sum> R>
  void update(std::span<const rule_constants<R, compute_type_t<T>>>, std::span<const sum_job<T>> all,
              const step_options<compute_type_t<T>>& options, const std::byte* /*of one job*/ = nullptr) const {
    to->add_to_sums(all, options);
  }
  template <std::same_as<slot_scaling_of<Rule>> R>
  void update(std::span<const slot_factors<Rule, T>> factors, jobs all, const step_options<compute_type_t<T>>& options,
              const std::byte* table = nullptr) const {
    to->scale_slots(factors.front(), all, options, table);
  }
  void load_master(jobs all, const std::byte* table = nullptr) const { to->load_master(all, table); }
  void add_gradient(jobs all, const std::byte* table = nullptr) const { to->add_gradient(all, table); }
  void measure(jobs all, const norm_request& request, const norm_workspace& workspace,
               const std::byte* table = nullptr) const {
    to->measure(all, request, workspace, table);
  }
  [[nodiscard]] std::size_t first_not_finite(jobs all, bool incoming, const norm_workspace& workspace,
                                             const std::byte* table = nullptr) const {
    return to->first_not_finite(all, incoming, workspace, table);
  }

 private:
  template <class Job>
  [[nodiscard]] static step_job<Rule, T> owned(const Job& j) {
    return {.values = j.values,
            .values_order = j.values_order,
            .owned_gradient = const_cast<compute_type_t<T>*>(j.gradient),  // read only
            .owned_order = j.gradient_order,
            .master = j.master,
            .slots = j.slots,
            .size = j.size,
            .rule = j.rule,
            .parameter = j.parameter,
            .noise = j.noise};
  }
};

/// What thrust_backend says of its tables: the same on each of its systems in host memory. Defined where one is compiled.
template <class Job>
struct thrust_tables {
  [[nodiscard]] static std::size_t bytes(const table_request& need);
  [[nodiscard]] static bool needed(std::span<const Job> jobs);
};

/// Any of those on Thrust.
template <class Rule, scalar T>
struct table_handle : plain_handle<Rule, T> {
  template <std::same_as<step_job<Rule, T>> Job>
  [[nodiscard]] static std::size_t table_bytes(const table_request& need) {
    return thrust_tables<Job>::bytes(need);
  }
  [[nodiscard]] static bool needs_table(std::span<const step_job<Rule, T>> jobs) {
    return thrust_tables<step_job<Rule, T>>::needed(jobs);
  }
  void bind(std::span<const step_job<Rule, T>> jobs, std::byte* table) const { this->to->bind(jobs, table); }
};

}  // namespace blockopt::program
