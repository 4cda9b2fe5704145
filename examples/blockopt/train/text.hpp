// SPDX-License-Identifier: MIT
// Part of blockopt: the text that a run trains on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace blockopt::program {

/// Bytes are tokens. The first nine tenths are for training, the rest is held out.
struct text {
  std::string name;  ///< for people: the file, or what stands in for it
  std::vector<std::uint8_t> bytes;

  [[nodiscard]] std::size_t split() const { return bytes.size() / 10 * 9; }
  [[nodiscard]] std::span<const std::uint8_t> training() const { return std::span(bytes).first(split()); }
  [[nodiscard]] std::span<const std::uint8_t> held_out() const { return std::span(bytes).subspan(split()); }
  /// FNV-1a of all bytes, in hexadecimal: which text it was.
  [[nodiscard]] std::string hash() const;
};

/// Reads a file; for an empty name, the C++ headers of Eigen on this machine in the order of their names, without
/// regard to case. Raises run_failure that names what cannot be read.
[[nodiscard]] text load_text(const std::string& file);

}  // namespace blockopt::program
