// SPDX-License-Identifier: MIT
// Part of blockopt's tests: the inflater on any bytes, without the sums of gzip, which would stop most of them.
#include <string>

#include <blockopt/file/gunzip.hpp>

#include "file/deflate_writer.hpp"
#include "fuzz_support.hpp"

namespace bo = blockopt;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  bo::detail::inflater stream(bytes, "f");
  const auto text = fuzz::accepted([&] {
    std::string to = "before";
    stream.read(to, fuzz::limits.unpacked_bytes);
    return to;
  });
  if (!text) return 0;
  fuzz::require(text->starts_with("before") && text->size() <= fuzz::limits.unpacked_bytes, "it is appended");
  fuzz::require(stream.used() <= size, "no more is used than is there");
  const std::string_view unpacked = std::string_view(*text).substr(6), used = bytes.substr(0, stream.used());
  const auto unzipped = [](const std::string& file) {
    return fuzz::accepted([&] { return bo::gunzip(file, "f", fuzz::limits); });
  };
  const std::string file = file_test::gzip_member(used, unpacked);
  fuzz::require(unzipped(file) == unpacked, "gunzip unpacks the same");
  fuzz::require(used.empty() || !unzipped(file_test::gzip_member(used.substr(0, used.size() - 1), unpacked)),
                "the stream ends where it says");
  if (2 * unpacked.size() <= fuzz::limits.unpacked_bytes) {
    fuzz::require(unzipped(file + file) == std::string(unpacked) + std::string(unpacked),
                  "two members are both unpacked");
  }
  return 0;
}
