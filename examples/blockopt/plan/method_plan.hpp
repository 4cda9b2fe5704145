// SPDX-License-Identifier: MIT
// Part of blockopt: the methods that plan knows: those of train, and others by their published formulas.
#pragma once

#include <cstddef>
#include <string>

#include "train/methods.hpp"
#include "train/planned_run.hpp"

namespace blockopt::program {

enum class formula_kind { none, lomo, lora, galore };

/// A method by its name, with its rank where it has one.
struct planned_method {
  std::string name;                ///< as it was given
  const method* trains = nullptr;  ///< that of train, or null
  formula_kind formula = formula_kind::none;
  std::size_t rank = 0;

  [[nodiscard]] bool by_block() const { return trains != nullptr && trains->by_block; }
};

/// Reads adam, badam, sgd, bsgd, lomo, lora[r=8] or galore[r=128]. Raises usage_error.
[[nodiscard]] planned_method parse_planned_method(const std::string& text);
[[nodiscard]] std::string planned_method_names();

/// What the method will need and do; see planned_run. `dtype` and `s` as for plan_run.
///
/// By formula (M elements in all, matrices W of m x n within the layers, b bytes of a value):
///   lomo    values b M, gradients b max |W| over all parameters: one at a time (Lv et al., arXiv 2306.09782); plain SGD;
///   lora    adapters of rank r on all matrices of the layers, A = sum r (m + n) elements: values b (M + A), and of A
///           gradients and Adam's state in float, for 16-bit values with a master copy (Hu et al., arXiv 2106.09685);
///   galore  values b M, gradients b M, state in float of 2 r max(m, n) moments and r min(m, n) projector for each matrix
///           of the layers, two moments for all else; no master copy (Zhao et al., arXiv 2403.03507, table 1).
[[nodiscard]] planned_run plan_method(const planned_method& m, const std::string& dtype, trainer_settings s);

}  // namespace blockopt::program
