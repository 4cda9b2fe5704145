// SPDX-License-Identifier: MIT
// Part of blockopt: the two ends of the transformer: the embedding, and the final norm with the head and the loss.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include <blockopt/problem/transformer/cross_entropy.hpp>
#include <blockopt/problem/transformer/pass.hpp>
#include <blockopt/problem/transformer/work.hpp>

namespace blockopt::detail {

/// x = the tokens' rows of the embedding.
template <scalar T>
void embed(const transformer_pass<T>& pass, std::span<const std::uint32_t> tokens, compute_type_t<T>* x) {
  const std::size_t n = pass.shape.width;
  const T* const rows = pass.values.data(0);
  pass.for_tokens([&](std::size_t t) {
    for (std::size_t j = 0; j < n; ++j) x[t * n + j] = static_cast<compute_type_t<T>>(rows[tokens[t] * n + j]);
  });
}

/// Adds dx to the gradients of the tokens' rows, in the order of the tokens.
template <scalar T>
void embed_backward(const transformer_pass<T>& pass, std::span<const std::uint32_t> tokens,
                    const compute_type_t<T>* dx) {
  const row_major<compute_type_t<T>> gradient = pass.shape.tied_head ? pass.tied_gradient() : pass.gradient(0);
  const std::size_t n = pass.shape.width;
  for (std::size_t t = 0; t < pass.tokens; ++t)
    row_of(gradient.data + tokens[t] * gradient.stride, n) += row_of(dx + t * n, n);
  pass.finish(0);
}

/// out = the logits, [tokens, vocabulary].
template <scalar T>
void head_logits(const transformer_pass<T>& pass, compute_type_t<T>* out, double& flops) {
  using C = compute_type_t<T>;
  const std::size_t width = pass.shape.width, vocabulary = pass.shape.vocabulary;
  C* const normed = pass.at(pass.layout.narrow);
  pass.normalize(pass.at(pass.layout.output), final_norm_number(pass.shape), pass.at(pass.layout.scales), normed);
  pass.products().template assign<as::transposed>(pass.tokens, vocabulary, width, {normed, width},
                                                  pass.matrix(head_number(pass.shape), width), {out, vocabulary},
                                                  flops);
}

/// The mean cross-entropy of the targets, and, where the block needs them, the gradients of the head, of the final norm
/// and of the stream (into layout.stream_gradient). Adds to `work`. Hands out nothing when the loss is not finite.
template <scalar T>
double head_pass(const transformer_pass<T>& pass, std::span<const std::uint32_t> targets, transformer_work& work) {
  using C = compute_type_t<T>;
  const std::size_t width = pass.shape.width, vocabulary = pass.shape.vocabulary, head = head_number(pass.shape);
  const std::size_t norm = final_norm_number(pass.shape);
  const auto scale = static_cast<C>(1.0 / static_cast<double>(pass.tokens));
  const C* const x = pass.at(pass.layout.output);
  C* const normed = pass.at(pass.layout.narrow);
  C* const logits = pass.at(pass.layout.logits);
  C* const losses = pass.at(pass.layout.losses);

  stopwatch watch(work.forward_seconds);
  pass.normalize(x, norm, pass.at(pass.layout.scales), normed);
  const row_major<const T> weight = pass.matrix(head, width);
  const row_major<C> weight_gradient = pass.gradient(head);
  double sum = 0;
  for (std::size_t first = 0; first < pass.tokens; first += head_chunk) {
    const std::size_t rows = std::min(head_chunk, pass.tokens - first);
    C* const y = normed + first * width;
    watch.switch_to(work.forward_seconds);
    pass.products().template assign<as::transposed>(rows, vocabulary, width, {y, width}, weight, {logits, vocabulary},
                                                    work.forward_flops);
    for_each_piece(rows, pass.engine.threads(), 4.0 * static_cast<double>(rows * vocabulary),
                   [&](std::size_t i, std::size_t) {
                     losses[i] = cross_entropy(vocabulary, logits + i * vocabulary, targets[first + i], scale);
                   });
    for (std::size_t i = 0; i < rows; ++i) sum += static_cast<double>(losses[i]);
    if (!pass.active.backward()) continue;
    watch.switch_to(work.backward_seconds);
    if (weight_gradient.data != nullptr) {
      pass.engine.template add<as::transposed, as::stored>(vocabulary, width, rows, {logits, vocabulary}, {y, width},
                                                           weight_gradient, work.weight_gradient_flops);
    }
    if (pass.active.normed_output()) {  // over the rows that are done
      pass.products().template assign<as::stored>(rows, width, vocabulary, {logits, vocabulary}, weight, {y, width},
                                                  work.input_gradient_flops);
    }
  }
  const double mean = sum / static_cast<double>(pass.tokens);
  if (pass.sink && !std::isfinite(mean)) return mean;
  if (!pass.shape.tied_head) pass.finish(head);
  if (pass.active.wants(norm)) pass.norm_weight_gradient(x, norm, pass.at(pass.layout.scales), normed);
  if (pass.active.below_head()) {
    C* const dx = pass.at(pass.layout.stream_gradient);
    std::fill_n(dx, pass.tokens * width, C(0));
    pass.normalize_backward(x, norm, pass.at(pass.layout.scales), normed, dx);
  }
  pass.finish(norm);
  return mean;
}

}  // namespace blockopt::detail
