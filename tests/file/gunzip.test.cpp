// SPDX-License-Identifier: MIT
// Part of blockopt's tests: what gzip packs is unpacked, and what is damaged is refused by name.
#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/file/detail/whole_file.hpp>
#include <blockopt/file/gunzip.hpp>
#include <blockopt/select/random_stream.hpp>

#include "deflate_writer.hpp"
#include "file_support.hpp"
#include "support/skip.hpp"

namespace bo = blockopt;
using file_test::check_raises;
using file_test::deflate_writer;
using file_test::gzip_member;
using file_test::gzip_stored;

namespace {

[[nodiscard]] std::string unpacked(const deflate_writer& w) {
  std::string text;
  bo::detail::inflater(w.bytes(), "f").read(text, 1 << 20);
  return text;
}

void check_damaged(const deflate_writer& w, const std::string& what) {
  check_raises<bo::file_error>([&] { static_cast<void>(unpacked(w)); }, {"'f': packed data is damaged: " + what});
}

/// Texts of many kinds: none, one byte, runs, words, noise, and longer than the window of deflate.
[[nodiscard]] std::vector<std::string> texts() {
  std::vector<std::string> all{"", "a", "ab", std::string(1000, 'x'), std::string(70000, '\0')};
  bo::random_stream rng{3};
  for (const std::size_t size : {10U, 258U, 259U, 5000U, 40000U, 140000U}) {
    std::string noise, words;
    for (std::size_t k = 0; k < size; ++k) noise += static_cast<char>(rng.below(256) - 128);
    while (words.size() < size) words += std::to_string(rng.below(300)) + (rng.below(9) == 0 ? "\n" : ":1 ");
    all.push_back(noise);
    all.push_back(words);
    words.insert(0, noise).append(noise);
    all.push_back(words);  // a distance of 40000 is out of reach, one of 5000 is not
  }
  return all;
}

}  // namespace

TEST_CASE("gunzip unpacks what gzip packed at each level") {
  if (std::system("gzip --version > /dev/null 2>&1") != 0) return blockopt_tests::skip("gzip is not there");
  const file_test::temporary_folder folder;
  const std::string file = (folder / "text").string();
  for (const std::string& text : texts()) {
    file_test::write_file(file, text);
    for (const char* level : {"-1", "-6", "-9"}) {
      CAPTURE(text.size());
      REQUIRE(std::system(("gzip -kf " + std::string(level) + " '" + file + "'").c_str()) == 0);
      const std::string packed = file_test::read_file(file + ".gz");
      CHECK(bo::is_gzip(packed));
      CHECK((bo::gunzip(packed, "f") == text));
      CHECK((bo::gunzip(packed + packed, "f") == text + text));
      CHECK((bo::detail::whole_file(file + ".gz", {}) == text));
    }
    CHECK((bo::detail::whole_file(file, {}) == text));
  }
}

TEST_CASE("gunzip reads stored blocks and several members") {
  for (const std::string& text : texts()) {
    CHECK((bo::gunzip(gzip_stored(text), "f") == text));
    CHECK((bo::gunzip(gzip_stored(text) + gzip_stored("") + gzip_stored(text), "f") == text + text));
  }
}

TEST_CASE("a member of gzip cannot refer to the member before it") {
  const std::string second = deflate_writer().block(true, 1).fixed("a").fixed(257).word(1, 5).fixed(256).bytes();
  check_raises<bo::file_error>(
      [&] { static_cast<void>(bo::gunzip(gzip_stored("xyz") + gzip_member(second, "azaz"), "f")); },
      {"a distance beyond the begin"});
}

TEST_CASE("gunzip reads every field that a header may have") {
  const std::string stream = deflate_writer().stored(true, "text").bytes();
  const std::string extra = file_test::little_endian(3, 2) + "ext", name = std::string("name") + '\0', comment(1, '\0');
  for (unsigned flags = 0; flags < 32; ++flags) {
    const std::string announced =
        ((flags & 4) != 0 ? extra : "") + ((flags & 8) != 0 ? name : "") + ((flags & 16) != 0 ? comment : "");
    const std::string file = gzip_member(stream, "text", flags, announced);
    CHECK(bo::gunzip(file, "f") == "text");
    for (std::size_t size = 0; size < file.size(); ++size) {  // wherever it is cut
      check_raises<bo::file_error>([&] { static_cast<void>(bo::gunzip(file.substr(0, size), "f")); }, {"'f'"});
    }
    if ((flags & 2) != 0) {
      std::string damaged = file;
      damaged[5] ^= 1;
      check_raises<bo::file_error>([&] { static_cast<void>(bo::gunzip(damaged, "f")); },
                                   {"'f', packed by gzip: its header is damaged, at byte "});
    }
  }
}

