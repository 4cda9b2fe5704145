// SPDX-License-Identifier: MIT
// Part of blockopt: how much a file of data may ask for.
#pragma once

#include <cstdint>

namespace blockopt {

/// A few bytes can claim a matrix of any size, and a thousandth of a file can unpack to it. What is beyond these is
/// refused, by a message that names the limit. (What is read as it stands needs none: it is on the disk.)
struct read_limits {
  std::uint64_t columns = std::uint64_t{1} << 27;         ///< of a matrix: 8 bytes for each, used or not
  std::uint64_t unpacked_bytes = std::uint64_t{1} << 32;  ///< of a file that was packed by gzip
};

}  // namespace blockopt
