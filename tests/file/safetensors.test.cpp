// SPDX-License-Identifier: MIT
// Part of blockopt's tests: safetensors files, written and read, whole and broken.
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/file/safetensors_reader.hpp>
#include <blockopt/file/safetensors_writer.hpp>

#include "file_support.hpp"
#include "support/guarded.hpp"

namespace bo = blockopt;
using file_test::check_raises;
using file_test::read_file;
using file_test::safetensors_bytes;
using file_test::temporary_folder;
using file_test::write_file;

namespace {

/// Values that a conversion could spoil, and noise.
template <class T>
std::vector<T> awkward(std::size_t n) {
  std::vector<T> v(n);
  for (std::size_t i = 0; i < n; ++i) v[i] = static_cast<T>(static_cast<float>(blockopt_tests::noise(1, i, 2, 3, 100)));
  const float special[] = {0.0f,
                           -0.0f,
                           std::numeric_limits<float>::infinity(),
                           std::numeric_limits<float>::quiet_NaN(),
                           std::numeric_limits<float>::denorm_min(),
                           65504.0f,
                           65520.0f,
                           1e-40f};
  for (std::size_t i = 0; i < std::min(n, std::size(special)); ++i) v[i] = static_cast<T>(special[i]);
  return v;
}

template <class T>
void check_same_bits(std::size_t n) {
  const temporary_folder folder;
  const std::vector<T> from = awkward<T>(n);
  bo::safetensors_writer writer;
  writer.add("x", bo::view(from));
  writer.write(folder / "x.safetensors");
  bo::safetensors_reader reader(folder / "x.safetensors");
  blockopt_tests::guarded<T> to(n, 1);
  reader.read("x", bo::tensor_view<T>(to.data(), n));
  CHECK(blockopt_tests::same_bits(from, to.span()));
  CHECK(to.intact());
  REQUIRE(reader.find("x") != nullptr);
  CHECK(reader.find("x")->shape == std::vector<std::uint64_t>{n});
}

void check_refused(const std::string& content, std::initializer_list<std::string> culprits) {
  const temporary_folder folder;
  write_file(folder / "bad.safetensors", content);
  CAPTURE(content);
  std::vector<std::string> all(culprits);
  check_raises<bo::file_error>([&] { bo::safetensors_reader reader(folder / "bad.safetensors"); }, culprits);
  check_raises<bo::file_error>([&] { bo::safetensors_reader reader(folder / "bad.safetensors"); }, {"bad.safetensors"});
}

const std::string good_header = R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
                                R"("b":{"dtype":"U8","shape":[],"data_offsets":[24,25]}})";

}  // namespace

TEST_CASE("every type comes back with the same bits at every size") {
  for (const std::size_t n : {0u, 1u, 2u, 31u, 1000u, 65535u, 65536u, 65537u, 140000u}) {
    CAPTURE(n);
    check_same_bits<float>(n);
    check_same_bits<double>(n);
    check_same_bits<bo::bfloat16>(n);
    check_same_bits<bo::half>(n);
  }
}

