// SPDX-License-Identifier: MIT
// Part of blockopt: the tensors of a model, in one safetensors file or in several with an index.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <blockopt/block/parameter.hpp>
#include <blockopt/error.hpp>
#include <blockopt/file/detail/json_reader.hpp>
#include <blockopt/file/safetensors_reader.hpp>

namespace blockopt {

/// Opens FILE.safetensors, or an index as transformers writes it (NAME.safetensors.index.json, whose "weight_map" says
/// which file beside it has a tensor), or a folder with model.safetensors or model.safetensors.index.json. The index
/// and the files must agree exactly. Errors are file_error and name the file, and the tensor at fault.
class tensor_files {
 public:
  explicit tensor_files(const std::filesystem::path& where) : where_(where.string()) {
    std::error_code unknown;
    if (!std::filesystem::is_directory(where, unknown)) {
      if (where.extension() == ".json") open_index(where);
      else open_file(where);
    } else if (std::filesystem::exists(where / "model.safetensors")) {
      open_file(where / "model.safetensors");
    } else if (std::filesystem::exists(where / "model.safetensors.index.json")) {
      open_index(where / "model.safetensors.index.json");
    } else {
      raise<file_error>({"'", where.string(), "' holds neither model.safetensors nor model.safetensors.index.json"});
    }
  }

  /// All open files; an index is none of them.
  [[nodiscard]] std::span<const safetensors_reader> files() const { return files_; }
  /// Of all tensors, in the order of the alphabet.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> list;
    for (const auto& [name, file] : places_) list.push_back(name);
    return list;
  }
  /// Null when there is none of that name.
  [[nodiscard]] const stored_tensor* find(std::string_view name) const {
    const auto found = places_.find(name);
    return found == places_.end() ? nullptr : files_[found->second].find(name);
  }

  /// Raises file_error where read() would refuse. Tensors that are no parameter are refused too, unless
  /// `may_be_left(name)`.
  template <scalar T, class G>
  void check(std::span<const parameter<T, G>> parameters, conversion allowed = conversion::none,
             const std::function<bool(const std::string&)>& may_be_left = {}) const {
    std::set<std::string_view> used;
    for (const auto& p : parameters) {
      reader_of(p.name).template check<T>(p.name, p.values.extents(), allowed);
      used.insert(p.name);
    }
    for (const auto& [name, file] : places_) {
      if (used.contains(name) || (may_be_left && may_be_left(name))) continue;
      raise<file_error>({"'", files_[file].file().string(), "': tensor '", name, "' is no parameter of the model"});
    }
  }

  /// The values of all parameters, by their names; all is checked before the first value changes.
  template <scalar T, class G>
  void read(std::span<const parameter<T, G>> parameters, conversion allowed = conversion::none,
            const std::function<bool(const std::string&)>& may_be_left = {}) {
    check(parameters, allowed, may_be_left);
    for (const auto& p : parameters) files_[places_.find(p.name)->second].read(p.name, p.values, allowed);
  }

 private:
  void open_file(const std::filesystem::path& file) {
    files_.emplace_back(file);
    for (const stored_tensor& t : files_.back().tensors()) places_.emplace(t.name, files_.size() - 1);
  }

  void open_index(const std::filesystem::path& index) {
    errno = 0;
    std::ifstream in(index, std::ios::binary);
    if (!in) raise<file_error>({"cannot read '", index.string(), "': ", std::strerror(errno)});
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    detail::json_reader json(text, "'" + index.string() + "' is not a valid index");
    bool found = false;
    std::map<std::string, std::size_t> numbers;
    json.object([&](const std::string& key) {
      if (key != "weight_map") return json.skip();
      found = true;
      json.object([&](const std::string& name) { add(index, name, json.string(), numbers); });
    });
    json.end();
    if (!found) raise<file_error>({"'", index.string(), "' has no weight_map"});
    for (const safetensors_reader& file : files_) {
      for (const stored_tensor& t : file.tensors()) {
        const auto place = places_.find(t.name);
        if (place != places_.end() && &files_[place->second] == &file) continue;
        raise<file_error>(
            {"'", file.file().string(), "': tensor '", t.name, "' is not there for '", index.string(), "'"});
      }
    }
  }

  void add(const std::filesystem::path& index, const std::string& name, const std::string& file,
           std::map<std::string, std::size_t>& numbers) {
    const std::filesystem::path relative(file);
    if (file.empty() || relative.filename() != relative || file == "." || file == "..") {
      raise<file_error>(
          {"'", index.string(), "': '", file, "', for tensor '", name, "', is not the name of a file beside it"});
    }
    const auto [number, is_new] = numbers.emplace(file, files_.size());
    if (is_new) files_.emplace_back(index.parent_path() / relative);
    if (files_[number->second].find(name) == nullptr) {
      raise<file_error>({"'", index.string(), "': tensor '", name, "' is not in '", file, "'"});
    }
    places_.emplace(name, number->second);
  }

  [[nodiscard]] const safetensors_reader& reader_of(const std::string& name) const {
    const auto found = places_.find(name);
    if (found != places_.end()) return files_[found->second];
    raise<file_error>({"'", where_, "' has no tensor '", name, "'"});
  }

  std::string where_;  ///< as given, for messages
  std::vector<safetensors_reader> files_;
  std::map<std::string, std::size_t, std::less<>> places_;
};

}  // namespace blockopt
