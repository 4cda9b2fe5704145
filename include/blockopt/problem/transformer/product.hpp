// SPDX-License-Identifier: MIT
// Part of blockopt: matrix products on Eigen's kernel, with packing buffers that the caller owns.
#pragma once

#include <algorithm>
#include <cstddef>

#include <Eigen/Core>

#include <blockopt/problem/transformer/parallel.hpp>

namespace blockopt::detail {

/// A row-major matrix that someone else owns: element (i, j) is data[i * stride + j].
template <class C>
struct row_major {
  C* data;
  std::size_t stride;
};

/// A factor of a product, as stored or transposed.
enum class as { stored, transposed };

/// Elements of one thread's packing buffers for factors of at most these sizes.
struct packing_size {
  std::size_t lhs = 0, rhs = 0;
  static constexpr std::size_t limit = std::size_t{1} << 18;

  packing_size() = default;
  packing_size(std::size_t largest_side, std::size_t largest_depth) {
    const auto round = [](std::size_t n) { return (n + 63) / 64 * 64; };
    lhs = rhs = std::min(round(largest_side) * round(largest_depth), limit);
  }
  [[nodiscard]] std::size_t total() const { return lhs + rhs; }
};

/// Eigen's blocking of a product, with packing buffers from outside: A public product of Eigen takes them from the heap
/// in every call. Only how rows and columns are cut follows the buffers; how the depth is cut, which decides the
/// rounding, follows Eigen's choice, which depends on the depth (and the machine's caches) alone.
template <class C>
class borrowed_blocking : public Eigen::internal::level3_blocking<C, C> {
  using traits = Eigen::internal::gebp_traits<C, C>;

 public:
  borrowed_blocking(Eigen::Index rows, Eigen::Index columns, Eigen::Index depth, C* packing, const packing_size& size) {
    this->m_blockA = packing;
    this->m_blockB = packing + size.lhs;
    this->m_mc = rows;
    this->m_nc = columns;
    this->m_kc = depth;
    Eigen::internal::computeProductBlockingSizes<C, C>(this->m_kc, this->m_mc, this->m_nc, Eigen::Index(1));
    this->m_mc = fit(this->m_mc, rows, static_cast<Eigen::Index>(size.lhs), Eigen::Index(traits::mr));
    this->m_nc = fit(this->m_nc, columns, static_cast<Eigen::Index>(size.rhs), Eigen::Index(traits::nr));
  }

 private:
  // The largest cut, at most Eigen's, whose packed panel fits: whole register blocks unless nothing is cut.
  Eigen::Index fit(Eigen::Index cut, Eigen::Index whole, Eigen::Index elements, Eigen::Index block) const {
    cut = std::min({cut, whole, elements / this->m_kc});
    return cut == whole ? cut : std::max(block, cut - cut % block);
  }
};

/// c += a b for row-major matrices; c is m x n, the common extent is k. On the calling thread.
template <class C, as A, as B>
inline void multiply_serial(std::size_t m, std::size_t n, std::size_t k, row_major<const C> a, row_major<const C> b,
                            row_major<C> c, C* packing, const packing_size& size) {
  // A row-major c is a column-major transposed c: c' = b' a'.
  constexpr int lhs_order = B == as::stored ? Eigen::ColMajor : Eigen::RowMajor;
  constexpr int rhs_order = A == as::stored ? Eigen::ColMajor : Eigen::RowMajor;
  const auto rows = static_cast<Eigen::Index>(n), columns = static_cast<Eigen::Index>(m),
             depth = static_cast<Eigen::Index>(k);
  borrowed_blocking<C> blocking(rows, columns, depth, packing, size);
  Eigen::internal::general_matrix_matrix_product<Eigen::Index, C, lhs_order, false, C, rhs_order, false,
                                                 Eigen::ColMajor, 1>::run(rows, columns, depth, b.data,
                                                                          static_cast<Eigen::Index>(b.stride), a.data,
                                                                          static_cast<Eigen::Index>(a.stride), c.data,
                                                                          1, static_cast<Eigen::Index>(c.stride), C(1),
                                                                          blocking, nullptr);
}

/// Products on several threads: each takes whole rows of c, in multiples of 16, so that every element is computed by the
/// same register block of Eigen's kernel, and gets the same bits, on any number of threads.
template <class C>
class product_engine {
 public:
  /// `packing`: size.total() elements for each of `threads` threads.
  product_engine(C* packing, packing_size size, std::size_t threads)
      : packing_(packing), size_(size), threads_(threads) {}

  [[nodiscard]] std::size_t threads() const { return threads_; }
  [[nodiscard]] C* packing(std::size_t thread) const { return packing_ + thread * size_.total(); }
  [[nodiscard]] const packing_size& size() const { return size_; }

  /// c += a b; 2 m n k flops, which are added to `flops`.
  template <as A, as B>
  void add(std::size_t m, std::size_t n, std::size_t k, row_major<const C> a, row_major<const C> b, row_major<C> c,
           double& flops) const {
    multiply<A, B, false>(m, n, k, a, b, c, flops);
  }

  /// c = a b.
  template <as A, as B>
  void assign(std::size_t m, std::size_t n, std::size_t k, row_major<const C> a, row_major<const C> b, row_major<C> c,
              double& flops) const {
    multiply<A, B, true>(m, n, k, a, b, c, flops);
  }

 private:
  template <as A, as B, bool Assign>
  void multiply(std::size_t m, std::size_t n, std::size_t k, row_major<const C> a, row_major<const C> b, row_major<C> c,
                double& flops) const {
    const double work = 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
    flops += work;
    const std::size_t team = std::min(threads_, available_threads());
    const std::size_t rows = ((m + team - 1) / team + 15) / 16 * 16;
    for_each_piece((m + rows - 1) / rows, threads_, work / 8, [&](std::size_t piece, std::size_t thread) {
      const std::size_t first = piece * rows, count = std::min(rows, m - first);
      const row_major<const C> part{a.data + (A == as::stored ? first * a.stride : first), a.stride};
      const row_major<C> out{c.data + first * c.stride, c.stride};
      if constexpr (Assign) {
        for (std::size_t i = 0; i < count; ++i) std::fill_n(out.data + i * out.stride, n, C(0));
      }
      multiply_serial<C, A, B>(count, n, k, part, b, out, packing(thread), size_);
    });
  }

  C* packing_;
  packing_size size_;
  std::size_t threads_;
};

}  // namespace blockopt::detail
