// SPDX-License-Identifier: MIT
// Part of blockopt: the files that values come from when they do not start at random.
#pragma once

#include <string>

#include <blockopt/file/dtype.hpp>
#include <blockopt/file/tensor_files.hpp>

namespace blockopt::program {

struct initial_values {
  tensor_files files;
  conversion allowed = conversion::exact;
};

/// FNV-1a of all bytes of all files, eight at a time, in hexadecimal: which values they were. Raises file_error.
[[nodiscard]] std::string hash_of(const tensor_files& files);

}  // namespace blockopt::program
