// SPDX-License-Identifier: MIT
// Part of blockopt: naming parameters by a full name or by a prefix that ends with a dot.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <blockopt/error.hpp>

namespace blockopt {

/// A pattern that ends with '.' matches the names that begin with it; any other matches its equal only. So "layers.1"
/// never means "layers.10" (a fault of substring matching in published code).
[[nodiscard]] constexpr bool name_matches(std::string_view name, std::string_view pattern) noexcept {
  return pattern.ends_with('.') ? name.starts_with(pattern) : name == pattern;
}

/// The numbers of the parameters that a pattern matches, in their order. Raises invalid_partition, with the pattern,
/// when there are none.
template <class Parameter>
[[nodiscard]] std::vector<std::size_t> find_parameters(const std::vector<Parameter>& parameters,
                                                       std::string_view pattern) {
  std::vector<std::size_t> found;
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    if (name_matches(parameters[p].name, pattern)) found.push_back(p);
  }
  if (found.empty()) {
    raise<invalid_partition>({"no parameter matches '", pattern, "' (a full name, or a prefix that ends with '.')"});
  }
  return found;
}

template <class Parameter>
[[nodiscard]] std::vector<std::size_t> find_parameters(const std::vector<Parameter>& parameters,
                                                       const std::vector<std::string>& patterns) {
  std::vector<std::size_t> found;
  for (const std::string& pattern : patterns) {
    const auto more = find_parameters(parameters, pattern);
    found.insert(found.end(), more.begin(), more.end());
  }
  return found;
}

}  // namespace blockopt
