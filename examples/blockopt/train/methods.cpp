// SPDX-License-Identifier: MIT
// Part of blockopt: the methods that train compares, and their defaults.

#include "train/methods.hpp"

#include <algorithm>

namespace blockopt::program {

std::span<const method> methods() {
  static constexpr method all[] = {
      {"adam", "AdamW on all parameters", rule_kind::adamw, false, 1e-3},
      {"badam", "AdamW inside blocks", rule_kind::adamw, true, 1e-3},
      {"sgd", "SGD on all parameters", rule_kind::sgd, false, 0.3},
      {"bsgd", "SGD inside blocks", rule_kind::sgd, true, 0.3},
      {"lomo", "SGD on all parameters, each gradient consumed as it is produced", rule_kind::sgd, false, 0.3, true},
  };
  return all;
}

const method* find_method(std::string_view name) {
  const auto found = std::ranges::find(methods(), name, &method::name);
  return found == methods().end() ? nullptr : &*found;
}

}  // namespace blockopt::program
