// SPDX-License-Identifier: MIT
// Part of blockopt: problems in numbered coordinates that keep what a step of one coordinate needs, as concepts.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace blockopt {

/// f(x) = smooth part + sum of psi_i(x_i), in n numbered coordinates, all in double. The problem owns the point x and
/// whatever follows from it (residuals, products A x, gradients), so that a step costs what one coordinate touches and not
/// O(n):
///   - `derivative(i)` of the smooth part in coordinate i, at the present point;
///   - `move(i, d)`: x_i += d, and what is kept follows;
///   - `set(x)`: another point, everything computed anew (n numbers);
///   - `gradient(g)`: g = all partial derivatives of the smooth part;
///   - `value()`: the objective with all its parts;
///   - `lipschitz(i)`: L_i > 0, the smooth part's second derivative in coordinate i is never above it; not a number where
///     none is known, and for problems whose L_i follow the other coordinates (changing_lipschitz) the present one;
///   - `flops(i)`: of derivative(i) and move(i, d) together; `gradient_flops()`: of gradient(g).
/// Optional, each with its concept below: psi and its prox, bounds and Hessians of blocks, exact minimization, optimum,
/// duality gap, neighbours. `archive(a)`, as policies have it, makes runs resumable.
template <class P>
concept coordinate_problem = requires(P& p, const P& c, std::size_t i, double d, std::span<const double> x,
                                      std::span<double> g) {
  { c.size() } -> std::convertible_to<std::size_t>;
  { c.at(i) } -> std::convertible_to<double>;
  { c.derivative(i) } -> std::convertible_to<double>;
  { c.value() } -> std::convertible_to<double>;
  { c.lipschitz(i) } -> std::convertible_to<double>;
  { c.flops(i) } -> std::convertible_to<double>;
  { c.gradient_flops() } -> std::convertible_to<double>;
  c.gradient(g);
  p.move(i, d);
  p.set(x);
};

/// L_i is constant along coordinate i only, and changes when others move, as in products of unknowns: it must be asked for
/// anew before each step.
template <class P>
concept changing_lipschitz = coordinate_problem<P> && P::lipschitz_changes;

/// There is a part psi: `prox(i, v, L)` = argmin_z psi_i(z) + L/2 (z - v)^2, in the domain of psi; `subgradient(i, g)` is
/// the element of least absolute value of g + d psi_i(x_i); `psi_change(i, d)` = psi_i(x_i + d) - psi_i(x_i).
template <class P>
concept separable_composite = coordinate_problem<P> && requires(const P& c, std::size_t i, double v) {
  { c.prox(i, v, v) } -> std::convertible_to<double>;
  { c.subgradient(i, v) } -> std::convertible_to<double>;
  { c.psi_change(i, v) } -> std::convertible_to<double>;
};

/// There is a part psi that is separable by blocks only (groups, simplices): `prox_block(block, v, L)` replaces v by
/// argmin_z psi_b(z) + L/2 ||z - v||^2; `subgradient_block(block, g)` replaces g, of the smooth part, by the element of least
/// norm of g + d psi_b(x_b); `psi_block_change(block, d)` = psi_b(x_b + d) - psi_b(x_b).
template <class P>
concept block_composite = coordinate_problem<P> &&
    requires(const P& c, std::span<const std::size_t> block, std::span<double> v, std::span<const double> d, double l) {
  c.prox_block(block, v, l);
  c.subgradient_block(block, v);
  { c.psi_block_change(block, d) } -> std::convertible_to<double>;
};

/// `exact(i)`: the d that minimizes f(x + d e_i), all parts included.
template <class P>
concept exact_coordinates = coordinate_problem<P> && requires(const P& c, std::size_t i) {
  { c.exact(i) } -> std::convertible_to<double>;
};

/// `exact_block(block, d)`: d = argmin f(x + U_b d).
template <class P>
concept exact_blocks = coordinate_problem<P> &&
    requires(const P& c, std::span<const std::size_t> block, std::span<double> d) {
  c.exact_block(block, d);
};

