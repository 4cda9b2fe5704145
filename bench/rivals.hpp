// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: the peers of a rule, once it is sure that they compute the same.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "peers/peer.hpp"

namespace bench {

/// The first element where a peer's values after the same steps differ from the rule's by more than 1e-5 of the value,
/// or of what it was at the start where that is larger; an empty sentence if there is none.
[[nodiscard]] inline std::string difference(std::span<const float> start, const float* rule, const float* peer) {
  for (std::size_t i = 0; i < start.size(); ++i) {
    const double x = static_cast<double>(rule[i]), y = static_cast<double>(peer[i]);
    const double allowed = 1e-5 * std::max(std::abs(x), std::abs(static_cast<double>(start[i]))) + 1e-8;
    if (!(std::abs(x - y) <= allowed))
      return "element " + std::to_string(i) + " is " + std::to_string(y) + ", not " + std::to_string(x);
  }
  return {};
}

/// The peers that do what the rule does, in their state after three steps.
struct rivals {
  std::vector<std::string> names;
  std::vector<std::unique_ptr<peer_run>> runs;
  std::string refused;  ///< a sentence for each peer of the rule that computes something else
};

/// Those of `list` for the rule, on the values that the subject had at the start. The subject has done one step and does
/// two more.
template <class Subject>
[[nodiscard]] rivals rivals_of(const std::vector<peer>& list, const std::string& rule, Subject& subject,
                               std::span<const float> start, int threads) {
  subject.step();
  subject.step();
  rivals found;
  for (const peer& p : list) {
    if (p.rule != rule) continue;
    auto run = p.start({start.data(), subject.gradient(), start.size(), threads});
    for (int step = 0; step < 3; ++step) run->step();
    const std::string wrong = difference(start, subject.values(), run->values());
    if (wrong.empty()) {
      found.names.push_back(p.name);
      found.runs.push_back(std::move(run));
    } else {
      found.refused += "  [left out: " + p.name + " computes something else, " + wrong + "]";
    }
  }
  return found;
}

}  // namespace bench
