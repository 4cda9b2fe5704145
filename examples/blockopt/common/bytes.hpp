// SPDX-License-Identifier: MIT
// Part of blockopt: sizes as flags give them.
#pragma once

#include <string>

namespace blockopt::program {

/// Reads 24GB, 80GiB, 1.5TB or a number of bytes: GB = 10^9, GiB = 2^30. Raises usage_error that begins with `flag`.
[[nodiscard]] double read_bytes(const std::string& flag, const std::string& text);

}  // namespace blockopt::program
