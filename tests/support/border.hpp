// SPDX-License-Identifier: MIT
// Part of blockopt: what crosses the border between tests and the translation units that know a backend.
//
// Pointers, sizes and plain data only, so that these may be compiled by another compiler. They define the functions by
// border_runner.hpp.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <type_traits>

#include <blockopt/backend/backend.hpp>
#include <blockopt/backend/norm.hpp>
#include <blockopt/update/update_rule.hpp>
#include <blockopt/view/space.hpp>

namespace blockopt_tests {

/// Who is behind the border: the Eigen backend, or the backend that the executable tests.
enum class side { oracle, tested };

/// What a device did since `reset_counters`, where something counts it (the emulator does).
struct device_counters {
  bool known = false;
  std::size_t launches = 0;
  std::size_t waits = 0;         ///< of the host, explicit and implied
  std::size_t allocations = 0;   ///< of device memory
  std::size_t copied_bytes = 0;  ///< by calls of the host
  std::size_t narrow_bytes = 0;  ///< read and written by kernels, in accesses of less than 16 bytes
  std::size_t wide_bytes = 0;    ///< the others
  std::size_t local_accesses = 0;
};

/// What depends on no type.
template <side Side>
struct border {
  [[nodiscard]] static const char* name();
  [[nodiscard]] static void* allocate(std::size_t bytes);
  static void deallocate(void* p, std::size_t bytes) noexcept;
  static void copy(void* to, const void* from, std::size_t bytes);
  static void zero(void* p, std::size_t bytes);
  static void wait();
  /// A notice of the backend (see noticing_backend), or of a host's: made, copied, ...
  [[nodiscard]] static void* make_notice(const void* other);
  static void free_notice(void* notice) noexcept;
  static void post(void* notice, const double* number);
  [[nodiscard]] static double read(const void* notice);
  /// A transfer of the backend (see transferring_backend), or of a host's.
  [[nodiscard]] static void* make_transfer();
  static void free_transfer(void* transfer) noexcept;
  static void transfer_copy(void* transfer, void* to, const void* from, std::size_t bytes);
  static void transfer_join(void* transfer);
  static void transfer_wait(const void* transfer);
  [[nodiscard]] static void* transfer_allocate(std::size_t bytes);
  static void transfer_deallocate(void* p, std::size_t bytes) noexcept;
  [[nodiscard]] static std::size_t bytes();        ///< that this side has allocated and not yet freed
  [[nodiscard]] static std::size_t allocations();  ///< calls of allocate so far
  static void reset_counters();
  [[nodiscard]] static device_counters counters();
  /// The sentence that a failed call of the CUDA runtime ends in; empty on other systems.
  [[nodiscard]] static std::string sentence_of(int code);
};

/// What depends on the stored types and the number of slots.
template <side Side, class Job>
struct job_border {
  [[nodiscard]] static std::size_t table_bytes(const blockopt::table_request& need);
  [[nodiscard]] static bool needs_table(std::span<const Job> jobs);
  static void bind(std::span<const Job> jobs, std::byte* table);
  static void load_master(std::span<const Job> jobs, const std::byte* table);
  static void add_gradient(std::span<const Job> jobs, const std::byte* table);
  static void measure(std::span<const Job> jobs, const blockopt::norm_request& request,
                      const blockopt::norm_workspace& workspace, const std::byte* table);
  static void check_finite(std::span<const Job> jobs, const blockopt::norm_workspace& workspace,
                           const std::byte* table);
  [[nodiscard]] static std::size_t first_not_finite(std::span<const Job> jobs, bool incoming,
                                                    const blockopt::norm_workspace& workspace, const std::byte* table);
};

/// What depends on the rule too.
template <side Side, class Rule, class Job>
struct rule_border {
  using S = typename Job::compute;
  static void update(std::span<const blockopt::rule_constants<Rule, S>> constants, std::span<const Job> jobs,
                     const blockopt::step_options<S>& options, const std::byte* table);
};

/// And on the format of the state.
template <side Side, class Rule, class Format, class Job>
struct coded_border {
  using S = typename Job::compute;
  static void update(std::span<const blockopt::rule_constants<Rule, S>> constants, std::span<const Job> jobs,
                     const blockopt::step_options<S>& options, const std::byte* table);
  static void load_master(std::span<const Job> jobs, const std::byte* table);
};

}  // namespace blockopt_tests
