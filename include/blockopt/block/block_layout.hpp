// SPDX-License-Identifier: MIT
// Part of blockopt: where the gradient, master copy and state of each parameter of a block lie in its memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <blockopt/block/slice.hpp>
#include <blockopt/memory/arena.hpp>
#include <blockopt/memory/format/state_format.hpp>
#include <blockopt/memory/memory_strategy.hpp>
#include <blockopt/update/update_rule.hpp>
#include <blockopt/view/scalar.hpp>

namespace blockopt {

/// Which copies a visit needs beside the state.
struct layout_options {
  bool master = true;         ///< a full-precision copy of 16-bit values
  bool compensation = false;  ///< or what their rounding lost, in their own type, in its place
  bool own_gradients = true;  ///< a gradient for each parameter that brings none
  bool own_all = false;       ///< a gradient for every parameter, to accumulate in
  bool borrows = false;       ///< every gradient is brought for a step
  bool reduced = false;       ///< gradients that are owned are of the parameters' gradient type
};

/// The layout of one block: for each parameter or slice its offsets in bytes, each a multiple of memory_granule.
struct block_layout {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  struct entry {
    std::size_t parameter = 0;
    std::size_t part = none;           ///< which of the block's slices, or none: the whole parameter
    std::size_t size = 0;              ///< elements
    std::size_t gradient = none;       ///< in the gradients' part, or none
    bool whole_gradient = true;        ///< its gradient has all elements of the parameter, not those of the slice only
    std::size_t master = none;         ///< in the master's part, or none
    std::vector<std::size_t> slots{};  ///< one per slot: in the state's part, or, of second moments, in theirs
  };

  std::vector<entry> entries;
  block_bytes bytes;

  block_layout() = default;

  template <class Parameter>
  block_layout(const std::vector<Parameter>& parameters, std::span<const std::size_t> members,
               std::span<const slice> slices, std::span<const slot> slots, const row_sizes& rows,
               const layout_options& options) {
    using T = typename Parameter::value_type;
    using S = compute_type_t<T>;
    const auto add = [&](std::size_t p, std::size_t part, std::size_t size) {
      entry e{.parameter = p, .part = part, .size = size};
      const bool brings = options.borrows || !parameters[p].gradient.empty();
      if (options.own_all || (options.own_gradients && !brings)) {
        e.whole_gradient = part == none || !brings;  // an oracle adds to the whole; what is brought is cut
        // another slice of the parameter shares its gradient
        const auto twin =
            part != none && e.whole_gradient ? std::ranges::find(entries, p, &entry::parameter) : entries.end();
        if (twin != entries.end()) {
          e.gradient = twin->gradient;
        } else {
          e.gradient = bytes.gradients;
          const std::size_t element = options.reduced ? sizeof(typename Parameter::gradient_type) : sizeof(S);
          bytes.gradients += round_to_granule((e.whole_gradient ? parameters[p].values.size() : size) * element);
        }
      }
      if ((options.master || options.compensation) && is_reduced_precision<T>) {
        e.master = bytes.master;
        bytes.master += options.compensation ? round_to_granule(size * sizeof(T)) : rows.master(size);
      }
      for (const slot& s : slots) {
        std::size_t& end = s.role == slot_role::second_moment ? bytes.second_moments : bytes.state;
        e.slots.push_back(end);
        end += rows.slot(s.role, size);
      }
      entries.push_back(std::move(e));
    };
    for (const std::size_t p : members) add(p, none, parameters[p].values.size());
    for (std::size_t k = 0; k < slices.size(); ++k) add(slices[k].parameter, k, slices[k].size());
    bytes.state += bytes.second_moments;  // behind the rest of it
  }
};

}  // namespace blockopt
