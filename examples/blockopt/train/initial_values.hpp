// SPDX-License-Identifier: MIT
// Part of blockopt: the files that values come from when they do not start at random.
#pragma once

#include <string>

#include <blockopt/file/dtype.hpp>
#include <blockopt/file/tensor_files.hpp>
#include <blockopt/problem/transformer/shape.hpp>

namespace blockopt::program {

struct initial_values {
  tensor_files files;
  conversion allowed = conversion::exact;

  /// A tied head that is stored all the same, and a table that old versions of transformers stored.
  [[nodiscard]] static bool may_be_left(const std::string& name) {
    return name == "lm_head.weight" || name.ends_with(".self_attn.rotary_emb.inv_freq");
  }
  /// Raises file_error where a model of that shape and scalar could not load them; reads none.
  void check(const std::string& dtype, const transformer_shape& shape) const;
};

/// The checksum of all bytes of all files, in hexadecimal: which values they were. Raises run_failure.
[[nodiscard]] std::string hash_of(const tensor_files& files);

}  // namespace blockopt::program