TEST_CASE("integers and strings are kept beside numbers and everything is aligned") {
  const temporary_folder folder;
  const std::vector<std::uint8_t> bytes{1, 2, 255};
  const std::vector<std::int64_t> wide{-1, std::numeric_limits<std::int64_t>::max()};
  const std::vector<std::uint32_t> counts{7, 0xffffffffu};
  const std::vector<float> numbers{1.5f, -2};
  bo::safetensors_writer writer;
  writer.add("bytes", bo::view(bytes));
  writer.add("wide", bo::view(wide));
  writer.add("counts", bo::view(counts));
  writer.add("numbers \"quoted\"\n\xc3\xa4", bo::view(numbers));
  writer.add("none", bo::tensor_view<const float>{});
  writer.set("step", "12");
  writer.set("a \\ \x01 key", "");
  writer.write(folder / "x");
  bo::safetensors_reader reader(folder / "x");
  CHECK(reader.metadata() == std::map<std::string, std::string>{{"step", "12"}, {"a \\ \x01 key", ""}});
  std::vector<std::uint8_t> a(3);
  std::vector<std::int64_t> b(2);
  std::vector<std::uint32_t> c(2);
  std::vector<float> d(2);
  reader.read("bytes", bo::view(a));
  reader.read("wide", bo::view(b));
  reader.read("counts", bo::view(c));
  reader.read("numbers \"quoted\"\n\xc3\xa4", bo::view(d));
  CHECK(a == bytes);
  CHECK(b == wide);
  CHECK(c == counts);
  CHECK(d == numbers);
  CHECK(reader.find("none")->shape == std::vector<std::uint64_t>{0});
  CHECK(reader.find("other") == nullptr);
  const std::string content = read_file(folder / "x");
  std::uint64_t header = 0;
  std::memcpy(&header, content.data(), 8);
  CHECK(header % 8 == 0);
  for (const bo::stored_tensor& t : reader.tensors()) CHECK(t.begin % bo::dtype_bytes(t.dtype) == 0);
  CHECK_THROWS_AS(reader.read("wide", bo::view(d)), bo::file_error);
  CHECK_THROWS_AS(reader.read("wide", bo::view(d), bo::conversion::rounding), bo::file_error);
}

TEST_CASE("the bytes of a file are those of the format") {
  const temporary_folder folder;
  const std::vector<float> x{1.0f, -2.0f};
  const std::vector<std::uint16_t> y{0x0102};
  bo::safetensors_writer writer;
  writer.add("y", bo::view(y));
  writer.add("x", bo::tensor_view<const float>(x.data(), {2, 1}));
  writer.set("format", "pt");
  writer.write(folder / "x");
  std::string header = R"({"__metadata__":{"format":"pt"},"x":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},)"
                       R"("y":{"dtype":"U16","shape":[1],"data_offsets":[8,10]}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  std::string expected = safetensors_bytes(header, 0);
  expected += std::string("\0\0\x80\x3f\0\0\0\xc0\x02\x01", 10);
  CHECK(read_file(folder / "x") == expected);
}

TEST_CASE("strided views are written and filled in row major order and the gaps stay") {
  const temporary_folder folder;
  std::vector<float> memory(300);
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<float>(i);
  const bo::tensor_view<float> source(memory.data() + 200, {3, 4, 2}, {-50, 1, 10});
  bo::safetensors_writer writer;
  writer.add("x", source);
  writer.write(folder / "x");
  bo::safetensors_reader reader(folder / "x");
  std::vector<float> plain(24);
  reader.read("x", bo::tensor_view<float>(plain.data(), {3, 4, 2}));
  std::vector<float> wide(3 * 4 * 5, -1.0f);
  const bo::tensor_view<float> to(wide.data(), {3, 4, 2}, {20, 5, 3});
  reader.read("x", to);
  double outside = 0;
  for (const float value : wide) outside += value == -1.0f ? 1 : 0;
  CHECK(outside == wide.size() - 24);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      for (std::size_t k = 0; k < 2; ++k) {
        const auto expected = static_cast<float>(200 - 50 * static_cast<int>(i) + static_cast<int>(j + 10 * k));
        CHECK(plain[i * 8 + j * 2 + k] == expected);
        CHECK(to(i, j, k) == expected);
      }
    }
  }
}

