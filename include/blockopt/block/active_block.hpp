// SPDX-License-Identifier: MIT
// Part of blockopt: what an oracle sees of the block that is being visited.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <blockopt/view/scalar.hpp>
#include <blockopt/view/tensor_view.hpp>

namespace blockopt {

/// The active block: which parameters want a gradient, and where the oracle adds it. Cheap to copy; valid until the
/// optimizer's next call. Parameters are numbered as in the list that the partition was made from.
///
/// Oracles **add** to the gradients: the optimizer hands them out zeroed, and calls several times for one step when it
/// accumulates micro-batches.
template <scalar T, class Space = host_space>
struct active_block {
  using gradient_view = tensor_view<compute_type_t<T>, Space>;

  std::size_t index = 0;                     ///< of the block in its partition
  std::string_view name;                     ///< of the block
  std::span<const std::size_t> parameters;   ///< the active parameters, whole or in part, always-active ones last
  std::span<const gradient_view> gradients;  ///< one per parameter of the model; empty where none is wanted here
  std::span<const unsigned char> active;     ///< one per parameter of the model: 1 when it is active
  std::span<const std::size_t>
      blocks{};  ///< all blocks of this visit, where the policy names several; index is the first

  /// True when this parameter, or a slice of it, is updated during the visit: the oracle computes its gradient.
  [[nodiscard]] bool contains(std::size_t parameter) const noexcept {
    return parameter < active.size() && active[parameter] != 0;
  }

  /// Where to add the gradient: extents of the values, elements of their compute type. Empty for a parameter that is
  /// not active, whose gradient the caller owns, or that is consumed.
  [[nodiscard]] gradient_view gradient(std::size_t parameter) const noexcept {
    return parameter < gradients.size() ? gradients[parameter] : gradient_view{};
  }
};

}  // namespace blockopt
