// SPDX-License-Identifier: MIT
// Part of blockopt: dense tensors of three ways, and such of a known rank.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <Eigen/Core>

#include <blockopt/error.hpp>
#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/problem/detail/random_source.hpp>
#include <blockopt/problem/planted_regression.hpp>

namespace blockopt {

/// T of I x J x K numbers; T_ijk is values[i + I (j + J k)].
struct three_way_tensor {
  std::array<std::size_t, 3> sizes{};
  std::vector<double> values{};
  std::size_t known_rank = 0;  ///< T is a sum of so many outer products; 0: not known
};

struct planted_tensor_config {
  std::array<std::size_t, 3> sizes{10, 10, 10};
  std::size_t rank = 3;  ///< at most the least size
  double cosine = 0;     ///< between any two columns of a factor, in [0, 1); 0: orthonormal columns
  double snr = std::numeric_limits<double>::infinity();  ///< ||T|| / ||noise||, positive; infinite: no noise
  std::uint64_t seed = 1;                                ///< of factors and noise, as separate streams
};

namespace detail {

/// n x r, columns of length 1 with the same cosine between any two: an orthonormal basis times the square root of
/// (1 - cosine) I + cosine 11'.
template <class = void>  // see decompositions.hpp
[[nodiscard]] Eigen::MatrixXd collinear_columns(std::size_t n, std::size_t r, double cosine, random_source& random) {
  const auto rows = static_cast<Eigen::Index>(n), columns = static_cast<Eigen::Index>(r);
  const double each = std::sqrt(1 - cosine), all = std::sqrt(1 - cosine + cosine * static_cast<double>(r));
  Eigen::MatrixXd q = orthonormal(Eigen::MatrixXd::NullaryExpr(rows, columns, [&] { return random.normal(); }));
  const Eigen::VectorXd shared = q.rowwise().sum() * ((all - each) / static_cast<double>(r));
  q *= each;
  q.colwise() += shared;
  return q;
}

}  // namespace detail

/// T = sum over r of a_r o b_r o c_r, in each factor columns of length 1 and one cosine, and normal noise if wanted, as
/// in comparisons of algorithms (Tomasi & Bro, Comput. Stat. Data Anal. 50(7), 2006). Without noise T has exactly that
/// rank, and the decomposition is unique (Kruskal, Linear Algebra Appl. 18, 1977). Raises invalid_option for an option
/// out of its range.
template <class = void>
[[nodiscard]] three_way_tensor planted_tensor(const planted_tensor_config& c = {}) {
  for (const std::size_t n : c.sizes) {
    if (c.rank == 0 || c.rank > n)
      raise<invalid_option>({"planted_tensor: rank ", c.rank, " with sizes ", c.sizes[0], " x ", c.sizes[1], " x ",
                             c.sizes[2], "; it is from 1 to the least size"});
  }
  if (!(c.cosine >= 0 && c.cosine < 1))
    raise<invalid_option>({"planted_tensor: cosine = ", c.cosine, "; it is at least 0 and below 1"});
  if (!(c.snr > 0)) raise<invalid_option>({"planted_tensor: snr = ", c.snr, "; it must be positive"});
  detail::random_source random(c.seed, 0), noise(c.seed, 1);
  std::array<Eigen::MatrixXd, 3> factors{};
  for (std::size_t m = 0; m < 3; ++m) factors[m] = detail::collinear_columns(c.sizes[m], c.rank, c.cosine, random);
  const auto& [a, b, last] = factors;
  three_way_tensor t{.sizes = c.sizes, .values = {}, .known_rank = std::isinf(c.snr) ? c.rank : 0};
  t.values.reserve(c.sizes[0] * c.sizes[1] * c.sizes[2]);
  for (Eigen::Index k = 0; k < last.rows(); ++k) {
    for (Eigen::Index j = 0; j < b.rows(); ++j) {
      for (Eigen::Index i = 0; i < a.rows(); ++i) {
        double sum = 0;
        for (Eigen::Index r = 0; r < a.cols(); ++r) sum += a(i, r) * b(j, r) * last(k, r);
        t.values.push_back(sum);
      }
    }
  }
  detail::add_noise(t.values, c.snr, noise);
  return t;
}

}  // namespace blockopt