TEST_CASE("conversions happen only when they are asked for") {
  const temporary_folder folder;
  const std::vector<float> singles = awkward<float>(70000);
  const std::vector<double> doubles{1.0 + 0x1p-40, 1e300, 0x1p-140, 3.0};
  const std::vector<bo::bfloat16> brains = awkward<bo::bfloat16>(1000);
  const std::vector<bo::half> halves = awkward<bo::half>(1000);
  bo::safetensors_writer writer;
  writer.add("singles", bo::view(singles));
  writer.add("doubles", bo::view(doubles));
  writer.add("brains", bo::view(brains));
  writer.add("halves", bo::view(halves));
  writer.add_as<bo::bfloat16>("rounded", bo::view(singles));
  writer.write(folder / "x");
  bo::safetensors_reader reader(folder / "x");

  std::vector<bo::bfloat16> rounded(singles.size()), stored(singles.size());
  check_raises<bo::file_error>([&] { reader.read("singles", bo::view(rounded)); }, {"'singles' is F32", "BF16"});
  CHECK_THROWS_AS(reader.read("singles", bo::view(rounded), bo::conversion::exact), bo::file_error);
  reader.read("singles", bo::view(rounded), bo::conversion::rounding);
  reader.read("rounded", bo::view(stored));
  for (std::size_t i = 0; i < singles.size(); ++i) {
    if (rounded[i].bits != bo::bfloat16(singles[i]).bits) FAIL("element " << i << " is rounded otherwise");
  }
  CHECK(blockopt_tests::same_bits(rounded, stored));

  std::vector<float> wide(1000);
  CHECK_THROWS_AS(reader.read("brains", bo::view(wide)), bo::file_error);
  reader.read("brains", bo::view(wide), bo::conversion::exact);
  for (std::size_t i = 0; i < wide.size(); ++i) {
    REQUIRE(std::bit_cast<std::uint32_t>(wide[i]) == std::bit_cast<std::uint32_t>(static_cast<float>(brains[i])));
  }
  std::vector<double> widest(1000);
  reader.read("halves", bo::view(widest), bo::conversion::exact);
  for (std::size_t i = 4; i < widest.size(); ++i)
    REQUIRE(widest[i] == static_cast<double>(static_cast<float>(halves[i])));
  std::vector<bo::half> narrow(1000);
  CHECK_THROWS_AS(reader.read("brains", bo::view(narrow), bo::conversion::exact), bo::file_error);
  reader.read("brains", bo::view(narrow), bo::conversion::rounding);
  for (std::size_t i = 0; i < narrow.size(); ++i)
    REQUIRE(narrow[i].bits == bo::half(static_cast<float>(brains[i])).bits);

  std::vector<float> from_double(4);
  CHECK_THROWS_AS(reader.read("doubles", bo::view(from_double), bo::conversion::exact), bo::file_error);
  reader.read("doubles", bo::view(from_double), bo::conversion::rounding);
  CHECK(from_double == std::vector<float>{1.0f, std::numeric_limits<float>::infinity(), 0x1p-140f, 3.0f});
}

TEST_CASE("a file of others may have any order of keys and spaces and data that is not aligned") {
  const temporary_folder folder;
  const std::string header =
      " { \"late\" : { \"data_offsets\" : [ 1 , 9 ] , \"shape\" : [ 2 ] , \"dtype\" : \"F32\" } ,\n\t"
      "\"early\":{\"shape\":[],\"dtype\":\"U8\",\"data_offsets\":[0,1]},"
      "\"empty\":{\"shape\":[3,0,18446744073709551615],\"dtype\":\"F16\",\"data_offsets\":[1,1]},"
      "\"\\u00e4\\ud83d\\ude00\\/\":{\"dtype\":\"BOOL\",\"shape\":[1,1],\"data_offsets\":[9,10]},"
      "\"__metadata__\":{\"\\b\\f\":\"\\n\\r\\t\\\"\\\\\"}}   ";
  write_file(folder / "x", safetensors_bytes(header.substr(1), 10));
  bo::safetensors_reader reader(folder / "x");
  REQUIRE(reader.tensors().size() == 4);
  CHECK(reader.tensors()[0].name == "early");
  CHECK(reader.find("\xc3\xa4\xf0\x9f\x98\x80/") != nullptr);
  CHECK(reader.metadata().at("\b\f") == "\n\r\t\"\\");
  std::uint8_t one = 77;
  reader.read("early", bo::tensor_view<std::uint8_t>(&one, 1));
  CHECK(one == 0);
  std::vector<std::uint32_t> bits(2);
  CHECK_THROWS_AS(reader.read("late", bo::view(bits)), bo::file_error);
  std::vector<float> late(2);
  reader.read("late", bo::view(late));
  CHECK(std::bit_cast<std::uint32_t>(late[1]) == 0x08070605u);
  CHECK(reader.find("empty")->bytes() == 0);
}

