// SPDX-License-Identifier: MIT
// Part of blockopt: the formats in which state is kept.
#pragma once

#include <cstddef>
#include <type_traits>

#include <blockopt/memory/arena.hpp>
#include <blockopt/memory/format/bfloat16_code.hpp>
#include <blockopt/memory/format/dynamic_code.hpp>
#include <blockopt/memory/format/small_float_code.hpp>
#include <blockopt/update/update_rule.hpp>
#include <blockopt/view/scalar.hpp>

namespace blockopt {

/// Elements that share a scale, counted from the row's first. Steps decode and code so many at a time.
inline constexpr std::size_t state_group = 256;

namespace detail {

/// No code: numbers of the compute type.
struct full_code {
  static constexpr std::size_t least_size = static_cast<std::size_t>(-1);
};

template <slot_role Role, class Code>
using code_unless_iterate = std::conditional_t<Role == slot_role::iterate, full_code, Code>;

}  // namespace detail

/// A state format says how each slot is stored by its role, and the master copy: `code<Role>` and `master_code`. A row of
/// codes is followed by its scales, one float for each group. A step decodes a group, applies the rule to full-precision
/// numbers and stores what results: no number is decoded twice in a step, and x is updated from what is not rounded yet.
/// Iterates, of which small changes count, are kept in full precision by every format.
///
/// Full precision: 4 bytes per slot of a float or 16-bit parameter, 8 of a double.
struct full_state {
  static constexpr const char* name = "full";
  template <slot_role Role>
  using code = detail::full_code;
  using master_code = detail::full_code;
};

/// 2 bytes per slot: bfloat16, rounded by random bits (see optimizer_options::seed). Master copies in full precision.
struct bfloat16_state {
  static constexpr const char* name = "bfloat16";
  template <slot_role Role>
  using code = detail::code_unless_iterate<Role, detail::bfloat16_code>;
  using master_code = detail::full_code;
};

/// 1 + 4/256 bytes per slot, so 2.03 for Adam: the dynamic code book of bitsandbytes, signed, or unsigned for second
/// moments. Parameters and slices of fewer than 4096 elements, and master copies, in full precision.
struct dynamic_8bit_state {
  static constexpr const char* name = "8bit";
  template <slot_role Role>
  using code = detail::code_unless_iterate<Role, detail::dynamic_code<Role == slot_role::moment>>;
  using master_code = detail::full_code;
};

/// FP8-LM (arXiv 2310.18313, MS-AMP): moments in fp8 (E4M3), second moments and master copies in fp16, each scaled by powers
/// of two; 1 + 2 bytes for Adam, and 2 for a master copy, and 4/256 for the scales of each. MS-AMP has one scale for each
/// tensor, and so makes two passes over it: the first to find the largest magnitude of what the second stores. A scale for
/// each 256 elements takes one pass, suits any rule, and is never coarser than the tensor's.
struct fp8_lm_state {
  static constexpr const char* name = "fp8";
  template <slot_role Role>
  using code = detail::code_unless_iterate<
      Role, std::conditional_t<Role == slot_role::moment, detail::e4m3_code, detail::half_code<true>>>;
  using master_code = detail::half_code<false>;
};

template <class Format>
inline constexpr bool is_full_format = std::is_same_v<Format, full_state>;

namespace detail {

/// One slot, or the master copy, of `size` elements computed in S.
template <class Code, class S>
struct state_row {
  [[nodiscard]] BLOCKOPT_FN static constexpr bool coded(std::size_t size) noexcept {
    if constexpr (std::is_same_v<Code, full_code>) return false;
    else return Code::least_size == 0 || size + 1 > Code::least_size;
  }
  /// Where the scales begin, in bytes.
  [[nodiscard]] BLOCKOPT_FN static constexpr std::size_t scales(std::size_t size) noexcept {
    return (size * Code::bytes + sizeof(float) - 1) / sizeof(float) * sizeof(float);
  }
  [[nodiscard]] static constexpr std::size_t bytes(std::size_t size) noexcept {
    if constexpr (!std::is_same_v<Code, full_code>) {
      if (coded(size)) {
        const std::size_t groups = Code::scaled ? (size + state_group - 1) / state_group : 0;
        return round_to_granule(scales(size) + groups * sizeof(float));
      }
    }
    return round_to_granule(size * sizeof(S));
  }
};

/// The codes of the slots of a rule, and of the master copy.
template <class Format, class Rule, std::size_t Slot>
using slot_code = typename Format::template code<Rule::slots[Slot].role>;

}  // namespace detail

/// The bytes of rows, multiples of memory_granule, behind functions: layouts are no templates over the format.
struct row_sizes {
  std::size_t (*slot)(slot_role role, std::size_t elements) = nullptr;
  std::size_t (*master)(std::size_t elements) = nullptr;

  template <class Format, class S>
  [[nodiscard]] static constexpr row_sizes of() noexcept {
    return {[](slot_role role, std::size_t elements) {
              using enum slot_role;
              if (role == iterate)
                return detail::state_row<typename Format::template code<iterate>, S>::bytes(elements);
              if (role == second_moment)
                return detail::state_row<typename Format::template code<second_moment>, S>::bytes(elements);
              return detail::state_row<typename Format::template code<moment>, S>::bytes(elements);
            },
            [](std::size_t elements) { return detail::state_row<typename Format::master_code, S>::bytes(elements); }};
  }
};

namespace detail {

template <class M>
struct state_format_of {
  using type = full_state;
};
template <class M>
  requires requires { typename M::state_format; }
struct state_format_of<M> {
  using type = typename M::state_format;
};

}  // namespace detail

/// The format of a memory strategy: its `state_format`, or full precision.
template <class M>
using state_format_t = typename detail::state_format_of<M>::type;

}  // namespace blockopt
