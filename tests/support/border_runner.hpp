// SPDX-License-Identifier: MIT
// Part of blockopt: the functions of border.hpp, for a translation unit that knows the backend.
//
// The includer defines `backend_of<Side>()`, and `memory_of<Side>()` for a device, and instantiates border<Side> once and, with
// keep_border, what the tests use.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory_resource>
#include <span>

#include <blockopt/backend/backend.hpp>
#include <blockopt/memory/counting_resource.hpp>
#include <blockopt/memory/format/state_format.hpp>
#include <blockopt/memory/offload_to_host.hpp>
#include <blockopt/run/detail/slot_scaling.hpp>
#include <blockopt/view/scalar.hpp>

#include "registry/rules.hpp"
#include "support/border.hpp"

namespace blockopt_tests {

/// The backend behind a side.
template <side Side>
[[nodiscard]] auto backend_of();

/// The resource that it takes its memory from, which counts: of the host's memory, where nothing else is said.
template <side Side>
[[nodiscard]] blockopt::counting_resource& memory_of() {
  static blockopt::counting_resource memory;
  return memory;
}

template <side Side>
const char* border<Side>::name() {
  return decltype(backend_of<Side>())::name;
}
template <side Side>
void* border<Side>::allocate(std::size_t bytes) {
  return backend_of<Side>().allocate(bytes);
}
template <side Side>
void border<Side>::deallocate(void* p, std::size_t bytes) noexcept {
  backend_of<Side>().deallocate(p, bytes);
}
template <side Side>
void border<Side>::copy(void* to, const void* from, std::size_t bytes) {
  backend_of<Side>().copy(to, from, bytes);
}
template <side Side>
void border<Side>::zero(void* p, std::size_t bytes) {
  backend_of<Side>().zero(p, bytes);
}
template <side Side>
void border<Side>::wait() {
  backend_of<Side>().wait();
}
/// The notice of a backend whose memory is the host's.
struct host_notice {
  double number = 0;

