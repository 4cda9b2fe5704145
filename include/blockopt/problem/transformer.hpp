// SPDX-License-Identifier: MIT
// Part of blockopt: a decoder-only transformer of the Llama family, as a problem for block methods.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
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
#include <blockopt/problem/transformer/gradient_sink.hpp>
#include <blockopt/problem/transformer/head.hpp>
#include <blockopt/problem/transformer/layer_input.hpp>
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

/// For a transformer whose values will be written before they are read.
struct no_values_yet {};

/// A layered, block-differentiable language model (Touvron et al., LLaMA, arXiv 2302.13971) with its own values; names
/// and shapes of parameters as in Hugging Face's Llama, matrices [out, in]. Values are stored as T and computed in
/// compute_type_t<T>: 16-bit matrices are converted piece by piece in their products, which have the bits of products with
/// matrices that were converted before.
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
  using stream = layer_input<C>;

  /// Without a seed (std::nullopt) the values are 0. Batches hold `max_batch` sequences at most. Values come from `resource`, and the workspace from `workspace`, or
  /// `resource` when that is null. Throws invalid_option for a bad shape or max_batch = 0.
  transformer(const transformer_shape& shape, std::optional<std::uint64_t> seed, std::size_t max_batch,
              std::pmr::memory_resource* resource = std::pmr::get_default_resource(),
              std::pmr::memory_resource* workspace = nullptr)
      : transformer(no_values_yet{}, shape, max_batch, resource, workspace) {
    values_.start(shape_, seed);
  }

  /// The same with values of any bits, whose memory is not touched: until start(), or until the caller has written them
  /// all, only what reads no values may be called.
  transformer(no_values_yet, const transformer_shape& shape, std::size_t max_batch,
              std::pmr::memory_resource* resource = std::pmr::get_default_resource(),
              std::pmr::memory_resource* workspace = nullptr)
      : shape_(checked(shape, max_batch)),
        max_batch_(max_batch),
        values_(shape, resource),
        rotary_(shape, resource),
        layout_(shape),
        workspace_(workspace != nullptr ? workspace : resource),
        wanted_(shape.parameters()) {}

  /// Gives the values the start of a seed, or 0, as the constructor does; in parallel, with the same bits.
  void start(std::optional<std::uint64_t> seed) { values_.start(shape_, seed); }

  [[nodiscard]] const transformer_shape& shape() const { return shape_; }
  [[nodiscard]] std::size_t max_batch() const { return max_batch_; }
  [[nodiscard]] std::vector<parameter<T>> parameters() { return values_.parameters(shape_); }
  [[nodiscard]] std::size_t stages() const { return shape_.stages(); }
  [[nodiscard]] std::size_t stage_of(std::size_t parameter) const { return shape_.stage_of(parameter); }

  /// Mean cross-entropy of the targets, in nats. Throws invalid_view for a batch of the wrong size and invalid_call for
  /// a token out of the vocabulary.
  double loss(const batch& b) { return loss(b, stream{}); }
  /// The same from a layer's input on. Throws invalid_view for a stream of another size.
  double loss(const batch& b, const stream& from) {
    want_nothing();
    return run(b, {}, from);
  }

  /// The stream as the first layer gets it: the tokens' rows of the embedding. `x` is [tokens, width].
  void embed(const batch& b, std::span<C> x) {
    check_batch(b);
    check_stream(b, {0, x});
    want_nothing();
    pass_over(b, {}, {}, [&](const detail::transformer_pass<T>& pass) {
      const detail::stopwatch watch(work_.forward_seconds);
      detail::embed(pass, b.inputs, x.data());
    });
  }

  /// Takes the stream of a batch from the input of layer `from` to that of layer `to`, in place: with the bits that a pass
  /// from the tokens has there. Layers count from 0; `to` is at most their number.
  void advance(const batch& b, std::size_t from, std::size_t to, std::span<C> x) {
    check_batch(b);
    check_stream(b, {to, x});
    want_nothing();
    pass_over(b, {}, {}, [&](const detail::transformer_pass<T>& pass) {
      const detail::stopwatch watch(work_.forward_seconds);
      if (from < to) std::copy(x.begin(), x.end(), pass.at(layout_.input_of(from)));
      for (std::size_t l = from; l < to; ++l) detail::decoder_layer<T>(pass, l).forward(work_.forward_flops);
      if (from < to) std::copy_n(pass.at(layout_.input_of(to)), x.size(), x.data());
    });
  }

  /// The logits of the token that follows each token of `inputs`: out is [sequences, context, vocabulary], in
  /// compute_type_t<T>. Throws as loss() does, and invalid_view for an `out` of another size.
  void logits(std::span<const std::uint32_t> inputs, std::size_t sequences, std::span<C> out) {
    const batch b{inputs, inputs, sequences};
    check_batch(b);
    if (out.size() != inputs.size() * shape_.vocabulary) {
      raise<invalid_view>({"transformer: ", out.size(), " places for the logits of ", inputs.size(), " tokens"});
    }
    want_nothing();
    run(b, {}, stream{}, {}, [&](const detail::transformer_pass<T>& pass) {
      detail::head_logits(pass, out.data(), work_.forward_flops);
      return 0.0;
    });
  }

  /// The same as loss(), and adds the gradients of the active parameters to their views; the last dimension of a view must be
  /// contiguous. A parameter whose view is empty is left out. Throws invalid_view, before anything is computed, for
  /// a view that does not fit.
  double gradient(const active_block<T>& active, const batch& b) { return gradient(active, b, stream{}); }
  /// The same from the input of a layer on, below which nothing is active. Throws invalid_call where something is.
  double gradient(const active_block<T>& active, const batch& b, const stream& from) {
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      wanted_[i] = active.contains(i) && !active.gradient(i).empty() ? 1 : 0;
      if (wanted_[i] != 0) check_gradient(i, active.gradient(i));
    }
    return run(b, active, from);
  }

  /// The same, but each gradient is handed out as soon as it is complete: sink(parameter, view), once for each parameter
  /// whose flag in `wanted` is 1 (none: not wanted), from the head down. It has the bits of the gradient that would have
  /// been added to zeros. The view is valid during the call; the sink may change it, and the parameter's value, which this
  /// pass no longer needs: so no two gradients need to exist (LOMO, arXiv 2306.09782), but for that of a norm beside those of
  /// the matrices behind it, and a tied head's, which waits for the embedding's. When the loss is not finite nothing is
  /// handed out. The sink must not throw and not call this object.
  template <class Sink>
    requires std::invocable<Sink&, std::size_t, tensor_view<C>>
  double gradient(std::span<const unsigned char> wanted, const batch& b, Sink&& sink, const stream& from = {}) {
    for (std::size_t i = 0; i < wanted_.size(); ++i) wanted_[i] = i < wanted.size() && wanted[i] != 0 ? 1 : 0;
    return run(b, {}, from, detail::gradient_sink<C>(sink));
  }
  /// Those of the active parameters; their views are not used.
  template <class Sink>
    requires std::invocable<Sink&, std::size_t, tensor_view<C>>
  double gradient(const active_block<T>& active, const batch& b, Sink&& sink, const stream& from = {}) {
    return gradient(active.active, b, sink, from);
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
  /// `threads`: the number of OpenMP threads then, each with its own scratch. Where gradients are handed out the largest
  /// lies here too.
  [[nodiscard]] static std::size_t activation_bytes(const transformer_shape& shape, std::size_t batch,
                                                    std::span<const unsigned char> active = {},
                                                    std::size_t threads = detail::available_threads(),
                                                    gradient_use use = gradient_use::stored) {
    checked(shape, batch);
    detail::workspace_layout<T> layout(shape);
    layout.plan(shape, batch, detail::activity(shape, active), threads, use);
    return layout.total * sizeof(C);
  }

  /// Makes the workspace large enough for a block with these flags, one per parameter. Called once for each block that
  /// will be visited, it leaves nothing to allocate later; otherwise calls grow the workspace as they need it. The
  /// first reservation or call fixes the largest number of threads that will be used.
  void reserve(std::span<const unsigned char> active = {}, gradient_use use = gradient_use::stored) {
    prepare(detail::activity(shape_, active), use);
  }

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

  void want_nothing() { std::fill(wanted_.begin(), wanted_.end(), static_cast<unsigned char>(0)); }

  void check_stream(const batch& b, const stream& from) const {
    if (from.layer > shape_.layers) {
      raise<invalid_call>({"transformer: there is no layer ", from.layer, "; there are ", shape_.layers});
    }
    if (from.stream.size() != b.sequences * shape_.context * shape_.width) {
      raise<invalid_view>({"transformer: a stream of ", from.stream.size(), " numbers for ",
                           b.sequences * shape_.context, " tokens of width ", shape_.width});
    }
  }

  void prepare(const detail::activity& active, gradient_use use) {
    if (threads_ == 0) threads_ = detail::available_threads();
    layout_.plan(shape_, max_batch_, active, threads_, use);
    if (layout_.total > workspace_.size()) workspace_.renew(layout_.total);
  }

  // f(pass) with all that a pass needs, for the wanted gradients.
  template <class F>
  void pass_over(const batch& b, const active_block<T>& gradients, const detail::gradient_sink<C>& sink, const F& f) {
    const detail::activity active(shape_, wanted_);
    prepare(active, sink ? gradient_use::handed_out : gradient_use::stored);
    work_ = {};
    const std::size_t threads = std::min(threads_, detail::available_threads());
    const detail::product_engine<C> engine(workspace_.data() + layout_.packing, layout_.pack, threads);
    f(detail::transformer_pass<T>{shape_, values_, rotary_, layout_, active, gradients, engine, workspace_.data(),
                                  b.sequences * shape_.context, sink});
  }

  double run(const batch& b, const active_block<T>& gradients, const stream& from,
             const detail::gradient_sink<C>& sink = {}) {
    check_batch(b);
    return run(b, gradients, from, sink, [&](const auto& pass) { return detail::head_pass(pass, b.targets, work_); });
  }

  // `head`: from the stream behind the last layer to the result.
  template <class Head>
  double run(const batch& b, const active_block<T>& gradients, const stream& from, const detail::gradient_sink<C>& sink,
             const Head& head) {
    double result = 0;
    if (!from.stream.empty()) check_stream(b, from);
    pass_over(b, gradients, sink, [&](const detail::transformer_pass<T>& pass) {
      {
        const detail::stopwatch watch(work_.forward_seconds);
        if (from.stream.empty()) {
          detail::embed(pass, b.inputs, pass.at(layout_.input_of(0)));
        } else {
          if (pass.active.lowest_stage() <= from.layer) {
            raise<invalid_call>({"transformer: stage ", pass.active.lowest_stage(),
                                 " is active, and the pass starts behind it, at layer ", from.layer});
          }
          std::copy(from.stream.begin(), from.stream.end(), pass.at(layout_.input_of(from.layer)));
        }
        const std::size_t first = from.stream.empty() ? 0 : from.layer;
        for (std::size_t l = first; l < shape_.layers; ++l) {
          detail::decoder_layer<T>(pass, l).forward(work_.forward_flops);
        }
      }
      result = head(pass);
      if (!pass.active.below_head() || (sink && !std::isfinite(result))) return;
      const detail::stopwatch watch(work_.backward_seconds);
      C* const dx = pass.at(layout_.stream_gradient);
      for (std::size_t l = shape_.layers; l-- > 0 && pass.active.layer(l).any;) {
        detail::decoder_layer<T>(pass, l).backward(dx, work_.input_gradient_flops, work_.weight_gradient_flops);
      }
      if (pass.active.wants(0)) detail::embed_backward(pass, b.inputs, dx);
    });
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
