// SPDX-License-Identifier: MIT
// Part of blockopt: a partition whose blocks hold a part of every parameter.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/block/name_pattern.hpp>
#include <blockopt/block/partition.hpp>
#include <blockopt/error.hpp>
#include <blockopt/select/random_stream.hpp>

namespace blockopt {

/// Which elements of a parameter one block holds.
enum class slice_shape {
  adjacent,   ///< neighbours
  scattered,  ///< spread at random; 4 bytes of index for each element of the parameters, held by the partition
};

struct ratio_options {
  slice_shape shape = slice_shape::adjacent;
  std::uint64_t seed = 1;  ///< of the spread
  std::vector<std::string> always_active{};
};

/// D = ceil(1 / ratio) blocks; each holds 1 / D of the elements of every parameter, so that every block reaches every
/// layer. State exists for that part only, the gradient of a whole parameter while the block is active. As BAdam's
/// BlockOptimizerRatio (block_optim.py), which draws its masks anew for each visit, where these blocks are disjoint and
/// together all. Parameters of fewer than D elements are in the first blocks only.
/// Raises invalid_partition for a ratio outside (0, 1], for more blocks than the largest parameter has elements, and for
/// a scattered parameter of 2^32 elements or more.
template <class Parameter>
[[nodiscard]] partition<Parameter> by_ratio(std::vector<Parameter> parameters, double ratio,
                                            const ratio_options& options = {}) {
  std::vector<std::size_t> always = find_parameters(parameters, options.always_active);
  const auto trains = [&](std::size_t p) { return std::find(always.begin(), always.end(), p) == always.end(); };
  std::size_t largest = 0;
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    if (trains(p)) largest = std::max(largest, parameters[p].values.size());
  }
  const double wanted = std::ceil(1.0 / ratio - 1e-9);
  if (!(ratio > 0) || ratio > 1 || wanted > static_cast<double>(largest)) {
    raise<invalid_partition>({"by_ratio was given the ratio ", ratio,
                              "; it must be at most 1 and leave each block an element of the largest parameter, of ",
                              largest});
  }
  const auto blocks = static_cast<std::size_t>(wanted);
  std::vector<block> list;
  for (std::size_t b = 0; b < blocks; ++b) list.push_back({"part." + std::to_string(b) + ".", {}});
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    const std::size_t size = parameters[p].values.size();
    if (size == 0 || !trains(p)) continue;
    std::vector<std::uint32_t> spread;
    if (options.shape == slice_shape::scattered) {
      if (size > std::numeric_limits<std::uint32_t>::max())
        raise<invalid_partition>({"parameter '", parameters[p].name, "' has too many elements to be scattered"});
      spread.resize(size);
      std::iota(spread.begin(), spread.end(), std::uint32_t{0});
      random_stream rng{random_stream::derive(options.seed, p)};
      for (std::size_t i = size; i > 1; --i) std::swap(spread[i - 1], spread[static_cast<std::size_t>(rng.below(i))]);
    }
    std::size_t first = 0;
    for (std::size_t b = 0; b < blocks; ++b) {
      const std::size_t count = size / blocks + (b < size % blocks ? 1 : 0);
      if (count == 0) break;
      slice part{.parameter = p, .first = first, .count = count};
      if (!spread.empty()) {
        const auto begin = spread.begin() + static_cast<std::ptrdiff_t>(first);
        part.indices.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
        std::sort(part.indices.begin(), part.indices.end());
      }
      list[b].slices.push_back(std::move(part));
      first += count;
    }
  }
  return {std::move(parameters), std::move(list), std::move(always)};
}

}  // namespace blockopt
