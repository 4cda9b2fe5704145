// SPDX-License-Identifier: MIT
// Part of blockopt's tests: parse_idx on any bytes.
#include <bit>
#include <cmath>
#include <string>
#include <type_traits>
#include <variant>

#include <blockopt/file/read_idx.hpp>

#include "fuzz_support.hpp"

namespace bo = blockopt;

namespace {

template <class T>
void append(std::string& bytes, T number) {
  using whole = std::conditional_t<sizeof(T) == 8, std::uint64_t,
                                   std::conditional_t<sizeof(T) == 4, std::uint32_t,
                                                      std::conditional_t<sizeof(T) == 2, std::uint16_t, std::uint8_t>>>;
  const auto bits = std::bit_cast<whole>(number);
  for (std::size_t k = sizeof(T); k-- > 0;) bytes += static_cast<char>(static_cast<unsigned char>(bits >> (8 * k)));
}

[[nodiscard]] std::string written(const bo::idx_array& a) {
  constexpr unsigned char types[] = {8, 9, 11, 12, 13, 14};
  std::string bytes(2, '\0');
  append(bytes, types[a.elements.index()]);
  append(bytes, static_cast<std::uint8_t>(a.extents.size()));
  for (const std::size_t n : a.extents) append(bytes, static_cast<std::uint32_t>(n));
  std::visit(
      [&](const auto& all) {
        for (const auto x : all) append(bytes, x);
      },
      a.elements);
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto read = fuzz::accepted([&] { return bo::parse_idx(bytes, "f"); });
  if (!read) return 0;
  fuzz::require(written(*read) == bytes, "what was read is written as it was");
  for (const double v : read->as_double()) fuzz::require(std::isfinite(v), "numbers are finite");
  return 0;
}
