// SPDX-License-Identifier: MIT
// Part of blockopt: a backend that stands for another one, compiled in other translation units.
//
// Tests are compiled once, with the Eigen backend as their oracle, and run on every backend: a border_backend hands its
// calls to the functions of border.hpp.
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include <blockopt/backend/backend.hpp>
#include <blockopt/backend/norm.hpp>
#include <blockopt/memory/format/state_format.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/view/space.hpp>

#include "support/border.hpp"

namespace blockopt_tests {

/// f(tag<side>) for the side.
template <class F>
decltype(auto) on_side(side which, const F& f) {
  if (which == side::oracle) return f(std::integral_constant<side, side::oracle>{});
  return f(std::integral_constant<side, side::tested>{});
}

/// Either side, chosen at run time, so that what is compiled with a backend is compiled once. Its memory is reached by
/// `copy` only.
struct border_backend {
  using space = blockopt::device_space;

  side which = side::tested;

  [[nodiscard]] const char* name() const {
    return on_side(which, [](auto s) { return border<s()>::name(); });
  }
  /// Bytes that the side has allocated and not yet freed.
  [[nodiscard]] std::size_t bytes() const {
    return on_side(which, [](auto s) { return border<s()>::bytes(); });
  }
  [[nodiscard]] void* allocate(std::size_t bytes) const {
    return on_side(which, [&](auto s) { return border<s()>::allocate(bytes); });
  }
  void deallocate(void* p, std::size_t bytes) const noexcept {
    on_side(which, [&](auto s) { border<s()>::deallocate(p, bytes); });
  }
  void copy(void* to, const void* from, std::size_t bytes) const {
    on_side(which, [&](auto s) { border<s()>::copy(to, from, bytes); });
  }
  void zero(void* p, std::size_t bytes) const {
    on_side(which, [&](auto s) { border<s()>::zero(p, bytes); });
  }
  void wait() const {
    on_side(which, [&](auto s) { border<s()>::wait(); });
  }

  /// Of both sides.
  class notice {
   public:
    notice() = default;
    notice(const notice& other) : which_(other.which_) {
      if (other.made_ != nullptr)
        made_ = on_side(which_, [&](auto s) { return border<s()>::make_notice(other.made_); });
    }
    notice& operator=(const notice& other) {
      notice copy(other);
      std::swap(which_, copy.which_);
      std::swap(made_, copy.made_);
      return *this;
    }
    ~notice() {
      if (made_ != nullptr) on_side(which_, [&](auto s) { border<s()>::free_notice(made_); });
    }
    void prepare() {}  // which side it is of is known at the first post
    void post(const border_backend& backend, const double* number) {
      which_ = backend.which;
      on_side(which_, [&](auto s) {
        if (made_ == nullptr) made_ = border<s()>::make_notice(nullptr);
        border<s()>::post(made_, number);
      });
    }
    [[nodiscard]] double read() const {
      return on_side(which_, [&](auto s) { return border<s()>::read(made_); });
    }

   private:
    side which_ = side::tested;
    void* made_ = nullptr;
  };

  /// Of both sides; one that was not prepared is of none.
  class transfer {
   public:
    transfer() = default;
    transfer(transfer&& other) noexcept : which_(other.which_), made_(std::exchange(other.made_, nullptr)) {}
    transfer& operator=(transfer other) noexcept {
      std::swap(which_, other.which_);
      std::swap(made_, other.made_);
      return *this;
    }
    ~transfer() {
      if (made_ != nullptr) on_side(which_, [&](auto s) { border<s()>::free_transfer(made_); });
    }
    void prepare(const border_backend& backend) {
      which_ = backend.which;
      if (made_ == nullptr) made_ = on_side(which_, [](auto s) { return border<s()>::make_transfer(); });
    }
    void copy(const border_backend&, void* to, const void* from, std::size_t bytes) {
      on_side(which_, [&](auto s) { border<s()>::transfer_copy(made_, to, from, bytes); });
    }
    void join(const border_backend&) {
      on_side(which_, [&](auto s) { border<s()>::transfer_join(made_); });
    }
    void wait() const {
      on_side(which_, [&](auto s) { border<s()>::transfer_wait(made_); });
    }
    // Static functions have no side: the tested one's memory serves both.
    [[nodiscard]] static void* allocate(std::size_t bytes) { return border<side::tested>::transfer_allocate(bytes); }
    static void deallocate(void* p, std::size_t bytes) noexcept { border<side::tested>::transfer_deallocate(p, bytes); }

   private:
    side which_ = side::tested;
    void* made_ = nullptr;
  };

  // A static function has no side: the tested one's table serves both.
  template <class Job>
  [[nodiscard]] static std::size_t table_bytes(const blockopt::table_request& need) {
    return job_border<side::tested, Job>::table_bytes(need);
  }
  template <class Job>
  [[nodiscard]] static bool needs_table(std::span<const Job> jobs) {
    return job_border<side::tested, Job>::needs_table(jobs);
  }
  template <class Job>
  void bind(std::span<const Job> jobs, std::byte* table) const {
    on_side(which, [&](auto s) { job_border<s(), Job>::bind(jobs, table); });
  }
  template <class Rule, class Format = blockopt::full_state, class T, class G, std::size_t N>
  void update(std::span<const blockopt::rule_constants<Rule, blockopt::compute_type_t<T>>> constants,
              std::span<const blockopt::parameter_job<T, G, N>> jobs,
              const blockopt::step_options<blockopt::compute_type_t<T>>& options,
              const std::byte* table = nullptr) const {
    on_side(which, [&](auto s) {
      using job = blockopt::parameter_job<T, G, N>;
      if constexpr (blockopt::is_full_format<Format>)
        rule_border<s(), Rule, job>::update(constants, jobs, options, table);
      else coded_border<s(), Rule, Format, job>::update(constants, jobs, options, table);
    });
  }
  template <class Format = blockopt::full_state, class Job = void>
  void load_master(std::span<const Job> jobs, const std::byte* table = nullptr) const {
    on_side(which, [&](auto s) {
      if constexpr (blockopt::is_full_format<Format>) job_border<s(), Job>::load_master(jobs, table);
      else coded_border<s(), blockopt::adamw, Format, Job>::load_master(jobs, table);  // the rule does not matter
    });
  }
  template <class Job>
  void add_gradient(std::span<const Job> jobs, const std::byte* table = nullptr) const {
    on_side(which, [&](auto s) { job_border<s(), Job>::add_gradient(jobs, table); });
  }
  template <class Job>
  void measure(std::span<const Job> jobs, const blockopt::norm_request& request,
               const blockopt::norm_workspace& workspace, const std::byte* table = nullptr) const {
    on_side(which, [&](auto s) { job_border<s(), Job>::measure(jobs, request, workspace, table); });
  }
  template <class Job>
  void check_finite(std::span<const Job> jobs, const blockopt::norm_workspace& workspace,
                    const std::byte* table = nullptr) const {
    on_side(which, [&](auto s) { job_border<s(), Job>::check_finite(jobs, workspace, table); });
  }
  template <class Job>
  [[nodiscard]] std::size_t first_not_finite(std::span<const Job> jobs, bool incoming,
                                             const blockopt::norm_workspace& workspace,
                                             const std::byte* table = nullptr) const {
    return on_side(which,
                   [&](auto s) { return job_border<s(), Job>::first_not_finite(jobs, incoming, workspace, table); });
  }
};

}  // namespace blockopt_tests