TEST_CASE("views of another shape are refused and nothing is read") {
  const temporary_folder folder;
  write_file(folder / "x", safetensors_bytes(good_header, 25));
  bo::safetensors_reader reader(folder / "x");
  std::vector<float> memory(6, 5.0f);
  check_raises<bo::file_error>(
      [&] {
        reader.read("a", bo::tensor_view<float>(memory.data(), {3, 2}));
      },
      {"tensor 'a' is 2 x 3, not 3 x 2"});
  CHECK_THROWS_AS(reader.read("a", bo::view(memory)), bo::file_error);
  CHECK_THROWS_AS(reader.read("a", bo::tensor_view<float>{}), bo::file_error);
  check_raises<bo::file_error>([&] { reader.read("c", bo::view(memory)); }, {"no tensor 'c'", "'"});
  CHECK(memory == std::vector<float>(6, 5.0f));
  reader.read("a", bo::tensor_view<float>(memory.data(), {2, 3}));
  CHECK(std::bit_cast<std::uint32_t>(memory[0]) == 0x03020100u);
}

TEST_CASE("a file cut off at any byte is refused") {
  const std::string whole = safetensors_bytes(good_header, 25);
  const temporary_folder folder;
  for (std::size_t n = 0; n < whole.size(); ++n) {
    write_file(folder / "cut", std::string_view(whole).substr(0, n));
    CAPTURE(n);
    check_raises<bo::file_error>([&] { bo::safetensors_reader reader(folder / "cut"); }, {"cut"});
  }
  write_file(folder / "cut", whole + "x");
  check_raises<bo::file_error>([&] { bo::safetensors_reader reader(folder / "cut"); }, {"last 1 bytes"});
  write_file(folder / "cut", whole);
  CHECK_NOTHROW(bo::safetensors_reader(folder / "cut"));
}

TEST_CASE("a header with any byte changed is refused or read as something valid") {
  // Whatever a damaged header says, what is accepted covers the data exactly.
  const std::string whole = safetensors_bytes(good_header, 25);
  const temporary_folder folder;
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < 8 + good_header.size(); ++i) {
    for (const int c : {0x00, 0x20, 0x22, 0x2c, 0x30, 0x39, 0x5b, 0x7b, 0x7d, 0x80, 0xff}) {
      std::string bad = whole;
      bad[i] = static_cast<char>(static_cast<unsigned char>(c));
      write_file(folder / "bad", bad);
      try {
        const bo::safetensors_reader reader(folder / "bad");
        ++accepted;
        std::uint64_t end = 0;
        for (const bo::stored_tensor& t : reader.tensors()) {
          CHECK(t.begin == end);
          end = t.end;
          std::uint64_t bytes = bo::dtype_bytes(t.dtype);
          for (const std::uint64_t n : t.shape) bytes *= n;
          CHECK(bytes == t.bytes());
        }
        CHECK(end == 25);
      } catch (const bo::file_error&) {
      }
    }
  }
  CHECK(accepted > 0);  // letters of names
  CHECK(accepted < 100);
}

