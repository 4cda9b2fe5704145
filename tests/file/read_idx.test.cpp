// SPDX-License-Identifier: MIT
// Part of blockopt's tests: files of the IDX format, the right ones and the wrong ones.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/file/read_idx.hpp>

#include "deflate_writer.hpp"
#include "file_support.hpp"
#include "support/skip.hpp"

namespace bo = blockopt;
using file_test::check_raises;

namespace {

[[nodiscard]] std::string bytes(std::initializer_list<unsigned> all) {
  std::string text;
  for (const unsigned b : all) text += static_cast<char>(static_cast<unsigned char>(b));
  return text;
}

[[nodiscard]] std::string head(unsigned type, const std::vector<std::uint32_t>& extents) {
  std::string text = bytes({0, 0, type, static_cast<unsigned>(extents.size())});
  for (const std::uint32_t n : extents) text += bytes({n >> 24, n >> 16 & 255, n >> 8 & 255, n & 255});
  return text;
}

void check_refused(const std::string& file, const std::string& message) {
  check_raises<bo::file_error>([&] { static_cast<void>(bo::parse_idx(file, "f.idx")); }, {"'f.idx'" + message});
}

template <class T>
void check_elements(const std::string& file, const std::vector<T>& expected) {
  const bo::idx_array a = bo::parse_idx(file, "f");
  REQUIRE(std::holds_alternative<std::vector<T>>(a.elements));
  CHECK(std::get<std::vector<T>>(a.elements) == expected);
  CHECK(a.size() == expected.size());
  CHECK(a.as_double() == std::vector<double>(expected.begin(), expected.end()));
}

using places = std::vector<std::size_t>;

}  // namespace

TEST_CASE("each element type of IDX is read") {
  check_elements<std::uint8_t>(head(0x08, {3}) + bytes({0, 127, 255}), {0, 127, 255});
  check_elements<std::int8_t>(head(0x09, {3}) + bytes({0, 127, 255}), {0, 127, -1});
  check_elements<std::int16_t>(head(0x0b, {3}) + bytes({1, 2, 0x7f, 0xff, 0x80, 0}), {258, 32767, -32768});
  check_elements<std::int32_t>(head(0x0c, {2}) + bytes({1, 2, 3, 4, 0xff, 0xff, 0xff, 0xfe}), {16909060, -2});
  check_elements<float>(head(0x0d, {2}) + bytes({0x3f, 0xc0, 0, 0, 0x80, 0, 0, 1}), {1.5F, -0x1p-149F});
  check_elements<double>(head(0x0e, {1}) + bytes({0xbf, 0xf8, 0, 0, 0, 0, 0, 1}), {-0x1.8000000000001p0});
}

TEST_CASE("extents are kept and may be zero") {
  const bo::idx_array a = bo::parse_idx(head(8, {2, 1, 3}) + "abcdef", "f");
  CHECK(a.extents == places{2, 1, 3});
  CHECK(a.size() == 6);
  for (const std::vector<std::uint32_t>& extents :
       std::vector<std::vector<std::uint32_t>>{{0}, {0, 28, 28}, {0xffffffffU, 0xffffffffU, 0xffffffffU, 0}}) {
    const bo::idx_array none = bo::parse_idx(head(0x0e, extents), "f");
    CHECK(none.extents == places(extents.begin(), extents.end()));
    CHECK(none.size() == 0);
    CHECK(none.as_double().empty());
    check_refused(head(0x0e, extents) + "x",
                  ": 0 elements of 8 bytes should follow its extents, but 1 bytes do: it goes on");
  }
  const std::vector<std::uint32_t> many(255, 1);
  CHECK(bo::parse_idx(head(8, many) + "x", "f").extents == places(255, 1));
}

