// SPDX-License-Identifier: MIT
// Part of blockopt: causal grouped-query attention of one group of heads in one sequence, forward and backward.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <blockopt/problem/transformer/product.hpp>
#include <blockopt/problem/transformer/rotary.hpp>
#include <blockopt/problem/transformer/shape.hpp>
#include <blockopt/problem/transformer/tile.hpp>

namespace blockopt::detail {

/// Queries are taken in chunks, and a chunk meets only the keys up to its last query: most of the masked half is never
/// computed. Probabilities live for one chunk; the backward pass computes them again from the kept log-sum-exp of each
/// row (Dao et al., FlashAttention, arXiv 2205.14135, appendix B.4), which costs one product more.
inline constexpr std::size_t attention_chunk = 32;

/// One thread's scratch, in elements, and the places in it.
template <class C>
struct attention_scratch {
  std::size_t stride, chunk;      // of a chunk's rows of scores
  std::size_t scores, gradients;  // offsets: chunk x stride each
  std::size_t keys, values;       // offsets: context x head_size each, gradients of the group's keys and values
  std::size_t total;

  explicit attention_scratch(const transformer_shape& s)
      : stride(round_up_to_tile<C>(s.context)),
        chunk(std::min(attention_chunk, s.context)),
        scores(0),
        gradients(chunk * stride),
        keys(2 * chunk * stride),
        values(keys + round_up_to_tile<C>(s.context * s.head_size())),
        total(values + round_up_to_tile<C>(s.context * s.head_size())) {}
};

/// One layer's attention on one sequence. `qkv` is [context, qkv_width]: all queries, then keys, then values.
template <class C>
class attention_group {
 public:
  attention_group(const transformer_shape& shape, const rotary_table<C>& rotary, C* scratch, C* packing,
                  const packing_size& size)
      : shape_(shape),
        rotary_(rotary),
        places_(shape),
        scratch_(scratch),
        packing_(packing),
        size_(size),
        scale_(C(1) / std::sqrt(static_cast<C>(shape.head_size()))) {}

  /// Turns the group's queries and keys in place and writes its part of `out`, [context, query_width]; each row's log-sum-exp
  /// goes to `lse`, [heads, context], unless that is null.
  void forward(std::size_t group, C* qkv, C* out, C* lse) const {
    const std::size_t h = shape_.head_size(), context = shape_.context, out_width = shape_.query_width();
    for (std::size_t t = 0; t < context; ++t) rotary_.turn(t, key(qkv, group) + t * shape_.qkv_width());
    for (std::size_t head = first_head(group); head < first_head(group + 1); ++head) {
      C* const q = qkv + head * h;
      for (std::size_t t = 0; t < context; ++t) rotary_.turn(t, q + t * shape_.qkv_width());
      for (std::size_t first = 0; first < context; first += places_.chunk) {
        const std::size_t rows = std::min(places_.chunk, context - first), keys = first + rows;
        C* const p = scratch_ + places_.scores;
        score(q, qkv, group, first, rows, p);
        C* const o = out + first * out_width + head * h;
        for (std::size_t i = 0; i < rows; ++i) {
          std::fill_n(o + i * out_width, h, C(0));
          const C sum_log = soften(p + i * places_.stride, first + i + 1, keys);
          if (lse != nullptr) lse[head * context + first + i] = sum_log;
        }
        multiply<as::stored, as::stored>(rows, h, keys, {p, places_.stride}, rows_of(value(qkv, group)),
                                         {o, out_width});
      }
    }
  }

  /// Replaces queries, keys and values in `qkv` by their gradients, from the kept lse and `dout`, the gradient of `out`.
  void backward(std::size_t group, C* qkv, const C* dout, const C* lse) const {
    const std::size_t h = shape_.head_size(), context = shape_.context, width = shape_.qkv_width();
    C* const dk = scratch_ + places_.keys;
    C* const dv = scratch_ + places_.values;
    std::fill_n(dk, context * h, C(0));
    std::fill_n(dv, context * h, C(0));
    C* const p = scratch_ + places_.scores;
    C* const dp = scratch_ + places_.gradients;
    for (std::size_t head = first_head(group); head < first_head(group + 1); ++head) {
      C* const q = qkv + head * h;
      for (std::size_t first = 0; first < context; first += places_.chunk) {
        const std::size_t rows = std::min(places_.chunk, context - first), keys = first + rows;
        const row_major<const C> dout_rows{dout + first * shape_.query_width() + head * h, shape_.query_width()};
        C* const q_rows = q + first * width;
        score(q, qkv, group, first, rows, p);
        clear(dp, rows, keys);
        multiply<as::stored, as::transposed>(rows, keys, h, dout_rows, rows_of(value(qkv, group)),
                                             {dp, places_.stride});
        for (std::size_t i = 0; i < rows; ++i)
          recall(p + i * places_.stride, first + i + 1, keys, lse[head * context + first + i]);
        multiply<as::transposed, as::stored>(keys, h, rows, {p, places_.stride}, dout_rows, {dv, h});
        for (std::size_t i = 0; i < rows; ++i) harden(p + i * places_.stride, dp + i * places_.stride, first + i + 1);
        multiply<as::transposed, as::stored>(keys, h, rows, {p, places_.stride}, {q_rows, width}, {dk, h});
        for (std::size_t i = 0; i < rows; ++i) std::fill_n(q_rows + i * width, h, C(0));
        multiply<as::stored, as::stored>(rows, h, keys, {p, places_.stride}, rows_of(key(qkv, group)), {q_rows, width});
        for (std::size_t i = 0; i < rows; ++i) rotary_.turn_back(first + i, q_rows + i * width, q_rows + i * width);
      }
    }
    for (std::size_t t = 0; t < context; ++t) {
      rotary_.turn_back(t, dk + t * h, key(qkv, group) + t * width);
      row_of(value(qkv, group) + t * width, h) = row_of(dv + t * h, h);
    }
  }

