// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of updates, one entry each.
#pragma once

#include <string_view>
#include <type_traits>
#include <vector>

#include <blockopt/problem/coordinate_problem.hpp>
#include <blockopt/update/adam.hpp>
#include <blockopt/update/block/accelerated_step.hpp>
#include <blockopt/update/block/adaptive_step.hpp>
#include <blockopt/update/block/anderson.hpp>
#include <blockopt/update/block/approx_step.hpp>
#include <blockopt/update/block/armijo_step.hpp>
#include <blockopt/update/block/exact_step.hpp>
#include <blockopt/update/block/forest_step.hpp>
#include <blockopt/update/block/gradient_step.hpp>
#include <blockopt/update/block/matrix_step.hpp>
#include <blockopt/update/block/newton_step.hpp>
#include <blockopt/update/block/parallel_step.hpp>
#include <blockopt/update/block/rule_steps.hpp>
#include <blockopt/update/sgd.hpp>

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
  entry({.name = "prox",
         .summary = "the same under the name of problems with a psi",
         .formula = "x_b <- prox_{psi_b/L}(x_b - g_b/L), L = L_b / relaxation",
         .cost = "one block gradient",
         .guarantee = "f falls by what the model with L_b promises (relaxation 1)",
         .source = "Tseng & Yun, Math. Program. 117, 2009",
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
  entry({.name = "adaptive",
         .summary = "1/L_b with estimates of L_b by the gradient's sign (RACDM)",
         .formula = "double Lh_b while <g_b(x), g_b(x+)> < 0, then halve it",
         .cost = "two block gradients, more where the estimate grows",
         .guarantee = "uniform draws: E f_k - f* <= 8 n R_1^2 / (16 + 3k)",
         .source = "Nesterov, SIAM J. Optim. 22(2), 2012, Theorem 7",
         .parameters = "first=0.25 (Lh_b / L_b at the start); tolerance=1e-10"},
        [](choice_reader& p, bool) {
          return adaptive_step{.first = p.number("first", 0.25), .tolerance = p.number("tolerance", 1e-10)};
        });
  entry({.name = "armijo",
         .summary = "1/L_b with estimates of L_b by the decrease",
         .formula = "double Lh_b until f(x+) <= f(x) - ||g_b||^2 / (2 Lh_b)",
         .cost = "one block gradient and the change of f for each trial",
         .guarantee = "descent",
         .source = "Nutini, Laradji & Schmidt, JMLR 23(131), 2022 (LA)",
         .parameters = "first=1 (Lh_b at the start); decrease=0.8 (factor after a success)"},
        [](choice_reader& p, bool) {
          return armijo_step{.first = p.number("first", 1), .decrease = p.number("decrease", 0.8)};
        });
  entry(
      {.name = "parallel",
       .summary = "all coordinates of a visit at once, from the same point (with the selection subset)",
       .formula = "x_i <- x_i - g_i / (beta L_i)",
       .cost = "one gradient per coordinate",
       .guarantee = "beta = 1 + (omega - 1)(tau - 1)/(n - 1): expected separable overapproximation; beta = 1: Shotgun",
       .source = "Richtarik & Takac, Math. Program. 156, 2016; Bradley et al., ICML 2011",
       .parameters = "beta=1"},
      [](choice_reader& p, bool) { return parallel_step{.beta = p.number("beta", 1)}; });
  entry({.name = "accelerated",
         .summary = "Nesterov's accelerated method (ACDM), for uniform draws of smooth problems",
         .formula = "three sequences as combinations of two, whose images A u and A w are kept",
         .cost = "two columns; no operation on whole vectors",
         .guarantee = "E f_k - f* <= (n/(k+1))^2 (2 R_1^2 + (f_0 - f*)/n^2)",
         .source = "Nesterov, SIAM J. Optim. 22(2), 2012, method (5.1), Theorem 6",
         .parameters = "sigma=0 (strong convexity in ||.||_1)"},
        [](choice_reader& p, bool) { return accelerated_step{.sigma = p.number("sigma", 0)}; });
  entry({.name = "approx",
         .summary = "accelerated proximal steps (APPROX), for uniform draws",
         .formula = "x = theta^2 u + z, images A u and A z are kept",
         .cost = "two columns per coordinate; no operation on whole vectors",
         .guarantee = "4 n^2 / ((k - 1) tau + 2n)^2 times a constant",
         .source = "Fercoq & Richtarik, SIAM J. Optim. 25(4), 2015",
         .parameters = "together=1 (tau, with the selection subset); beta=1"},
        [](choice_reader& p, bool) {
          return approx_step{.together = static_cast<std::size_t>(p.count("together", 1)), .beta = p.number("beta", 1)};
        });
  entry({.name = "anderson",
         .summary = "gradient steps, extrapolated from the ends of epochs (for cyclic orders)",
         .formula = "x <- sum c_k x_k, c minimizing ||sum c_k (x_k - x_k-1)||, where f falls",
         .cost = "O(n K) per epoch, an objective and a K x K solve every K epochs",
         .source = "Bertrand & Massias, AISTATS 2021",
         .parameters = "memory=5 (K epochs)"},
        [](choice_reader& p, bool) {
          return anderson<gradient_step>{.memory = static_cast<std::uint32_t>(p.count("memory", 5))};
        });
  entry({.name = "forest",
         .summary = "the minimum over a block without cycles, by message passing (with the selection forest)",
         .cost = "O(|b|)",
         .guarantee = "exact",
         .source = "Nutini, Laradji & Schmidt, JMLR 23(131), 2022, section 6"},
        [](choice_reader&, bool) { return forest_step{}; });
  const auto rule_parameters = [](choice_reader& p, auto rule, bool keep_state) {
    rule.learning_rate = p.number("lr", 1e-2);
    return rule_steps<decltype(rule)>{
        .rule = rule, .steps = static_cast<std::uint32_t>(p.count("K", 1)), .keep_state = keep_state};
  };
  entry({.name = "adam",
         .summary = "K steps of Adam on the block; --memory keep or drop its state (BAdam drops it)",
         .cost = "K block gradients",
         .source = "Luo, Yu & Li, arXiv 2404.02827; Kingma & Ba, arXiv 1412.6980",
         .parameters = "K=1; lr=0.01"},
        [&](choice_reader& p, bool keep_state) { return rule_parameters(p, adam{}, keep_state); });
  entry({.name = "sgd",
         .summary = "K steps of gradient descent with a fixed rate on the block",
         .cost = "K block gradients",
         .parameters = "K=1; lr=0.01"},
        [&](choice_reader& p, bool keep_state) { return rule_parameters(p, sgd{}, keep_state); });
  return found;
}

}  // namespace blockopt::program
