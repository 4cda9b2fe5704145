// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of updates, one entry each.
#pragma once

#include <string_view>
#include <vector>

#include <blockopt/update/block/exact_step.hpp>
#include <blockopt/update/block/gradient_step.hpp>
#include <blockopt/update/block/matrix_step.hpp>
#include <blockopt/update/block/newton_step.hpp>

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
  entry({.name = "exact",
         .summary = "the minimum over the block",
         .formula = "x_b <- argmin f over x_b",
         .cost = "closed form where there is one, else a search on one coordinate",
         .guarantee = "no step of the block gains more; Powell's function shows that it may circle",
         .source = "Gauss-Seidel; Grippo & Sciandrone, Oper. Res. Lett. 26, 2000"},
        [](choice_reader&, bool) { return exact_step{}; });
  entry({.name = "matrix",
         .summary = "step with a matrix that bounds the block's Hessian",
         .formula = "x_b <- x_b - H_b^-1 g_b",
         .cost = "a solve with factors that are kept; with a psi passes of coordinate descent on the model",
         .guarantee = "f falls by g_b'H_b^-1 g_b / 2 at least",
         .source = "Qu, Richtarik, Takac & Fercoq, ICML 2016; Nutini, Laradji & Schmidt, JMLR 23(131), 2022",
         .parameters = "inner=20 (passes, with a psi)"},
        [](choice_reader& p, bool) { return matrix_step{.inner = static_cast<std::uint32_t>(p.count("inner", 20))}; });
  entry({.name = "newton",
         .summary = "Newton's step of the block, with a line search",
         .formula = "x_b <- x_b - t (Hessian_b)^-1 g_b, t by Armijo's rule",
         .cost = "the block's Hessian, a solve, objectives",
         .guarantee = "descent; quadratic convergence in the block near a minimum",
         .source = "Nutini, Laradji & Schmidt, JMLR 23(131), 2022; Lee, Sun & Saunders, SIAM J. Optim. 24(3), 2014",
         .parameters = "decrease=1e-4 (Armijo's constant); inner=20 (passes, with a psi)"},
        [](choice_reader& p, bool) {
          return newton_step{.decrease = p.number("decrease", 1e-4),
                             .inner = static_cast<std::uint32_t>(p.count("inner", 20))};
        });
  return found;
}

}  // namespace blockopt::program