TEST_CASE("a malformed header is refused by what is wrong with it") {
  const auto tensor = [](const std::string& inside) { return safetensors_bytes("{\"w\":" + inside + "}", 8); };
  const auto refuse = [&](const std::string& inside, std::initializer_list<std::string> culprits) {
    check_refused(tensor(inside), culprits);
  };
  refuse(R"({"dtype":"F32","shape":[3],"data_offsets":[0,8]})", {"'w'", "8 bytes", "needs 12"});
  refuse(R"({"dtype":"F64","shape":[2],"data_offsets":[0,8]})", {"'w'", "needs 16"});
  refuse(R"({"dtype":"F4","shape":[2],"data_offsets":[0,8]})", {"'w'", "'F4'"});
  refuse(R"({"dtype":"F32","shape":[2],"data_offsets":[8,0]})", {"'w'", "data_offsets"});
  refuse(R"({"dtype":"F32","shape":[2],"data_offsets":[0]})", {"'w'", "data_offsets"});
  refuse(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8,8]})", {"'w'", "data_offsets"});
  refuse(R"({"dtype":"F32","shape":[2]})", {"'w'", "not all of"});
  refuse(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1})", {"'w'", "'x'"});
  refuse(R"({"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]})", {"'dtype' appears twice"});
  refuse(R"({"dtype":"F32","shape":[-2],"data_offsets":[0,8]})", {"not an integer"});
  refuse(R"({"dtype":"F32","shape":[2.0],"data_offsets":[0,8]})", {"not an integer"});
  refuse(R"({"dtype":"F32","shape":[2e0],"data_offsets":[0,8]})", {"not an integer"});
  refuse(R"({"dtype":"F32","shape":[02],"data_offsets":[0,8]})", {"not an integer"});
  refuse(R"({"dtype":"F32","shape":["2"],"data_offsets":[0,8]})", {"not an integer"});
  refuse(R"({"dtype":"F32","shape":2,"data_offsets":[0,8]})", {"not an array"});
  refuse(R"({"dtype":32,"shape":[2],"data_offsets":[0,8]})", {"not a string"});
  refuse(R"({"dtype":"F32","shape":[2,],"data_offsets":[0,8]})", {"not an integer"});
  refuse(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8],})", {"not a string"});
  refuse(R"([])", {"not an object"});
  refuse(R"({"dtype":"F32","shape":[2],"data_offsets":[0,18446744073709551616]})", {"above 2^64"});
  refuse(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]})", {"'w'", "can count"});
  refuse(R"({"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]})", {"'w'", "can count"});
  refuse(R"({"dtype":"F32","shape":[4],"data_offsets":[0,16]})", {"'w'", "truncated"});
  refuse(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4]})", {"last 4 bytes"});
  refuse(R"({"dtype":"F32","shape":[1],"data_offsets":[4,8]})", {"'w'", "gap"});
  refuse("{\"dtype\":\"F\x01\",\"shape\":[1],\"data_offsets\":[4,8]}", {"control character"});
  refuse("{\"dtype\":\"F\xff\",\"shape\":[1],\"data_offsets\":[4,8]}", {"not UTF-8"});
  refuse("{\"dtype\":\"F\xc0\xaf\",\"shape\":[1],\"data_offsets\":[4,8]}", {"not UTF-8"});
  refuse(R"({"dtype":"\ud800","shape":[1],"data_offsets":[4,8]})", {"surrogate"});
  refuse(R"({"dtype":"\q","shape":[1],"data_offsets":[4,8]})", {"escape"});

  const auto two = [](const std::string& first, const std::string& second) {
    return safetensors_bytes(R"({"v":{"dtype":"U8","shape":[4],"data_offsets":)" + first +
                                 R"(},"w":{"dtype":"U8","shape":[4],"data_offsets":)" + second + "}}",
                             8);
  };
  check_refused(two("[0,4]", "[3,7]"), {"'w' overlaps"});
  check_refused(two("[4,8]", "[4,8]"), {"gap"});
  check_refused(two("[0,4]", "[0,4]"), {"overlaps"});
  check_refused(two("[0,4]", "[5,9]"), {"'w' leaves a gap"});
  check_refused(safetensors_bytes(R"({"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},)"
                                  R"("w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})",
                                  0),
                {"'w' appears twice"});
  check_refused(safetensors_bytes(R"({"__metadata__":{"k":1}})", 0), {"not a string"});
  check_refused(safetensors_bytes(R"({"__metadata__":{"k":"1","k":"2"}})", 0), {"'k' appears twice"});
  check_refused(safetensors_bytes("{} x", 0), {"follows the end"});
  check_refused(safetensors_bytes(" {}", 0), {"begin with '{'"});
  check_refused(safetensors_bytes("", 0), {"begin with '{'"});
  check_refused(safetensors_bytes("{", 0), {"not a string"});
  check_refused(safetensors_bytes("[]", 0), {"begin with '{'"});
  CHECK(std::string("\xff\xff\xff\xff\xff\xff\xff\x7f").size() == 8);
  check_refused("\xff\xff\xff\xff\xff\xff\xff\x7f", {"is the limit"});
  check_refused(std::string("\xff\xff\xff\x05\0\0\0\0", 8), {"is the limit"});
  check_refused(std::string("\x10\0\0\0\0\0\0\0{}", 10), {"within its header"});
}

