// SPDX-License-Identifier: MIT
// Part of blockopt: the rate that theory knows for a policy and an update that were chosen by name.
#pragma once

#include <optional>

#include <blockopt/theory/theorem.hpp>

#include "lab/choice.hpp"

namespace blockopt::program {

/// The linear theorem with the least factor per step, for steps of 1/L_b or exact ones; none for other updates, for policies
/// without a theorem, and where its constants are not known.
[[nodiscard]] std::optional<theorem> known_rate(const choice& selection, const choice& update,
                                                const problem_constants& constants);

}  // namespace blockopt::program
