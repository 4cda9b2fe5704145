// SPDX-License-Identifier: MIT
// Part of blockopt: what a backend is, as a concept, and the work that the optimizer hands to it.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <blockopt/memory/write_back.hpp>
#include <blockopt/update/update_rule.hpp>
#include <blockopt/view/element_order.hpp>
#include <blockopt/view/scalar.hpp>

namespace blockopt {

/// The part of one parameter, or of a slice of one, in a step. Master copy and slots are flat arrays of `size` elements;
/// values and gradients are where their orders say.
template <scalar T, scalar G, std::size_t Slots>
struct parameter_job {
  using compute = compute_type_t<T>;

  T* values = nullptr;
  element_order values_order{};
  const G* gradient = nullptr;  ///< the caller's, or null
  element_order gradient_order{};
  compute* owned_gradient = nullptr;  ///< read instead of `gradient` when not null
  element_order owned_order{};
  compute* master = nullptr;          ///< full-precision copy of the values, or null
  std::array<compute*, Slots> slots{};
  std::size_t size = 0;         ///< elements
  std::size_t first_chunk = 0;  ///< number of the first of its chunks among those of all jobs, see chunk_elements
  std::size_t rule = 0;         ///< which of the step's constants
  std::size_t parameter = 0;    ///< its number
  std::uint64_t noise = 0;      ///< tells jobs of one step apart in the random bits of stochastic rounding
};

/// Work is cut into chunks of so many elements of one parameter: the unit of threads and of partial sums. Results never
/// depend on how chunks are spread over threads.
inline constexpr std::size_t chunk_elements = 8192;

[[nodiscard]] constexpr std::size_t chunk_count(std::size_t elements) noexcept {
  return (elements + chunk_elements - 1) / chunk_elements;
}

/// What holds for all parameters of a step.
template <class S>
struct step_options {
  S gradient_scale = 1;                               ///< the gradient is multiplied by it ...
  S clip_value = std::numeric_limits<S>::infinity();  ///< ... and then clamped to [-clip_value, clip_value]
  rounding write_back = rounding::nearest;
  std::uint64_t seed = 0;  ///< of stochastic rounding
  std::uint64_t step = 0;  ///< of the run, for its random bits
};

/// A backend is a small copyable handle: it allocates in its space and runs the library's few primitives over jobs.
/// None of them but `allocate` allocates, and none changes the caller's floating-point mode.
///   - `allocate(bytes)`, `deallocate(p, bytes)`, `copy(to, from, bytes)`, `zero(p, bytes)`;
///   - `update<Rule>(constants, jobs, options)`: one step of the rule on every job;
///   - `load_master(jobs)`: master = values;
///   - `add_gradient(jobs)`: owned_gradient += gradient, where both exist;
///   - `sum_of_squares(jobs, partial, factor)`: of all gradients times `factor`, in double, in an order that depends on
///     sizes only; `partial` has room for one double per chunk. Not finite when an element is not finite;
///   - `all_finite(jobs)`.
template <class B>
concept backend = std::copyable<B> && std::default_initializable<B> &&
    requires(const B& b, void* p, std::size_t bytes) {
  typename B::space;
  { b.allocate(bytes) } -> std::same_as<void*>;
  { b.deallocate(p, bytes) }
  noexcept;
  b.copy(p, p, bytes);
  b.zero(p, bytes);
};

}  // namespace blockopt