TEST_CASE("gunzip refuses a file that is not the format to its last byte") {
  const std::string good = gzip_stored("text");
  const auto refused = [](std::string file, std::initializer_list<std::string> words) {
    check_raises<bo::file_error>([&] { static_cast<void>(bo::gunzip(file, "f.gz")); }, words);
  };
  const auto with = [&](std::size_t at, char c) {
    std::string file = good;
    file[at] = c;
    return file;
  };
  refused("", {"'f.gz'", "does not begin with 1f 8b, at byte 0"});
  refused("text", {"does not begin with 1f 8b"});
  refused(with(2, 7), {"a method other than deflate"});
  refused(with(3, 32), {"flags that are reserved"});
  refused(good + "x", {"something follows its end, at byte " + std::to_string(good.size())});
  refused(good + std::string(1, '\0'), {"something follows its end"});
  refused(with(good.size() - 9, 'T'), {"the sums differ"});
  refused(with(good.size() - 8, '\0'), {"the sums differ"});
  refused(with(good.size() - 1, 1), {"another length"});
}

TEST_CASE("gunzip stops at the limit of what may be unpacked") {
  std::string text(5000, 'x');
  const std::string file = gzip_stored(text);
  CHECK((bo::gunzip(file, "f", {.unpacked_bytes = 5000}) == text));
  for (const std::uint64_t most : {0U, 1U, 4999U}) {
    check_raises<bo::file_error>([&] { static_cast<void>(bo::gunzip(file, "f", {.unpacked_bytes = most})); },
                                 {"'f' unpacks to more than " + std::to_string(most) + " bytes"});
  }
  CHECK((bo::gunzip(file + file, "f", {.unpacked_bytes = 10000}) == text + text));
  check_raises<bo::file_error>([&] { static_cast<void>(bo::gunzip(file + file, "f", {.unpacked_bytes = 9999})); },
                               {"more than 9999 bytes"});
  // A word of a bit for 258 bytes, a thousand times what it came from.
  deflate_writer bomb;
  bomb.block(true, 1).fixed("0");
  for (int k = 0; k < 100000; ++k) bomb.fixed(285).word(0, 5);
  std::string unlimited;
  check_raises<bo::file_error>([&] { bo::detail::inflater(bomb.bytes(), "bomb").read(unlimited, 1 << 20); },
                               {"'bomb' unpacks to more than 1048576 bytes"});
  CHECK(unlimited.size() <= 1 << 21);
  deflate_writer literals;
  literals.block(true, 1).fixed("abc").fixed(256);
  std::string three;
  bo::detail::inflater(literals.bytes(), "f").read(three, 3);
  CHECK(three == "abc");
  check_raises<bo::file_error>([&] { bo::detail::inflater(literals.bytes(), "f").read(three, 5); }, {"more than 5"});
}

