// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of selection policies, one entry each.

#include "lab/selections.hpp"

#include <algorithm>
#include <string>

#include <blockopt/error.hpp>
#include <blockopt/select/adagrad_select.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/bandit_max.hpp>
#include <blockopt/select/block_llm.hpp>
#include <blockopt/select/descending.hpp>
#include <blockopt/select/duality_gap_sampling.hpp>
#include <blockopt/select/essentially_cyclic.hpp>
#include <blockopt/select/exp3_sampling.hpp>
#include <blockopt/select/fixed_shuffle.hpp>
#include <blockopt/select/forest_blocks.hpp>
#include <blockopt/select/gauss_southwell.hpp>
#include <blockopt/select/gauss_southwell_diagonal.hpp>
#include <blockopt/select/gauss_southwell_lipschitz.hpp>
#include <blockopt/select/gauss_southwell_quadratic.hpp>
#include <blockopt/select/gauss_southwell_step.hpp>
#include <blockopt/select/greedy_heap.hpp>
#include <blockopt/select/hift.hpp>
#include <blockopt/select/lipschitz_sampling.hpp>
#include <blockopt/select/misa.hpp>
#include <blockopt/select/numpy_policies.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/select/safe_adaptive_sampling.hpp>
#include <blockopt/select/shrinking.hpp>
#include <blockopt/select/steepest_approximate.hpp>
#include <blockopt/select/thrifty.hpp>
#include <blockopt/select/top_coordinates.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/select/uniform_subset.hpp>
#include <blockopt/select/working_set.hpp>

#include "common/failure.hpp"

