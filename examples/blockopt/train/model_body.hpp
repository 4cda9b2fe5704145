// SPDX-License-Identifier: MIT
// Part of blockopt: the body of make_model, for the files that compile it.
#pragma once

#include <blockopt/file/safetensors_writer.hpp>
#include <blockopt/problem/transformer.hpp>

#include "train/model.hpp"

namespace blockopt::program {

template <scalar T>
class transformer_model final : public model<T> {
  using stream = layer_input<compute_type_t<T>>;

 public:
  transformer_model(const transformer_shape& shape, std::size_t batch, std::pmr::memory_resource* values,
                    std::pmr::memory_resource* workspace)
      : transformer_(no_values_yet{}, shape, batch, values, workspace) {}

  [[nodiscard]] std::vector<parameter<T>> parameters() override { return transformer_.parameters(); }
  void load(initial_values& values) override {
    const std::vector<parameter<T>> all = transformer_.parameters();
    values.files.read(std::span<const parameter<T>>(all), values.allowed, initial_values::may_be_left);
  }
  void start(std::uint64_t seed) override { transformer_.start(seed); }
  void save(const std::filesystem::path& file) override {
    safetensors_writer writer;
    writer.set("format", "pt");  // transformers wants to know
    for (const parameter<T>& p : transformer_.parameters()) writer.add(p.name, p.values);
    writer.write(file);
  }
  double loss(const sequence_batch& batch) override { return transformer_.loss(view(batch)); }
  double gradient(const active_block<T>& active, const sequence_batch& batch, const stream& from) override {
    return transformer_.gradient(active, view(batch), from);
  }
  double gradient(std::span<const unsigned char> flags, const sequence_batch& batch,
                  const typename model<T>::gradient_taker& take, const stream& from) override {
    return transformer_.gradient(flags, view(batch), take, from);
  }
  void embed(const sequence_batch& batch, std::span<compute_type_t<T>> x) override {
    transformer_.embed(view(batch), x);
  }
  void advance(const sequence_batch& batch, std::size_t from, std::size_t to, std::span<compute_type_t<T>> x) override {
    transformer_.advance(view(batch), from, to, x);
  }
  void reserve(std::span<const unsigned char> flags, gradient_use use) override { transformer_.reserve(flags, use); }
  [[nodiscard]] std::size_t activation_bytes(std::span<const unsigned char> flags, gradient_use use) const override {
    return transformer<T>::activation_bytes(transformer_.shape(), transformer_.max_batch(), flags,
                                            detail::available_threads(), use);
  }
  [[nodiscard]] std::size_t table_bytes() const override {
    return transformer_.shape().context * transformer_.shape().head_size() * sizeof(compute_type_t<T>);
  }
  [[nodiscard]] const transformer_work& last_work() const override { return transformer_.last_work(); }

 private:
  [[nodiscard]] static token_batch view(const sequence_batch& b) { return {b.inputs, b.targets, b.sequences}; }

  transformer<T> transformer_;
};

template <scalar T>
std::unique_ptr<model<T>> make_model(const transformer_shape& shape, std::size_t batch,
                                     std::pmr::memory_resource* values, std::pmr::memory_resource* workspace) {
  return std::make_unique<transformer_model<T>>(shape, batch, values, workspace);
}

}  // namespace blockopt::program
