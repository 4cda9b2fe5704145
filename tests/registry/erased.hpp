// SPDX-License-Identifier: MIT
// Part of blockopt: policies and problems behind one type each, so that the registry compiles rules x memory strategies
// and not the whole product.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <blockopt/block/active_block.hpp>
#include <blockopt/block/parameter.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt_tests {

/// An archive of numbers behind a virtual call, each as 64 bits.
struct number_archive {
  virtual ~number_archive() = default;
  virtual void numbers(std::string_view name, std::vector<std::uint64_t>& values, bool same) = 0;

  template <class T>
  void operator()(std::string_view name, T&& value) {
    pass(name, value, false);
  }
  template <class T>
  void same(std::string_view name, T& value) {
    pass(name, value, true);
  }

 private:
  template <class T>
  static std::uint64_t bits(const T& value) {
    if constexpr (std::floating_point<T>) return std::bit_cast<std::uint64_t>(double{value});
    else return static_cast<std::uint64_t>(value);
  }
  template <class T>
  static T number(std::uint64_t value) {
    if constexpr (std::floating_point<T>) return static_cast<T>(std::bit_cast<double>(value));
    else return static_cast<T>(value);
  }
  template <class T>
  void pass(std::string_view name, T& value, bool same) {
    if constexpr (requires { value.archive(*this); }) {
      const std::string before = prefix_;
      prefix_.append(name).append("/");
      value.archive(*this);
      prefix_ = before;
    } else {
      std::vector<std::uint64_t> all;
      if constexpr (requires { value.begin(); }) {
        for (const auto& v : value) all.push_back(bits(v));
      } else {
        all.push_back(bits(value));
      }
      numbers(prefix_ + std::string(name), all, same);
      if constexpr (requires { value.begin(); }) {
        value.clear();
        for (const std::uint64_t v : all) value.push_back(number<typename T::value_type>(v));
      } else {
        value = number<T>(all.front());
      }
    }
  }
  std::string prefix_;
};

/// Any selection policy that needs no oracle. Copies are deep. Policies that learn are told of visits without norms, so
/// that the optimizer is the same for all.
class any_selection {
 public:
  std::uint64_t seed = 1;

  template <class P>
    requires(!std::same_as<P, any_selection>)
  &&blockopt::selection_policy<P>  // in this order: no recursion
  any_selection(P policy) : impl_(std::make_unique<model<P>>(std::move(policy))) {
    if constexpr (requires { policy.seed; }) seed = static_cast<model<P>&>(*impl_).policy.seed;
  }
  any_selection(const any_selection& other) : seed(other.seed), impl_(other.impl_->clone()) {}
  any_selection(any_selection&&) noexcept = default;
  any_selection& operator=(any_selection other) noexcept {
    seed = other.seed;
    impl_ = std::move(other.impl_);
    return *this;
  }
  ~any_selection() = default;

  void start(std::size_t blocks) { impl_->start(blocks); }
  [[nodiscard]] std::size_t blocks_per_visit() const { return impl_->blocks_per_visit(); }
  [[nodiscard]] std::size_t next(blockopt::random_stream& rng, const blockopt::selection_statistics& s) {
    return impl_->next(rng, s);
  }
  void observe(std::size_t block, const blockopt::visit_feedback& f) { impl_->observe(block, f); }
  template <class A>
  void archive(A& a) {
    struct bridge final : number_archive {
      A& to;
      explicit bridge(A& archive) : to(archive) {}
      void numbers(std::string_view name, std::vector<std::uint64_t>& values, bool same) override {
        if (same) to.same(name, values);
        else to(name, values);
      }
    } there(a);
    impl_->archive(there);
  }

 private:
  struct base {
    virtual ~base() = default;
    [[nodiscard]] virtual std::unique_ptr<base> clone() const = 0;
    virtual void start(std::size_t blocks) = 0;
    virtual void archive(number_archive&) = 0;
    virtual void observe(std::size_t block, const blockopt::visit_feedback& f) = 0;
    [[nodiscard]] virtual std::size_t blocks_per_visit() const = 0;
    [[nodiscard]] virtual std::size_t next(blockopt::random_stream&, const blockopt::selection_statistics&) = 0;
  };
  template <class P>
  struct model final : base {
    P policy;
    explicit model(P p) : policy(std::move(p)) {}
    [[nodiscard]] std::unique_ptr<base> clone() const override { return std::make_unique<model>(policy); }
    void start(std::size_t blocks) override {
      if constexpr (requires { policy.start(blocks); }) policy.start(blocks);
    }
    void archive([[maybe_unused]] number_archive& a) override {
      if constexpr (requires { policy.archive(a); }) policy.archive(a);
    }
    void observe([[maybe_unused]] std::size_t block, [[maybe_unused]] const blockopt::visit_feedback& f) override {
      if constexpr (requires { policy.observe(block, f); }) policy.observe(block, f);
    }
    [[nodiscard]] std::size_t blocks_per_visit() const override { return blockopt::blocks_per_visit(policy); }
    [[nodiscard]] std::size_t next(blockopt::random_stream& rng, const blockopt::selection_statistics& s) override {
      return policy.next(rng, s);
    }
  };
  std::unique_ptr<base> impl_;
};

/// Any problem with a block oracle and a known optimum.
template <class T>
struct any_problem {
  virtual ~any_problem() = default;
  [[nodiscard]] virtual std::vector<blockopt::parameter<T>> parameters() = 0;
  [[nodiscard]] virtual double value() const = 0;
  [[nodiscard]] virtual double optimum() const = 0;
  virtual void gradient(const blockopt::active_block<T>& active) = 0;
};

template <class T, class P>
std::unique_ptr<any_problem<T>> erase(P problem) {
  struct model final : any_problem<T> {
    P problem;
    explicit model(P p) : problem(std::move(p)) {}
    [[nodiscard]] std::vector<blockopt::parameter<T>> parameters() override { return problem.parameters(); }
    [[nodiscard]] double value() const override { return problem.value(); }
    [[nodiscard]] double optimum() const override { return problem.optimum(); }
    void gradient(const blockopt::active_block<T>& active) override { problem.gradient(active); }
  };
  return std::make_unique<model>(std::move(problem));
}

}  // namespace blockopt_tests
