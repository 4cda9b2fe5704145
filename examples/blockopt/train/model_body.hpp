// SPDX-License-Identifier: MIT
// Part of blockopt: the body of make_model, for the files that compile it.
#pragma once

#include <blockopt/file/safetensors_writer.hpp>
#include <blockopt/problem/transformer.hpp>

#include "train/model.hpp"

namespace blockopt::program {

template <scalar T>
class transformer_model final : public model<T> {
 public:
  transformer_model(const transformer_shape& shape, std::optional<std::uint64_t> seed, std::size_t batch,
                    std::pmr::memory_resource* values, std::pmr::memory_resource* workspace)
      : transformer_(shape, seed, batch, values, workspace) {}

  [[nodiscard]] std::vector<parameter<T>> parameters() override { return transformer_.parameters(); }
  void load(initial_values& values) override {
    const std::vector<parameter<T>> all = transformer_.parameters();
    values.files.read(std::span<const parameter<T>>(all), values.allowed, initial_values::may_be_left);
  }
  void save(const std::filesystem::path& file) override {
    safetensors_writer writer;
    writer.set("format", "pt");  // transformers wants to know
    for (const parameter<T>& p : transformer_.parameters()) writer.add(p.name, p.values);
    writer.write(file);
  }
  double loss(const sequence_batch& batch) override { return transformer_.loss(view(batch)); }
  double gradient(const active_block<T>& active, const sequence_batch& batch) override {
    return transformer_.gradient(active, view(batch));
  }
  void reserve(std::span<const unsigned char> flags) override { transformer_.reserve(flags); }
  [[nodiscard]] std::size_t activation_bytes(std::span<const unsigned char> flags) const override {
    return transformer<T>::activation_bytes(transformer_.shape(), transformer_.max_batch(), flags);
  }
  [[nodiscard]] std::size_t table_bytes() const override {
    return transformer_.shape().context * transformer_.shape().head_size() * sizeof(compute_type_t<T>);
  }
  [[nodiscard]] double forward_seconds() const override { return transformer_.last_work().forward_seconds; }
  [[nodiscard]] double backward_seconds() const override { return transformer_.last_work().backward_seconds; }

 private:
  [[nodiscard]] static token_batch view(const sequence_batch& b) { return {b.inputs, b.targets, b.sequences}; }

  transformer<T> transformer_;
};

template <scalar T>
std::unique_ptr<model<T>> make_model(const transformer_shape& shape, std::optional<std::uint64_t> seed,
                                     std::size_t batch, std::pmr::memory_resource* values,
                                     std::pmr::memory_resource* workspace) {
  return std::make_unique<transformer_model<T>>(shape, seed, batch, values, workspace);
}

}  // namespace blockopt::program
