// SPDX-License-Identifier: MIT
// Part of blockopt: products with weights as they are stored: 16-bit ones are converted while Eigen's kernel packs them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include <Eigen/Core>

#include <blockopt/backend/host/vector_lanes.hpp>
#include <blockopt/problem/transformer/product.hpp>
#include <blockopt/view/scalar.hpp>

namespace blockopt::detail {

/// What Eigen's packing reads: a matrix of T as one of compute_type_t<T>, by packets. `Order` is Eigen's storage order.
template <scalar T, int Order>
struct stored_weights {
  using C = compute_type_t<T>;
  using Index = Eigen::Index;
  using LinearMapper = const C*;  // named, never used

  const T* data;
  Index stride;

  [[nodiscard]] const T* at(Index i, Index j) const {
    return Order == Eigen::ColMajor ? data + i + j * stride : data + i * stride + j;
  }
  [[nodiscard]] C operator()(Index i, Index j) const { return static_cast<C>(*at(i, j)); }
  /// Consecutive elements from (i, j), along the storage order.
  template <class Packet>
  [[nodiscard]] Packet loadPacket(Index i, Index j) const {
    if constexpr (std::is_same_v<T, C>) {
      return Eigen::internal::ploadu<Packet>(at(i, j));
    } else {
      return widen<Packet>(at(i, j));
    }
  }
  [[nodiscard]] stored_weights getSubMapper(Index i, Index j) const { return {at(i, j), stride}; }

 private:
  template <class Packet>
  [[nodiscard]] static Packet widen(const T* from) {
    constexpr int lanes = Eigen::internal::unpacket_traits<Packet>::size;
#if defined(BLOCKOPT_VECTORS)
    return widen_packet<Packet, static_cast<std::size_t>(lanes)>(from);
#else
    C converted[lanes];
    for (int k = 0; k < lanes; ++k) converted[k] = static_cast<C>(from[k]);
    return Eigen::internal::ploadu<Packet>(converted);
#endif
  }
};

/// Packs `high` x `deep` weights as Eigen's kernel wants them. Weights whose columns are the kernel's rows are read row by
/// row, as they lie in memory: Eigen's own order takes a few elements of each row at a time, all a power of two apart, and
/// waits for memory.
template <scalar T, int Order>
class weight_packing {
  using C = compute_type_t<T>;
  using Index = Eigen::Index;
  using traits = Eigen::internal::gebp_traits<C, C>;
  using packet = typename traits::LhsPacket4Packing;
  static constexpr Index lanes = Eigen::internal::unpacket_traits<packet>::size, unit = traits::mr;
  static constexpr bool by_rows = Order == Eigen::ColMajor && lanes > 1 && unit % lanes == 0 && unit <= 3 * lanes;

 public:
  void operator()(C* to, const stored_weights<T, Order>& weights, Index deep, Index high) const {
    Index first = 0;
    if constexpr (by_rows) {
      first = high - high % unit;
      for (Index k = 0; k < deep; ++k) {
        C* place = to + k * unit;
        for (Index i = 0; i < first; i += unit, place += unit * deep) {
          for (Index j = 0; j < unit; j += lanes) {
            Eigen::internal::pstoreu(place + j, weights.template loadPacket<packet>(i + j, k));
          }
        }
      }
    }
    if (first < high) rest_(to + first * deep, weights.getSubMapper(first, 0), deep, high - first);
  }

