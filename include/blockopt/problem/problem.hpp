// SPDX-License-Identifier: MIT
// Part of blockopt: what a problem can answer, as concepts.
#pragma once

#include <concepts>
#include <cstddef>
#include <vector>

#include <blockopt/block/active_block.hpp>
#include <blockopt/block/parameter.hpp>

namespace blockopt {

/// A problem owns the values of its parameters and names them; views stay valid while the problem lives and is not
/// moved. `value()` is the objective at the present values, in double.
template <class P>
concept problem = requires(P& p, const P& c) {
  typename P::value_type;
  { p.parameters() } -> std::same_as<std::vector<parameter<typename P::value_type>>>;
  { p.value() } -> std::convertible_to<double>;
};

/// The oracle of block methods: `gradient(active)` adds the gradient of every active parameter, at the present values,
/// to `active.gradient(i)` and returns the objective. It does no work that only other blocks need.
template <class P>
concept block_differentiable = problem<P> && requires(P& p, const active_block<typename P::value_type>& active) {
  { p.gradient(active) } -> std::convertible_to<double>;
};

/// A problem whose optimum is known: `optimum()` is f*.
template <class P>
concept with_optimum = problem<P> && requires(const P& p) {
  { p.optimum() } -> std::convertible_to<double>;
};

/// A problem made of ordered stages (layers): parameter i belongs to stage `stage_of(i)`, 0 at the input side.
/// Its backward pass runs from the last stage down to the lowest active one and no further.
template <class P>
concept layered = problem<P> && requires(const P& p, std::size_t parameter) {
  { p.stages() } -> std::convertible_to<std::size_t>;
  { p.stage_of(parameter) } -> std::convertible_to<std::size_t>;
};

}  // namespace blockopt
