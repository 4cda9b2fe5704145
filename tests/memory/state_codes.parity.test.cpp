// SPDX-License-Identifier: MIT
// Part of blockopt: tests of the codes that state is kept in: their numbers, their edges, and equal bits in all lanes.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/memory/format/code_group.hpp>
#include <blockopt/memory/format/state_format.hpp>
#include <blockopt/select/random_stream.hpp>

namespace bo = blockopt;
namespace d = blockopt::detail;

namespace {

using one = std::uint32_t;
constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

/// The book as bitsandbytes' create_dynamic_map describes it, in double.
std::vector<double> book_of(bool has_sign) {
  std::vector<double> book{0, 1};
  for (int i = 0; i < 7; ++i) {
    const int parts = 1 << (has_sign ? i : i + 1);
    for (int j = 0; j < parts; ++j) {
      const double low = 0.1 + 0.9 * j / parts, high = 0.1 + 0.9 * (j + 1) / parts;
      const double number = 0.5 * (low + high) * std::pow(10.0, i - 6);
      book.push_back(number);
      if (has_sign) book.push_back(-number);
    }
  }
  std::sort(book.begin(), book.end());
  return book;
}

template <class Code>
float decoded(one code, float scale = 1) {
  return typename Code::template decoder<one>(scale)(code);
}
template <class Code>
one coded(float number, float inverse = 1) {
  return typename Code::template encoder<one>(inverse)(number, 0U);
}

/// Numbers of all magnitudes down to 2^-40, of both signs or none.
std::vector<float> numbers(std::size_t count, bool has_sign, std::uint64_t seed) {
  bo::random_stream random{seed};
  std::vector<float> result(count);
  for (float& x : result) {
    const auto bits = random.bits();
    x = std::ldexp(static_cast<float>(bits >> 40) * 0x1p-24F, -static_cast<int>(bits % 40));
    if (has_sign && (bits & 64) != 0) x = -x;
  }
  return result;
}

template <class Code, class U>
std::vector<std::byte> row_of(const std::vector<float>& from) {
  std::vector<std::byte> row(d::state_row<Code, float>::bytes(from.size()));
  for (std::size_t first = 0; first < from.size(); first += bo::state_group) {
    const std::size_t count = std::min(bo::state_group, from.size() - first);
    d::encode_group<Code, U>(row.data(), from.size(), first, count, from.data() + first,
                             d::scale_of_group<Code, U>(from.data() + first, count),
                             d::rounding_key::of_slot(1, 0, 2, 3));
  }
  return row;
}
template <class Code, class U>
std::vector<float> numbers_of(const std::vector<std::byte>& row, std::size_t size) {
  std::vector<float> to(size);
  for (std::size_t first = 0; first < size; first += bo::state_group)
    d::decode_group<Code, U>(row.data(), size, first, std::min(bo::state_group, size - first), to.data() + first);
  return to;
}

template <bool Signed>
void check_book() {
  using code = d::dynamic_code<Signed>;
  const std::vector<double> book = book_of(Signed);
  REQUIRE(book.size() == 256);
  for (one c = 0; c < 256; ++c) {
    CHECK(decoded<code>(c) == doctest::Approx(book[c]).epsilon(1e-6));
    CHECK(coded<code>(decoded<code>(c)) == c);
    if (c > 0) CHECK(decoded<code>(c) > decoded<code>(c - 1));
  }
  for (const float x : numbers(20000, Signed, 7)) {
    const one c = coded<code>(x);
    const auto above = std::lower_bound(book.begin(), book.end(), static_cast<double>(x));
    double nearest = std::numeric_limits<double>::infinity();
    if (above != book.end()) nearest = std::abs(*above - static_cast<double>(x));
    if (above != book.begin()) nearest = std::min(nearest, std::abs(*(above - 1) - static_cast<double>(x)));
    if (!Signed && x != 0 && c == 1) continue;  // the case of the next test
    CHECK(std::abs(book[c] - static_cast<double>(x)) <= nearest * 1.0001);
    CHECK_FALSE((decoded<code>(c) < 0 && x > 0));
    CHECK_FALSE((decoded<code>(c) > 0 && x < 0));
  }
}

/// Rows coded and decoded in vectors of U have the bytes of those by single numbers.
template <class Code, class U>
void check_lanes() {
  for (const std::size_t size : {1, 15, 16, 17, 255, 256, 257, 700}) {
    std::vector<float> from = numbers(size, true, size);
    if (size == 257) from[256] = 0x1p-140F;
    if (size == 700) {  // groups whose scale is 1: what is too large, infinite or no number meets the others
      from[100] = from[600] = infinity;
      from[101] = -infinity;
      from[102] = from[601] = not_a_number;
      from[103] = 65519;
      from[104] = 65520;
      from[105] = -1e30F;
      from[602] = 0x1p-25F;
      from[603] = -0x1.8p-25F;
      from[604] = -0.0F;
      from[605] = 0x1.ffdp-15F;
    }
    if (std::is_same_v<Code, d::dynamic_code<false>> || std::is_same_v<Code, d::half_code<true>>) {
      for (float& x : from) x = std::abs(x);
    }
    const auto row = row_of<Code, one>(from);
    CHECK(row_of<Code, U>(from) == row);
    const auto back = numbers_of<Code, one>(row, size), same = numbers_of<Code, U>(row, size);
    for (std::size_t i = 0; i < size; ++i)
      CHECK((std::isnan(back[i]) ? std::isnan(same[i]) : std::bit_cast<one>(back[i]) == std::bit_cast<one>(same[i])));
  }
}
/// Every code of two bytes, decoded.
template <class Code, class U>
void check_decoder() {
  constexpr std::size_t count = 65536;
  std::vector<std::byte> row(d::state_row<Code, float>::bytes(count));
  for (std::size_t c = 0; c < count; ++c) {
    const auto code = static_cast<std::uint16_t>(c);
    std::memcpy(row.data() + 2 * c, &code, 2);
  }
  for (std::size_t group = 0; group < count / bo::state_group; ++group) {
    const float scale = group % 3 == 0 ? 1 : 0x1p-20F;
    std::memcpy(row.data() + 2 * count + 4 * group, &scale, 4);
  }
  const auto single = numbers_of<Code, one>(row, count), many = numbers_of<Code, U>(row, count);
  CHECK(std::memcmp(single.data(), many.data(), 4 * count) == 0);
  CHECK(single[0x3c00] == (0x3c00 / bo::state_group % 3 == 0 ? 1 : 0x1p-20F));
}

template <class Code>
void check_all_lanes() {
#if defined(BLOCKOPT_VECTORS)
  check_lanes<Code, d::integer_lanes<4>::u32>();
  check_lanes<Code, d::integer_lanes<8>::u32>();
  check_lanes<Code, d::integer_lanes<16>::u32>();
  if constexpr (Code::bytes == 2 && Code::scaled) check_decoder<Code, d::integer_lanes<16>::u32>();
#endif
}

}  // namespace

