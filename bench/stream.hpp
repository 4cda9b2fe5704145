// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: the bandwidth limit of an update, a loop that moves its streams and does nothing else.
//
// The kernels are compiled apart (stream.cpp: -O3 and the machine's widest vectors), so that executables of any flags
// are held against the same limit. Nothing inline is shared with them.
#pragma once

#include <array>
#include <cstddef>

namespace bench {

/// What one update moves for each element of a parameter, in bytes. The values are written, and read unless a master
/// copy is; the gradient is read; master copy and slots ("wide" streams) are read and written.
struct stream_shape {
  std::size_t value_bytes = 4;
  bool reads_values = true;
  std::size_t gradient_bytes = 4;
  std::size_t wide_bytes = 4;
  std::size_t wide_streams = 0;

  [[nodiscard]] constexpr std::size_t bytes_per_element() const {
    return value_bytes * (reads_values ? 2 : 1) + gradient_bytes + 2 * wide_bytes * wide_streams;
  }
};

/// All arrays start at a multiple of 64 bytes and hold `size` elements, a multiple of 32.
struct stream_arrays {
  static constexpr std::size_t most_wide_streams = 5;
  void* values = nullptr;
  const void* gradient = nullptr;
  std::array<void*, most_wide_streams> wide{};
  std::size_t size = 0;
};

/// Reads and writes what the shape says. What is read and written keeps its bits, values that are only written get
/// those of the gradient. Returns a number that depends on all that was read only.
using stream_kernel = unsigned (*)(const stream_arrays&);

/// The forms of the loop: one vector of 64 bytes at a time; unrolled four times with prefetches 1 KiB or 4 KiB ahead;
/// stores that bypass the caches (plain ones where the machine has none).
inline constexpr std::size_t stream_forms = 4;
inline constexpr std::array<const char*, stream_forms> stream_form_names = {"vectors", "unrolled", "unrolled far",
                                                                            "non-temporal"};

}  // namespace bench

/// The kernel of a shape, or null when there is none: values of 2, 4 or 8 bytes, five wide streams at most.
extern "C" bench::stream_kernel blockopt_bench_stream_kernel(const bench::stream_shape& shape, std::size_t form);
