// SPDX-License-Identifier: MIT
// Part of blockopt's tests: gunzip on any bytes.
#include <string>

#include <blockopt/file/gunzip.hpp>

#include "fuzz_support.hpp"

namespace bo = blockopt;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto text = fuzz::accepted([&] { return bo::gunzip(bytes, "f", fuzz::limits); });
  if (!text) return 0;
  fuzz::require(bo::is_gzip(bytes), "only what gzip packed is unpacked");
  fuzz::require(text->size() <= fuzz::limits.unpacked_bytes, "the limit holds");
  const auto shorter = fuzz::accepted([&] { return bo::gunzip(bytes.substr(0, size - 1), "f", fuzz::limits); });
  fuzz::require(!shorter, "no byte can be left out at the end");
  return 0;
}