TEST_CASE("a file that is not IDX to its last byte is refused") {
  check_refused("", " does not begin with two bytes of 0");
  check_refused(bytes({0, 0, 8}), " does not begin with two bytes of 0");
  check_refused(bytes({0, 1, 8, 1}), " does not begin with two bytes of 0");
  check_refused(bytes({1, 0, 8, 1}), " does not begin with two bytes of 0");
  check_refused(bytes({0, 0, 8, 0}), " has no extents");
  for (const unsigned type : {0U, 7U, 10U, 15U, 255U}) {
    check_refused(head(type, {0}), " has elements of type " + std::to_string(type) + ", which IDX does not know");
  }
  const std::string good = head(0x0b, {2, 3}) + std::string(12, 'x');
  CHECK(bo::parse_idx(good, "f").size() == 6);
  for (std::size_t size = 4; size < 12; ++size) {
    check_refused(good.substr(0, size),
                  " has " + std::to_string(size) + " bytes, which end within its 2 extents: it is truncated");
  }
  for (std::size_t size = 12; size < good.size(); ++size) {
    check_refused(good.substr(0, size), ": 6 elements of 2 bytes should follow its extents, but " +
                                            std::to_string(size - 12) + " bytes do: it is truncated");
  }
  check_refused(good + "x", ": 6 elements of 2 bytes should follow its extents, but 13 bytes do: it goes on");
}

TEST_CASE("extents whose product is too large are refused before memory is asked for") {
  check_refused(head(8, {0xffffffffU, 0xffffffffU}) + "x", ": 18446744065119617025 elements of 1 bytes should follow");
  check_refused(head(0x0e, {0xffffffffU, 0xffffffffU}),
                ": the product of its extents has more bytes than a number can count");
  check_refused(head(8, {0x10000U, 0x10000U, 0x10000U, 0x10000U}), ": the product of its extents has more bytes");
  check_refused(head(0x0e, {1U << 31, 1U << 30}), ": the product of its extents has more bytes");  // 2^64 bytes
  check_refused(head(0x0e, {1U << 30, 1U << 30}), ": 1152921504606846976 elements of 8 bytes should follow");
  check_refused(head(8, std::vector<std::uint32_t>(255, 0xffffffffU)), ": the product of its extents has more bytes");
}

TEST_CASE("numbers that are not finite are refused") {
  check_refused(head(0x0d, {2}) + bytes({0, 0, 0, 0, 0x7f, 0x80, 0, 0}), ": element 1 is not finite");
  check_refused(head(0x0d, {1}) + bytes({0x7f, 0xc0, 0, 0}), ": element 0 is not finite");
  check_refused(head(0x0e, {1}) + bytes({0xff, 0xf0, 0, 0, 0, 0, 0, 0}), ": element 0 is not finite");
}

TEST_CASE("an array is read from a file that is packed or not") {
  const file_test::temporary_folder folder;
  const std::string file = head(8, {3}) + "abc";
  file_test::write_file(folder / "a", file);
  file_test::write_file(folder / "a.gz", file_test::gzip_stored(file));
  CHECK(bo::read_idx(folder / "a") == bo::parse_idx(file, "f"));
  CHECK(bo::read_idx(folder / "a.gz") == bo::parse_idx(file, "f"));
  check_raises<bo::file_error>([&] { static_cast<void>(bo::read_idx(folder / "b")); },
                               {"cannot read '", "b': No such"});
}

TEST_CASE("Fashion-MNIST is read as its authors describe it") {
  const std::filesystem::path data = "/usr/share/datasets/fashion-mnist";
  if (!std::filesystem::exists(data / "t10k-images-idx3-ubyte.gz")) {
    return blockopt_tests::skip("Fashion-MNIST is not there (package dataset-fashion-mnist)");
  }
  const bo::idx_array images = bo::read_idx(data / "t10k-images-idx3-ubyte.gz");
  CHECK(images.extents == places{10000, 28, 28});
  const bo::idx_array labels = bo::read_idx(data / "t10k-labels-idx1-ubyte.gz");
  CHECK(labels.extents == places{10000});
  const auto& all = std::get<std::vector<std::uint8_t>>(labels.elements);
  for (std::uint8_t label = 0; label < 10; ++label) CHECK(std::count(all.begin(), all.end(), label) == 1000);
}