  static void prepare() {}
  template <class Backend>
  void post(const Backend&, const double* there) {
    number = *there;
  }
  [[nodiscard]] double read() const { return number; }
};
template <class Backend>
struct notice_behind {
  using type = host_notice;
};
template <blockopt::noticing_backend Backend>
struct notice_behind<Backend> {
  using type = typename Backend::notice;
};

template <side Side>
void* border<Side>::make_notice(const void* other) {
  using notice = typename notice_behind<decltype(backend_of<Side>())>::type;
  auto* const made = other == nullptr ? new notice() : new notice(*static_cast<const notice*>(other));
  made->prepare();
  return made;
}
template <side Side>
void border<Side>::free_notice(void* notice) noexcept {
  delete static_cast<typename notice_behind<decltype(backend_of<Side>())>::type*>(notice);
}
template <side Side>
void border<Side>::post(void* notice, const double* number) {
  static_cast<typename notice_behind<decltype(backend_of<Side>())>::type*>(notice)->post(backend_of<Side>(), number);
}
template <side Side>
double border<Side>::read(const void* notice) {
  return static_cast<const typename notice_behind<decltype(backend_of<Side>())>::type*>(notice)->read();
}
template <side Side>
using transfer_behind = typename blockopt::detail::transfer_of<decltype(backend_of<Side>())>::type;

template <side Side>
void* border<Side>::make_transfer() {
  auto* const made = new transfer_behind<Side>();
  made->prepare(backend_of<Side>());
  return made;
}
template <side Side>
void border<Side>::free_transfer(void* transfer) noexcept {
  delete static_cast<transfer_behind<Side>*>(transfer);
}
template <side Side>
void border<Side>::transfer_copy(void* transfer, void* to, const void* from, std::size_t bytes) {
  static_cast<transfer_behind<Side>*>(transfer)->copy(backend_of<Side>(), to, from, bytes);
}
template <side Side>
void border<Side>::transfer_join(void* transfer) {
  static_cast<transfer_behind<Side>*>(transfer)->join(backend_of<Side>());
}
template <side Side>
void border<Side>::transfer_wait(const void* transfer) {
  static_cast<const transfer_behind<Side>*>(transfer)->wait();
}
template <side Side>
void* border<Side>::transfer_allocate(std::size_t bytes) {
  return transfer_behind<Side>::allocate(bytes);
}
template <side Side>
void border<Side>::transfer_deallocate(void* p, std::size_t bytes) noexcept {
  transfer_behind<Side>::deallocate(p, bytes);
}

template <side Side>
std::size_t border<Side>::bytes() {
  return memory_of<Side>().bytes();
}
#ifndef BLOCKOPT_TESTED_ON_CUDA
template <side Side>
void border<Side>::reset_counters() {}
template <side Side>
device_counters border<Side>::counters() {
  return {};
}
template <side Side>
std::string border<Side>::sentence_of(int) {
  return {};
}
#endif
template <side Side>
std::size_t border<Side>::allocations() {
  return memory_of<Side>().allocations();
}

template <side Side, class Job>
std::size_t job_border<Side, Job>::table_bytes(const blockopt::table_request& need) {
  using backend = decltype(backend_of<Side>());
  if constexpr (blockopt::tabulating_backend<backend, Job>) return backend::template table_bytes<Job>(need);
  else return 0;
}
template <side Side, class Job>
bool job_border<Side, Job>::needs_table(std::span<const Job> jobs) {
  using backend = decltype(backend_of<Side>());
  if constexpr (blockopt::tabulating_backend<backend, Job>) return backend::needs_table(jobs);
  else return false;
}

/// f(backend, jobs) or f(backend, jobs, table).
template <side Side, class Job, class F>
decltype(auto) with_table(std::span<const Job> jobs, const std::byte* table, const F& f) {
  const auto backend = backend_of<Side>();
  if constexpr (blockopt::tabulating_backend<std::remove_const_t<decltype(backend)>, Job>)
    return f(backend, jobs, table);
  else return f(backend, jobs);
}

template <side Side, class Job>
void job_border<Side, Job>::bind(std::span<const Job> jobs, std::byte* table) {
  const auto backend = backend_of<Side>();
  if constexpr (requires { backend.bind(jobs, table); }) backend.bind(jobs, table);
}
template <side Side, class Job>
void job_border<Side, Job>::load_master(std::span<const Job> jobs, const std::byte* table) {
  with_table<Side>(jobs, table, [](const auto& b, auto... all) { b.load_master(all...); });
}
template <side Side, class Job>
void job_border<Side, Job>::add_gradient(std::span<const Job> jobs, const std::byte* table) {
  with_table<Side>(jobs, table, [](const auto& b, auto... all) { b.add_gradient(all...); });
}
template <side Side, class Job>
void job_border<Side, Job>::measure(std::span<const Job> jobs, const blockopt::norm_request& request,
                                    const blockopt::norm_workspace& workspace, const std::byte* table) {
  with_table<Side>(jobs, table,
                   [&](const auto& b, auto list, auto... t) { b.measure(list, request, workspace, t...); });
}
template <side Side, class Job>
void job_border<Side, Job>::check_finite(std::span<const Job> jobs, const blockopt::norm_workspace& workspace,
                                         const std::byte* table) {
  with_table<Side>(jobs, table, [&](const auto& b, auto list, auto... t) {
    if constexpr (requires { b.check_finite(list, workspace, t...); }) {
      b.check_finite(list, workspace, t...);
    } else {
      const bool finite = b.first_not_finite(list, true, workspace) == list.size();
      workspace.control->applies = finite ? 1 : 0;
      workspace.partial[0] = finite ? std::numeric_limits<double>::infinity() : 0;
    }
  });
}
template <side Side, class Job>
std::size_t job_border<Side, Job>::first_not_finite(std::span<const Job> jobs, bool incoming,
                                                    const blockopt::norm_workspace& workspace, const std::byte* table) {
  return with_table<Side>(jobs, table, [&](const auto& b, auto list, auto... t) {
    return b.first_not_finite(list, incoming, workspace, t...);
  });
}
template <side Side, class Rule, class Job>
void rule_border<Side, Rule, Job>::update(std::span<const blockopt::rule_constants<Rule, S>> constants,
                                          std::span<const Job> jobs, const blockopt::step_options<S>& options,
                                          const std::byte* table) {
  with_table<Side>(jobs, table, [&](const auto& b, auto list, auto... t) {
    b.template update<Rule>(constants, list, options, t...);
  });
}

template <side Side, class Rule, class Format, class Job>
void coded_border<Side, Rule, Format, Job>::update(std::span<const blockopt::rule_constants<Rule, S>> constants,
                                                   std::span<const Job> jobs, const blockopt::step_options<S>& options,
                                                   const std::byte* table) {
  with_table<Side>(jobs, table, [&](const auto& b, auto list, auto... t) {
    b.template update<Rule, Format>(constants, list, options, t...);
  });
}
template <side Side, class Rule, class Format, class Job>
void coded_border<Side, Rule, Format, Job>::load_master(std::span<const Job> jobs, const std::byte* table) {
  with_table<Side>(jobs, table, [](const auto& b, auto... all) { b.template load_master<Format>(all...); });
}

template <side Side, class Format, class T>
[[nodiscard]] bool keep_coded_border_of() {
  using coded = coded_border<Side, blockopt::adamw, Format, blockopt::parameter_job<T, T, 2>>;
  auto volatile update = &coded::update;
  auto volatile load = &coded::load_master;
  return update != nullptr && load != nullptr;
}

/// Makes the compiler emit the functions of formats that the tests use: each with one scalar.
template <side Side>
[[nodiscard]] bool keep_coded_border() {
  return keep_coded_border_of<Side, blockopt::dynamic_8bit_state, float>() &&
         keep_coded_border_of<Side, blockopt::fp8_lm_state, blockopt::bfloat16>() &&
         keep_coded_border_of<Side, blockopt::bfloat16_state, blockopt::half>();
}

/// Makes the compiler emit all functions of a border for the rule in every scalar.
template <side Side, class Rule, class T, class G = T>
[[nodiscard]] bool keep_border_of() {
  using job = blockopt::parameter_job<T, G, blockopt::slot_count<Rule>>;
  using jobs = job_border<Side, job>;
  // the address of each, through a volatile: its definition must then exist
  const auto kept = [](auto function) {
    auto volatile f = function;
    return f != nullptr;
  };
  bool all = kept(&rule_border<Side, Rule, job>::update) && kept(&jobs::table_bytes) && kept(&jobs::needs_table) &&
             kept(&jobs::bind) && kept(&jobs::load_master) && kept(&jobs::add_gradient) && kept(&jobs::measure) &&
             kept(&jobs::check_finite) && kept(&jobs::first_not_finite);
  if constexpr (blockopt::two_point_rule<Rule>) {
    using leave = decltype(std::declval<const Rule&>().at_leave());
    using enter = decltype(std::declval<const Rule&>().at_enter());
    using move = blockopt::parameter_job<T, T, blockopt::slot_count<Rule>>;
    all = all && kept(&rule_border<Side, leave, move>::update) && kept(&rule_border<Side, enter, move>::update);
  }
  if constexpr (blockopt::decaying_rule<Rule> && blockopt::slot_count<Rule> != 0) {
    constexpr std::size_t slots = blockopt::slot_count<Rule>;
    all = all &&
          kept(&rule_border<Side, blockopt::detail::slot_scaling<slots>, blockopt::parameter_job<T, T, slots>>::update);
  }
  return all;
}

/// The rules of which the number, modulo Groups, is Group; so that several translation units share the work.
template <side Side, std::size_t Group, std::size_t Groups>
[[nodiscard]] bool keep_border() {
  bool all = true;
  for_each_rule_of<Group, Groups>([&]<class Rule>(const char*, const Rule&) {
    all = all && keep_border_of<Side, Rule, float>() && keep_border_of<Side, Rule, double>() &&
          keep_border_of<Side, Rule, blockopt::bfloat16>() && keep_border_of<Side, Rule, blockopt::half>();
  });
  return all;
}

}  // namespace blockopt_tests
