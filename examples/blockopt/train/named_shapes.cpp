// SPDX-License-Identifier: MIT
// Part of blockopt: shapes of published models by name, for --shape.

#include "train/named_shapes.hpp"

#include <filesystem>

#include "common/failure.hpp"
#include "train/model_config.hpp"

namespace blockopt::program {

namespace {

struct named_shape {
  std::string_view name;
  transformer_shape shape;
};

/// small: the defaults of train. llama2-7b: Touvron et al., arXiv 2307.09288, table 1, and its config.json: 6,738,415,616
/// parameters. llama3-8b: Grattafiori et al., arXiv 2407.21783, table 3, and its config.json: 8,030,261,248 parameters.
constexpr named_shape all[] = {
    {"small", {}},
    {"llama2-7b",
     {.layers = 32,
      .width = 4096,
      .heads = 32,
      .kv_heads = 32,
      .hidden = 11008,
      .vocabulary = 32000,
      .rope_base = 1e4}},
    {"llama3-8b",
     {.layers = 32,
      .width = 4096,
      .heads = 32,
      .kv_heads = 8,
      .hidden = 14336,
      .vocabulary = 128256,
      .rope_base = 5e5}},
};

}  // namespace

std::string shape_names() {
  std::string names;
  for (const named_shape& s : all) names.append(names.empty() ? "" : ", ").append(s.name);
  return names;
}

const transformer_shape* find_shape(std::string_view name) {
  for (const named_shape& s : all) {
    if (s.name == name) return &s.shape;
  }
  return nullptr;
}

transformer_shape read_shape(const std::string& flag, const std::string& shape) {
  if (const transformer_shape* const known = find_shape(shape)) return *known;
  std::error_code unknown;
  if (!std::filesystem::exists(shape, unknown)) {
    throw run_failure(flag + ": '" + shape + "' is neither a file nor one of " + shape_names());
  }
  return read_model_config(flag, shape, false).shape;
}

}  // namespace blockopt::program
