// SPDX-License-Identifier: MIT
// Part of blockopt: a transformer behind virtual calls, one per pass, so that it is compiled once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

#include <blockopt/block/active_block.hpp>
#include <blockopt/block/parameter.hpp>
#include <blockopt/problem/transformer/shape.hpp>
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
  virtual void load(initial_values& values) = 0;
  /// Writes all values to a safetensors file. Raises file_error.
  virtual void save(const std::filesystem::path& file) = 0;
  virtual double loss(const sequence_batch& batch) = 0;
  virtual double gradient(const active_block<T>& active, const sequence_batch& batch) = 0;
  virtual void reserve(std::span<const unsigned char> flags) = 0;
  /// Bytes of the workspace while these are active; of `loss` for no flags.
  [[nodiscard]] virtual std::size_t activation_bytes(std::span<const unsigned char> flags) const = 0;
  /// Bytes of the table of positions, which lies with the values.
  [[nodiscard]] virtual std::size_t table_bytes() const = 0;
  /// Times of the last call.
  [[nodiscard]] virtual double forward_seconds() const = 0;
  [[nodiscard]] virtual double backward_seconds() const = 0;
};

template <scalar T>
[[nodiscard]] std::unique_ptr<model<T>> make_model(const transformer_shape& shape, std::optional<std::uint64_t> seed,
                                                   std::size_t batch, std::pmr::memory_resource* values,
                                                   std::pmr::memory_resource* workspace);

extern template std::unique_ptr<model<float>> make_model<float>(const transformer_shape&, std::optional<std::uint64_t>,
                                                                std::size_t, std::pmr::memory_resource*,
                                                                std::pmr::memory_resource*);
extern template std::unique_ptr<model<bfloat16>> make_model<bfloat16>(const transformer_shape&,
                                                                      std::optional<std::uint64_t>, std::size_t,
                                                                      std::pmr::memory_resource*,
                                                                      std::pmr::memory_resource*);

}  // namespace blockopt::program
