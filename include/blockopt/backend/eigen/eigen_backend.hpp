// SPDX-License-Identifier: MIT
// Part of blockopt: the CPU backend, on register tiles of Eigen's packets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <blockopt/backend/eigen/packet_convert.hpp>
#include <blockopt/backend/eigen/packet_tile.hpp>
#include <blockopt/backend/host/host_backend.hpp>
#include <blockopt/config.hpp>

namespace blockopt {

/// Loads and stores of packet tiles, unaligned, with conversion of 16-bit storage on the way.
struct packet_lanes {
  template <class S>
  using value = packet_tile<S>;
  template <class S>
  static constexpr std::size_t width = packet_tile<S>::width;

  template <class S, scalar T>
  BLOCKOPT_FN static packet_tile<S> load(const T* from) noexcept {
    using tile = packet_tile<S>;
    if constexpr (std::is_same_v<S, T>) {
      return tile::load(from);
    } else if constexpr (is_reduced_precision<T> && std::is_same_v<S, float>) {
      return tile::map([&](std::size_t i) {
        return detail::widen_packet<typename tile::packet, tile::lanes>(from + i * tile::lanes);
      });
    } else {  // a gradient in another precision than the values
      S buffer[tile::width];
      for (std::size_t i = 0; i < tile::width; ++i) buffer[i] = static_cast<S>(from[i]);
      return tile::load(buffer);
    }
  }

  template <class S, scalar T>
  BLOCKOPT_FN static void store(T* to, const packet_tile<S>& v) noexcept {
    if constexpr (std::is_same_v<S, T>) v.store(to);
    else store_rounded<false>(to, v, 0, {});
  }

  template <class S, scalar T>
  BLOCKOPT_FN static void store_stochastic(T* to, const packet_tile<S>& v, std::uint32_t index,
                                           const detail::rounding_key& key) noexcept {
    store_rounded<true>(to, v, index, key);
  }

  template <class S>
  BLOCKOPT_FN static packet_tile<S> clamp(const packet_tile<S>& v, S limit) noexcept {
    const packet_tile<S> high(limit);
    const packet_tile<S> low(-limit);
    return tile_select_less(high, v, high, tile_select_less(v, low, low, v));
  }

 private:
  template <bool Stochastic, class S, scalar T>
  BLOCKOPT_FN static void store_rounded(T* to, const packet_tile<S>& v, std::uint32_t index,
                                        const detail::rounding_key& key) noexcept {
    constexpr std::size_t lanes = packet_tile<S>::lanes;
    for (std::size_t i = 0; i < packet_tile<S>::width / lanes; ++i) {
      detail::narrow_packet<lanes, Stochastic>(to + i * lanes, v.p[i], index + static_cast<std::uint32_t>(i * lanes),
                                               key);
    }
  }
};

/// Rules run on register tiles of Eigen's packets: as wide as the target's vectors, also at -O2 and without -march.
/// With -ffp-contract=off the results have the bits of plain_backend's.
struct eigen_backend : host_backend<packet_lanes> {
  static constexpr const char* name = "eigen";
};

}  // namespace blockopt
