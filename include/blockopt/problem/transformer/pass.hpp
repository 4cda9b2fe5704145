// SPDX-License-Identifier: MIT
// Part of blockopt: what the stages of one forward and backward pass share.
#pragma once

#include <algorithm>
#include <cstddef>

#include <blockopt/block/active_block.hpp>
#include <blockopt/problem/transformer/activity.hpp>
#include <blockopt/problem/transformer/gradient_sink.hpp>
#include <blockopt/problem/transformer/parallel.hpp>
#include <blockopt/problem/transformer/product.hpp>
#include <blockopt/problem/transformer/rms_norm.hpp>
#include <blockopt/problem/transformer/rotary.hpp>
#include <blockopt/problem/transformer/values.hpp>
#include <blockopt/problem/transformer/weight_product.hpp>
#include <blockopt/problem/transformer/workspace.hpp>

namespace blockopt::detail {

/// References to all that a stage needs, and the work that several stages do alike.
template <scalar T>
struct transformer_pass {
  using C = compute_type_t<T>;

  const transformer_shape& shape;
  const transformer_values<T>& values;
  const rotary_table<C>& rotary;
  const workspace_layout<T>& layout;
  const activity& active;
  const active_block<T>& gradients;
  const product_engine<C>& engine;
  C* workspace;
  std::size_t tokens;
  gradient_sink<C> sink{};  ///< where gradients are handed out; else they are added to the block's views

  /// Null for what has no place.
  [[nodiscard]] C* at(std::size_t place) const {
    return place == workspace_layout<T>::nowhere ? nullptr : workspace + place;
  }

  /// Products with weights; matrices that lie together are one.
  [[nodiscard]] weight_products<T> products() const { return weight_products<T>(engine); }
  [[nodiscard]] row_major<const T> matrix(std::size_t parameter, std::size_t columns) const {
    return {values.data(parameter), columns};
  }
  /// A norm's weight; valid until the next call.
  [[nodiscard]] const C* norm(std::size_t parameter) const {
    return computable(values.data(parameter), shape.width, at(layout.converted_norm));
  }

  /// Where a gradient is added; null data where it is not wanted. One that will be handed out starts at 0 here: each is
  /// asked for once, but for a tied head's, and finished before the next matrix's, or the next norm's, is asked for.
  [[nodiscard]] row_major<C> gradient(std::size_t parameter) const {
    if (!active.wants(parameter)) return {nullptr, 0};
    if (sink) {
      const parameter_extents e = extents_of(shape, parameter);
      C* const place = handed(parameter);
      for_each_piece(engine.threads(), engine.threads(), static_cast<double>(e.size()),
                     [&](std::size_t piece, std::size_t) {
                       const std::size_t share = (e.size() + engine.threads() - 1) / engine.threads();
                       const std::size_t first = std::min(e.size(), piece * share);
                       std::fill_n(place + first, std::min(share, e.size() - first), C(0));
                     });
      return {place, e.columns == 0 ? e.rows : e.columns};
    }
    const auto view = gradients.gradient(parameter);
    return {view.data(), view.rank() < 2 ? view.size() : static_cast<std::size_t>(view.stride(0))};
  }

  /// A tied head's gradient, to which the embedding's is added.
  [[nodiscard]] row_major<C> tied_gradient() const {
    if (sink) return {handed(0), shape.width};
    return gradient(0);
  }

  /// The gradient is complete, and the value no longer needed: out it goes.
  void finish(std::size_t parameter) const {
    if (!sink || !active.wants(parameter)) return;
    const parameter_extents e = extents_of(shape, parameter);
    sink(parameter, e.columns == 0 ? tensor_view<C>(handed(parameter), e.rows)
                                   : tensor_view<C>(handed(parameter), {e.rows, e.columns}));
  }

  [[nodiscard]] double elements() const { return static_cast<double>(tokens * shape.width); }

  /// f(token) for each token of the batch.
  template <class F>
  void for_tokens(const F& f) const {
    for_each_piece(token_pieces(tokens), engine.threads(), elements(), [&](std::size_t piece, std::size_t) {
      const std::size_t end = std::min(tokens, (piece + 1) * token_piece);
      for (std::size_t t = piece * token_piece; t < end; ++t) f(t);
    });
  }

  /// y = norm(x), and the scale of each row.
  void normalize(const C* x, std::size_t parameter, C* scale, C* y) const {
    const C* const weight = norm(parameter);
    const auto epsilon = static_cast<C>(shape.norm_epsilon);
    for_tokens([&](std::size_t t) {
      scale[t] = rms_norm(shape.width, x + t * shape.width, weight, epsilon, y + t * shape.width);
    });
  }