TEST_CASE("inflate reads each length and each distance of the fixed code") {
  constexpr std::array<unsigned, 29> length_base{3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                                 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
  constexpr std::array<unsigned, 29> length_bits{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                                 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
  constexpr std::array<unsigned, 30> distance_base{1,    2,    3,    4,    5,    7,    9,    13,    17,    25,
                                                   33,   49,   65,   97,   129,  193,  257,  385,   513,   769,
                                                   1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
  std::string before;
  bo::random_stream rng{5};
  for (int k = 0; k < 32768; ++k) before += static_cast<char>(rng.below(256) - 128);
  const auto expect = [&](unsigned length, unsigned distance) {
    std::string text = before;
    for (unsigned k = 0; k < length; ++k) text += text[text.size() - distance];
    return text;
  };
  for (unsigned s = 0; s < 29; ++s) {
    for (const bool largest : {false, true}) {
      const unsigned more = largest ? (1U << length_bits[s]) - 1 : 0;
      deflate_writer w;
      w.stored(false, before).block(true, 1).fixed(257 + s).bits(more, length_bits[s]).word(2, 5).fixed(256);
      CHECK((unpacked(w) == expect(length_base[s] + more, 3)));
    }
  }
  for (unsigned s = 0; s < 30; ++s) {
    const unsigned extra = s < 4 ? 0 : s / 2 - 1;
    for (const bool largest : {false, true}) {
      const unsigned more = largest ? (1U << extra) - 1 : 0;
      deflate_writer w;
      w.stored(false, before).block(true, 1).fixed(260).word(s, 5).bits(more, extra).fixed(256);
      CHECK((unpacked(w) == expect(6, distance_base[s] + more)));
    }
  }
}

TEST_CASE("inflate reads codes of one word and words of fifteen bits") {
  std::vector<unsigned> deep(257, 0);
  for (unsigned n = 0; n < 15; ++n) deep[n] = n + 1;
  deep[256] = 15;
  deflate_writer all;
  all.codes(true, deep, {0});
  std::string expected;
  for (unsigned round = 0; round < 2; ++round) {
    for (unsigned n = 0; n < 15; ++n) {
      const unsigned symbol = round == 0 ? n : 14 - n;
      all.coded(deep, symbol);
      expected += static_cast<char>(symbol);
    }
  }
  CHECK((unpacked(all.coded(deep, 256)) == expected));

  std::vector<unsigned> end(257, 0);
  end[256] = 1;
  CHECK(unpacked(deflate_writer().codes(true, end, {0}).coded(end, 256)).empty());
  check_damaged(deflate_writer().codes(true, end, {0}).word(1, 1).bits(0, 16), "bits that are no word of its code");

  std::vector<unsigned> run(258, 0);
  run['a'] = 1;
  run[256] = run[257] = 2;
  const auto start = [&](const std::vector<unsigned>& distances) {
    return deflate_writer().codes(true, run, distances).coded(run, 'a').coded(run, 257);
  };
  CHECK(unpacked(start({1}).word(0, 1).coded(run, 256)) == "aaaa");
  check_damaged(start({1}).word(1, 1).bits(0, 16), "bits that are no word of its code");
  check_damaged(start({0}).word(0, 1).bits(0, 16), "bits that are no word of its code");
  check_damaged(start({1, 1}).word(1, 1).coded(run, 256), "a distance beyond the begin");
}

TEST_CASE("inflate refuses what the format does not have") {
  check_damaged(deflate_writer().block(true, 3), "a block of no known type");
  check_damaged(deflate_writer().block(true, 0).bits(0, 5).bits(1, 16).bits(1, 16), "the length of a stored block");
  check_damaged(deflate_writer().block(true, 1).fixed("abc").fixed(286), "a length that is reserved");
  check_damaged(deflate_writer().block(true, 1).fixed("abc").fixed(287), "a length that is reserved");
  check_damaged(deflate_writer().block(true, 1).fixed("abc").fixed(257).word(30, 5), "a distance that is reserved");
  check_damaged(deflate_writer().block(true, 1).fixed("abc").fixed(257).word(31, 5), "a distance that is reserved");
  check_damaged(deflate_writer().block(true, 1).fixed("abc").fixed(257).word(3, 5), "a distance beyond the begin");
  const std::vector<unsigned> two{0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0};  // words for 0 and 1
  check_damaged(deflate_writer().dynamic(true, 287, 1, two), "a code of too many symbols");
  check_damaged(deflate_writer().dynamic(true, 286, 31, two), "a code of too many symbols");
  check_damaged(deflate_writer().dynamic(true, 257, 1, {0, 0, 0, 0}), "the code of the lengths is no prefix code");
  check_damaged(deflate_writer().dynamic(true, 257, 1, {0, 0, 0, 1}), "the code of the lengths is no prefix code");
  check_damaged(deflate_writer().dynamic(true, 257, 1, {1, 1, 0, 1}), "the code of the lengths is no prefix code");
  check_damaged(deflate_writer().dynamic(true, 257, 1, {2, 2, 2, 0}), "the code of the lengths is no prefix code");
  check_damaged(deflate_writer().dynamic(true, 257, 1, {1, 0, 0, 1}).word(1, 1).bits(0, 9), "a first length repeats");
  // 138 zeros twice are more than 257 + 1 lengths.
  check_damaged(deflate_writer().dynamic(true, 257, 1, {0, 0, 1, 1}).word(1, 1).bits(127, 7).word(1, 1).bits(127, 7),
                "more lengths than symbols");
  std::vector<unsigned> codes(257, 0);
  check_damaged(deflate_writer().codes(true, codes, {0}), "a block without a word for its end");
  codes[0] = codes[1] = codes[256] = 1;
  check_damaged(deflate_writer().codes(true, codes, {0}), "no prefix code");
  codes[1] = codes[256] = 2;
  check_damaged(deflate_writer().codes(true, codes, {2}), "no prefix code");
  check_damaged(deflate_writer().codes(true, codes, {1, 1, 1}), "no prefix code");
  codes[256] = 3;
  check_damaged(deflate_writer().codes(true, codes, {0}), "no prefix code");
}

TEST_CASE("inflate says of a stream that is cut anywhere that it ends too early") {
  std::vector<unsigned> run(258, 0);
  run['a'] = 1;
  run[256] = run[257] = 2;
  deflate_writer w;
  w.stored(false, "stored").block(false, 1).fixed("fixed").fixed(280).bits(15, 4).word(4, 5).bits(1, 1).fixed(256);
  w.codes(true, run, {1}).coded(run, 'a').coded(run, 257).word(0, 1).coded(run, 256);
  CHECK(unpacked(w).ends_with("aaaa"));
  for (std::size_t size = 0; size < w.bytes().size(); ++size) {
    std::string text;
    const std::string cut = w.bytes().substr(0, size);
    check_raises<bo::file_error>([&] { bo::detail::inflater(cut, "f").read(text, 1000); }, {"it ends too early"});
  }
}