TEST_CASE("a file that is not there or a folder is refused") {
  const temporary_folder folder;
  check_raises<bo::file_error>([&] { bo::safetensors_reader reader(folder / "none"); }, {"none", "No such file"});
  check_raises<bo::file_error>([&] { bo::safetensors_reader reader(folder.path()); }, {"directory"});
}

TEST_CASE("names are given once and are text") {
  const std::vector<float> x(3);
  bo::safetensors_writer writer;
  writer.add("x", bo::view(x));
  writer.set("k", "v");
  CHECK_THROWS_AS(writer.add("x", bo::view(x)), bo::invalid_option);
  CHECK_THROWS_AS(writer.add("__metadata__", bo::view(x)), bo::invalid_option);
  CHECK_THROWS_AS(writer.add("\xff", bo::view(x)), bo::invalid_option);
  CHECK_THROWS_AS(writer.set("k", "w"), bo::invalid_option);
  CHECK_THROWS_AS(writer.set("l", "\xed\xa0\x80"), bo::invalid_option);
}

TEST_CASE("a file is replaced at once and a failure leaves the old one and no part") {
  const temporary_folder folder;
  const std::vector<float> x(50000, 1.0f);
  bo::safetensors_writer first;
  first.add("x", bo::view(x));
  first.write(folder / "x");
  const std::string before = read_file(folder / "x");
  check_raises<bo::file_error>([&] { first.write(folder / "none/x"); }, {"none/x", "No such file"});
  if (std::filesystem::exists("/dev/full")) {
    std::filesystem::create_symlink("/dev/full", folder / "x.part");
    check_raises<bo::file_error>([&] { first.write(folder / "x"); }, {"/x'", "No space left"});
    CHECK_FALSE(std::filesystem::exists(std::filesystem::symlink_status(folder / "x.part")));
    CHECK(read_file(folder / "x") == before);
    // A small file fails only when it is flushed.
    const std::vector<float> one(1);
    bo::safetensors_writer small;
    small.add("x", bo::view(one));
    std::filesystem::create_symlink("/dev/full", folder / "x.part");
    check_raises<bo::file_error>([&] { small.write(folder / "x"); }, {"/x'", "No space left"});
    CHECK(read_file(folder / "x") == before);
  }
  std::filesystem::create_directory(folder / "folder");
  check_raises<bo::file_error>([&] { first.write(folder / "folder"); }, {"folder", "irectory"});
  CHECK_FALSE(std::filesystem::exists(folder / "folder.part"));
  bo::safetensors_writer second;
  second.write(folder / "x");
  CHECK(bo::safetensors_reader(folder / "x").tensors().empty());
  CHECK_FALSE(std::filesystem::exists(folder / "x.part"));
}