TEST_CASE("the dynamic code books have the 256 numbers of their definition, and the nearest is taken") {
  check_book<true>();
  check_book<false>();
  using with_sign = d::dynamic_code<true>;
  CHECK(decoded<with_sign>(255) == 1.0F);
  CHECK(decoded<with_sign>(254) == doctest::Approx(0.99297).epsilon(1e-5));
  CHECK(decoded<with_sign>(0) == doctest::Approx(-0.99297).epsilon(1e-5));  // -1 does not exist
  CHECK(coded<with_sign>(-1) == 0);
  CHECK(decoded<with_sign>(127) == 0.0F);
  CHECK(decoded<with_sign>(128) == doctest::Approx(5.5e-7));
  CHECK(decoded<with_sign>(126) == doctest::Approx(-5.5e-7));
  using positive = d::dynamic_code<false>;
  CHECK(decoded<positive>(0) == 0.0F);
  CHECK(decoded<positive>(1) == doctest::Approx(3.25e-7));
  CHECK(decoded<positive>(2) == doctest::Approx(7.75e-7));
  CHECK(decoded<positive>(254) == doctest::Approx(0.99648).epsilon(1e-5));
  CHECK(decoded<positive>(255) == 1.0F);
}

TEST_CASE("a second moment that is not zero does not become zero") {
  CHECK(coded<d::dynamic_code<false>>(0) == 0);
  CHECK(coded<d::dynamic_code<false>>(1e-30F) == 1);
  CHECK(coded<d::half_code<true>>(0) == 0);
  CHECK(coded<d::half_code<true>>(1e-30F) == 1);
  CHECK(coded<d::half_code<false>>(1e-30F) == 0);       // a master copy may
  CHECK(coded<d::dynamic_code<true>>(-1e-30F) == 127);  // and a first moment
}

