// SPDX-License-Identifier: MIT
// Part of blockopt: a transformer behind virtual calls, one per pass, so that it is compiled once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <memory_resource>
#include <span>
#include <vector>

#include <blockopt/block/active_block.hpp>
#include <blockopt/block/parameter.hpp>
#include <blockopt/problem/transformer/gradient_sink.hpp>
#include <blockopt/problem/transformer/layer_input.hpp>
#include <blockopt/problem/transformer/shape.hpp>
#include <blockopt/problem/transformer/work.hpp>
#include <blockopt/view/scalar.hpp>

#include "train/batches.hpp"
#include "train/initial_values.hpp"

namespace blockopt::program {

/// The members of blockopt::transformer that training needs; flags: one per parameter, 1 where it is active.
template <scalar T>
class model {
 public:
  virtual ~model() = default;
  [[nodiscard]] virtual std::vector<parameter<T>> parameters() = 0;
  /// Once, before the values are used: reads them, or starts them at random.
  virtual void load(initial_values& values) = 0;
  virtual void start(std::uint64_t seed) = 0;
  /// Writes all values to a safetensors file. Raises file_error.
  virtual void save(const std::filesystem::path& file) = 0;
  virtual double loss(const sequence_batch& batch) = 0;
  virtual double gradient(const active_block<T>& active, const sequence_batch& batch,
                          const layer_input<compute_type_t<T>>& from) = 0;
  /// Hands the gradients of these parameters out, see transformer.
  using gradient_taker = std::function<void(std::size_t, const tensor_view<compute_type_t<T>>&)>;
  virtual double gradient(std::span<const unsigned char> flags, const sequence_batch& batch, const gradient_taker& take,
                          const layer_input<compute_type_t<T>>& from) = 0;
  virtual void embed(const sequence_batch& batch, std::span<compute_type_t<T>> stream) = 0;
  virtual void advance(const sequence_batch& batch, std::size_t from, std::size_t to,
                       std::span<compute_type_t<T>> stream) = 0;
  virtual void reserve(std::span<const unsigned char> flags, gradient_use use) = 0;
  /// Bytes of the workspace while these are active; of `loss` for no flags.
  [[nodiscard]] virtual std::size_t activation_bytes(std::span<const unsigned char> flags, gradient_use use) const = 0;
  /// Bytes of the table of positions, which lies with the values.
  [[nodiscard]] virtual std::size_t table_bytes() const = 0;
  /// Of the last call.
  [[nodiscard]] virtual const transformer_work& last_work() const = 0;
};

/// Its values are left as the memory is.
template <scalar T>
[[nodiscard]] std::unique_ptr<model<T>> make_model(const transformer_shape& shape, std::size_t batch,
                                                   std::pmr::memory_resource* values,
                                                   std::pmr::memory_resource* workspace);

extern template std::unique_ptr<model<float>> make_model<float>(const transformer_shape&, std::size_t,
                                                                std::pmr::memory_resource*, std::pmr::memory_resource*);
extern template std::unique_ptr<model<bfloat16>> make_model<bfloat16>(const transformer_shape&, std::size_t,
                                                                      std::pmr::memory_resource*,
                                                                      std::pmr::memory_resource*);

}  // namespace blockopt::program
