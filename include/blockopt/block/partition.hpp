// SPDX-License-Identifier: MIT
// Part of blockopt: a set of blocks over a list of parameters.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <blockopt/block/parameter.hpp>
#include <blockopt/block/slice.hpp>
#include <blockopt/error.hpp>

namespace blockopt {

/// A block: its name, its parameters by their numbers in the partition's list, and slices of others.
struct block {
  std::string name;
  std::vector<std::size_t> parameters;
  std::vector<slice> slices{};

  [[nodiscard]] bool empty() const noexcept { return parameters.empty() && slices.empty(); }
};

/// The parameters of a problem, the blocks made of them, and the parameters that are active in every visit. A parameter
/// in neither is frozen: no gradient is asked, nothing is stored, not one byte of it is touched.
///
/// The constructor checks that the partition is sound and raises invalid_partition, naming the culprit, for: no block;
/// an empty block; a number out of range; a parameter without elements; two parameters of one name; a parameter in two
/// blocks; a slice that is empty, leaves its parameter, or has an element that another slice has or whose index list does
/// not ascend; two trained parameters that share memory (tied weights: list the tensor once).
template <class Parameter>
class partition {
 public:
  using parameter_type = Parameter;

  partition(std::vector<Parameter> parameters, std::vector<block> blocks, std::vector<std::size_t> always_active = {})
      : parameters_(std::move(parameters)), blocks_(std::move(blocks)), always_active_(std::move(always_active)) {
    check_names();
    check_membership();
    check_aliases();
  }

  [[nodiscard]] const std::vector<Parameter>& parameters() const noexcept { return parameters_; }
  [[nodiscard]] const std::vector<block>& blocks() const noexcept { return blocks_; }
  [[nodiscard]] const std::vector<std::size_t>& always_active() const noexcept { return always_active_; }

  /// Elements of one block, without the always-active parameters.
  [[nodiscard]] std::size_t elements(std::size_t block) const {
    std::size_t sum = 0;
    for (const std::size_t p : blocks_[block].parameters) sum += parameters_[p].values.size();
    for (const slice& part : blocks_[block].slices) sum += part.size();
    return sum;
  }

 private:
  void check_names() const {
    std::unordered_map<std::string_view, std::size_t> seen;
    for (std::size_t p = 0; p < parameters_.size(); ++p) {
      if (!seen.emplace(parameters_[p].name, p).second) {
        raise<invalid_partition>({"two parameters are named '", parameters_[p].name, "'"});
      }
    }
  }

  void check_parameter(std::size_t p, const std::string& block) const {
    if (p >= parameters_.size()) {
      raise<invalid_partition>({"'", block, "' lists parameter number ", p, " of ", parameters_.size()});
    }
    const auto& values = parameters_[p].values;
    if (values.empty()) {
      raise<invalid_partition>({"parameter '", parameters_[p].name, "' of block '", block, "' has no elements"});
    }
    for (std::size_t d = 0; d < values.rank(); ++d) {
      if (values.stride(d) == 0 && values.extent(d) > 1) {
        raise<invalid_partition>(
            {"parameter '", parameters_[p].name, "' has stride 0 in dimension ", d, ": its elements share memory"});
      }
    }
  }

  void check_membership() const {
    if (blocks_.empty()) raise<invalid_partition>("the partition has no blocks");
    std::vector<const std::string*> owner(parameters_.size(), nullptr);
    std::vector<std::vector<bool>> taken(parameters_.size());  // elements that slices have; empty: no slices
    const std::string always = "the always-active parameters";
    auto claim = [&](std::size_t p, const std::string& name, bool whole) {
      check_parameter(p, name);
      if (owner[p] != nullptr && (whole || taken[p].empty())) {
        raise<invalid_partition>(
            {"parameter '", parameters_[p].name, "' is in two blocks: '", *owner[p], "' and '", name, "'"});
      }
      owner[p] = &name;
    };
    auto claim_slice = [&](const slice& part, const std::string& name) {
      claim(part.parameter, name, false);
      std::vector<bool>& mine = taken[part.parameter];
      const std::size_t size = parameters_[part.parameter].values.size();
      mine.resize(size);
      const auto refuse = [&](std::initializer_list<detail::word> why) {
        raise<invalid_partition>({"a slice of parameter '", parameters_[part.parameter].name, "' in block '", name,
                                  "' ", detail::joined(why)});
      };
      if (part.size() == 0) refuse({"is empty"});
      if (!part.scattered() && (part.first > size || part.count > size - part.first))
        refuse({"has the elements [", part.first, ", ", part.first + part.count, ") of ", size});
      std::size_t next = 0;  // least number that an ascending list may have
      for (std::size_t k = 0; k < part.size(); ++k) {
        const std::size_t i = part.scattered() ? part.indices[k] : part.first + k;
        if (i >= size) refuse({"has element ", i, " of ", size});
        if (i < next) refuse({"has an index list that does not ascend at ", i});
        if (mine[i]) refuse({"has element ", i, ", which another slice has"});
        mine[i] = true;
        next = i + 1;
      }
    };
    for (const block& b : blocks_) {
      if (b.empty()) raise<invalid_partition>({"block '", b.name, "' is empty"});
      for (const std::size_t p : b.parameters) claim(p, b.name, true);
      for (const slice& part : b.slices) claim_slice(part, b.name);
    }
    for (const std::size_t p : always_active_) claim(p, always, true);
  }

