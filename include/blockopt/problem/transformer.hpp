// SPDX-License-Identifier: MIT
// Part of blockopt: a decoder-only transformer of the Llama family, as a problem for block methods.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <blockopt/block/active_block.hpp>
#include <blockopt/block/parameter.hpp>
#include <blockopt/error.hpp>
#include <blockopt/problem/transformer/activity.hpp>
#include <blockopt/problem/transformer/decoder_layer.hpp>
#include <blockopt/problem/transformer/head.hpp>
#include <blockopt/problem/transformer/shape.hpp>
#include <blockopt/problem/transformer/values.hpp>
#include <blockopt/problem/transformer/work.hpp>
#include <blockopt/problem/transformer/workspace.hpp>
#include <blockopt/view/scalar.hpp>

namespace blockopt {

/// Token sequences and, for each token, the one that follows: sequences x context tokens each, sequence by sequence.
struct token_batch {
  std::span<const std::uint32_t> inputs, targets;
  std::size_t sequences = 0;
};

/// A layered, block-differentiable language model (Touvron et al., LLaMA, arXiv 2302.13971) with its own values; names
/// and shapes of parameters as in Hugging Face's Llama, matrices [out, in]. Values are stored as T and computed in
/// compute_type_t<T>: 16-bit matrices are converted one at a time, just before their products.
///
/// The backward pass stops at the lowest stage with an active parameter, and the forward pass keeps only what it needs
/// (BAdam, arXiv 2404.02827, section 2; activation_bytes() says how much). Products run on Eigen's kernel with buffers
/// from the workspace: once that is large enough, no call allocates. With OpenMP linked, calls use the caller's threads;
/// results have the same bits on any number of them.
template <scalar T>
class transformer {
  using C = compute_type_t<T>;

 public:
  using value_type = T;
  using batch = token_batch;

  /// Without a seed (std::nullopt) the values are 0. Batches hold `max_batch` sequences at most. Values come from `resource`, and the workspace from `workspace`, or
  /// `resource` when that is null. Throws invalid_option for a bad shape or max_batch = 0.
  transformer(const transformer_shape& shape, std::optional<std::uint64_t> seed, std::size_t max_batch,
              std::pmr::memory_resource* resource = std::pmr::get_default_resource(),
              std::pmr::memory_resource* workspace = nullptr)
      : shape_(checked(shape, max_batch)),
        max_batch_(max_batch),
        values_(shape, seed, resource),
        rotary_(shape, resource),
        layout_(shape),
        workspace_(workspace != nullptr ? workspace : resource),
        wanted_(shape.parameters()) {}

  [[nodiscard]] const transformer_shape& shape() const { return shape_; }
  [[nodiscard]] std::size_t max_batch() const { return max_batch_; }
  [[nodiscard]] std::vector<parameter<T>> parameters() { return values_.parameters(shape_); }
  [[nodiscard]] std::size_t stages() const { return shape_.stages(); }
  [[nodiscard]] std::size_t stage_of(std::size_t parameter) const { return shape_.stage_of(parameter); }

  /// Mean cross-entropy of the targets, in nats. Throws invalid_view for a batch of the wrong size and invalid_call for
  /// a token out of the vocabulary.
  double loss(const batch& b) {
    std::fill(wanted_.begin(), wanted_.end(), static_cast<unsigned char>(0));
    return run(b, {});
  }

  /// The logits of the token that follows each token of `inputs`: out is [sequences, context, vocabulary], in
  /// compute_type_t<T>. Throws as loss() does, and invalid_view for an `out` of another size.
  void logits(std::span<const std::uint32_t> inputs, std::size_t sequences, std::span<C> out) {
    const batch b{inputs, inputs, sequences};
    check_batch(b);
    if (out.size() != inputs.size() * shape_.vocabulary) {
      raise<invalid_view>({"transformer: ", out.size(), " places for the logits of ", inputs.size(), " tokens"});
    }
    std::fill(wanted_.begin(), wanted_.end(), static_cast<unsigned char>(0));
    run(b, {}, [&](const detail::transformer_pass<T>& pass) {
      detail::head_logits(pass, out.data(), work_.forward_flops);
      return 0.0;
    });
  }

  /// The same as loss(), and adds the gradients of the active parameters to their views; the last dimension of a view must be
  /// contiguous. A parameter whose view is empty is left out. Throws invalid_view, before anything is computed, for
  /// a view that does not fit.
  double gradient(const active_block<T>& active, const batch& b) {
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      wanted_[i] = active.contains(i) && !active.gradient(i).empty() ? 1 : 0;
      if (wanted_[i] != 0) check_gradient(i, active.gradient(i));
    }
    return run(b, active);
  }

  /// The batch of value() and gradient(active); its tokens must outlive their calls.
  void set_batch(const batch& b) {
    check_batch(b);
    batch_ = b;
  }
  double value() { return loss(batch_); }
  double gradient(const active_block<T>& active) { return gradient(active, batch_); }

  /// The time and the flops of the last call.
  [[nodiscard]] const transformer_work& last_work() const { return work_; }

