// SPDX-License-Identifier: MIT
// Part of blockopt: state that every block keeps, in fewer bytes.
#pragma once

#include <cstddef>
#include <span>

#include <blockopt/memory/format/state_format.hpp>
#include <blockopt/memory/keep_state.hpp>

namespace blockopt {

/// keep_state with state, and for keep_fp8 the master copy, in codes at all times: each step decodes 256 elements at a time
/// and codes them anew. Any rule; iterates (Schedule-Free's) stay in full precision. Bytes for Adam, where keep_state takes 8
/// and 4 for a master copy; each step reads and writes them once, and a switch of blocks moves nothing:
///
///                 state per parameter   master   a step on floats moves (full precision: 28)
///   keep_bf16     4                     4        20
///   keep_8bit     2.03                  4        16.06
///   keep_fp8      3.03                  2.02     18.06
///
/// See state_format for what each stores and where it comes from.
template <class Format>
struct keep_compressed {
  using state_format = Format;

  [[nodiscard]] memory_plan plan(std::span<const block_bytes> blocks, std::size_t together = 1) const {
    return keep_state{}.plan(blocks, together);
  }

  template <class Backend>
  class storage : public keep_state::storage<Backend> {
   public:
    storage(const keep_compressed&, const Backend& backend, std::span<const block_bytes> blocks,
            std::size_t together = 1)
        : keep_state::storage<Backend>(keep_state{}, backend, blocks, together) {}
  };
};

using keep_bf16 = keep_compressed<bfloat16_state>;
using keep_8bit = keep_compressed<dynamic_8bit_state>;
using keep_fp8 = keep_compressed<fp8_lm_state>;

}  // namespace blockopt
