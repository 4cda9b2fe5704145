// SPDX-License-Identifier: MIT
// Part of blockopt: reads tensors of a safetensors file into views.
#pragma once

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/file/dtype.hpp>
#include <blockopt/file/safetensors_header.hpp>
#include <blockopt/view/element_order.hpp>
#include <blockopt/view/tensor_view.hpp>

namespace blockopt {

/// An open safetensors file. The whole header is checked before any number is read; numbers go straight to where they
/// shall be. All errors are file_error and name the file, and the tensor at fault.
class safetensors_reader {
 public:
  explicit safetensors_reader(std::filesystem::path file) : file_(std::move(file)) {
    errno = 0;
    in_.open(file_, std::ios::binary);
    std::error_code unknown;
    if (in_ && std::filesystem::is_directory(file_, unknown)) errno = EISDIR;
    if (!in_ || errno == EISDIR) raise<file_error>({"cannot read '", file_.string(), "': ", std::strerror(errno)});
    in_.seekg(0, std::ios::end);
    const std::streamoff end = in_.tellg();
    if (end < 0) raise<file_error>({"cannot read '", file_.string(), "': it has no size"});
    const auto size = static_cast<std::uint64_t>(end);
    unsigned char first[8] = {};
    if (size < 8) {
      raise<file_error>(
          {"'", file_.string(), "' has ", size, " bytes; a safetensors file begins with 8 bytes of length"});
    }
    get(0, first, 8);
    std::uint64_t length = 0;
    for (unsigned i = 8; i-- > 0;) length = length << 8 | first[i];
    if (length > safetensors_header::most_bytes) {
      raise<file_error>({"'", file_.string(), "': a header of ", length, " bytes; ", safetensors_header::most_bytes,
                         " is the limit; is it a safetensors file?"});
    }
    if (length > size - 8) {
      raise<file_error>({"'", file_.string(), "' has ", size, " bytes, which end within its header of ", length,
                         ": it is truncated"});
    }
    std::string json(static_cast<std::size_t>(length), '\0');
    get(8, json.data(), json.size());
    data_ = 8 + length;
    header_ = parse_safetensors_header(json, size - data_, file_.string());
    for (std::size_t i = 0; i < header_.tensors.size(); ++i) numbers_.emplace(header_.tensors[i].name, i);
  }

  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return header_.metadata; }
  /// In the order of their data.
  [[nodiscard]] std::span<const stored_tensor> tensors() const { return header_.tensors; }
  /// Null when there is none of that name.
  [[nodiscard]] const stored_tensor* find(std::string_view name) const {
    const auto found = numbers_.find(name);
    return found == numbers_.end() ? nullptr : &header_.tensors[found->second];
  }

  /// Raises file_error where read() would refuse; reads nothing. Extents must be those of the file; a single number may
  /// be read as one element.
  template <storable T>
  void check(std::string_view name, std::span<const std::size_t> extents, conversion allowed = conversion::none) const {
    const stored_tensor& t = at(name);
    const bool fits = std::ranges::equal(t.shape, extents) || (t.shape.empty() && std::ranges::equal(extents, one));
    if (!fits) {
      std::string wanted;
      for (const std::size_t n : extents) wanted += (wanted.empty() ? "" : " x ") + std::to_string(n);
      refuse(t, " is " + t.describe_shape() + ", not " + wanted);
    }
    if (!may_convert(t.dtype, dtype_of<T>(), allowed)) {
      refuse(t, " is " + t.dtype + " and is not read as " + std::string(dtype_of<T>()) +
                    (may_convert(t.dtype, dtype_of<T>(), conversion::rounding) ? " unless that is asked for" : ""));
    }
  }

  /// The tensor's numbers into the view, in row-major order. When it raises file_error after check(), for a disk that
  /// fails, a part of the numbers may be there.
  template <storable T>
  void read(std::string_view name, const tensor_view<T>& to, conversion allowed = conversion::none) {
    check<T>(name, to.extents(), allowed);
    const stored_tensor& t = at(name);
    if (t.dtype == dtype_of<T>()) return copy<T>(t, to);
    if constexpr (scalar<T>) {
      if (t.dtype == "F64") copy<double>(t, to);
      else if (t.dtype == "F32") copy<float>(t, to);
      else if (t.dtype == "F16") copy<half>(t, to);
      else copy<bfloat16>(t, to);
    }
  }

 private:
  static_assert(std::endian::native == std::endian::little, "blockopt: safetensors files are little-endian");
  static constexpr std::size_t one[] = {1};

  [[nodiscard]] const stored_tensor& at(std::string_view name) const {
    const stored_tensor* const t = find(name);
    if (t == nullptr) raise<file_error>({"'", file_.string(), "' has no tensor '", std::string(name), "'"});
    return *t;
  }
  [[noreturn]] void refuse(const stored_tensor& t, const std::string& what) const {
    raise<file_error>({"'", file_.string(), "': tensor '", t.name, "'", what});
  }

  void get(std::uint64_t place, void* to, std::size_t bytes) {
    if (bytes == 0) return;
    errno = 0;
    in_.clear();
    in_.seekg(static_cast<std::streamoff>(place));
    in_.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes));
    if (!in_) {
      raise<file_error>({"cannot read '", file_.string(), "' at byte ", place, ": ",
                         errno != 0 ? std::strerror(errno) : "it has become shorter"});
    }
  }

  template <class Stored, class T>
  void copy(const stored_tensor& t, const tensor_view<T>& to) {
    if (std::is_same_v<Stored, T> && to.is_contiguous()) return get(data_ + t.begin, to.data(), to.size() * sizeof(T));
    constexpr std::size_t piece = 1 << 16;
    const element_order order(to, logical_order());
    std::vector<Stored> elements(std::min(piece, to.size()));
    for (std::size_t first = 0; first < to.size(); first += piece) {
      const std::size_t count = std::min(piece, to.size() - first);
      get(data_ + t.begin + first * sizeof(Stored), elements.data(), count * sizeof(Stored));
      order.for_each_element(first, count, [&](std::size_t i, std::ptrdiff_t offset) {
        if constexpr (std::is_same_v<Stored, T>) to.data()[offset] = elements[i];
        else to.data()[offset] = converted<T>(elements[i]);
      });
    }
  }

  std::filesystem::path file_;
  std::ifstream in_;
  std::uint64_t data_ = 0;
  safetensors_header header_;
  std::map<std::string, std::size_t, std::less<>> numbers_;
};

}  // namespace blockopt
