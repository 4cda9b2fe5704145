// SPDX-License-Identifier: MIT
// Part of blockopt: checksums of the values of each block, which show what a run has changed.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/block/partition.hpp>
#include <blockopt/view/element_order.hpp>

namespace blockopt::program {

/// A hash of 64 bits of many bytes, as fast as memory: eight lanes of FNV-1a over words of eight bytes, which a processor
/// computes side by side, joined by FNV-1a.
class lane_hash {
 public:
  void add(std::span<const std::byte> bytes) {
    constexpr std::size_t line = 8 * sizeof(std::uint64_t);
    std::size_t i = 0;
    std::array<std::uint64_t, 8> words;
    const auto mix = [&] {
      for (std::size_t lane = 0; lane < 8; ++lane) lanes_[lane] = step(lanes_[lane], words[lane]);
    };
    for (; i + line <= bytes.size(); i += line) {
      std::memcpy(words.data(), bytes.data() + i, line);
      mix();
    }
    if (i < bytes.size()) {
      words = {};
      std::memcpy(words.data(), bytes.data() + i, bytes.size() - i);
      mix();
    }
    size_ += bytes.size();
  }
  [[nodiscard]] std::uint64_t value() const {
    std::uint64_t h = step(basis, size_);
    for (const std::uint64_t lane : lanes_) h = step(h ^ (h >> 32), lane);
    return h ^ (h >> 29);
  }

 private:
  static constexpr std::uint64_t basis = 0xcbf29ce484222325ULL;
  static constexpr std::uint64_t step(std::uint64_t h, std::uint64_t word) {
    const std::uint64_t mixed = (h ^ word) * 0x100000001b3ULL;
    return mixed ^ (mixed >> 47);  // without it a high bit of a word would reach no lower one
  }

  std::array<std::uint64_t, 8> lanes_{basis,     basis + 1, basis + 2, basis + 3,
                                      basis + 4, basis + 5, basis + 6, basis + 7};
  std::uint64_t size_ = 0;
};

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
  const auto whole = [&](lane_hash& hash, std::size_t p) {  // the transformer's parameters lie without gaps
    const auto& values = parts.parameters()[p].values;
    hash.add(std::as_bytes(std::span(values.data(), values.size())));
    in_block[p] = 1;
  };
  for (const block& b : parts.blocks()) {
    lane_hash hash;
    for (const std::size_t p : b.parameters) whole(hash, p);
    for (const slice& part : b.slices) {
      const T* const values = parts.parameters()[part.parameter].values.data();
      in_block[part.parameter] = 1;
      if (!part.scattered()) hash.add(std::as_bytes(std::span(values + part.first, part.count)));
      for (const std::uint32_t i : part.indices) hash.add(std::as_bytes(std::span(values + i, 1)));
    }
    result.names.push_back(b.name);
    result.blocks.push_back(hash.value());
  }
  for (const std::size_t p : parts.always_active()) in_block[p] = 1;
  lane_hash rest;
  for (std::size_t p = 0; p < in_block.size(); ++p) {
    if (in_block[p] != 0) continue;
    whole(rest, p);
    result.has_rest = true;
  }
  result.rest = rest.value();
  return result;
}

}  // namespace blockopt::program
