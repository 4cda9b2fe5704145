// SPDX-License-Identifier: MIT
// Part of blockopt: the header of a safetensors file.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/file/detail/json_reader.hpp>
#include <blockopt/file/dtype.hpp>

namespace blockopt {

/// One tensor of a file: row-major, little-endian, bytes [begin, end) counted from the end of the header.
struct stored_tensor {
  std::string name;
  std::string dtype;
  std::vector<std::uint64_t> shape{};  ///< empty: one number
  std::uint64_t begin = 0, end = 0;

  [[nodiscard]] std::uint64_t bytes() const { return end - begin; }
  /// "3 x 4", for messages.
  [[nodiscard]] std::string describe_shape() const {
    std::string text;
    for (const std::uint64_t n : shape) text += (text.empty() ? "" : " x ") + std::to_string(n);
    return text.empty() ? "one number" : text;
  }
};

/// What stands before the data (the format is described at huggingface.co/docs/safetensors): 8 bytes of little-endian
/// length, then JSON with a member per tensor and, under "__metadata__", strings for anything else.
struct safetensors_header {
  std::map<std::string, std::string> metadata{};
  std::vector<stored_tensor> tensors{};  ///< in the order of their data

  static constexpr std::uint64_t most_bytes = 100'000'000;  ///< as the reference implementation has it
};

namespace detail {

/// Elements times bytes each; raises file_error when that is no 64-bit number.
[[nodiscard]] inline std::uint64_t bytes_of_tensor(const stored_tensor& t, const std::string& name) {
  std::uint64_t bytes = dtype_bytes(t.dtype);
  if (bytes == 0) raise<file_error>({name, " has the dtype '", t.dtype, "', which is not known here"});
  if (std::find(t.shape.begin(), t.shape.end(), 0u) != t.shape.end()) return 0;
  for (const std::uint64_t n : t.shape) {
    if (bytes > std::numeric_limits<std::uint64_t>::max() / n) {
      raise<file_error>({name, " of ", t.describe_shape(), " elements has more bytes than a number can count"});
    }
    bytes *= n;
  }
  return bytes;
}

inline stored_tensor read_entry(json_reader& json, const std::string& key, const std::string& file) {
  const std::string name = "'" + file + "': tensor '" + key + "'";
  stored_tensor t{key, {}};
  std::vector<std::uint64_t> offsets;
  int known = 0;
  json.object([&](const std::string& member) {
    ++known;
    if (member == "dtype") t.dtype = json.string();
    else if (member == "shape") json.array([&] { t.shape.push_back(json.natural()); });
    else if (member == "data_offsets") json.array([&] { offsets.push_back(json.natural()); });
    else json.fail("tensor '" + key + "' has the unknown key '" + member + "'");
  });
  if (known != 3) raise<file_error>({name, " has not all of dtype, shape and data_offsets"});
  if (offsets.size() != 2 || offsets[0] > offsets[1]) {
    raise<file_error>({name, ": its data_offsets are not a begin and an end"});
  }
  t.begin = offsets[0];
  t.end = offsets[1];
  const std::uint64_t bytes = bytes_of_tensor(t, name);
  if (bytes != t.bytes()) {
    raise<file_error>(
        {name, " has ", t.bytes(), " bytes of data; ", t.dtype, " of shape ", t.describe_shape(), " needs ", bytes});
  }
  return t;
}

}  // namespace detail

/// Reads the JSON of a header; `data_bytes` follow it in the file. Raises file_error that names the file and the tensor
/// for anything that is not exactly the format: tensors must cover the data without gap or overlap. Data need not be
/// aligned.
[[nodiscard]] inline safetensors_header parse_safetensors_header(std::string_view text, std::uint64_t data_bytes,
                                                                 const std::string& file) {
  if (text.empty() || text.front() != '{') raise<file_error>({"'", file, "': the header does not begin with '{'"});
  safetensors_header header;
  detail::json_reader json(text, "'" + file + "': the header is not valid");
  json.object([&](const std::string& key) {
    if (key == "__metadata__") {
      json.object([&](const std::string& name) { header.metadata[name] = json.string(); });
    } else {
      header.tensors.push_back(detail::read_entry(json, key, file));
    }
  });
  json.end();
  std::ranges::stable_sort(header.tensors, {}, [](const stored_tensor& t) { return std::tie(t.begin, t.end); });
  std::uint64_t covered = 0;
  for (const stored_tensor& t : header.tensors) {
    const auto refuse = [&](const std::string& what) { raise<file_error>({"'", file, "': tensor '", t.name, what}); };
    if (t.begin < covered) refuse("' overlaps with another at byte " + std::to_string(t.begin) + " of the data");
    if (t.begin > covered) refuse("' leaves a gap before it, from byte " + std::to_string(covered) + " of the data");
    covered = t.end;
    if (covered > data_bytes) {
      refuse("' ends at byte " + std::to_string(covered) + " of the data, of which the file has " +
             std::to_string(data_bytes) + ": it is truncated");
    }
  }
  if (covered != data_bytes) {
    raise<file_error>({"'", file, "': the last ", data_bytes - covered, " bytes belong to no tensor"});
  }
  return header;
}

/// The first bytes of a file: the length and the JSON, padded with spaces to a multiple of 8 bytes.
[[nodiscard]] inline std::string format_safetensors_header(const safetensors_header& header) {
  std::string json;
  const auto list = [&](const char* before, const auto& numbers) {
    json += before;
    const char* between = "[";
    for (const std::uint64_t n : numbers) {
      json += between;
      json += std::to_string(n);
      between = ",";
    }
    json += std::empty(numbers) ? "[]" : "]";
  };
  const auto put = [&](const char* before, const std::string& text) { (json += before) += detail::json_quoted(text); };
  if (!header.metadata.empty()) {
    const char* before = "{\"__metadata__\":{";
    for (const auto& [key, value] : header.metadata) {
      put(before, key);
      put(":", value);
      before = ",";
    }
    json += "}";
  }
  for (const stored_tensor& t : header.tensors) {
    put(json.empty() ? "{" : ",", t.name);
    put(":{\"dtype\":", t.dtype);
    const std::uint64_t offsets[] = {t.begin, t.end};
    list(",\"shape\":", t.shape);
    list(",\"data_offsets\":", offsets);
    json += "}";
  }
  json += json.empty() ? "{}" : "}";
  json.resize((json.size() + 7) / 8 * 8, ' ');
  std::string bytes;
  for (unsigned i = 0; i < 8; ++i) bytes += static_cast<char>(static_cast<unsigned char>(json.size() >> (8 * i) & 255));
  return bytes + json;
}

}  // namespace blockopt
