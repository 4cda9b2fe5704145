// SPDX-License-Identifier: MIT
// Part of blockopt: packs to and from memory: in device code in accesses of 16 bytes, on a CPU by vectors of any address.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <blockopt/backend/host/scalar_lanes.hpp>
#include <blockopt/backend/thrust/pack.hpp>
#include <blockopt/config.hpp>
#include <blockopt/memory/write_back.hpp>
#include <blockopt/view/scalar.hpp>

namespace blockopt::detail {

/// Elements as they lie in memory, aligned for one access. nvcc makes one instruction of it where the type says so.
template <class E, std::size_t Count>
struct alignas(access_bytes) stored_pack {
  E e[Count];
};

/// True where all of these arrays may be accessed in packs. On a CPU any address will do.
template <class... E>
[[nodiscard]] BLOCKOPT_FN bool packs_are_aligned([[maybe_unused]] const E*... arrays) noexcept {
#ifdef __CUDA_ARCH__
  return ((reinterpret_cast<std::uintptr_t>(arrays) | ... | 0U) & (access_bytes - 1)) == 0;
#else
  return true;
#endif
}

/// One number rounded to an E; `index` is its place in its parameter.
template <bool Stochastic, class S, scalar E>
BLOCKOPT_FN void store_element(E* to, S value, [[maybe_unused]] std::uint32_t index,
                               [[maybe_unused]] const rounding_key& key) noexcept {
  if constexpr (Stochastic) *to = round_stochastic<E>(value, random_bits(index, key));
  else *to = static_cast<E>(value);
}

#if defined(BLOCKOPT_VECTORS)

/// W elements from `from`, widened to S.
template <class S, std::size_t W, scalar E>
[[nodiscard]] BLOCKOPT_FN pack<S, W> load_pack(const E* from) noexcept {
  using part = typename pack<S, W>::part;
  constexpr std::size_t lanes = W / pack<S, W>::parts;
  pack<S, W> r;
  for (std::size_t v = 0; v < pack<S, W>::parts; ++v) {
    if constexpr (std::is_same_v<S, E>) {
      std::memcpy(&r.x[v], from + v * lanes, sizeof(part));
    } else if constexpr (is_reduced_precision<E> && std::is_same_v<S, float>) {
      r.x[v] = widen_packet<part, lanes>(from + v * lanes);
    } else {  // a gradient in another precision than the values
      for (std::size_t i = 0; i < lanes; ++i) r.x[v][i] = static_cast<S>(from[v * lanes + i]);
    }
  }
  return r;
}

/// The way back; `index` is the place of the first element in its parameter.
template <bool Stochastic, class S, std::size_t W, scalar E>
BLOCKOPT_FN void store_pack(E* to, const pack<S, W>& value, [[maybe_unused]] std::uint32_t index,
                            [[maybe_unused]] const rounding_key& key) noexcept {
  constexpr std::size_t lanes = W / pack<S, W>::parts;
  for (std::size_t v = 0; v < pack<S, W>::parts; ++v) {
    if constexpr (std::is_same_v<S, E>) {
      std::memcpy(to + v * lanes, &value.x[v], sizeof value.x[v]);
    } else {
      narrow_packet<lanes, Stochastic>(to + v * lanes, value.x[v], index + static_cast<std::uint32_t>(v * lanes), key);
    }
  }
}

#else

/// W elements from `from`, widened to S; aligned as packs_are_aligned has found.
template <class S, std::size_t W, scalar E>
[[nodiscard]] BLOCKOPT_FN pack<S, W> load_pack(const E* from) noexcept {
  constexpr std::size_t count = access_bytes / sizeof(E);
  static_assert(W % count == 0);
  pack<S, W> r;
  for (std::size_t a = 0; a < W; a += count) {
#ifdef __CUDA_ARCH__
    __builtin_assume(__isGlobal(from + a));
    const auto raw = *reinterpret_cast<const stored_pack<E, count>*>(from + a);
#else
    stored_pack<E, count> raw;
    std::memcpy(&raw, from + a, sizeof raw);
#endif
    for (std::size_t i = 0; i < count; ++i) r.x[a + i] = static_cast<S>(raw.e[i]);
  }
  return r;
}

/// The way back; `index` is the place of the first element in its parameter.
template <bool Stochastic, class S, std::size_t W, scalar E>
BLOCKOPT_FN void store_pack(E* to, const pack<S, W>& value, std::uint32_t index, const rounding_key& key) noexcept {
  constexpr std::size_t count = access_bytes / sizeof(E);
  for (std::size_t a = 0; a < W; a += count) {
    stored_pack<E, count> raw;
    for (std::size_t i = 0; i < count; ++i)
      store_element<Stochastic>(raw.e + i, value.x[a + i], index + static_cast<std::uint32_t>(a + i), key);
#ifdef __CUDA_ARCH__
    __builtin_assume(__isGlobal(to + a));
    *reinterpret_cast<stored_pack<E, count>*>(to + a) = raw;
#else
    std::memcpy(to + a, &raw, sizeof raw);
#endif
  }
}

#endif

}  // namespace blockopt::detail
