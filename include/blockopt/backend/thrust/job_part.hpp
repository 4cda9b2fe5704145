// SPDX-License-Identifier: MIT
// Part of blockopt: a part of a job as kernels see it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <blockopt/backend/backend.hpp>
#include <blockopt/backend/host/scalar_lanes.hpp>
#include <blockopt/config.hpp>
#include <blockopt/memory/write_back.hpp>
#include <blockopt/view/element_order.hpp>

namespace blockopt::detail {

/// Where the i-th element lies, as element_order::offset_of and its start and indices say; `order` may lie in device memory.
[[nodiscard]] BLOCKOPT_FN std::ptrdiff_t offset_in(const element_order* order, std::size_t i) noexcept {
  std::size_t number = order->indices != nullptr ? order->indices[i] : order->start + i;
  if (order->rank == 0) return static_cast<std::ptrdiff_t>(number);
  std::ptrdiff_t offset = 0;
  BLOCKOPT_KEEP_LOOP
  for (std::size_t d = order->rank; d-- > 0;) {
    const std::size_t extent = order->extents.data()[d];
    offset += static_cast<std::ptrdiff_t>(number % extent) * order->strides.data()[d];
    number /= extent;
  }
  return offset;
}

/// The elements [first, first + count) of a job. Contiguous arrays begin with the part, the others with the job, and have
/// an order. A whole number of 16-byte accesses, so that kernels read no less at a time.
template <scalar T, scalar G, std::size_t N>
struct alignas(16) job_part {
  using S = compute_type_t<T>;

  T* values = nullptr;
  const G* gradient = nullptr;
  S* owned = nullptr;
  S* master = nullptr;
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  std::uint64_t noise = 0;
  std::uint64_t rule = 0;
  const element_order* values_order = nullptr;
  const element_order* gradient_order = nullptr;
  const element_order* owned_order = nullptr;
  std::uint64_t first_chunk = 0;  ///< of the job
  std::uint64_t size = 0;         ///< elements of the job
  std::array<S*, N> slots{};

  job_part() = default;

  /// The whole of a job. Orders that are not contiguous are left in the job.
  explicit job_part(const parameter_job<T, G, N>& j) noexcept
      : values(j.values),
        gradient(j.gradient),
        owned(j.owned_gradient),
        master(j.master),
        count(j.size),
        noise(j.noise),
        rule(j.rule),
        values_order(j.values_order.contiguous() ? nullptr : &j.values_order),
        gradient_order(j.gradient == nullptr || j.gradient_order.contiguous() ? nullptr : &j.gradient_order),
        owned_order(j.owned_gradient == nullptr || j.owned_order.contiguous() ? nullptr : &j.owned_order),
        first_chunk(j.first_chunk),
        size(j.size),
        slots(j.slots) {}

  /// Chunk number `chunk` of a whole job.
  [[nodiscard]] BLOCKOPT_FN job_part part(std::size_t chunk) const noexcept {
    job_part r = *this;
    const std::size_t begin = chunk * chunk_elements;
    r.first = begin;
    r.count = count - begin < chunk_elements ? count - begin : chunk_elements;
    if (values_order == nullptr) r.values += begin;
    if (gradient_order == nullptr && gradient != nullptr) r.gradient += begin;
    if (owned_order == nullptr && owned != nullptr) r.owned += begin;
    if (master != nullptr) r.master += begin;
    for (std::size_t k = 0; k != N; ++k) r.slots.data()[k] += begin;
    return r;
  }

  /// The order of the gradient that a step reads.
  [[nodiscard]] BLOCKOPT_FN const element_order* step_order() const noexcept {
    return owned != nullptr ? owned_order : gradient_order;
  }
  [[nodiscard]] BLOCKOPT_FN bool strided() const noexcept { return values_order != nullptr || step_order() != nullptr; }
  /// Element i of the part, in an array of this order.
  [[nodiscard]] BLOCKOPT_FN std::ptrdiff_t place(const element_order* order, std::size_t i) const noexcept {
    return order == nullptr ? static_cast<std::ptrdiff_t>(i) : offset_in(order, first + i);
  }
  [[nodiscard]] BLOCKOPT_FN T& value(std::size_t i) const noexcept { return values[place(values_order, i)]; }
  [[nodiscard]] BLOCKOPT_FN const G& brought(std::size_t i) const noexcept {
    return gradient[place(gradient_order, i)];
  }
  [[nodiscard]] BLOCKOPT_FN S& own(std::size_t i) const noexcept { return owned[place(owned_order, i)]; }

  /// Whether there is a master copy, or else what compensated rounding lost. Rows that are in codes, or of another type than
  /// S, begin with the job.
  [[nodiscard]] BLOCKOPT_FN bool has_master([[maybe_unused]] rounding write_back) const noexcept {
    if constexpr (is_reduced_precision<T>) return master != nullptr && write_back != rounding::compensated;
    else return false;
  }
  [[nodiscard]] BLOCKOPT_FN bool compensates([[maybe_unused]] rounding write_back) const noexcept {
    if constexpr (is_reduced_precision<T>) return master != nullptr && write_back == rounding::compensated;
    else return false;
  }
  [[nodiscard]] BLOCKOPT_FN S* whole_master() const noexcept { return master - first; }
  [[nodiscard]] BLOCKOPT_FN S* whole_slot(std::size_t k) const noexcept { return slots.data()[k] - first; }
  [[nodiscard]] BLOCKOPT_FN T* compensation() const noexcept { return reinterpret_cast<T*>(whole_master()); }

  /// Rounds one number to the value of element i.
  BLOCKOPT_FN void write_back(std::size_t i, S x, [[maybe_unused]] rounding how,
                              [[maybe_unused]] const rounding_key& key) const noexcept {
    T& to = value(i);
    if constexpr (is_reduced_precision<T>) {
      if (how == rounding::stochastic) {
        to = round_stochastic<T>(x, random_bits(static_cast<std::uint32_t>(first + i), key));
        return;
      }
    }
    to = static_cast<T>(x);
    if (compensates(how)) compensation()[first + i] = static_cast<T>(x - static_cast<S>(to));
  }

  /// f(element i of the gradient that a step reads).
  template <class F>
  [[nodiscard]] BLOCKOPT_FN auto with_gradient(std::size_t i, const F& f) const noexcept {
    const std::ptrdiff_t at = place(step_order(), i);
    if constexpr (std::is_same_v<G, S>) return f((owned != nullptr ? owned : gradient)[at]);
    else return owned != nullptr ? f(owned[at]) : f(gradient[at]);
  }
};

/// The part of every chunk of a list of jobs: from a table in the backend's memory, or of one job that kernels are handed.
template <class Part>
struct part_list {
  Part only{};
  const Part* table = nullptr;

  [[nodiscard]] BLOCKOPT_FN Part operator()(std::size_t chunk) const noexcept {
    return table != nullptr ? table[chunk] : only.part(chunk);
  }
};

}  // namespace blockopt::detail
