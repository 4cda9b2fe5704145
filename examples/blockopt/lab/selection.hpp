// SPDX-License-Identifier: MIT
// Part of blockopt: selection policies whose type is chosen at run time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include <blockopt/run/descent.hpp>
#include <blockopt/run/detail/checkpoint_archive.hpp>

namespace blockopt::program {

/// Any selection policy that names blocks, or any that names coordinates: one virtual call for each visit, more only for
/// policies that learn or follow moves.
template <bool Coordinates>
class erased_selection {
 public:
  static constexpr feedback_kind feedback = feedback_kind::every_block;
  std::uint64_t seed = 1;

  template <class P>
    requires(!std::is_same_v<P, erased_selection> && (Coordinates ? coordinate_selection<P> : selection_policy<P>))
  erased_selection(P policy) : held_(std::make_unique<of<P>>(std::move(policy))) {}
  erased_selection(const erased_selection& other) : seed(other.seed), held_(other.held_->clone()) {}
  erased_selection(erased_selection&&) noexcept = default;
  erased_selection& operator=(erased_selection other) noexcept {
    seed = other.seed;
    held_ = std::move(other.held_);
    return *this;
  }
  ~erased_selection() = default;

  void start(std::size_t blocks, selection_oracle& oracle) { held_->start(blocks, oracle); }
  [[nodiscard]] std::size_t next(random_stream& rng, const selection_statistics& s) requires(!Coordinates) {
    return held_->next(rng, s);
  }
  void choose(random_stream& rng, const selection_statistics& s, std::vector<std::size_t>& list) requires Coordinates {
    held_->choose(rng, s, list);
  }
  void observe(std::size_t block, const visit_feedback& f) requires(!Coordinates) {
    if (held_->observes) held_->observe(block, f);
  }
  void moved(std::size_t block, selection_oracle& oracle) requires(!Coordinates) {
    if (held_->follows) held_->moved(block, oracle);
  }
  [[nodiscard]] std::size_t blocks_per_visit() const requires(!Coordinates) { return held_->together(); }
  template <class A>
  void archive(A& a) {
    held_->archive(a);
  }

 private:
  struct base {
    bool observes = false, follows = false;
    base() = default;
    base(const base&) = default;
    base& operator=(const base&) = delete;
    virtual ~base() = default;
    [[nodiscard]] virtual std::unique_ptr<base> clone() const = 0;
    virtual void start(std::size_t blocks, selection_oracle& oracle) = 0;
    [[nodiscard]] virtual std::size_t next(random_stream& rng, const selection_statistics& s) = 0;
    virtual void choose(random_stream& rng, const selection_statistics& s, std::vector<std::size_t>& list) = 0;
    virtual void observe(std::size_t block, const visit_feedback& f) = 0;
    virtual void moved(std::size_t block, selection_oracle& oracle) = 0;
    [[nodiscard]] virtual std::size_t together() const = 0;
    virtual void archive(detail::saving_archive& a) = 0;
    virtual void archive(detail::loading_archive& a) = 0;
  };
  /// What a policy does not have is not called.
  template <class P>
  struct of final : base {
    explicit of(P p) : policy(std::move(p)) {
      this->observes = requires { policy.observe(std::size_t{}, visit_feedback{}); };
      this->follows = requires(selection_oracle & o) { policy.moved(std::size_t{}, o); };
    }
    [[nodiscard]] std::unique_ptr<base> clone() const override { return std::make_unique<of>(*this); }
    void start([[maybe_unused]] std::size_t blocks, [[maybe_unused]] selection_oracle& oracle) override {
      if constexpr (requires { policy.start(blocks, oracle); }) policy.start(blocks, oracle);
      else if constexpr (requires { policy.start(blocks); }) policy.start(blocks);
    }
    [[nodiscard]] std::size_t next([[maybe_unused]] random_stream& rng,
                                   [[maybe_unused]] const selection_statistics& s) override {
      if constexpr (Coordinates) return 0;
      else return static_cast<std::size_t>(policy.next(rng, s));
    }
    void choose([[maybe_unused]] random_stream& rng, [[maybe_unused]] const selection_statistics& s,
                [[maybe_unused]] std::vector<std::size_t>& list) override {
      if constexpr (Coordinates) policy.choose(rng, s, list);
    }
    void observe([[maybe_unused]] std::size_t block, [[maybe_unused]] const visit_feedback& f) override {
      if constexpr (requires { policy.observe(block, f); }) policy.observe(block, f);
    }
    void moved([[maybe_unused]] std::size_t block, [[maybe_unused]] selection_oracle& oracle) override {
      if constexpr (requires { policy.moved(block, oracle); }) policy.moved(block, oracle);
    }
    [[nodiscard]] std::size_t together() const override {
      if constexpr (Coordinates) return 1;
      else return blockopt::blocks_per_visit(policy);
    }
    void archive(detail::saving_archive& a) override { walk(a); }
    void archive(detail::loading_archive& a) override { walk(a); }
    template <class A>
    void walk(A& a) {
      if constexpr (requires { policy.archive(a); }) policy.archive(a);
      else static_assert(std::is_empty_v<P>, "a policy with members needs archive(a)");
    }
    P policy;
  };

  std::unique_ptr<base> held_;
};

using any_selection = erased_selection<false>;
using any_coordinate_selection = erased_selection<true>;  ///< of policies that name coordinates
using selection_choice = std::variant<any_selection, any_coordinate_selection>;

}  // namespace blockopt::program