namespace blockopt::program {

namespace {

block_norm norm_of(choice_reader& p) {
  const std::uint64_t norm = p.count("norm", 2);
  if (norm != 1 && norm != 2) p.refuse("norm is 1 or 2");
  return norm == 1 ? block_norm::one : block_norm::two;
}

block_measure measure_of(choice_reader& p, std::string_view otherwise) {
  const std::string name = p.word("measure", otherwise);
  if (name == "gradient_norm") return block_measure::gradient_norm;
  if (name == "step_norm") return block_measure::step_norm;
  if (name == "decrease") return block_measure::decrease;
  if (name == "gap_part") return block_measure::gap_part;
  p.refuse("measure is gradient_norm, step_norm, decrease or gap_part");
}

coordinate_weight weight_of(choice_reader& p) {
  const std::string name = p.word("weight", "one");
  if (name == "one") return coordinate_weight::one;
  if (name == "lipschitz") return coordinate_weight::lipschitz;
  if (name == "row_sum") return coordinate_weight::row_sum;
  p.refuse("weight is one, lipschitz or row_sum");
}

hift_order order_of(choice_reader& p) {
  const std::string name = p.word("order", "bottom_up");
  if (name == "bottom_up") return hift_order::bottom_up;
  if (name == "top_down") return hift_order::top_down;
  if (name == "random") return hift_order::random;
  p.refuse("order is bottom_up, top_down or random");
}

}  // namespace

std::span<const selection_entry> selection_entries() {
  static const selection_entry all[] = {
      {{.name = "cyclic",
        .summary = "one block after the other",
        .formula = "b_k = k mod n",
        .cost = "O(1)",
        .guarantee = "strongly convex: per cycle 1 - mu / (2 L_max (1 + n L^2 / L_min^2))",
        .source = "Beck & Tetruashvili, SIAM J. Optim. 23(4), 2013"},
       [](choice_reader&) -> selection_choice { return any_selection(ascending{}); }},
      {{.name = "descending",
        .summary = "one block after the other, from the last to the first",
        .cost = "O(1)",
        .guarantee = "as cyclic"},
       [](choice_reader&) -> selection_choice { return any_selection(descending{}); }},
      {{.name = "fixed-shuffle",
        .summary = "one random order, drawn once",
        .cost = "O(n) once",
        .guarantee = "as cyclic, for that order",
        .source = "Sun & Ye, Math. Program. 185, 2021, arXiv 1604.07130"},
       [](choice_reader&) -> selection_choice { return any_selection(fixed_shuffle{}); }},
      {{.name = "reshuffle",
        .summary = "a new random order each epoch",
        .cost = "O(n) an epoch",
        .guarantee = "Sun-Ye family: 1 - 2d - 2d/n + O(d^2) per epoch",
        .source = "Lee & Wright, IMA J. Numer. Anal. 39(3), 2019, arXiv 1607.08320"},
       [](choice_reader&) -> selection_choice { return any_selection(random_reshuffle{}); }},
      {{.name = "uniform",
        .summary = "uniform and independent draws",
        .formula = "P(b) = 1/n",
        .cost = "O(1)",
        .guarantee = "E f_k - f* <= 2n/(k+4) R_1^2; strongly convex: (1 - mu/(n L_max))^k",
        .source = "Nesterov, SIAM J. Optim. 22(2), 2012, Theorems 1 and 2"},
       [](choice_reader&) -> selection_choice { return any_selection(uniform_random{}); }},
      {{.name = "lipschitz",
        .summary = "independent draws by a power of the Lipschitz constants",
        .formula = "P(b) = L_b^a / sum L^a",
        .cost = "O(1), alias method",
        .guarantee = "a = 1: (1 - mu / sum L_b)^k",
        .source = "Nesterov, SIAM J. Optim. 22(2), 2012, RCDM(a)",
        .parameters = "a=1 (power)"},
       [](choice_reader& p) -> selection_choice {
         return any_selection(lipschitz_sampling{.power = p.number("a", 1)});
       }},
      {{.name = "subset",
        .summary = "several different blocks at once, uniformly (tau-nice)",
        .cost = "O(tau)",
        .guarantee = "with the update parallel: see there",
        .source = "Richtarik & Takac, Math. Program. 156, 2016; LISA, arXiv 2403.17919",
        .parameters = "size=2 (blocks at once)"},
       [](choice_reader& p) -> selection_choice { return any_selection(uniform_subset{.size = p.count("size", 2)}); }},
      {{.name = "gs",
        .summary = "Gauss-Southwell: the largest gradient",
        .formula = "argmax_b ||g_b||, of the subgradient of least norm (GS-s)",
        .cost = "a full gradient and O(n)",
        .guarantee = "(1 - mu_1/L_max)^k",
        .source = "Nutini et al., ICML 2015, arXiv 1506.00552",
        .parameters = "norm=2 (1: published code)"},
       [](choice_reader& p) -> selection_choice { return any_selection(gauss_southwell{.norm = norm_of(p)}); }},
      {{.name = "gsl",
        .summary = "Gauss-Southwell-Lipschitz: the largest sure decrease",
        .formula = "argmax_b ||g_b||^2 / L_b; with psi the decrease of the model (GS-q)",
        .cost = "a full gradient and O(n)",
        .guarantee = "(1 - mu_L)^k",
        .source = "Nutini et al., ICML 2015, arXiv 1506.00552",
        .parameters = "norm=2 (1: published code)"},
       [](choice_reader& p) -> selection_choice {
         return any_selection(gauss_southwell_lipschitz{.norm = norm_of(p)});
       }},
      {{.name = "gsr",
        .summary = "the longest prox step (GS-r)",
        .formula = "argmax_b ||prox(x_b - g_b/L) - x_b||",
        .cost = "a full gradient and O(n)",
        .source = "Tseng & Yun, Math. Program. 117, 2009"},
       [](choice_reader&) -> selection_choice { return any_selection(gauss_southwell_step{}); }},
      {{.name = "gsd",
        .summary = "the largest decrease of the diagonal model",
        .formula = "argmax_b sum of g_i^2 / L_i",
        .cost = "a full gradient and O(n)",
        .source = "Nutini, Laradji & Schmidt, JMLR 23(131), 2022"},
       [](choice_reader&) -> selection_choice { return any_selection(gauss_southwell_diagonal{}); }},
      {{.name = "gsq",
        .summary = "the largest decrease of the matrix model",
        .formula = "argmax_b g_b' H_b^-1 g_b",
        .cost = "a full gradient and O(n |b|)",
        .guarantee = "at least that of gsl",
        .source = "Nutini, Laradji & Schmidt, JMLR 23(131), 2022"},
       [](choice_reader&) -> selection_choice { return any_selection(gauss_southwell_quadratic{}); }},
      {{.name = "heap",
        .summary = "gs or gsl by a heap, for sparse couplings",
        .formula = "as gs (measure=gradient_norm) or gsl (measure=decrease)",
        .cost = "O(degree log n)",
        .guarantee = "as gs or gsl",
        .source = "Meshi, Jaakkola & Globerson, NIPS 2012; Nutini et al., ICML 2015",
        .parameters = "measure=gradient_norm"},
       [](choice_reader& p) -> selection_choice {
         return any_selection(greedy_heap{.measure = measure_of(p, "gradient_norm")});
       }},
      {{.name = "top",
        .summary = "the block of the coordinates with the largest weighted gradients",
        .formula = "argmax over blocks of the size: sum of g_i^2 / w_i",
        .cost = "a full gradient and O(n)",
        .source = "Nutini, Laradji & Schmidt, JMLR 23(131), 2022",
        .parameters = "size=5; weight=one (lipschitz: L_i; row_sum: sum_j |H_ij|)"},
       [](choice_reader& p) -> selection_choice {
         return any_coordinate_selection(top_coordinates{.size = p.count("size", 5), .weight = weight_of(p)});
       }},
      {{.name = "forest",
        .summary = "as many coordinates as stay without a cycle, for sparse couplings",
        .formula = "coordinates by decreasing |g_i| (or in random order), each taken unless it closes a cycle",
        .cost = "a full gradient, O(n log n)",
        .source = "Nutini, Laradji & Schmidt, JMLR 23(131), 2022, section 6",
        .parameters = "order=greedy (random); most=0 (coordinates at most; 0: no limit)"},
       [](choice_reader& p) -> selection_choice {
         const std::string order = p.word("order", "greedy");
         if (order != "greedy" && order != "random") p.refuse("order is greedy or random");
         return any_coordinate_selection(
             forest_blocks{.order = order == "greedy" ? forest_order::greedy : forest_order::random,
                           .most = static_cast<std::size_t>(p.count("most", 0))});
       }},
      {{.name = "adaptive",
        .summary = "safe adaptive importance sampling",
        .formula = "p_b ~ sqrt(L_b) clip(sqrt(L_b) m, l_b, u_b), l_b <= ||g_b|| <= u_b",
        .cost = "O(n log n)",
        .guarantee = "never worse than a fixed importance, for unbiased steps",
        .source = "Stich, Raj & Jaggi, NIPS 2017, arXiv 1711.02637",
        .parameters = "every=1 (visits between two computations of p); refresh=0 (visits between full gradients)"},
       [](choice_reader& p) -> selection_choice {
         return any_selection(safe_adaptive_sampling{.every = p.count("every", 1), .refresh = p.count("refresh", 0)});
       }},
      {{.name = "ascd",
        .summary = "approximate steepest descent: uniform among the blocks that may be steepest",
        .cost = "O(n log n)",
        .guarantee = "in expectation no less progress than uniform",
        .source = "Stich, Raj & Jaggi, ICML 2017",
        .parameters = "refresh=0 (visits between full gradients; 0: none but the first)"},
       [](choice_reader& p) -> selection_choice {
         return any_selection(steepest_approximate{.refresh = p.count("refresh", 0)});
       }},
      {{.name = "gap",
        .summary = "draws by what blocks contribute to the duality gap",
        .formula = "P(b) = (1 - u) G_b / sum G + u/n",
        .cost = "a full gradient per refresh, O(1) a step",
        .source = "Perekrestenko, Cevher & Jaggi, AISTATS 2017",
        .parameters = "every=0 (visits between refreshes; 0: n); uniform=0.1 (share of uniform draws)"},
       [](choice_reader& p) -> selection_choice {
         return any_selection(duality_gap_sampling{.every = p.count("every", 0), .uniform = p.number("uniform", 0.1)});
       }},
      {{.name = "bandit",
        .summary = "B_max_r: the largest stale estimate, or uniform",
        .cost = "a full gradient every so many visits, O(log n) a step",
        .guarantee = "O(1/k), between greedy and uniform",
        .source = "Salehi, Thiran & Celis, NeurIPS 2018, arXiv 1712.03010",
        .parameters = "every=0 (0: n); epsilon=0.5; measure=decrease"},
       [](choice_reader& p) -> selection_choice {
         return any_selection(bandit_max{
             .measure = measure_of(p, "decrease"), .every = p.count("every", 0), .epsilon = p.number("epsilon", 0.5)});
       }},
      {{.name = "exp3",
        .summary = "probabilities learned by a mirror step on the gradients of visited blocks",
        .cost = "O(log n)",
        .guarantee = "regret against the best fixed sampling",
        .source = "Namkoong, Sinha, Yadlowsky & Duchi, ICML 2017",
        .parameters = "step=0.1; floor=0.1 (least probability, in 1/n)"},
       [](choice_reader& p) -> selection_choice {
         return any_selection(exp3_sampling{.step = p.number("step", 0.1), .floor = p.number("floor", 0.1)});
       }},
      {{.name = "working-set",
        .summary = "cyclic passes over a set that grows by the largest scores",
        .cost = "a full gradient per set",
        .source =
            "as celer (Massias, Gramfort & Salmon, ICML 2018) and skglm (Bertrand et al., NeurIPS 2022), simplified",
        .parameters = "start=10; fraction=0.1; passes=50; measure=gradient_norm"},
       [](choice_reader& p) -> selection_choice {
         return any_selection(working_set{.measure = measure_of(p, "gradient_norm"),
                                          .start_size = p.count("start", 10),
                                          .fraction = p.number("fraction", 0.1),
                                          .most_passes = p.count("passes", 50)});
       }},
      {{.name = "shrinking",
        .summary = "cyclic passes over the blocks that still move",
        .cost = "O(1)",
        .source = "as liblinear: Hsieh et al., ICML 2008, simplified",
        .parameters = "patience=2 (visits without a move); fraction=0.1"},
       [](choice_reader& p) -> selection_choice {
         return any_selection(
             shrinking{.patience = static_cast<std::uint8_t>(std::min<std::uint64_t>(p.count("patience", 2), 255)),
                       .fraction = p.number("fraction", 0.1)});
       }},
      {{.name = "thrifty",
        .summary = "cyclic, sorted before each cycle by a score",
        .cost = "a full gradient and O(n log n) a cycle",
        .guarantee = "as cyclic orders",
        .source = "xgboost, gblinear, feature_selector=thrifty",
        .parameters = "measure=step_norm"},
       [](choice_reader& p) -> selection_choice {
         return any_selection(thrifty{.measure = measure_of(p, "step_norm")});
       }},
      {{.name = "essentially-cyclic",
        .summary = "uniform draws, except that every window sees every block",
        .cost = "O(1)",
        .guarantee = "cluster points are stationary (exact steps)",
        .source = "Tseng, J. Optim. Theory Appl. 109, 2001, Theorem 4.1",
        .parameters = "window=0 (visits; 0: 2n)"},
       [](choice_reader& p) -> selection_choice {
         return any_selection(essentially_cyclic<uniform_random>{.policy = {}, .window = p.count("window", 0)});
       }},
      {{.name = "hift",
        .summary = "layers in a queue: bottom up, top down or random",
        .cost = "O(1)",
        .source = "Liu et al., EMNLP 2024, arXiv 2401.15207",
        .parameters = "order=bottom_up (top_down, random)"},
       [](choice_reader& p) -> selection_choice { return any_selection(hift{.order = order_of(p)}); }},
      {{.name = "misa",
        .summary = "modules drawn by the exponential of their gradients",
        .formula = "P(b) ~ exp(eta G_b)",
        .cost = "O(n size)",
        .source = "Liu et al., NeurIPS 2025, arXiv 2511.00056",
        .parameters = "size=1; eta=1; smoothing=0.9"},
       [](choice_reader& p) -> selection_choice {
         return any_selection(
             misa{.size = p.count("size", 1), .eta = p.number("eta", 1), .smoothing = p.number("smoothing", 0.9)});
       }},
      {{.name = "block-llm",
        .summary = "large gradients that were visited rarely",
        .formula = "argmax ||g_b|| / exp(f_b / t)",
        .cost = "O(n size)",
        .source = "Ramesh et al., 2024, arXiv 2406.17296",
        .parameters = "size=2; refresh=4"},
       [](choice_reader& p) -> selection_choice {
         return any_selection(block_llm{.size = p.count("size", 2), .refresh = p.count("refresh", 4)});
       }},
      {{.name = "adagrad-select",
        .summary = "an urn over visits among the largest gradients",
        .cost = "O(n log n)",
        .source = "Kumar, Raj & Chawla, 2025, arXiv 2512.15764",
        .parameters = "size=1; epsilon=1; decay=0.99; prior=1; share=0.5"},
       [](choice_reader& p) -> selection_choice {
         return any_selection(adagrad_select{.size = p.count("size", 1),
                                             .epsilon = p.number("epsilon", 1),
                                             .decay = p.number("decay", 0.99),
                                             .prior = p.number("prior", 1),
                                             .share = p.number("share", 0.5)});
       }},
  };
  return all;
}

selection_choice make_selection(const choice& c, random_numbers numbers, std::uint64_t stream) {
  const auto all = selection_entries();
  const auto found = std::ranges::find_if(all, [&](const selection_entry& e) { return e.note.name == c.name; });
  if (found == all.end())
    throw usage_error("--select: there is no selection '" + c.name + "'; see blockopt list selections");
  choice_reader parameters("--select", c);
  selection_choice result = found->make(parameters);
  parameters.finish();
  if (numbers == random_numbers::numpy_legacy && c.name != "cyclic") {
    if (c.name == "uniform") return any_selection(numpy_uniform{.seed = stream});
    if (c.name == "reshuffle") return any_selection(numpy_reshuffle{.seed = stream});
    if (c.name != "lipschitz")
      parameters.refuse("--rng numpy-legacy is defined for cyclic, uniform, lipschitz and reshuffle");
    if (parameters.number("a", 1) != 1) parameters.refuse("with --rng numpy-legacy a is 1");
    return any_selection(numpy_lipschitz{.seed = stream});
  }
  std::visit([&](auto& s) { s.seed = stream; }, result);
  return result;
}

}  // namespace blockopt::program
