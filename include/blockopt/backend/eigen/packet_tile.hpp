// SPDX-License-Identifier: MIT
// Part of blockopt: the register tile, a few of Eigen's packets that a rule sees as one value.
//
// A tile is held in registers as packets and not as an Eigen array: g++ keeps arrays of packets apart in registers,
// while fixed-size arrays go through the stack.
#pragma once

#include <cstddef>

#include <Eigen/Core>

#include <blockopt/backend/eigen/packet_math.hpp>
#include <blockopt/config.hpp>

namespace blockopt {

/// `Packets` packets of S. Arithmetic is elementwise, with tiles or scalars on either side.
template <class S, std::size_t Packets = 2>
struct packet_tile {
  using scalar = S;
  using packet = typename Eigen::internal::packet_traits<S>::type;
  static constexpr std::size_t lanes = static_cast<std::size_t>(Eigen::internal::unpacket_traits<packet>::size);
  static constexpr std::size_t width = lanes * Packets;

  packet p[Packets];

  packet_tile() = default;
  BLOCKOPT_FN explicit packet_tile(S s) noexcept {
    for (packet& q : p) q = Eigen::internal::pset1<packet>(s);
  }

  template <class F>
  BLOCKOPT_FN static packet_tile map(const F& f) noexcept {
    packet_tile r;
    for (std::size_t i = 0; i < Packets; ++i) r.p[i] = f(i);
    return r;
  }

  BLOCKOPT_FN static packet_tile load(const S* from) noexcept {
    return map([&](std::size_t i) { return Eigen::internal::ploadu<packet>(from + i * lanes); });
  }
  BLOCKOPT_FN void store(S* to) const noexcept {
    for (std::size_t i = 0; i < Packets; ++i) Eigen::internal::pstoreu(to + i * lanes, p[i]);
  }

  BLOCKOPT_FN friend packet_tile operator+(const packet_tile& a, const packet_tile& b) noexcept {
    return map([&](std::size_t i) { return Eigen::internal::padd(a.p[i], b.p[i]); });
  }
  BLOCKOPT_FN friend packet_tile operator-(const packet_tile& a, const packet_tile& b) noexcept {
    return map([&](std::size_t i) { return Eigen::internal::psub(a.p[i], b.p[i]); });
  }
  BLOCKOPT_FN friend packet_tile operator*(const packet_tile& a, const packet_tile& b) noexcept {
    return map([&](std::size_t i) { return Eigen::internal::pmul(a.p[i], b.p[i]); });
  }
  BLOCKOPT_FN friend packet_tile operator/(const packet_tile& a, const packet_tile& b) noexcept {
    return map([&](std::size_t i) { return Eigen::internal::pdiv(a.p[i], b.p[i]); });
  }
  BLOCKOPT_FN friend packet_tile operator-(const packet_tile& a) noexcept {
    return map([&](std::size_t i) { return Eigen::internal::pnegate(a.p[i]); });
  }
  BLOCKOPT_FN friend packet_tile operator+(S a, const packet_tile& b) noexcept { return packet_tile(a) + b; }
  BLOCKOPT_FN friend packet_tile operator+(const packet_tile& a, S b) noexcept { return a + packet_tile(b); }
  BLOCKOPT_FN friend packet_tile operator-(S a, const packet_tile& b) noexcept { return packet_tile(a) - b; }
  BLOCKOPT_FN friend packet_tile operator-(const packet_tile& a, S b) noexcept { return a - packet_tile(b); }
  BLOCKOPT_FN friend packet_tile operator*(S a, const packet_tile& b) noexcept { return packet_tile(a) * b; }
  BLOCKOPT_FN friend packet_tile operator*(const packet_tile& a, S b) noexcept { return a * packet_tile(b); }
  BLOCKOPT_FN friend packet_tile operator/(S a, const packet_tile& b) noexcept { return packet_tile(a) / b; }
  BLOCKOPT_FN friend packet_tile operator/(const packet_tile& a, S b) noexcept { return a / packet_tile(b); }
  BLOCKOPT_FN packet_tile& operator+=(const packet_tile& b) noexcept { return *this = *this + b; }
  BLOCKOPT_FN packet_tile& operator-=(const packet_tile& b) noexcept { return *this = *this - b; }
  BLOCKOPT_FN packet_tile& operator*=(const packet_tile& b) noexcept { return *this = *this * b; }
  BLOCKOPT_FN packet_tile& operator/=(const packet_tile& b) noexcept { return *this = *this / b; }
  BLOCKOPT_FN packet_tile& operator*=(S b) noexcept { return *this = *this * b; }

  BLOCKOPT_FN friend packet_tile tile_sqrt(const packet_tile& a) noexcept {
    return map([&](std::size_t i) { return detail::exact_sqrt(a.p[i]); });
  }
  BLOCKOPT_FN friend packet_tile tile_abs(const packet_tile& a) noexcept {
    return map([&](std::size_t i) { return Eigen::internal::pabs(a.p[i]); });
  }
  BLOCKOPT_FN friend packet_tile tile_min(const packet_tile& a, const packet_tile& b) noexcept {
    return map([&](std::size_t i) { return Eigen::internal::pmin(a.p[i], b.p[i]); });
  }
  BLOCKOPT_FN friend packet_tile tile_max(const packet_tile& a, const packet_tile& b) noexcept {
    return map([&](std::size_t i) { return Eigen::internal::pmax(a.p[i], b.p[i]); });
  }
  /// a < b ? yes : no, lane by lane; a comparison with NaN is false.
  BLOCKOPT_FN friend packet_tile tile_select_less(const packet_tile& a, const packet_tile& b, const packet_tile& yes,
                                                  const packet_tile& no) noexcept {
    return map([&](std::size_t i) { return detail::select_less(a.p[i], b.p[i], yes.p[i], no.p[i]); });
  }
  BLOCKOPT_FN friend packet_tile tile_sign(const packet_tile& a) noexcept {
    const packet_tile zero(S(0));
    return tile_select_less(zero, a, packet_tile(S(1)), tile_select_less(a, zero, packet_tile(S(-1)), a));
  }
  BLOCKOPT_FN friend packet_tile tile_flush(const packet_tile& a, S threshold) noexcept {
    return tile_select_less(tile_abs(a), packet_tile(threshold), packet_tile(S(0)), a);
  }
};

}  // namespace blockopt