TEST_CASE("groups of zeros, of denormal numbers and of what is not finite") {
  const auto through = [](auto code, std::vector<float> from) {
    using type = decltype(code);
    return numbers_of<type, one>(row_of<type, one>(from), from.size());
  };
  const std::vector<float> zeros(256, 0.0F);
  CHECK(through(d::dynamic_code<true>{}, zeros) == zeros);
  CHECK(through(d::dynamic_code<false>{}, zeros) == zeros);
  CHECK(through(d::e4m3_code{}, zeros) == zeros);
  CHECK(through(d::half_code<false>{}, zeros) == zeros);
  // memory that was zeroed is zero too
  std::vector<std::byte> fresh(d::state_row<d::dynamic_code<true>, float>::bytes(5000));
  for (const float x : numbers_of<d::dynamic_code<true>, one>(fresh, 5000)) CHECK(x == 0.0F);

  std::vector<float> tiny(256, 0x1p-130F);
  tiny[3] = -0x1p-131F;
  const auto same = through(d::dynamic_code<true>{}, tiny);
  CHECK(same[0] == doctest::Approx(static_cast<double>(0x1p-130F)).epsilon(0.05));
  CHECK(same[3] == doctest::Approx(static_cast<double>(-0x1p-131F)).epsilon(0.05));

  for (const float strange : {infinity, not_a_number, -infinity}) {
    std::vector<float> from(512, 0.25F);
    from[300] = strange;
    const auto first = through(d::dynamic_code<true>{}, from);
    for (std::size_t i = 0; i < 512; ++i) CHECK(std::isnan(first[i]) == (i >= 256));  // the whole group, and no other
    for (const float x : {through(d::dynamic_code<false>{}, from)[300], through(d::e4m3_code{}, from)[300]})
      CHECK(std::isnan(x));
    const float kept = through(d::half_code<false>{}, from)[300];
    CHECK((std::isnan(strange) ? std::isnan(kept) : kept == strange));
    CHECK(through(d::e4m3_code{}, from)[301] == 0.25F);
  }
}

TEST_CASE("E4M3 has the numbers of its definition, rounds ties to even and ends at 448") {
  for (one c = 0; c < 256; ++c) {
    const int exponent = static_cast<int>(c >> 3 & 15), fraction = static_cast<int>(c & 7);
    const double magnitude = exponent == 0 ? std::ldexp(fraction, -9) : std::ldexp(8 + fraction, exponent - 10);
    if ((c & 127) == 127) {
      CHECK(std::isnan(decoded<d::e4m3_code>(c)));
    } else {
      CHECK(static_cast<double>(decoded<d::e4m3_code>(c)) == (c < 128 ? magnitude : -magnitude));
      CHECK(coded<d::e4m3_code>(decoded<d::e4m3_code>(c)) == c);
      if ((c & 127) < 126) {  // half of the way to the next, and a little more and less
        const auto next = static_cast<double>(decoded<d::e4m3_code>(c + 1));
        const auto middle = static_cast<float>(0.5 * (next + static_cast<double>(decoded<d::e4m3_code>(c))));
        CHECK(coded<d::e4m3_code>(middle) == c + (c & 1));
        CHECK(coded<d::e4m3_code>(middle * 1.0001F) == c + 1);
        CHECK(coded<d::e4m3_code>(middle * 0.9999F) == c);
      }
    }
  }
  CHECK(decoded<d::e4m3_code>(coded<d::e4m3_code>(1e9F)) == 448.0F);
  CHECK(decoded<d::e4m3_code>(coded<d::e4m3_code>(-465.0F)) == -448.0F);
}