  /// The bytes that a view spans, first to last, whatever lies between.
  struct extent {
    std::uintptr_t first, last;
    std::size_t parameter;
  };

  [[nodiscard]] extent span_of(std::size_t p) const {
    const auto& values = parameters_[p].values;
    std::ptrdiff_t low = 0;
    std::ptrdiff_t high = 0;
    for (std::size_t d = 0; d < values.rank(); ++d) {
      const std::ptrdiff_t reach = static_cast<std::ptrdiff_t>(values.extent(d) - 1) * values.stride(d);
      (reach < 0 ? low : high) += reach;
    }
    return {reinterpret_cast<std::uintptr_t>(values.data() + low),
            reinterpret_cast<std::uintptr_t>(values.data() + high), p};
  }

  /// Exact for dense views; strided views that interleave (the columns of one matrix, the halves of a row) may span each
  /// other without sharing an element, so these are compared element by element only as far as a stride can tell.
  void check_aliases() const {
    std::vector<std::size_t> trained = always_active_;
    for (const block& b : blocks_) {
      trained.insert(trained.end(), b.parameters.begin(), b.parameters.end());
      for (const slice& part : b.slices) trained.push_back(part.parameter);
    }
    std::sort(trained.begin(), trained.end());
    trained.erase(std::unique(trained.begin(), trained.end()), trained.end());
    std::vector<extent> extents;
    for (const std::size_t p : trained) extents.push_back(span_of(p));
    std::sort(extents.begin(), extents.end(), [](const extent& a, const extent& b) {
      return std::pair(a.first, a.parameter) < std::pair(b.first, b.parameter);
    });
    for (std::size_t i = 0; i < extents.size(); ++i) {
      for (std::size_t j = i + 1; j < extents.size() && extents[j].first <= extents[i].last; ++j) {
        if (!share_element(extents[i].parameter, extents[j].parameter)) continue;
        const auto& a = parameters_[std::min(extents[i].parameter, extents[j].parameter)].name;
        const auto& b = parameters_[std::max(extents[i].parameter, extents[j].parameter)].name;
        raise<invalid_partition>(
            {"parameters '", a, "' and '", b, "' share memory (tied weights?); list the tensor once, in one block"});
      }
    }
  }

  /// Whether two views whose spans overlap have an element in common: dense views do; otherwise the addresses of the
  /// smaller view are looked up in those of the larger one.
  [[nodiscard]] bool share_element(std::size_t a, std::size_t b) const {
    if (is_dense(a) && is_dense(b)) return true;
    std::vector<std::uintptr_t> of_a = addresses(a);
    std::sort(of_a.begin(), of_a.end());
    for (const std::uintptr_t address : addresses(b)) {
      const auto next = std::upper_bound(of_a.begin(), of_a.end(), address + element_bytes - 1);
      if (next != of_a.begin() && *(next - 1) + element_bytes > address) return true;
    }
    return false;
  }

  [[nodiscard]] bool is_dense(std::size_t p) const {
    const extent e = span_of(p);
    return (e.last - e.first) / element_bytes + 1 == parameters_[p].values.size();
  }

  [[nodiscard]] std::vector<std::uintptr_t> addresses(std::size_t p) const {
    const auto& values = parameters_[p].values;
    std::vector<std::uintptr_t> result{reinterpret_cast<std::uintptr_t>(values.data())};
    result.reserve(values.size());
    for (std::size_t d = 0; d < values.rank(); ++d) {
      const std::size_t known = result.size();
      for (std::size_t i = 1; i < values.extent(d); ++i) {
        const auto step = static_cast<std::uintptr_t>(static_cast<std::ptrdiff_t>(i) * values.stride(d) *
                                                      static_cast<std::ptrdiff_t>(element_bytes));
        for (std::size_t k = 0; k < known; ++k) result.push_back(result[k] + step);
      }
    }
    return result;
  }

  static constexpr std::uintptr_t element_bytes = sizeof(typename Parameter::value_type);

  std::vector<Parameter> parameters_;
  std::vector<block> blocks_;
  std::vector<std::size_t> always_active_;
};

}  // namespace blockopt
