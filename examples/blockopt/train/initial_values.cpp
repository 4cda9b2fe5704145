// SPDX-License-Identifier: MIT
// Part of blockopt: the files that values come from when they do not start at random.

#include "train/initial_values.hpp"

#include <cstdint>
#include <cstring>
#include <fstream>
#include <vector>

#include "common/failure.hpp"
#include "common/format.hpp"

namespace blockopt::program {

std::string hash_of(const tensor_files& files) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  std::vector<char> piece(std::size_t{1} << 20);
  for (const safetensors_reader& reader : files.files()) {
    std::ifstream in(reader.file(), std::ios::binary);
    while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())), in.gcount() > 0) {
      const auto count = static_cast<std::size_t>(in.gcount());
      std::memset(piece.data() + count, 0, piece.size() - count);
      for (std::size_t i = 0; i < count; i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, piece.data() + i, 8);
        hash = (hash ^ word) * 0x100000001b3ULL;
      }
    }
    if (in.bad() || !in.eof()) throw run_failure("cannot read '" + reader.file().string() + "'");
  }
  return hex_digits(hash);
}

}  // namespace blockopt::program