TEST_CASE("scales of FP8-LM are the largest powers of two that keep the largest number in range") {
  for (int exponent = -100; exponent < 120; ++exponent) {
    for (const float m : {1.0F, 1.5F, 1.75F, 1.7500001F, 1.9990234F, 1.99903F, 1.9999999F}) {
      const float largest = std::ldexp(m, exponent);
      const auto expected = [&](double most) {
        int power = 0;
        static_cast<void>(std::frexp(most / static_cast<double>(largest), &power));
        return std::ldexp(1.0F, power - 1);
      };
      const d::code_scale fp8 = d::e4m3_code::scale_of(std::bit_cast<one>(largest));
      const d::code_scale fp16 = d::half_code<false>::scale_of(std::bit_cast<one>(largest));
      CHECK(fp8.inverse == expected(448));
      CHECK(fp16.inverse == expected(65504));
      CHECK(fp8.stored * fp8.inverse == 1.0F);
      CHECK(fp16.stored * fp16.inverse == 1.0F);
    }
  }
  CHECK(d::e4m3_code::scale_of(0).stored == 1.0F);
  CHECK(d::e4m3_code::scale_of(1).inverse == 0x1p126F);  // of a denormal number
  CHECK(d::e4m3_code::scale_of(std::bit_cast<one>(infinity)).stored == 1.0F);
}

TEST_CASE("a second moment in bfloat16 decays by a factor of 0.999, which rounding to nearest would not let it") {
  const std::size_t size = 4096;
  std::vector<float> v(size, 1.0F);
  float nearest = 1;
  std::vector<std::byte> row(d::state_row<d::bfloat16_code, float>::bytes(size));
  for (std::uint64_t step = 0; step < 1000; ++step) {
    for (float& x : v) x *= 0.999F;
    for (std::size_t first = 0; first < size; first += bo::state_group) {
      d::encode_group<d::bfloat16_code, one>(row.data(), size, first, bo::state_group, v.data() + first, {1, 1},
                                             d::rounding_key::of_slot(1, 1, 0, step));
    }
    v = numbers_of<d::bfloat16_code, one>(row, size);
    nearest = static_cast<float>(bo::bfloat16(nearest * 0.999F));
  }
  double mean = 0;
  for (const float x : v) mean += static_cast<double>(x) / static_cast<double>(size);
  CHECK(mean == doctest::Approx(std::exp(-1)).epsilon(0.01));
  CHECK(nearest == 1.0F);
}

TEST_CASE("all vectors give the bits of single numbers") {
  check_all_lanes<d::dynamic_code<true>>();
  check_all_lanes<d::dynamic_code<false>>();
  check_all_lanes<d::e4m3_code>();
  check_all_lanes<d::half_code<true>>();
  check_all_lanes<d::half_code<false>>();
  check_all_lanes<d::bfloat16_code>();
}

TEST_CASE("rows take the bytes that the formats say") {
  using enum bo::slot_role;
  const std::size_t n = 1 << 20;
  constexpr auto bytes8 = bo::row_sizes::of<bo::dynamic_8bit_state, float>();
  CHECK(bytes8.slot(moment, n) + bytes8.slot(second_moment, n) == 2 * (n + n / 64));  // 2.03 per parameter
  CHECK(bytes8.slot(moment, 4095) == bo::round_to_granule(4095 * 4));
  CHECK(bytes8.slot(moment, 4096) == 4096 + 64);
  CHECK(bytes8.slot(iterate, n) == 4 * n);
  CHECK(bytes8.master(n) == 4 * n);
  constexpr auto fp8 = bo::row_sizes::of<bo::fp8_lm_state, float>();
  CHECK(fp8.slot(moment, n) == n + n / 64);
  CHECK(fp8.slot(second_moment, n) == 2 * n + n / 64);
  CHECK(fp8.master(n) == 2 * n + n / 64);
  CHECK(fp8.slot(moment, 3) == 64);
  constexpr auto wide = bo::row_sizes::of<bo::bfloat16_state, double>();
  CHECK(wide.slot(moment, n) == 2 * n);
  CHECK(wide.slot(iterate, n) == 8 * n);
  CHECK(bo::row_sizes::of<bo::full_state, double>().slot(moment, 100) == bo::round_to_granule(800));
}
