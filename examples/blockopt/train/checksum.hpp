// SPDX-License-Identifier: MIT
// Part of blockopt: checksums of the values of each block, which show what a run has changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <blockopt/block/partition.hpp>
#include <blockopt/file/checksum.hpp>

namespace blockopt::program {

/// Of each block of a partition, and of the parameters that belong to none.
struct value_checksums {
  std::vector<std::string> names;
  std::vector<std::uint64_t> blocks;
  std::uint64_t rest = 0;
  bool has_rest = false;
};

template <class Parameter>
[[nodiscard]] value_checksums checksums_of(const partition<Parameter>& parts) {
  using T = typename Parameter::value_type;
  value_checksums result;
  std::vector<unsigned char> in_block(parts.parameters().size());
  const auto whole = [&](checksum& sum, std::size_t p) {  // the transformer's parameters lie without gaps
    const auto& values = parts.parameters()[p].values;
    sum.add(values.data(), values.size() * sizeof(T));
    in_block[p] = 1;
  };
  for (const block& b : parts.blocks()) {
    checksum sum;
    for (const std::size_t p : b.parameters) whole(sum, p);
    for (const slice& part : b.slices) {
      const T* const values = parts.parameters()[part.parameter].values.data();
      in_block[part.parameter] = 1;
      if (!part.scattered()) sum.add(values + part.first, part.count * sizeof(T));
      for (const std::uint32_t i : part.indices) sum.add(values + i, sizeof(T));
    }
    result.names.push_back(b.name);
    result.blocks.push_back(sum.value());
  }
  for (const std::size_t p : parts.always_active()) in_block[p] = 1;
  checksum rest;
  for (std::size_t p = 0; p < in_block.size(); ++p) {
    if (in_block[p] != 0) continue;
    whole(rest, p);
    result.has_rest = true;
  }
  result.rest = rest.value();
  return result;
}

}  // namespace blockopt::program
