// SPDX-License-Identifier: MIT
// Part of blockopt: two vectors with their images, for methods whose point is a combination of them.
#pragma once

#include <cstddef>
#include <vector>

#include <blockopt/problem/coordinate_problem.hpp>

namespace blockopt::detail {

/// u and w with the images of both, so that derivatives at u + c w cost what one coordinate touches.
struct image_pair {
  std::vector<double> u{}, w{}, image_u{}, image_w{};

  /// u = the problem's point, w = 0.
  template <linear_image P>
  void start(const P& problem) {
    u.resize(problem.size());
    w.assign(problem.size(), 0.0);
    image_u.resize(problem.image_size());
    image_w.assign(problem.image_size(), 0.0);
    problem.start_image(image_u);
    for (std::size_t i = 0; i < u.size(); ++i) {
      u[i] = problem.at(i);
      if (u[i] != 0) problem.add_image(i, u[i], image_u);
    }
  }
  template <linear_image P>
  [[nodiscard]] double derivative(const P& problem, std::size_t i, double c) const {
    return problem.derivative_at(i, c, image_u, image_w, u[i] + c * w[i]);
  }
  /// u_i += du, w_i += dw.
  template <linear_image P>
  void move(const P& problem, std::size_t i, double du, double dw) {
    u[i] += du;
    w[i] += dw;
    problem.add_image(i, du, image_u);
    problem.add_image(i, dw, image_w);
  }
  /// u += c w, w *= s.
  void fold(double c, double s) {
    const auto both = [&](std::vector<double>& a, std::vector<double>& b) {
      for (std::size_t i = 0; i < a.size(); ++i) {
        a[i] += c * b[i];
        b[i] *= s;
      }
    };
    both(u, w);
    both(image_u, image_w);
  }
  /// Makes u + c w the problem's point.
  template <linear_image P>
  void give(P& problem, double c) const {
    std::vector<double> x(u);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] += c * w[i];
    problem.set(x);
  }
  [[nodiscard]] std::size_t numbers() const noexcept { return 2 * (u.size() + image_u.size()); }

  template <class A>
  void archive(A& a) {
    a("u", u);
    a("w", w);
    a("image_u", image_u);
    a("image_w", image_w);
  }
};

}  // namespace blockopt::detail