 private:
  [[nodiscard]] std::size_t first_head(std::size_t group) const { return group * (shape_.heads / shape_.kv_heads); }
  [[nodiscard]] C* key(C* qkv, std::size_t group) const {
    return qkv + shape_.query_width() + group * shape_.head_size();
  }
  [[nodiscard]] C* value(C* qkv, std::size_t group) const { return key(qkv, group) + shape_.kv_width(); }
  [[nodiscard]] row_major<const C> rows_of(const C* p) const { return {p, shape_.qkv_width()}; }

  template <as A, as B>
  void multiply(std::size_t m, std::size_t n, std::size_t k, row_major<const C> a, row_major<const C> b,
                row_major<C> c) const {
    multiply_serial<C, A, B>(m, n, k, a, b, c, packing_, size_);
  }

  void clear(C* p, std::size_t rows, std::size_t keys) const {
    for (std::size_t i = 0; i < rows; ++i) std::fill_n(p + i * places_.stride, keys, C(0));
  }

  void score(const C* q, C* qkv, std::size_t group, std::size_t first, std::size_t rows, C* p) const {
    clear(p, rows, first + rows);
    multiply<as::stored, as::transposed>(rows, first + rows, shape_.head_size(),
                                         {q + first * shape_.qkv_width(), shape_.qkv_width()}, rows_of(key(qkv, group)),
                                         {p, places_.stride});
  }

  // Scores become probabilities over the first `seen` keys, 0 up to `keys`. Returns the log-sum-exp.
  C soften(C* row, std::size_t seen, std::size_t keys) const {
    const std::size_t whole = round_up_to_tile<C>(seen);
    std::fill(row + seen, row + whole, row[0]);
    const C largest = row_of(row, whole).maxCoeff();
    exponents(row, whole, largest * scale_);
    std::fill(row + seen, row + std::max(keys, whole), C(0));
    const C sum = row_of(row, whole).sum();
    row_of(row, whole) *= C(1) / sum;
    return largest * scale_ + std::log(sum);
  }

  // The same probabilities again, from the log-sum-exp.
  void recall(C* row, std::size_t seen, std::size_t keys, C lse) const {
    const std::size_t whole = round_up_to_tile<C>(seen);
    std::fill(row + seen, row + whole, row[0]);
    exponents(row, whole, lse);
    std::fill(row + seen, row + std::max(keys, whole), C(0));
  }

  // exp(scale s - shift)
  void exponents(C* row, std::size_t n, C shift) const {
    transform_tiles<C>(
        n, [&](auto& s) { s = (s * scale_ - shift).exp(); }, row);
  }

  // Probabilities p become the scores' gradients: scale p (dp - sum(p dp)).
  void harden(C* p, C* dp, std::size_t seen) const {
    const std::size_t whole = round_up_to_tile<C>(seen);
    std::fill(dp + seen, dp + whole, C(0));
    const C mean = (row_of(p, whole) * row_of(dp, whole)).sum();
    row_of(p, whole) *= (row_of(dp, whole) - mean) * scale_;
  }

  const transformer_shape& shape_;
  const rotary_table<C>& rotary_;
  attention_scratch<C> places_;
  C* scratch_;
  C* packing_;
  const packing_size& size_;
  C scale_;
};

/// Flops of the products of one layer's attention on one sequence; the backward pass has five products for the
/// forward's two, of the same size.
[[nodiscard]] inline double attention_forward_flops(const transformer_shape& s) {
  double pairs = 0;
  for (std::size_t first = 0; first < s.context; first += attention_chunk) {
    const std::size_t rows = std::min(attention_chunk, s.context - first);
    pairs += static_cast<double>(rows) * static_cast<double>(first + rows);
  }
  return 2.0 * 2.0 * pairs * static_cast<double>(s.query_width());
}
[[nodiscard]] inline double attention_backward_flops(const transformer_shape& s) {
  return 2.5 * attention_forward_flops(s);
}

}  // namespace blockopt::detail