  /// Bytes of the workspace for batches of `batch` sequences when the parameters whose flag is 1 are active; no flags:
  /// for loss() alone. Exactly what a new transformer takes from its resource at the first call with that block.
  /// `threads`: the number of OpenMP threads then, each with its own scratch.
  [[nodiscard]] static std::size_t activation_bytes(const transformer_shape& shape, std::size_t batch,
                                                    std::span<const unsigned char> active = {},
                                                    std::size_t threads = detail::available_threads()) {
    checked(shape, batch);
    detail::workspace_layout<T> layout(shape);
    layout.plan(shape, batch, detail::activity(shape, active), threads);
    return layout.total * sizeof(C);
  }

  /// Makes the workspace large enough for a block with these flags, one per parameter. Called once for each block that
  /// will be visited, it leaves nothing to allocate later; otherwise calls grow the workspace as they need it. The
  /// first reservation or call fixes the largest number of threads that will be used.
  void reserve(std::span<const unsigned char> active = {}) { prepare(detail::activity(shape_, active)); }

  [[nodiscard]] std::size_t workspace_bytes() const { return workspace_.size() * sizeof(C); }

 private:
  static const transformer_shape& checked(const transformer_shape& shape, std::size_t max_batch) {
    shape.check();
    if (max_batch == 0) raise<invalid_option>("transformer: a batch of 0 sequences");
    return shape;
  }

  void check_batch(const batch& b) const {
    if (b.sequences == 0) raise<invalid_call>("transformer: no batch");
    if (b.sequences > max_batch_) {
      raise<invalid_view>(
          {"transformer: a batch of ", b.sequences, " sequences; at most ", max_batch_, " were announced"});
    }
    for (const auto& [tokens, name] : {std::pair{b.inputs, "inputs"}, std::pair{b.targets, "targets"}}) {
      if (tokens.size() != b.sequences * shape_.context) {
        raise<invalid_view>({"transformer: ", tokens.size(), " ", name, " for ", b.sequences, " sequences of ",
                             shape_.context, " tokens"});
      }
      const auto largest = std::max_element(tokens.begin(), tokens.end());
      if (*largest >= shape_.vocabulary) {
        raise<invalid_call>({"transformer: token ", *largest, " in ", name, "[", largest - tokens.begin(),
                             "] is out of the vocabulary of ", shape_.vocabulary});
      }
    }
  }

  void check_gradient(std::size_t i, const typename active_block<T>::gradient_view& view) const {
    const detail::parameter_extents e = detail::extents_of(shape_, i);
    const bool fits = e.columns == 0 ? view.rank() == 1 && view.extent(0) == e.rows
                                     : view.rank() == 2 && view.extent(0) == e.rows && view.extent(1) == e.columns;
    if (!fits)
      raise<invalid_view>(
          {"transformer: the gradient of ", detail::name_of(shape_, i), " is ", view.describe_extents()});
    if (view.stride(view.rank() - 1) != 1 ||
        (view.rank() == 2 && view.stride(0) < static_cast<std::ptrdiff_t>(e.columns))) {
      raise<invalid_view>(
          {"transformer: the rows of the gradient of ", detail::name_of(shape_, i), " are not contiguous"});
    }
  }

  void prepare(const detail::activity& active) {
    if (threads_ == 0) threads_ = detail::available_threads();
    layout_.plan(shape_, max_batch_, active, threads_);
    if (layout_.total > workspace_.size()) workspace_.renew(layout_.total);
  }

  double run(const batch& b, const active_block<T>& gradients) {
    check_batch(b);
    return run(b, gradients, [&](const auto& pass) { return detail::head_pass(pass, b.targets, work_); });
  }

  // `head`: from the stream behind the last layer to the result.
  template <class Head>
  double run(const batch& b, const active_block<T>& gradients, const Head& head) {
    const detail::activity active(shape_, wanted_);
    prepare(active);
    work_ = {};
    const std::size_t threads = std::min(threads_, detail::available_threads());
    const detail::product_engine<C> engine(workspace_.data() + layout_.packing, layout_.pack, threads);
    const detail::transformer_pass<T> pass{
        shape_, values_, rotary_, layout_, active, gradients, engine, workspace_.data(), b.sequences * shape_.context};
    {
      const detail::stopwatch watch(work_.forward_seconds);
      detail::embed(pass, b.inputs, pass.at(layout_.layers[0].input));
      for (std::size_t l = 0; l < shape_.layers; ++l) detail::decoder_layer<T>(pass, l).forward(work_.forward_flops);
    }
    const double result = head(pass);
    const detail::stopwatch watch(work_.backward_seconds);
    if (!active.below_head()) return result;
    C* const dx = pass.at(layout_.stream_gradient);
    for (std::size_t l = shape_.layers; l-- > 0 && active.layer(l).any;) {
      detail::decoder_layer<T>(pass, l).backward(dx, work_.input_gradient_flops, work_.weight_gradient_flops);
    }
    if (active.wants(0)) detail::embed_backward(pass, b.inputs, dx);
    return result;
  }

  transformer_shape shape_;
  std::size_t max_batch_;
  detail::transformer_values<T> values_;
  detail::rotary_table<C> rotary_;
  detail::workspace_layout<T> layout_;
  detail::resource_buffer<C> workspace_;
  std::vector<unsigned char> wanted_;
  std::size_t threads_ = 0;
  batch batch_{};
  transformer_work work_{};
};

}  // namespace blockopt
