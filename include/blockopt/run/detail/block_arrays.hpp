// SPDX-License-Identifier: MIT
// Part of blockopt: the arrays that an optimizer has for a block, by the names that they have in checkpoints.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include <blockopt/block/block_layout.hpp>
#include <blockopt/block/partition.hpp>
#include <blockopt/memory/format/state_format.hpp>
#include <blockopt/memory/memory_strategy.hpp>
#include <blockopt/memory/write_back.hpp>
#include <blockopt/run/optimizer_options.hpp>
#include <blockopt/run/plan.hpp>
#include <blockopt/update/update_rule.hpp>
#include <blockopt/view/element_order.hpp>
#include <blockopt/view/tensor_view.hpp>

namespace blockopt::detail {

/// Which of them: state and master copies, of the state the second moments alone, or the sums of gradients.
enum class array_part { all, second_moments, gradients };

/// P: parameters, R: the rule, Format: of state, B: the backend.
template <class P, class R, class Format, class B>
struct block_arrays {
  const partition<P>& parts;
  const optimizer_layout& layout;
  const optimizer_options& options;

  /// f(name, view) for the arrays of a block, or, for the number behind the last one, of the always-active parameters.
  /// Null memory: views of places that may not be read. Rows of codes are views of bytes.
  template <class F>
  void for_each(array_part which, std::size_t block, const visit_memory& memory, const F& f) const {
    using compute = compute_type_t<typename P::value_type>;
    const bool always = block == parts.blocks().size();
    const block_layout& own = always ? layout.always : layout.blocks[block];
    for (const block_layout::entry& e : own.entries) {
      const P& p = parts.parameters()[e.parameter];
      const bool whole = e.part == block_layout::none;
      const std::string name =
          whole ? p.name : p.name + "/block " + std::to_string(block) + "/slice " + std::to_string(e.part);
      const auto place = [&]<class E>(std::byte* base, std::size_t offset, E*) {
        // not null: what is only described is never read
        return base == nullptr ? std::bit_cast<E*>(std::uintptr_t{64}) : reinterpret_cast<E*>(base + offset);
      };
      const auto give = [&]<class E>(const std::string& kind, std::byte* base, std::size_t offset, bool as_whole,
                                     E* type) {
        E* const data = place(base, offset, type);
        f(kind + name, as_whole ? dense_like(data, p.values) : tensor_view<E, typename B::space>(data, e.size));
      };
      const auto give_codes = [&](const std::string& kind, std::byte* base, std::size_t offset, std::size_t bytes) {
        constexpr std::uint8_t* type = nullptr;
        f(kind + name, tensor_view<std::uint8_t, typename B::space>(place(base, offset, type), bytes));
      };
      constexpr compute* number = nullptr;
      if (which == array_part::gradients) {
        // one that slices share is there once
        if (e.gradient == block_layout::none ||
            &e != &*std::ranges::find(own.entries, e.gradient, &block_layout::entry::gradient))
          continue;
        constexpr typename P::gradient_type* sum = nullptr;
        if (options.reduced_gradients) give("gradient/", memory.gradients, e.gradient, e.whole_gradient, sum);
        else give("gradient/", memory.gradients, e.gradient, e.whole_gradient, number);
        continue;
      }
      const auto slot = [&]<std::size_t Slot>(std::integral_constant<std::size_t, Slot>) {
        constexpr slot_role role = R::slots[Slot].role;
        constexpr bool second = role == slot_role::second_moment;
        if (which == array_part::second_moments && !second) return;
        const std::string kind = "state/" + std::string(R::slots[Slot].name) + "/";
        std::byte* const base = second ? memory.second_moments : memory.state;
        if (state_row<slot_code<Format, R, Slot>, compute>::coded(e.size))
          give_codes(kind, base, e.slots[Slot], layout.rows.slot(role, e.size));
        else give(kind, base, e.slots[Slot], whole, number);
      };
      [&]<std::size_t... Slot>(std::index_sequence<Slot...>) {
        (slot(std::integral_constant<std::size_t, Slot>{}), ...);
      }
      (std::make_index_sequence<slot_count<R>>{});
      if (which != array_part::all || e.master == block_layout::none) continue;
      if (options.write_back == rounding::compensated) {
        constexpr typename P::value_type* lost = nullptr;
        give("compensation/", memory.master, e.master, whole, lost);
      } else if (state_row<typename Format::master_code, compute>::coded(e.size)) {
        give_codes("master/", memory.master, e.master, layout.rows.master(e.size));
      } else {
        give("master/", memory.master, e.master, whole, number);
      }
    }
  }
};

}  // namespace blockopt::detail
