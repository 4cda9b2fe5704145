// SPDX-License-Identifier: MIT
// Part of blockopt: what a pass of the transformer may start from instead of tokens.
#pragma once

#include <cstddef>
#include <span>

namespace blockopt {

/// The residual stream as one layer gets it: `stream` is [tokens, width]; `layer` counts from 0, and is the number of layers
/// for what the final norm gets. Without a stream: from the tokens.
template <class C>
struct layer_input {
  std::size_t layer = 0;
  std::span<const C> stream{};
};

}  // namespace blockopt