/// `curvature(block, h)`: h = H_b, an upper bound on the block of the Hessian everywhere, n_b x n_b, symmetric.
template <class P>
concept bounded_curvature = coordinate_problem<P> &&
    requires(const P& c, std::span<const std::size_t> block, std::span<double> h) {
  c.curvature(block, h);
};

/// `curvature_row_sums(r)`: r_i = sum over j of |H_ij|, for all i, with H the bound of all coordinates: the diagonal matrix of
/// them is such a bound too.
template <class P>
concept with_curvature_row_sums = bounded_curvature<P> && requires(const P& c, std::span<double> r) {
  c.curvature_row_sums(r);
};

/// `hessian(block, h)`: h = the block of the smooth part's Hessian at the present point, n_b x n_b, symmetric.
template <class P>
concept twice_differentiable = coordinate_problem<P> &&
    requires(const P& c, std::span<const std::size_t> block, std::span<double> h) {
  c.hessian(block, h);
};

/// `block_lipschitz(block)`: L_b, the largest eigenvalue of the bound H_b or less.
template <class P>
concept known_block_lipschitz = coordinate_problem<P> && requires(const P& c, std::span<const std::size_t> block) {
  { c.block_lipschitz(block) } -> std::convertible_to<double>;
};

/// `duality_gap()`: an upper bound on f - f* at the present point.
template <class P>
concept with_duality_gap = coordinate_problem<P> && requires(const P& c) {
  { c.duality_gap() } -> std::convertible_to<double>;
};

/// `gap_part(i)`: what coordinate i adds to the duality gap; not negative.
template <class P>
concept with_gap_parts = with_duality_gap<P> && requires(const P& c, std::size_t i) {
  { c.gap_part(i) } -> std::convertible_to<double>;
};

/// `change(i, d)`: f(x + d e_i) - f(x), all parts included, at about the cost of a derivative and more accurate than the
/// difference of two values.
template <class P>
concept cheap_change = coordinate_problem<P> && requires(const P& c, std::size_t i, double d) {
  { c.change(i, d) } -> std::convertible_to<double>;
};

/// The smooth part depends on x_i and on an image z(x) = z(0) + sum of x_i A_i of `image_size()` numbers: `start_image(z)`
/// writes z(0), `add_image(i, d, z)` adds d A_i, and `derivative_at(i, c, u, w, x)` is the partial derivative in coordinate
/// i where the image is u + c w and x_i is x, at the cost of derivative(i). Methods whose point is a combination of
/// vectors keep the images of those and never form the point.
template <class P>
concept linear_image = coordinate_problem<P> &&
    requires(const P& c, std::size_t i, double d, std::span<const double> u, std::span<double> z) {
  { c.image_size() } -> std::convertible_to<std::size_t>;
  { c.derivative_at(i, d, u, u, d) } -> std::convertible_to<double>;
  c.start_image(z);
  c.add_image(i, d, z);
};

/// `prefetch(i)`: coordinate i is probably next; asks the machine for what it will read, and changes nothing.
template <class P>
concept prefetching_problem = coordinate_problem<P> && requires(const P& c, std::size_t i) {
  c.prefetch(i);
};

/// `neighbours(i)`: the coordinates whose derivative changes when coordinate i moves; i may be among them.
template <class P>
concept sparse_coupling = coordinate_problem<P> && requires(const P& c, std::size_t i) {
  { c.neighbours(i) } -> std::convertible_to<std::span<const std::uint32_t>>;
};

/// `quadratic_decrease(block, g)`: g'H_b^-1 g / 2, the decrease that the model with curvature H_b promises for gradient g.
template <class P>
concept known_quadratic_decrease = coordinate_problem<P> &&
    requires(const P& c, std::span<const std::size_t> block, std::span<const double> g) {
  { c.quadratic_decrease(block, g) } -> std::convertible_to<double>;
};

/// `suboptimality()`: f - f* at the present point, more accurate than a difference of two large numbers.
template <class P>
concept with_suboptimality = coordinate_problem<P> && requires(const P& c) {
  { c.suboptimality() } -> std::convertible_to<double>;
};

}  // namespace blockopt
