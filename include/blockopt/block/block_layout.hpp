// SPDX-License-Identifier: MIT
// Part of blockopt: where the gradient, master copy and state of each parameter of a block lie in its memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include <blockopt/block/slice.hpp>
#include <blockopt/memory/arena.hpp>
#include <blockopt/memory/memory_strategy.hpp>
#include <blockopt/view/scalar.hpp>

namespace blockopt {

/// Which copies a visit needs beside the state.
struct layout_options {
  bool master = true;         ///< a full-precision copy of 16-bit values
  bool own_gradients = true;  ///< a gradient for each parameter that brings none
  bool own_all = false;       ///< a gradient for every parameter, to accumulate in
  bool borrows = false;       ///< every gradient is brought for a step
};

/// The layout of one block: for each parameter or slice its offsets in bytes, each a multiple of memory_granule.
struct block_layout {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  struct entry {
    std::size_t parameter = 0;
    std::size_t part = none;      ///< which of the block's slices, or none: the whole parameter
    std::size_t size = 0;         ///< elements
    std::size_t gradient = none;  ///< in the gradients' part, or none
    bool whole_gradient = true;   ///< its gradient has all elements of the parameter, not those of the slice only
    std::size_t master = none;    ///< in the master's part, or none
    std::size_t state = 0;        ///< in the state's part; slot s follows at state + s * padded
    std::size_t padded = 0;       ///< bytes of one array of `size` elements
  };

  std::vector<entry> entries;
  block_bytes bytes;

  block_layout() = default;

  template <class Parameter>
  block_layout(const std::vector<Parameter>& parameters, std::span<const std::size_t> members,
               std::span<const slice> slices, std::size_t slots, const layout_options& options) {
    using T = typename Parameter::value_type;
    using S = compute_type_t<T>;
    const auto add = [&](std::size_t p, std::size_t part, std::size_t size) {
      entry e{.parameter = p, .part = part, .size = size, .padded = round_to_granule(size * sizeof(S))};
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
          bytes.gradients += e.whole_gradient ? round_to_granule(parameters[p].values.size() * sizeof(S)) : e.padded;
        }
      }
      if (options.master && is_reduced_precision<T>) {
        e.master = bytes.master;
        bytes.master += e.padded;
      }
      e.state = bytes.state;
      bytes.state += slots * e.padded;
      entries.push_back(e);
    };
    for (const std::size_t p : members) add(p, none, parameters[p].values.size());
    for (std::size_t k = 0; k < slices.size(); ++k) add(slices[k].parameter, k, slices[k].size());
  }
};

}  // namespace blockopt
