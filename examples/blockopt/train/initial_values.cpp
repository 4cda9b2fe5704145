// SPDX-License-Identifier: MIT
// Part of blockopt: the files that values come from when they do not start at random.

#include "train/initial_values.hpp"

#include <cstddef>
#include <fstream>
#include <vector>

#include <blockopt/file/checksum.hpp>

#include "common/failure.hpp"
#include "common/format.hpp"

namespace blockopt::program {

std::string hash_of(const tensor_files& files) {
  checksum sum;
  std::vector<char> piece(std::size_t{1} << 20);
  for (const safetensors_reader& reader : files.files()) {
    std::ifstream in(reader.file(), std::ios::binary);
    while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())), in.gcount() > 0)
      sum.add(piece.data(), static_cast<std::size_t>(in.gcount()));
    if (in.bad() || !in.eof()) throw run_failure("cannot read '" + reader.file().string() + "'");
  }
  return hex_digits(sum.value());
}

}  // namespace blockopt::program
