// SPDX-License-Identifier: MIT
// Part of blockopt: writes views and strings to a safetensors file.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/file/detail/replacing_file.hpp>
#include <blockopt/file/detail/utf8.hpp>
#include <blockopt/file/dtype.hpp>
#include <blockopt/file/safetensors_header.hpp>
#include <blockopt/view/element_order.hpp>
#include <blockopt/view/tensor_view.hpp>

namespace blockopt {

/// Collects named views, then writes them in one go; they are read at write() and must live until then. In the file
/// larger elements come first, so that all are aligned to their size.
class safetensors_writer {
 public:
  /// A pair of strings in the header. Throws invalid_option for a key that is there, or for text that is not UTF-8.
  void set(std::string key, std::string value) {
    check_text(key);
    check_text(value);
    if (header_.metadata.contains(key)) raise<invalid_option>({"safetensors_writer: the key '", key, "' is set twice"});
    header_.metadata.emplace(std::move(key), std::move(value));
  }

  /// The elements of a view as they are. A view of rank 0 is stored as no elements. Throws invalid_option for a name
  /// that is there, that is not UTF-8 or that the format reserves.
  template <class T>
  void add(std::string name, const tensor_view<T>& values) {
    add_as<std::remove_const_t<T>>(std::move(name), values);
  }

  /// As another floating-point type, rounded to nearest.
  template <storable As, class T>
    requires storable<std::remove_const_t<T>>
  void add_as(std::string name, const tensor_view<T>& values) {
    check_text(name);
    if (name == "__metadata__") raise<invalid_option>({"safetensors_writer: no tensor can be called '", name, "'"});
    if (!names_.insert(name).second) raise<invalid_option>({"safetensors_writer: two tensors are called '", name, "'"});
    stored_tensor entry{std::move(name), std::string(dtype_of<As>())};
    entry.shape.assign(values.extents().begin(), values.extents().end());
    if (values.rank() == 0) entry.shape.push_back(0);
    entry.end = values.size() * sizeof(As);
    sources_.push_back({std::move(entry), [values](detail::replacing_file& out) { put<As>(values, out); }});
  }

  /// Replaces the file by a new one at once: see detail::replacing_file. Raises file_error.
  void write(const std::filesystem::path& file) const {
    std::vector<const source*> order;
    for (const source& s : sources_) order.push_back(&s);
    std::ranges::stable_sort(order, std::ranges::greater{},
                             [](const source* s) { return dtype_bytes(s->entry.dtype); });
    safetensors_header header{header_.metadata, {}};
    std::uint64_t end = 0;
    for (const source* s : order) {
      stored_tensor t = s->entry;
      t.begin = end;
      t.end = end += s->entry.end;
      header.tensors.push_back(std::move(t));
    }
    const std::string first = format_safetensors_header(header);
    if (first.size() - 8 > safetensors_header::most_bytes) {
      raise<file_error>({"cannot write '", file.string(), "': its header would have ", first.size() - 8, " bytes; ",
                         safetensors_header::most_bytes, " is the limit"});
    }
    detail::replacing_file out(file);
    out.write(first.data(), first.size());
    for (const source* s : order) s->put(out);
    out.commit();
  }

 private:
  static_assert(std::endian::native == std::endian::little, "blockopt: safetensors files are little-endian");

  struct source {
    stored_tensor entry;
    std::function<void(detail::replacing_file&)> put;
  };

  static void check_text(const std::string& text) {
    if (!detail::is_utf8(text)) raise<invalid_option>({"safetensors_writer: '", text, "' is not UTF-8"});
  }

  template <class As, class T>
  static void put(const tensor_view<T>& values, detail::replacing_file& out) {
    using from = std::remove_const_t<T>;
    if (std::is_same_v<As, from> && values.is_contiguous()) {
      out.write(values.data(), values.size() * sizeof(As));
      return;
    }
    constexpr std::size_t piece = 1 << 16;
    const element_order order(values, logical_order());
    std::vector<As> elements(std::min(piece, values.size()));
    for (std::size_t first = 0; first < values.size(); first += piece) {
      const std::size_t count = std::min(piece, values.size() - first);
      order.for_each_element(first, count, [&](std::size_t i, std::ptrdiff_t offset) {
        if constexpr (std::is_same_v<As, from>) elements[i] = values.data()[offset];
        else elements[i] = converted<As>(values.data()[offset]);
      });
      out.write(elements.data(), count * sizeof(As));
    }
  }

  safetensors_header header_;
  std::vector<source> sources_;
  std::set<std::string> names_;
};

}  // namespace blockopt