  /// dx += the gradient of x, with dy that of norm(x).
  void normalize_backward(const C* x, std::size_t parameter, const C* scale, const C* dy, C* dx) const {
    const C* const weight = norm(parameter);
    const std::size_t n = shape.width;
    for_tokens([&](std::size_t t) { rms_norm_backward(n, x + t * n, weight, scale[t], dy + t * n, dx + t * n); });
  }

  /// Adds the gradient of the norm's weight, with dy that of norm(x).
  void norm_weight_gradient(const C* x, std::size_t parameter, const C* scale, const C* dy) const {
    const std::size_t n = shape.width;
    for_each_piece(token_pieces(tokens), engine.threads(), elements(), [&](std::size_t piece, std::size_t) {
      C* const sum = at(layout.norm_sums) + piece * n;
      std::fill_n(sum, n, C(0));
      const std::size_t end = std::min(tokens, (piece + 1) * token_piece);
      for (std::size_t t = piece * token_piece; t < end; ++t) {
        rms_norm_weight_gradient(n, x + t * n, scale[t], dy + t * n, sum);
      }
    });
    auto total = row_of(gradient(parameter).data, n);
    for (std::size_t piece = 0; piece < token_pieces(tokens); ++piece) {
      total += row_of(at(layout.norm_sums) + piece * n, n);
    }
  }

  /// Adds the gradients of matrices behind a norm, and that of the norm's weight w: `matrices` are the numbers of
  /// parameters that lie together, and `dout` has the gradients of their outputs side by side. With g = dout' (x r):
  /// dW = g diag(w) and dw = the column sums of W g, elementwise. So the norm needs no gradient of its output, which is
  /// left out where nothing below is active. The matrices' gradients are finished here, the norm's is not.
  template <std::size_t N>
  void behind_norm(const C* x, std::size_t parameter, const C* scale, const std::size_t (&matrices)[N],
                   row_major<const C> dout, double& flops) const {
    if (!active.wants(parameter) &&
        std::none_of(matrices, matrices + N, [&](std::size_t i) { return active.wants(i); })) {
      return;
    }
    C* const dnorm = gradient(parameter).data;
    const std::size_t n = shape.width;
    C* const normed = at(layout.narrow);
    C* const g = at(layout.weight_gradient);
    for_tokens([&](std::size_t t) { row_of(normed + t * n, n) = row_of(x + t * n, n) * scale[t]; });
    const C* const weight = norm(parameter);
    for (const std::size_t i : matrices) {
      const std::size_t rows = extents_of(shape, i).rows;
      const row_major<C> gradient_rows = gradient(i);
      for (std::size_t first = 0; first < rows && (dnorm != nullptr || gradient_rows.data != nullptr);
           first += behind_norm_rows) {
        const std::size_t count = std::min(behind_norm_rows, rows - first);
        engine.template assign<as::transposed, as::stored>(count, n, tokens, {dout.data + first, dout.stride},
                                                           {normed, n}, {g, n}, flops);
        if (gradient_rows.data != nullptr) {
          add_weighted(g, count, weight, {gradient_rows.data + first * gradient_rows.stride, gradient_rows.stride});
        }
        if (dnorm != nullptr) add_products(g, count, values.data(i) + first * n, dnorm);
      }
      finish(i);
      dout.data += rows;
    }
  }

 private:
  [[nodiscard]] C* handed(std::size_t parameter) const {
    return at(parameter == 0 && shape.tied_head           ? layout.handed_tied
              : extents_of(shape, parameter).columns == 0 ? layout.handed_norm
                                                          : layout.handed_matrix);
  }

  static constexpr std::size_t column_piece = 256;

  /// Calls f(first, count) for pieces of the columns.
  template <class F>
  void for_columns(std::size_t rows, const F& f) const {
    constexpr std::size_t piece = column_piece;
    const std::size_t n = shape.width;
    for_each_piece((n + piece - 1) / piece, engine.threads(), static_cast<double>(rows * n),
                   [&](std::size_t i, std::size_t) { f(i * piece, std::min(piece, n - i * piece)); });
  }
  /// to += g diag(weight)
  void add_weighted(const C* g, std::size_t rows, const C* weight, row_major<C> to) const {
    for_columns(rows, [&](std::size_t first, std::size_t count) {
      for (std::size_t r = 0; r < rows; ++r) {
        row_of(to.data + r * to.stride + first, count) +=
            row_of(g + r * shape.width + first, count) * row_of(weight + first, count);
      }
    });
  }
  /// sum += the column sums of w g, elementwise, row after row.
  void add_products(const C* g, std::size_t rows, const T* w, C* sum) const {
    const std::size_t n = shape.width;
    for_columns(rows, [&](std::size_t first, std::size_t count) {
      C converted[column_piece];
      for (std::size_t r = 0; r < rows; ++r) {
        const C* const row = computable(w + r * n + first, count, converted);
        row_of(sum + first, count) += row_of(row, count) * row_of(g + r * n + first, count);
      }
    });
  }
};

}  // namespace blockopt::detail
