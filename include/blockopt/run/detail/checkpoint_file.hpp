// SPDX-License-Identifier: MIT
// Part of blockopt: a safetensors file with a version and a checksum.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/file/checksum.hpp>
#include <blockopt/file/detail/replacing_file.hpp>
#include <blockopt/file/safetensors_header.hpp>
#include <blockopt/file/safetensors_reader.hpp>
#include <blockopt/version.hpp>

namespace blockopt::detail {

inline constexpr std::uint64_t checkpoint_version = 1;
inline constexpr const char* checkpoint_keys[] = {"blockopt_checkpoint", "blockopt_version", "blockopt_checksum"};

/// 16 hexadecimal digits.
[[nodiscard]] inline std::string digits_of(const checksum& sum) {
  std::string text(16, '0');
  std::uint64_t value = sum.value();
  for (std::size_t i = text.size(); i-- > 0; value >>= 4) text[i] = "0123456789abcdef"[value & 15];
  return text;
}

/// Where tensors are written, in order.
class checkpoint_sink {
 public:
  explicit checkpoint_sink(const std::filesystem::path& file) : out(file) {}
  void write(const void* data, std::size_t bytes) {
    out.write(data, bytes);
    sum.add(data, bytes);
  }
  replacing_file out;
  checksum sum;
};

/// Collects tensors with functions that write their data, and writes all of them.
class checkpoint_writer {
 public:
  using put_data = std::function<void(checkpoint_sink&)>;

  /// Tensors of one dtype, which `put` writes one after the other. `begin` and `end` are set here. Raises invalid_call for
  /// a name that is there already.
  void add(std::vector<stored_tensor> tensors, put_data put) {
    for (const stored_tensor& t : tensors) {
      if (!names_.insert(t.name).second)
        raise<invalid_call>({"two parts of a checkpoint are called '", t.name, "': give one of them another name"});
    }
    if (!tensors.empty()) groups_.push_back({std::move(tensors), std::move(put)});
  }

  void write(const std::filesystem::path& file) {
    std::ranges::stable_sort(groups_, std::ranges::greater{},
                             [](const group& g) { return dtype_bytes(g.tensors.front().dtype); });
    safetensors_header header;
    std::uint64_t end = 0;
    for (const group& g : groups_) {
      for (stored_tensor t : g.tensors) {
        std::uint64_t bytes = dtype_bytes(t.dtype);
        for (const std::uint64_t n : t.shape) bytes *= n;
        t.begin = end;
        t.end = end += bytes;
        header.tensors.push_back(std::move(t));
      }
    }
    header.metadata = {{checkpoint_keys[0], std::to_string(checkpoint_version)},
                       {checkpoint_keys[1], BLOCKOPT_VERSION_STRING},
                       {checkpoint_keys[2], std::string(16, '0')}};  // known at the end, of the same length
    const std::string first = format_safetensors_header(header);
    checkpoint_sink sink(file);
    sink.out.write(first.data(), first.size());
    for (const group& g : groups_) g.put(sink);
    header.metadata[checkpoint_keys[2]] = digits_of(sink.sum);
    const std::string again = format_safetensors_header(header);
    sink.out.rewrite_start(again.data(), again.size());
    sink.out.commit();
  }

 private:
  struct group {
    std::vector<stored_tensor> tensors;
    put_data put;
  };
  std::vector<group> groups_;
  std::set<std::string> names_;
};

/// Opens such a file and checks all of it but what the tensors mean.
class checkpoint_reader {
 public:
  explicit checkpoint_reader(const std::filesystem::path& file) : reader_(file) {
    const auto& metadata = reader_.metadata();
    const auto value = [&](const char* key) {
      const auto found = metadata.find(key);
      if (found == metadata.end()) refuse({"is no checkpoint of blockopt: its metadata have no ", key});
      return found->second;
    };
    const std::string version = value(checkpoint_keys[0]);
    if (version != std::to_string(checkpoint_version)) {
      refuse({"is a checkpoint of version ", version, ", written by blockopt ", value(checkpoint_keys[1]),
              "; this library reads version ", checkpoint_version});
    }
    if (const std::string wanted = value(checkpoint_keys[2]), found = sum_of(file); wanted != found)
      refuse({"is damaged: the checksum of its data is ", found, ", not ", wanted});
  }

  [[noreturn]] void refuse(std::initializer_list<word> why) const {
    raise<file_error>({"'", reader_.file().string(), "' ", joined(why)});
  }

  [[nodiscard]] const stored_tensor& at(const std::string& name) const {
    const stored_tensor* const t = reader_.find(name);
    if (t == nullptr) refuse({"has no tensor '", name, "'"});
    return *t;
  }

  /// Raises file_error unless there is such a tensor.
  template <storable T>
  void expect(const std::string& name, std::span<const std::size_t> extents) {
    reader_.check<T>(name, extents);
    expected_.insert(name);
  }
  template <storable T>
  void read(const std::string& name, const tensor_view<T>& to) {
    reader_.read(name, to);
  }
  /// Raises file_error for a tensor that nobody expects.
  void finish() const {
    for (const stored_tensor& t : reader_.tensors()) {
      if (!expected_.contains(t.name)) refuse({"has a tensor '", t.name, "' that this optimizer does not have"});
    }
  }

 private:
  [[nodiscard]] std::string sum_of(const std::filesystem::path& file) const {
    std::uint64_t data = 0;
    for (const stored_tensor& t : reader_.tensors()) data = std::max(data, t.end);
    std::ifstream in(file, std::ios::binary | std::ios::ate);
    in.seekg(-static_cast<std::streamoff>(data), std::ios::end);
    std::vector<char> piece(std::size_t{1} << 20);
    checksum sum;
    while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())), in.gcount() > 0)
      sum.add(piece.data(), static_cast<std::size_t>(in.gcount()));
    if (in.bad() || !in.eof()) refuse({"cannot be read to its end"});
    return digits_of(sum);
  }

  safetensors_reader reader_;
  std::set<std::string> expected_;
};

}  // namespace blockopt::detail
