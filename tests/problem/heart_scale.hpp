// SPDX-License-Identifier: MIT
// Part of blockopt: the data set heart_scale of libsvm and liblinear, for tests.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include <blockopt/file/read_libsvm.hpp>
#include <blockopt/problem/columns.hpp>

namespace blockopt_tests {

struct labelled_rows {
  blockopt::sparse_columns design;  ///< 270 x 13
  std::vector<double> labels;       ///< -1 or 1
};

/// From where Debian's liblinear-tools has it, or the file that BLOCKOPT_HEART_SCALE names; nothing where it is absent.
inline std::optional<labelled_rows> heart_scale() {
  const char* const named = std::getenv("BLOCKOPT_HEART_SCALE");
  const std::filesystem::path file = named != nullptr ? named : "/usr/share/doc/liblinear-tools/examples/heart_scale";
  if (!std::filesystem::exists(file)) return std::nullopt;
  auto data = blockopt::read_libsvm(file);
  return labelled_rows{blockopt::sparse_columns(std::move(data.features)), std::move(data.label)};
}

inline constexpr const char* no_heart_scale = "heart_scale is not there (Debian's liblinear-tools has it)";

}  // namespace blockopt_tests
