// SPDX-License-Identifier: MIT
// Part of blockopt: reads files of the IDX format, in which MNIST and Fashion-MNIST come.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/file/detail/whole_file.hpp>
#include <blockopt/file/read_limits.hpp>

namespace blockopt {

/// An array of one element type, row-major: the last index runs fastest. Images are extents {count, height, width},
/// their labels {count}.
struct idx_array {
  std::vector<std::size_t> extents{};
  std::variant<std::vector<std::uint8_t>, std::vector<std::int8_t>, std::vector<std::int16_t>,
               std::vector<std::int32_t>, std::vector<float>, std::vector<double>>
      elements{};

  [[nodiscard]] std::size_t size() const {
    return std::visit([](const auto& all) { return all.size(); }, elements);
  }
  /// All elements as double, which has every number of each type.
  [[nodiscard]] std::vector<double> as_double() const {
    return std::visit([](const auto& all) { return std::vector<double>(all.begin(), all.end()); }, elements);
  }

  friend bool operator==(const idx_array&, const idx_array&) = default;
};

namespace detail {

/// Big-endian, as all of IDX.
template <class T>
[[nodiscard]] T idx_number(const char* at) noexcept {
  using whole =
      std::conditional_t<sizeof(T) == 1, std::uint8_t,
                         std::conditional_t<sizeof(T) == 2, std::uint16_t,
                                            std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>>;
  std::uint64_t bits = 0;
  for (std::size_t k = 0; k < sizeof(T); ++k) bits = bits << 8 | static_cast<unsigned char>(at[k]);
  return std::bit_cast<T>(static_cast<whole>(bits));
}

template <class T>
void read_idx_elements(std::string_view bytes, const std::string& name, idx_array& to) {
  std::uint64_t count = 1;
  const bool none = std::find(to.extents.begin(), to.extents.end(), 0U) != to.extents.end();
  for (const std::size_t n : to.extents) {
    if (!none && count > std::numeric_limits<std::uint64_t>::max() / sizeof(T) / n) {
      raise<file_error>({"'", name, "': the product of its extents has more bytes than a number can count"});
    }
    count = none ? 0 : count * n;
  }
  if (bytes.size() != count * sizeof(T)) {
    raise<file_error>({"'", name, "': ", count, " elements of ", sizeof(T), " bytes should follow its extents, but ",
                       bytes.size(),
                       " bytes do: ", bytes.size() < count * sizeof(T) ? "it is truncated" : "it goes on"});
  }
  std::vector<T> all(static_cast<std::size_t>(count));
  for (std::size_t k = 0; k < all.size(); ++k) {
    all[k] = idx_number<T>(bytes.data() + k * sizeof(T));
    if constexpr (std::floating_point<T>) {
      if (!std::isfinite(all[k])) raise<file_error>({"'", name, "': element ", k, " is not finite"});
    }
  }
  to.elements = std::move(all);
}

}  // namespace detail

/// Bytes 0, 0, the element type, the number of extents (1 at least), each of them in 4 bytes, then the elements, all
/// with the highest byte first (yann.lecun.com/exdb/mnist). Numbers must be finite. Raises file_error that names the
/// reason for anything that is not this to the last byte; `name` is the name of the file there.
[[nodiscard]] inline idx_array parse_idx(std::string_view bytes, const std::string& name) {
  if (bytes.size() < 4 || bytes[0] != 0 || bytes[1] != 0) {
    raise<file_error>({"'", name, "' does not begin with two bytes of 0 and two more, as a file of IDX does"});
  }
  const unsigned type = static_cast<unsigned char>(bytes[2]), rank = static_cast<unsigned char>(bytes[3]);
  if (rank == 0) raise<file_error>({"'", name, "' has no extents; at least 1 is needed"});
  if (bytes.size() < 4 + 4 * rank) {
    raise<file_error>(
        {"'", name, "' has ", bytes.size(), " bytes, which end within its ", rank, " extents: it is truncated"});
  }
  idx_array result;
  for (unsigned k = 0; k < rank; ++k) {
    result.extents.push_back(detail::idx_number<std::uint32_t>(bytes.data() + 4 + 4 * k));
  }
  const std::string_view rest = bytes.substr(4 + 4 * rank);
  switch (type) {
    case 0x08:
      detail::read_idx_elements<std::uint8_t>(rest, name, result);
      break;
    case 0x09:
      detail::read_idx_elements<std::int8_t>(rest, name, result);
      break;
    case 0x0b:
      detail::read_idx_elements<std::int16_t>(rest, name, result);
      break;
    case 0x0c:
      detail::read_idx_elements<std::int32_t>(rest, name, result);
      break;
    case 0x0d:
      detail::read_idx_elements<float>(rest, name, result);
      break;
    case 0x0e:
      detail::read_idx_elements<double>(rest, name, result);
      break;
    default:
      raise<file_error>({"'", name, "' has elements of type ", type, ", which IDX does not know"});
  }
  return result;
}

/// The same of a file, which gzip may have packed.
[[nodiscard]] inline idx_array read_idx(const std::filesystem::path& file, const read_limits& limits = {}) {
  return parse_idx(detail::whole_file(file, limits), file.string());
}

}  // namespace blockopt
