// SPDX-License-Identifier: MIT
// Part of blockopt: what the stages of one forward and backward pass share.
#pragma once

#include <algorithm>
#include <cstddef>

#include <blockopt/block/active_block.hpp>
#include <blockopt/problem/transformer/activity.hpp>
#include <blockopt/problem/transformer/parallel.hpp>
#include <blockopt/problem/transformer/product.hpp>
#include <blockopt/problem/transformer/rms_norm.hpp>
#include <blockopt/problem/transformer/rotary.hpp>
#include <blockopt/problem/transformer/values.hpp>
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

  /// Null for what has no place.
  [[nodiscard]] C* at(std::size_t place) const {
    return place == workspace_layout<T>::nowhere ? nullptr : workspace + place;
  }

  /// A matrix for a product; valid until the next call.
  [[nodiscard]] const C* matrix(std::size_t parameter, std::size_t size) const {
    return computable(values.data(parameter), size, at(layout.converted_matrix));
  }
  /// A norm's weight; valid until the next call.
  [[nodiscard]] const C* norm(std::size_t parameter) const {
    return computable(values.data(parameter), shape.width, at(layout.converted_norm));
  }

  /// Where a gradient is added; null data where it is not wanted.
  [[nodiscard]] row_major<C> gradient(std::size_t parameter) const {
    if (!active.wants(parameter)) return {nullptr, 0};
    const auto view = gradients.gradient(parameter);
    return {view.data(), view.rank() < 2 ? view.size() : static_cast<std::size_t>(view.stride(0))};
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
  /// left out where nothing below is active.
  template <std::size_t N>
  void behind_norm(const C* x, std::size_t parameter, const C* scale, const std::size_t (&matrices)[N],
                   row_major<const C> dout, double& flops) const {
    C* const dnorm = gradient(parameter).data;
    if (dnorm == nullptr && std::none_of(matrices, matrices + N, [&](std::size_t i) { return active.wants(i); }))
      return;
    const std::size_t n = shape.width;
    C* const normed = at(layout.narrow);
    C* const g = at(layout.weight_gradient);
    for_tokens([&](std::size_t t) { row_of(normed + t * n, n) = row_of(x + t * n, n) * scale[t]; });
    const C* const weight = norm(parameter);
    for (const std::size_t i : matrices) {
      const std::size_t rows = extents_of(shape, i).rows;
      const row_major<C> gradient_rows = gradient(i);
      if (dnorm != nullptr || gradient_rows.data != nullptr) {
        engine.template assign<as::transposed, as::stored>(rows, n, tokens, dout, {normed, n}, {g, n}, flops);
      }
      if (gradient_rows.data != nullptr) {
        for (std::size_t r = 0; r < rows; ++r) {
          row_of(gradient_rows.data + r * gradient_rows.stride, n) += row_of(g + r * n, n) * row_of(weight, n);
        }
      }
      if (dnorm != nullptr) {
        const C* const values_of_i = matrix(i, rows * n);
        for (std::size_t r = 0; r < rows; ++r)
          row_of(dnorm, n) += row_of(values_of_i + r * n, n) * row_of(g + r * n, n);
      }
      dout.data += rows;
    }
  }
};

}  // namespace blockopt::detail
