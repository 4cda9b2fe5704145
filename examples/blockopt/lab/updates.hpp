// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of updates, one entry each.
#pragma once

#include <string_view>
#include <vector>

#include <blockopt/update/block/gradient_step.hpp>

#include "lab/catalogue.hpp"
#include "lab/choice.hpp"

namespace blockopt::program {

/// f(note, make) for every update; make(parameters, keep_state) gives it. True where `name` is among them.
template <class F>
bool for_each_update(const F& f, std::string_view name = {}) {
  bool found = false;
  const auto entry = [&](const lab_note& note, const auto& make) {
    found = found || note.name == name;
    f(note, make);
  };
  entry({.name = "gradient",
         .summary = "gradient step with 1/L_b, with the prox where there is one",
         .formula = "x_b <- prox_{psi_b/L}(x_b - g_b/L), L = L_b / relaxation",
         .cost = "one block gradient",
         .guarantee = "f falls by ||g_b||^2 / (2 L_b) at least (relaxation 1, no psi)",
         .source = "Nesterov, SIAM J. Optim. 22(2), 2012; Tseng & Yun, Math. Program. 117, 2009",
         .parameters = "relaxation=1 (in (0, 2))"},
        [](choice_reader& p, bool) { return gradient_step{.relaxation = p.number("relaxation", 1)}; });
  return found;
}

}  // namespace blockopt::program
