// SPDX-License-Identifier: MIT
// Part of blockopt: the norms by which greedy policies measure the gradient of a block.
#pragma once

#include <cstdint>

namespace blockopt {

/// For blocks of one coordinate both are the same. Papers have the 2-norm; the code published with Nutini, Laradji &
/// Schmidt (JMLR 23, 2022; BlockCoordinateDescent, commit 322066b) scores fixed blocks by the sum of absolute values.
enum class block_norm : std::uint8_t { two, one };

}  // namespace blockopt
