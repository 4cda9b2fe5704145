// SPDX-License-Identifier: MIT
// Part of blockopt: the best theorem for a policy.
#pragma once

#include <cmath>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <blockopt/select/lipschitz_sampling.hpp>
#include <blockopt/theory/bound.hpp>
#include <blockopt/theory/constants_of.hpp>

namespace blockopt {

struct ascending;
struct descending;
struct fixed_shuffle;
struct random_reshuffle;
struct uniform_random;
struct gauss_southwell;
struct gauss_southwell_lipschitz;

/// The theorems about a policy with steps of 1/L_b (or the exact minimization of a block), for smooth or for composite
/// objectives. None for policies that are not named here; a policy of another library brings its own by a function of this
/// name in its namespace.
template <class Policy>
[[nodiscard]] std::vector<theorem> theorems_for(const Policy&, bool /*composite*/) {
  return {};
}
[[nodiscard]] inline std::vector<theorem> theorems_for(const uniform_random&, bool composite) {
  if (composite) return {bounds::composite(), bounds::composite_step(), bounds::composite_convex()};
  return {bounds::uniform(), bounds::uniform_scaled(), bounds::composite(), bounds::uniform_convex(),
          bounds::composite_convex()};
}
[[nodiscard]] inline std::vector<theorem> theorems_for(const lipschitz_sampling& policy, bool composite) {
  if (composite) return {};
  return {bounds::importance(policy.power), bounds::importance_convex(policy.power)};
}
[[nodiscard]] inline std::vector<theorem> theorems_for(const gauss_southwell&, bool composite) {
  return composite ? std::vector<theorem>{} : std::vector<theorem>{bounds::greedy()};
}
[[nodiscard]] inline std::vector<theorem> theorems_for(const gauss_southwell_lipschitz&, bool composite) {
  return {composite ? bounds::greedy_composite() : bounds::greedy_lipschitz()};
}
[[nodiscard]] inline std::vector<theorem> theorems_for(const ascending&, bool composite) {
  if (composite) return {};
  return {bounds::cyclic(), bounds::cyclic_quadratic(), bounds::cyclic_convex()};
}
[[nodiscard]] inline std::vector<theorem> theorems_for(const descending&, bool composite) {
  if (composite) return {};
  return {bounds::cyclic(), bounds::cyclic_convex()};
}
[[nodiscard]] inline std::vector<theorem> theorems_for(const fixed_shuffle&, bool composite) {
  if (composite) return {};
  return {bounds::cyclic(), bounds::cyclic_convex()};
}
[[nodiscard]] inline std::vector<theorem> theorems_for(const random_reshuffle&, bool composite) {
  if (composite) return {};
  return {bounds::cyclic(), bounds::cyclic_convex()};
}

/// The linear one with the least factor per step among those whose constants are known.
template <class Policy>
[[nodiscard]] std::optional<theorem> best_theorem(const problem_constants& c, const Policy& policy) {
  std::optional<theorem> best;
  for (theorem& t : theorems_for(policy, c.composite)) {
    const double rate = rate_of(t, c);
    if (!std::isnan(rate) && (!best || rate < rate_of(*best, c))) best = std::move(t);
  }
  return best;
}

/// Its factor of f - f* per step, as it holds for steps of 1/L_b; NaN where no theorem is known.
template <class Policy>
[[nodiscard]] double rate_bound(const problem_constants& c, const Policy& policy) {
  const std::optional<theorem> best = best_theorem(c, policy);
  return best ? rate_of(*best, c) : problem_constants::unknown;
}

/// Of a problem in blocks of one coordinate: `rate_bound(problem, gauss_southwell{})`.
template <class Problem, class Policy>
  requires(!std::is_same_v<Problem, problem_constants>)
[[nodiscard]] double rate_bound(const Problem& problem, const Policy& policy) {
  return rate_bound(constants_of(problem), policy);
}

}  // namespace blockopt
