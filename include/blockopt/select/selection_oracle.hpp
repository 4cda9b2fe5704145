// SPDX-License-Identifier: MIT
// Part of blockopt: what a selection policy may ask of the problem.
#pragma once

#include <cstddef>
#include <span>

namespace blockopt {

/// Numbers by which greedy policies compare blocks. For a smooth objective g_b is the partial gradient; where the
/// objective has a separable part without derivative, see each.
enum class block_measure {
  gradient_norm,       ///< ||g_b||_2 (Gauss-Southwell); of the subgradient of least norm (GS-s)
  gradient_sum,        ///< ||g_b||_1, of the same
  step_norm,           ///< ||d_b||_2 of the step d_i = prox(x_i - g_i / L_i) - x_i (GS-r)
  decrease,            ///< what the model with L_b promises: ||g_b||^2 / (2 L_b) (GSL); with prox GS-q
  scaled_sum,          ///< ||g_b||_1 / sqrt(L_b), which published code calls GSL
  diagonal_decrease,   ///< sum of g_i^2 / (2 L_i) over the block (GSD)
  quadratic_decrease,  ///< g_b' H_b^-1 g_b / 2 with the block's own bound H_b on the Hessian (GSQ)
  gap_part             ///< what the block contributes to the duality gap
};

/// Answers are about the present point. Questions about one block cost that block's partial gradient, those about all
/// blocks a full gradient, once per visit however often they are asked; both are charged to the run. Constants cost
/// nothing. A question that the problem cannot answer raises invalid_option.
class selection_oracle {
 public:
  [[nodiscard]] virtual std::size_t coordinates() const = 0;                            ///< n
  [[nodiscard]] virtual std::span<const std::size_t> members(std::size_t b) const = 0;  ///< coordinates of block b
  [[nodiscard]] virtual double lipschitz(std::size_t b) const = 0;                      ///< L_b of block b
  [[nodiscard]] virtual double coordinate_lipschitz(std::size_t i) const = 0;           ///< L_i of coordinate i
  [[nodiscard]] virtual double row_sum(std::size_t i) const = 0;  ///< sum over j of |H_ij|, H a bound on the Hessian
  /// Blocks whose gradient changes when block b moves, among them b; empty: possibly all.
  [[nodiscard]] virtual std::span<const std::size_t> neighbours(std::size_t b) const = 0;

  /// The partial derivative of every coordinate; where there is a part without derivative, the subgradient of least norm.
  [[nodiscard]] virtual std::span<const double> gradient() = 0;
  [[nodiscard]] virtual std::span<const double> scores(block_measure measure) = 0;  ///< one for each block
  [[nodiscard]] virtual double score(block_measure measure, std::size_t b) = 0;     ///< of block b
  /// Of some blocks: out[k] is the score of blocks[k].
  virtual void scores_of(block_measure measure, std::span<const std::size_t> blocks, std::span<double> out) {
    for (std::size_t k = 0; k < blocks.size(); ++k) out[k] = score(measure, blocks[k]);
  }

 protected:
  selection_oracle() = default;
  selection_oracle(const selection_oracle&) = default;
  selection_oracle& operator=(const selection_oracle&) = default;
  ~selection_oracle() = default;
};

}  // namespace blockopt
