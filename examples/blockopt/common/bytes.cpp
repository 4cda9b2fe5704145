// SPDX-License-Identifier: MIT
// Part of blockopt: sizes as flags give them.

#include "common/bytes.hpp"

#include <cmath>
#include <string_view>

#include "common/failure.hpp"
#include "common/read_number.hpp"

namespace blockopt::program {

double read_bytes(const std::string& flag, const std::string& text) {
  struct unit {
    std::string_view name;
    double bytes;
  };
  static constexpr unit units[] = {{"kB", 1e3},     {"MB", 1e6},     {"GB", 1e9},     {"TB", 1e12}, {"KiB", 1024.0},
                                   {"MiB", 0x1p20}, {"GiB", 0x1p30}, {"TiB", 0x1p40}, {"B", 1},     {"", 1}};
  for (const unit& u : units) {
    if (!text.ends_with(u.name)) continue;
    double number = 0;
    if (read_number(std::string_view(text).substr(0, text.size() - u.name.size()), number) && number > 0 &&
        std::isfinite(number * u.bytes)) {
      return number * u.bytes;
    }
    break;
  }
  throw usage_error(flag + ": '" + text + "' is not a size above 0 like 24GB, 80GiB or 1000000");
}

}  // namespace blockopt::program
