// SPDX-License-Identifier: MIT
// Part of blockopt: how policies, rules and counts name what they are made of, to a checkpoint and from one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <blockopt/run/detail/checkpoint_file.hpp>
#include <blockopt/view/tensor_view.hpp>

namespace blockopt::detail {

/// How a number is stored: enumerations as integers, bool as U8.
template <class T>
struct stored_number {
  using type = T;
};
template <>
struct stored_number<bool> {
  using type = std::uint8_t;
};
template <class T>
  requires std::is_enum_v<T>
struct stored_number<T> {
  using type = std::uint64_t;
};

template <class T>
inline constexpr bool is_number = std::is_arithmetic_v<T> || std::is_enum_v<T>;

/// What both directions share: names with a path, and what may be archived. `Self` has `numbers(name, vector, fixed)`.
template <class Self>
class archive_base {
 public:
  template <class T>
  void operator()(std::string_view name, T&& value) {
    using value_type = std::remove_reference_t<T>;
    if constexpr (is_number<value_type>) {
      using stored = typename stored_number<value_type>::type;
      std::vector<stored> one{static_cast<stored>(value)};
      self().numbers(path(name), one, true);
      value = static_cast<value_type>(one.front());
    } else if constexpr (requires {
                           typename value_type::value_type;
                           value.resize(0);
                         }) {
      self().numbers(path(name), value, false);
    } else if constexpr (requires { value.archive(self()); }) {
      const std::size_t before = prefix_.size();
      prefix_.append(name).append("/");
      value.archive(self());
      prefix_.resize(before);
    } else {
      static_assert(std::is_empty_v<value_type>,
                    "blockopt: to be saved in a checkpoint, this policy, rule or member needs a member template "
                    "archive(a), which names what it is made of: a(\"order\", order)");
    }
  }

 protected:
  [[nodiscard]] std::string path(std::string_view name) const { return prefix_ + std::string(name); }
  [[nodiscard]] Self& self() { return static_cast<Self&>(*this); }

 private:
  std::string prefix_ = "optimizer/";
};

/// To a file. Values are copied when they are named.
class saving_archive : public archive_base<saving_archive> {
 public:
  explicit saving_archive(checkpoint_writer& out) : out_(out) {}

  template <class T>
  void same(std::string_view name, T& value) {
    (*this)(name, value);
  }
  template <class T>
  void numbers(const std::string& name, const std::vector<T>& values, bool) {
    auto copy = std::make_shared<std::vector<T>>(values);
    out_.add({{name, std::string(dtype_of<T>()), {values.size()}}},
             [copy](checkpoint_sink& sink) { sink.write(copy->data(), copy->size() * sizeof(T)); });
  }

 private:
  checkpoint_writer& out_;
};

/// From a file, into what is named. Raises file_error, naming it.
class loading_archive : public archive_base<loading_archive> {
 public:
  explicit loading_archive(checkpoint_reader& in) : in_(in) {}

  /// For settings: raises file_error when the file has another.
  template <class T>
  void same(std::string_view name, T& value) {
    T stored = value;
    (*this)(name, stored);
    if (std::memcmp(&stored, &value, is_number<T> ? sizeof value : 0) == 0 && (is_number<T> || stored == value)) return;
    if constexpr (is_number<T>) {
      in_.refuse({"has ", path(name), " = ", text(stored), ", and this optimizer ", text(value)});
    } else {
      in_.refuse({"has another ", path(name), " than this optimizer"});
    }
  }
  template <class T>
  void numbers(const std::string& name, std::vector<T>& values, bool fixed) {
    const stored_tensor& t = in_.at(name);
    const std::size_t size = fixed || t.shape.size() != 1 ? values.size() : static_cast<std::size_t>(t.shape.front());
    const std::size_t extents[] = {size};
    in_.expect<T>(name, extents);
    values.resize(size);
    if (size != 0) in_.read(name, tensor_view<T>(values.data(), size));
  }
  /// Raises file_error unless there are so many.
  template <class T>
  void check_size(std::string_view name, const std::vector<T>& values, std::size_t wanted) const {
    if (values.size() != wanted)
      in_.refuse({"has ", values.size(), " numbers in ", path(name), ", where this optimizer has ", wanted});
  }

 private:
  template <class T>
  static word text(const T& value) {
    if constexpr (std::is_enum_v<T> || std::is_same_v<T, bool>) return static_cast<std::uint64_t>(value);
    else if constexpr (std::is_floating_point_v<T>) return static_cast<double>(value);
    else return value;
  }

  checkpoint_reader& in_;
};

}  // namespace blockopt::detail