 private:
  mutable Eigen::internal::gemm_pack_lhs<C, Index, stored_weights<T, Order>, traits::mr, traits::LhsProgress, packet,
                                         Order>
      rest_;
};

/// c += a w on the calling thread, with c m x n and the common extent k; w is k x n as stored, or n x k where transposed.
/// Each element of c gets the bits of multiply_serial with converted weights, also where w and c are cut in pieces of
/// columns of c in multiples of weight_unit: how the depth is cut follows the depth alone.
template <as B, scalar T, class C = compute_type_t<T>>
inline void multiply_weights(std::size_t m, std::size_t n, std::size_t k, row_major<const C> a, row_major<const T> w,
                             row_major<C> c, C* packing, const packing_size& size) {
  using namespace Eigen::internal;
  using Index = Eigen::Index;
  using traits = gebp_traits<C, C>;
  constexpr int order = B == as::stored ? Eigen::ColMajor : Eigen::RowMajor;
  using weights_mapper = stored_weights<T, order>;
  using inputs_mapper = const_blas_data_mapper<C, Index, Eigen::ColMajor>;
  using result_mapper = blas_data_mapper<C, Index, Eigen::ColMajor>;
  // As in multiply_serial: c' = w' a'.
  const auto rows = static_cast<Index>(n), columns = static_cast<Index>(m), depth = static_cast<Index>(k);
  borrowed_blocking<C> blocking(rows, columns, depth, packing, size);
  const Index kc = blocking.kc(), mc = std::min(rows, blocking.mc()), nc = std::min(columns, blocking.nc());
  const weights_mapper weights{w.data, static_cast<Index>(w.stride)};
  const inputs_mapper inputs(a.data, static_cast<Index>(a.stride));
  const result_mapper result(c.data, static_cast<Index>(c.stride));
  const weight_packing<T, order> pack_weights;
  gemm_pack_rhs<C, Index, inputs_mapper, traits::nr, Eigen::ColMajor> pack_inputs;
  gebp_kernel<C, C, Index, result_mapper, traits::mr, traits::nr, false, false> kernel;
  const bool once = nc == columns;  // the inputs of one cut of the depth are packed once for all rows
  for (Index k2 = 0; k2 < depth; k2 += kc) {
    const Index deep = std::min(kc, depth - k2);
    if (once) pack_inputs(blocking.blockB(), inputs.getSubMapper(k2, 0), deep, columns);
    for (Index i2 = 0; i2 < rows; i2 += mc) {
      const Index high = std::min(mc, rows - i2);
      pack_weights(blocking.blockA(), weights.getSubMapper(i2, k2), deep, high);
      for (Index j2 = 0; j2 < columns; j2 += nc) {
        const Index wide = std::min(nc, columns - j2);
        if (!once) pack_inputs(blocking.blockB(), inputs.getSubMapper(k2, j2), deep, wide);
        kernel(result.getSubMapper(i2, j2), blocking.blockA(), blocking.blockB(), high, deep, wide, C(1));
      }
    }
  }
}

/// Products of activations with weights, on several threads. Where there are few tokens for each thread, or weights to be
/// converted, a thread takes columns of the result, so that each weight is read and packed once; else rows.
template <scalar T, class C = compute_type_t<T>>
class weight_products {
 public:
  explicit weight_products(const product_engine<C>& engine) : engine_(engine) {}

  /// c += a w, or c = a w; the flops are added to `flops`.
  template <as B>
  void add(std::size_t m, std::size_t n, std::size_t k, row_major<const C> a, row_major<const T> w, row_major<C> c,
           double& flops) const {
    multiply<B, false>(m, n, k, a, w, c, flops);
  }
  template <as B>
  void assign(std::size_t m, std::size_t n, std::size_t k, row_major<const C> a, row_major<const T> w, row_major<C> c,
              double& flops) const {
    multiply<B, true>(m, n, k, a, w, c, flops);
  }

 private:
  /// Columns of the result that the kernel's largest register block takes.
  static constexpr std::size_t weight_unit = static_cast<std::size_t>(Eigen::internal::gebp_traits<C, C>::mr);
  static constexpr std::size_t many_rows = 128;  ///< per thread: packing the weights is little work beside the product

  template <as B, bool Assign>
  void multiply(std::size_t m, std::size_t n, std::size_t k, row_major<const C> a, row_major<const T> w, row_major<C> c,
                double& flops) const {
    const std::size_t team = std::min(engine_.threads(), available_threads());
    if constexpr (std::is_same_v<T, C>) {
      if (m >= many_rows * team) {
        if constexpr (Assign) engine_.template assign<as::stored, B>(m, n, k, a, w, c, flops);
        else engine_.template add<as::stored, B>(m, n, k, a, w, c, flops);
        return;
      }
    }
    const double work = 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
    flops += work;
    const std::size_t units = (n + weight_unit - 1) / weight_unit;
    const std::size_t columns = (units + team - 1) / team * weight_unit;
    for_each_piece((n + columns - 1) / columns, engine_.threads(), work / 8,
                   [&](std::size_t piece, std::size_t thread) {
                     const std::size_t first = piece * columns, count = std::min(columns, n - first);
                     const T* const part = w.data + (B == as::stored ? first : first * w.stride);
                     C* const out = c.data + first;
                     if constexpr (Assign) {
                       for (std::size_t i = 0; i < m; ++i) std::fill_n(out + i * c.stride, count, C(0));
                     }
                     multiply_weights<B, T>(m, count, k, a, {part, w.stride}, {out, c.stride}, engine_.packing(thread),
                                            engine_.size());
                   });
  }

  const product_engine<C>& engine_;
};

}  // namespace blockopt::detail
