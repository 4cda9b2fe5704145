// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: the streaming kernels. Everything here has internal linkage but the one function that
// finds a kernel, because this file is compiled with other flags than those that it is linked to.
#include "stream.hpp"

#include <cstdint>
#include <cstring>
#include <utility>

#if defined(__AVX512F__) || defined(__AVX__)
#include <immintrin.h>
#endif

namespace {

using bench::stream_arrays;
using bench::stream_form_names;
using bench::stream_forms;
using bench::stream_kernel;
using bench::stream_shape;

typedef std::uint32_t lanes __attribute__((vector_size(64)));

// The least number of elements that is a whole vector in the narrowest stream.
constexpr std::size_t group = 32;

enum class form { vectors, unrolled, unrolled_far, non_temporal };

[[gnu::always_inline]] inline lanes load(const unsigned char* from) {
  lanes v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

template <form Form>
[[gnu::always_inline]] inline void store(unsigned char* to, const lanes& v) {
#if defined(__AVX512F__)
  if constexpr (Form == form::non_temporal) {
    _mm512_stream_si512(reinterpret_cast<__m512i*>(to), reinterpret_cast<const __m512i&>(v));
    return;
  }
#elif defined(__AVX__)
  if constexpr (Form == form::non_temporal) {
    __m256i half[2];
    std::memcpy(half, &v, sizeof v);
    _mm256_stream_si256(reinterpret_cast<__m256i*>(to), half[0]);
    _mm256_stream_si256(reinterpret_cast<__m256i*>(to + 32), half[1]);
    return;
  }
#endif
  std::memcpy(to, &v, sizeof v);
}

// Reads and writes `Bytes` bytes: one addition, of a zero that the compiler does not know.
template <form Form, std::size_t Bytes>
[[gnu::always_inline]] inline void touch(unsigned char* p, const lanes& zero) {
  for (std::size_t i = 0; i < Bytes; i += sizeof(lanes)) store<Form>(p + i, load(p + i) + zero);
}

template <form Form, std::size_t Bytes>
[[gnu::always_inline]] inline void prefetch(const unsigned char* p) {
  constexpr std::size_t ahead = Form == form::unrolled_far ? 4096 : 1024;
  for (std::size_t i = 0; i < Bytes; i += 64) __builtin_prefetch(p + ahead + i);
}

template <form Form, std::size_t Value, bool ReadsValues, std::size_t Gradient, std::size_t Wide, std::size_t... Stream>
unsigned run(const stream_arrays& arrays) {
  volatile std::uint32_t unknown = 0;
  const lanes zero = lanes{} + unknown;
  lanes sum = zero;
  auto* x = static_cast<unsigned char*>(arrays.values);
  const auto* g = static_cast<const unsigned char*>(arrays.gradient);
  [[maybe_unused]] unsigned char* wide[sizeof...(Stream) + 1] = {static_cast<unsigned char*>(arrays.wide[Stream])...};
  const auto step = [&]() __attribute__((always_inline)) {
    if constexpr (ReadsValues) {
      touch<Form, group * Value>(x, zero);
      for (std::size_t i = 0; i < group * Gradient; i += sizeof(lanes)) sum += load(g + i);
    } else {
      static_assert(Value <= Gradient);
      for (std::size_t i = 0; i < group * Gradient; i += sizeof(lanes)) {
        const lanes v = load(g + i) + zero;
        if (i < group * Value) store<Form>(x + i, v);
        else sum += v;
      }
    }
    (touch<Form, group * Wide>(wide[Stream], zero), ...);
    x += group * Value;
    g += group * Gradient;
    ((wide[Stream] += group * Wide), ...);
  };
  std::size_t i = 0;
  if constexpr (Form == form::unrolled || Form == form::unrolled_far) {
    for (; i + 4 * group <= arrays.size; i += 4 * group) {
      prefetch<Form, 4 * group * Value>(x);
      prefetch<Form, 4 * group * Gradient>(g);
      (prefetch<Form, 4 * group * Wide>(wide[Stream]), ...);
      step();
      step();
      step();
      step();
    }
  }
  for (; i < arrays.size; i += group) step();
  unsigned total = 0;
  for (std::size_t k = 0; k < sizeof(lanes) / sizeof(std::uint32_t); ++k) total += sum[k];
  return total;
}

template <std::size_t Value, bool ReadsValues, std::size_t Gradient, std::size_t Wide, std::size_t... Stream>
stream_kernel of_form(std::size_t number, std::index_sequence<Stream...>) {
  switch (static_cast<form>(number)) {
    case form::vectors:
      return run<form::vectors, Value, ReadsValues, Gradient, Wide, Stream...>;
    case form::unrolled:
      return run<form::unrolled, Value, ReadsValues, Gradient, Wide, Stream...>;
    case form::unrolled_far:
      return run<form::unrolled_far, Value, ReadsValues, Gradient, Wide, Stream...>;
    case form::non_temporal:
      return run<form::non_temporal, Value, ReadsValues, Gradient, Wide, Stream...>;
  }
  return nullptr;
}

template <std::size_t Value, bool ReadsValues, std::size_t Gradient, std::size_t Wide, std::size_t... Count>
stream_kernel of_count(const stream_shape& shape, std::size_t number, std::index_sequence<Count...>) {
  if (shape.value_bytes != Value || shape.reads_values != ReadsValues || shape.gradient_bytes != Gradient)
    return nullptr;
  if (shape.wide_streams > 0 && shape.wide_bytes != Wide) return nullptr;
  stream_kernel found = nullptr;
  ((found = shape.wide_streams == Count
                ? of_form<Value, ReadsValues, Gradient, Wide>(number, std::make_index_sequence<Count>{})
                : found),
   ...);
  return found;
}

}  // namespace

extern "C" stream_kernel blockopt_bench_stream_kernel(const stream_shape& shape, std::size_t number) {
  constexpr std::make_index_sequence<stream_arrays::most_wide_streams + 1> counts;
  if (const auto k = of_count<4, true, 4, 4>(shape, number, counts)) return k;
  if (const auto k = of_count<8, true, 8, 8>(shape, number, counts)) return k;
  if (const auto k = of_count<2, true, 2, 4>(shape, number, counts)) return k;
  if (const auto k = of_count<2, false, 2, 4>(shape, number, counts)) return k;
  if (const auto k = of_count<2, false, 4, 4>(shape, number, counts)) return k;
  return of_count<4, false, 4, 4>(shape, number, counts);
}
