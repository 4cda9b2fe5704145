// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of published results, one line each.

#include "reproduce/results.hpp"

#include <algorithm>

namespace blockopt::program {

std::span<const published_result> published_results() {
  static const published_result all[] = {
      f01(),  // icml15-exp1
      f04(),  // jmlr22-fig6a
      f05(),  // jmlr22-fig8d
      f06(),  // jmlr22-fig4b
      f07(),  // jmlr22-fig4a
      f08(),  // sun-ye-cyclic
      f09(),  // lee-wright-permutations
      f10(),  // two-cyclic
      f11(),  // two-block-step
      f12(),  // powell-circle
      f13(),  // nesterov-bounds
      f14(),  // badam-memory
      f15(),  // shotgun
      f16(),  // nmf-hals
  };
  return all;
}

const published_result* find_result(std::string_view name) {
  const auto all = published_results();
  const auto found =
      std::ranges::find_if(all, [&](const published_result& r) { return r.name == name || r.number == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace blockopt::program
