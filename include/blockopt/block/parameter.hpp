// SPDX-License-Identifier: MIT
// Part of blockopt: a named view of values, with a view of its gradient when the caller owns one.
#pragma once

#include <string>
#include <type_traits>

#include <blockopt/view/scalar.hpp>
#include <blockopt/view/tensor_view.hpp>

namespace blockopt {

/// A parameter of the problem. The caller owns the memory of both views and keeps it alive.
///
/// `gradient` empty: the optimizer owns a gradient (in the compute type of `T`) while the parameter is active, and the
/// oracle adds to it. `gradient` set: the optimizer reads it in `step()` and never writes it; same extents as `values`.
template <scalar T, scalar G = T, class Space = host_space>
struct parameter {
  using value_type = T;
  using gradient_type = G;
  using space = Space;

  std::string name;
  tensor_view<T, Space> values;
  tensor_view<const G, Space> gradient{};
};

template <class N, class T, class S>
parameter(N, tensor_view<T, S>) -> parameter<T, T, S>;
template <class N, class T, class G, class S>
parameter(N, tensor_view<T, S>, tensor_view<G, S>) -> parameter<T, std::remove_const_t<G>, S>;

}  // namespace blockopt
