// SPDX-License-Identifier: MIT
// Part of blockopt: packets of float from and to 16-bit storage.
//
// Eigen 3.4 does not vectorize casts of bfloat16 and half packets on all targets: see vector_lanes.hpp for what does.
#pragma once

#include <cstddef>
#include <cstdint>

#include <Eigen/Core>

#include <blockopt/backend/host/scalar_lanes.hpp>
#include <blockopt/backend/host/vector_lanes.hpp>
#include <blockopt/config.hpp>
#include <blockopt/memory/write_back.hpp>
#include <blockopt/view/scalar.hpp>

#if !defined(BLOCKOPT_VECTORS)

namespace blockopt::detail {

template <class Packet, std::size_t Lanes, scalar T>
BLOCKOPT_FN Packet widen_packet(const T* from) noexcept {
  float buffer[Lanes];
  for (std::size_t i = 0; i < Lanes; ++i) buffer[i] = static_cast<float>(from[i]);
  return Eigen::internal::ploadu<Packet>(buffer);
}

template <std::size_t Lanes, bool Stochastic, class Packet, scalar T>
BLOCKOPT_FN void narrow_packet(T* to, const Packet& packet, std::uint32_t index, const rounding_key& key) noexcept {
  float buffer[Lanes];
  Eigen::internal::pstoreu(buffer, packet);
  for (std::size_t i = 0; i < Lanes; ++i) {
    if constexpr (Stochastic)
      to[i] = round_stochastic<T>(buffer[i], random_bits(index + static_cast<std::uint32_t>(i), key));
    else to[i] = static_cast<T>(buffer[i]);
  }
}

}  // namespace blockopt::detail

#endif
