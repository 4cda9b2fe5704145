// SPDX-License-Identifier: MIT
// Part of blockopt: the backends of train by name.
#pragma once

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <tuple>

#include <blockopt/update/adamw.hpp>
#include <blockopt/update/sgd.hpp>
#include <blockopt/view/scalar.hpp>

#include "train/backend/step_backend.hpp"

namespace blockopt::program {

/// Makes a backend that takes its memory from the resource.
template <class Rule, scalar T>
using backend_maker = std::shared_ptr<const step_backend<Rule, T>> (*)(std::pmr::memory_resource*);

/// For each rule and scalar of train.
using backend_makers = std::tuple<backend_maker<adamw, float>, backend_maker<adamw, bfloat16>,
                                  backend_maker<sgd, float>, backend_maker<sgd, bfloat16>>;

struct named_backend {
  std::string_view name;
  const char* missing;         ///< why this build does not have it, or null
  backend_makers (*makers)();  ///< null when it is missing
  bool tables = false;         ///< it wants a table_handle
  /// Bounds its threads where they are not OpenMP's; null for the others.
  void (*use_threads)(std::size_t) = nullptr;

  template <class Rule, scalar T>
  [[nodiscard]] std::shared_ptr<const step_backend<Rule, T>> make(std::pmr::memory_resource* resource) const {
    return std::get<backend_maker<Rule, T>>(makers())(resource);
  }
};

/// All that there may be, those that this build does not have too.
[[nodiscard]] std::span<const named_backend> backends();

/// The names of those that this build has, with commas.
[[nodiscard]] std::string backend_names();
/// The one of that name, which this build has. Raises usage_error that says why not.
[[nodiscard]] const named_backend& find_backend(std::string_view name);

}  // namespace blockopt::program
