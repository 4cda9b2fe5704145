// SPDX-License-Identifier: MIT
// Part of blockopt: the body of a step_backend, for the files that compile one of them.
#pragma once

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <utility>

#include <blockopt/update/adamw.hpp>
#include <blockopt/update/sgd.hpp>

#include "train/backend/backends.hpp"
#include "train/backend/step_backend.hpp"

namespace blockopt::program {

template <class Rule, scalar T, class Backend>
class step_backend_of final : public step_backend<Rule, T> {
 public:
  using typename step_backend<Rule, T>::jobs;
  using typename step_backend<Rule, T>::constants;

  explicit step_backend_of(std::pmr::memory_resource* resource) { backend_.resource = resource; }

  [[nodiscard]] void* allocate(std::size_t bytes) const override { return backend_.allocate(bytes); }
  void deallocate(void* p, std::size_t bytes) const noexcept override { backend_.deallocate(p, bytes); }
  void copy(void* to, const void* from, std::size_t bytes) const override { backend_.copy(to, from, bytes); }
  void zero(void* p, std::size_t bytes) const override { backend_.zero(p, bytes); }
  void wait() const override { backend_.wait(); }
  void bind([[maybe_unused]] jobs all, [[maybe_unused]] std::byte* table) const override {
    if constexpr (has_tables) backend_.bind(all, table);
  }
  void update(constants c, jobs all, const step_options<compute_type_t<T>>& options,
              const std::byte* table) const override {
    call(table, [&](auto... t) { backend_.template update<Rule>(c, all, options, t...); });
  }
  void scale_slots(const slot_factors<Rule, T>& factors, jobs all, const step_options<compute_type_t<T>>& options,
                   const std::byte* table) const override {
    call(table, [&](auto... t) {
      backend_.template update<slot_scaling_of<Rule>>(std::span(&factors, 1), all, options, t...);
    });
  }
  void add_to_sums(std::span<const sum_job<T>> all, const step_options<compute_type_t<T>>& options) const override {
    const rule_constants<detail::gradient_sum, compute_type_t<T>> none{};
    const auto one = std::span(&none, 1);
    if constexpr (tabulating_backend<Backend, sum_job<T>>)
      backend_.template update<detail::gradient_sum>(one, all, options, nullptr);
    else backend_.template update<detail::gradient_sum>(one, all, options);
  }
  void load_master(jobs all, const std::byte* table) const override {
    call(table, [&](auto... t) { backend_.load_master(all, t...); });
  }
  void add_gradient(jobs all, const std::byte* table) const override {
    call(table, [&](auto... t) { backend_.add_gradient(all, t...); });
  }
  void measure(jobs all, const norm_request& request, const norm_workspace& workspace,
               const std::byte* table) const override {
    call(table, [&](auto... t) { backend_.measure(all, request, workspace, t...); });
  }
  [[nodiscard]] std::size_t first_not_finite(jobs all, bool incoming, const norm_workspace& workspace,
                                             const std::byte* table) const override {
    return call(table, [&](auto... t) { return backend_.first_not_finite(all, incoming, workspace, t...); });
  }

 private:
  static constexpr bool has_tables = tabulating_backend<Backend, step_job<Rule, T>>;

  template <class F>
  static auto call([[maybe_unused]] const std::byte* table, const F& f) {
    if constexpr (has_tables) return f(table);
    else return f();
  }

  Backend backend_;
};

template <class Backend>
[[nodiscard]] backend_makers makers_of() {
  const auto maker = []<class Rule, class T>(std::type_identity<Rule>, std::type_identity<T>) {
    return [](std::pmr::memory_resource* resource) -> std::shared_ptr<const step_backend<Rule, T>> {
      return std::make_shared<const step_backend_of<Rule, T, Backend>>(resource);
    };
  };
  constexpr std::type_identity<float> f32;
  constexpr std::type_identity<bfloat16> bf16;
  constexpr std::type_identity<adamw> adamw_rule;
  constexpr std::type_identity<sgd> sgd_rule;
  return {maker(adamw_rule, f32), maker(adamw_rule, bf16), maker(sgd_rule, f32), maker(sgd_rule, bf16)};
}

}  // namespace blockopt::program
