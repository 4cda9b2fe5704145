// SPDX-License-Identifier: MIT
// Part of blockopt: a memory strategy chosen at run time.
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <variant>

#include <blockopt/memory/format/state_format.hpp>
#include <blockopt/memory/memory_strategy.hpp>

namespace blockopt {

/// One of several strategies, chosen at run time: `memory_choice<keep_state, drop_state>{drop_state{}}`. Asked once per
/// visit, so the choice costs nothing. Where one of them decays, the rule must be a decaying_rule, whichever is chosen.
template <class... Strategies>
struct memory_choice {
  std::variant<Strategies...> strategy;

  using state_format = std::common_type_t<state_format_t<Strategies>...>;  ///< the strategies share one

  static constexpr bool decays = (decays_state<Strategies> || ...);

  [[nodiscard]] memory_plan plan(std::span<const block_bytes> blocks, std::size_t together = 1) const {
    return std::visit([&](const auto& s) { return s.plan(blocks, together); }, strategy);
  }

  template <class Backend>
  class storage {
   public:
    storage(const memory_choice& choice, const Backend& backend, std::span<const block_bytes> blocks,
            std::size_t together = 1)
        : held_(std::visit([&]<class S>(const S& s)
                               -> holder { return holder(std::in_place_type<of<S>>, s, backend, blocks, together); },
                           choice.strategy)) {}

    [[nodiscard]] visit_memory enter(std::size_t block, std::size_t lane = 0) {
      return std::visit([&](auto& s) { return s.enter(block, lane); }, held_);
    }
    [[nodiscard]] visit_memory locate(std::size_t block, std::size_t lane = 0) const {
      return std::visit([&](const auto& s) { return s.locate(block, lane); }, held_);
    }
    void leave(std::size_t block, std::size_t lane = 0) {
      std::visit([&](auto& s) { s.leave(block, lane); }, held_);
    }
    [[nodiscard]] memory_plan allocated() const {
      return std::visit([](const auto& s) { return s.allocated(); }, held_);
    }
    template <class F>
    void with_kept(std::size_t block, bool writes, const F& f) {
      std::visit([&](auto& s) { s.with_kept(block, writes, f); }, held_);
    }
    [[nodiscard]] visit_memory kept(std::size_t block) {
      return std::visit([&](auto& s) { return kept_flags(s, block); }, held_);
    }
    template <class A>
    void archive(A& a) {
      std::size_t strategy = held_.index();
      a.same("strategy", strategy);
      std::visit(
          [&](auto& s) {
            if constexpr (requires { s.archive(a); }) s.archive(a);
          },
          held_);
    }
    void expect([[maybe_unused]] std::span<const std::size_t> next) requires(
        expecting_storage<typename Strategies::template storage<Backend>> || ...) {
      std::visit(
          [&](auto& s) {
            if constexpr (expecting_storage<std::remove_reference_t<decltype(s)>>) s.expect(next);
          },
          held_);
    }

   private:
    /// Storages apart by their strategies, should two strategies share one.
    template <class S>
    struct of : S::template storage<Backend> {
      using S::template storage<Backend>::storage;
    };
    using holder = std::variant<of<Strategies>...>;

    holder held_;
  };
};

}  // namespace blockopt
