// SPDX-License-Identifier: MIT
// Part of blockopt: the text that a run trains on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "train/token_span.hpp"

namespace blockopt::program {

/// Bytes are the tokens, or 2 or 4 bytes each. The first nine tenths are for training, the rest is held out.
struct text {
  std::string name;  ///< for people: the file, or what stands in for it
  std::vector<std::uint8_t> bytes;
  std::size_t token_bytes = 1;

  [[nodiscard]] token_span tokens() const { return {bytes, token_bytes}; }
  [[nodiscard]] std::size_t split() const { return tokens().size() / 10 * 9; }
  [[nodiscard]] token_span training() const { return tokens().part(0, split()); }
  [[nodiscard]] token_span held_out() const { return tokens().part(split(), tokens().size()); }
  /// The checksum of all bytes, in hexadecimal: which text it was.
  [[nodiscard]] std::string hash() const;
};

/// Reads a file; for an empty name, the C++ headers of Eigen on this machine in the order of their names, without
/// regard to case. Raises run_failure that names what cannot be read.
[[nodiscard]] text load_text(const std::string& file);

/// Reads a file of token ids, little-endian numbers of 16 or 32 bits and nothing else. `bits` 0: 16 for a vocabulary of
/// at most 65536, else 32; a file that looks like the other is refused then. Raises run_failure for a file that cannot
/// be read or has a part of a token at its end, and for an id out of the vocabulary, with its place.
[[nodiscard]] text load_tokens(const std::string& file, std::size_t bits, std::size_t vocabulary);

}  // namespace blockopt::program
