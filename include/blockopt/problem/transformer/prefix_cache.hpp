// SPDX-License-Identifier: MIT
// Part of blockopt: what the frozen layers below the active block give, kept while a visit uses the same batches again.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory_resource>
#include <span>
#include <vector>

#include <blockopt/memory/detail/scratch_file.hpp>
#include <blockopt/problem/transformer/buffer.hpp>
#include <blockopt/problem/transformer/layer_input.hpp>
#include <blockopt/problem/transformer/work.hpp>

namespace blockopt {

/// The residual stream of numbered batches at the input of the lowest active layer, in full precision. A batch's stream is
/// computed at its first use, read at the next ones, and taken on through the layers between when a later visit begins
/// above: so with blocks in ascending order each layer below runs once per batch and round. Losses and gradients have the
/// bits of passes from the tokens, because a stream has, and because one is never read after a value below it changed.
///
/// Bounded: the first batches that fit are kept, the others pass from the tokens every time. What a stream costs is
/// returned, so that it can be charged to the step that filled it. ("Pre-inference" of arXiv 2506.12037, of which only the
/// name is public.)
template <class C>
class prefix_cache {
 public:
  /// How many streams of `elements` numbers fit into `bytes`; at most `batches`.
  [[nodiscard]] static std::size_t streams_in(std::size_t bytes, std::size_t elements, std::size_t batches) {
    return std::min(batches, bytes / (padded(elements) * sizeof(C)));
  }
  /// Bytes of so many streams.
  [[nodiscard]] static std::size_t bytes_of(std::size_t streams, std::size_t elements) {
    return streams * padded(elements) * sizeof(C);
  }

  /// Keeps nothing.
  prefix_cache() = default;
  /// In memory.
  prefix_cache(std::size_t streams, std::size_t elements, std::pmr::memory_resource* resource)
      : elements_(elements), memory_(resource, streams * padded(elements)), layers_(streams, none) {
    data_ = memory_.data();
  }
  /// In a file without a name in `folder`, mapped: the system writes it to the disk when memory is short. Raises file_error
  /// that names the folder.
  prefix_cache(std::size_t streams, std::size_t elements, const std::filesystem::path& folder)
      : elements_(elements), file_(folder, bytes_of(streams, elements)), layers_(streams, none) {
    data_ = reinterpret_cast<C*>(file_.data());
  }

  [[nodiscard]] std::size_t streams() const noexcept { return layers_.size(); }

  /// Other batches from now on.
  void forget() { std::fill(layers_.begin(), layers_.end(), none); }

  /// Values of this stage and of those above are going to change (stages as in transformer_shape::stage_of). To be called
  /// before the first step of each visit: streams from behind that stage are forgotten.
  void begin_visit(std::size_t lowest_stage) {
    for (std::size_t& layer : layers_) {
      if (layer != none && layer >= lowest_stage) layer = none;
    }
  }

  /// The stream of batch `number` at the input of `layer`, computed with model.embed and model.advance as far as it is not
  /// there, whose time and flops are added to `work`. No stream (a pass from the tokens) for a batch that does not fit.
  template <class Model, class Batch>
  [[nodiscard]] layer_input<C> at(std::size_t number, std::size_t layer, Model& model, const Batch& batch,
                                  transformer_work& work) {
    if (number >= layers_.size()) return {};
    const std::span<C> stream(data_ + number * padded(elements_), elements_);
    std::size_t& done = layers_[number];
    if (done == none || done > layer) {
      done = none;  // should embed throw
      model.embed(batch, stream);
      work += model.last_work();
      done = 0;
    }
    if (done < layer) {
      const std::size_t from = done;
      done = none;
      model.advance(batch, from, layer, stream);
      work += model.last_work();
      done = layer;
    }
    return {layer, stream};
  }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  [[nodiscard]] static std::size_t padded(std::size_t elements) {
    constexpr std::size_t line = detail::resource_buffer<C>::alignment / sizeof(C);
    return (elements + line - 1) / line * line;
  }

  std::size_t elements_ = 0;
  detail::resource_buffer<C> memory_{std::pmr::get_default_resource()};
  detail::mapped_scratch_file file_;
  C* data_ = nullptr;
  std::vector<std::size_t> layers_;  ///< per batch: at which layer's input its stream is; none: nowhere
};

}  // namespace blockopt
