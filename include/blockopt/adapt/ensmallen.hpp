// SPDX-License-Identifier: MIT
// Part of blockopt: ensmallen's functions as problems, and problems as functions of ensmallen.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/problem/problem.hpp>

namespace blockopt {

/// A dense matrix, column-major, as ensmallen's optimizers move one (arma::mat, arma::fmat; no header of Armadillo is
/// needed here).
template <class M>
concept ensmallen_matrix = std::copyable<M> && requires(M& m, std::size_t n) {
  typename M::elem_type;
  { m.memptr() } -> std::convertible_to<const typename M::elem_type*>;
  { m.n_rows } -> std::convertible_to<std::size_t>;
  { m.n_cols } -> std::convertible_to<std::size_t>;
  m.set_size(n, n);
};

namespace detail {

template <class F, class M>
concept ens_evaluates = requires(F& f, const M& x) {
  { f.Evaluate(x) } -> std::convertible_to<double>;
};
template <class F, class M>
concept ens_evaluates_part = requires(F& f, const M& x, std::size_t n) {
  { f.Evaluate(x, n, n) } -> std::convertible_to<double>;
  { f.NumFunctions() } -> std::convertible_to<std::size_t>;
};
template <class F, class M>
concept ens_both = requires(F& f, const M& x, M& g) {
  { f.EvaluateWithGradient(x, g) } -> std::convertible_to<double>;
};
template <class F, class M>
concept ens_gradient = requires(F& f, const M& x, M& g) {
  f.Gradient(x, g);
};
template <class F, class M>
concept ens_gradient_part = requires(F& f, const M& x, M& g, std::size_t n) {
  f.Gradient(x, n, g, n);
  { f.NumFunctions() } -> std::convertible_to<std::size_t>;
};
template <class F, class M, class P>
concept ens_partial = requires(F& f, const M& x, P& g, std::size_t j) {
  f.PartialGradient(x, j, g);
  { f.NumFeatures() } -> std::convertible_to<std::size_t>;
};

/// One element of a gradient, dense or sparse, by row and column.
template <class M>
[[nodiscard]] typename M::elem_type element_at(const M& m, std::size_t row, std::size_t column) {
  return m(row, column);
}

}  // namespace detail

/// An objective function of ensmallen (https://ensmallen.org/docs.html: Evaluate and Gradient, EvaluateWithGradient, their
/// separable forms with NumFunctions, or PartialGradient with NumFeatures) as a problem of this library. Function and
/// matrix stay the caller's; the matrix is where the values are, and must keep its memory.
///
///     arma::mat x = f.GetInitialPoint();
///     bo::ensmallen_problem problem{f, x};
///     bo::minimize(problem, bo::random_reshuffle{.seed = 1}, bo::adam{.learning_rate = 0.1});
///
/// Parameters "x.0.values", "x.1.values", ... are the columns of the matrix, as ensmallen's own coordinate descent cuts
/// it; where the matrix has one column, its elements. PartialGradient, where the function has it, is asked for the active
/// columns only; otherwise the whole gradient is computed and the active part taken. `Partial` is the matrix type that
/// PartialGradient fills (arma::sp_mat for some functions).
template <class Function, ensmallen_matrix Matrix, class Partial = Matrix>
class ensmallen_problem {
 public:
  using value_type = typename Matrix::elem_type;

  static_assert(
      detail::ens_evaluates<Function, Matrix> || detail::ens_evaluates_part<Function, Matrix>,
      "blockopt: the function has neither Evaluate(x) nor Evaluate(x, begin, batch_size) with NumFunctions()");
  static_assert(detail::ens_both<Function, Matrix> || detail::ens_gradient<Function, Matrix> ||
                    detail::ens_gradient_part<Function, Matrix> || detail::ens_partial<Function, Matrix, Partial>,
                "blockopt: the function has no EvaluateWithGradient, Gradient or PartialGradient for this matrix");

  /// Raises invalid_option when the matrix is empty or the function has another number of features than the matrix.
  ensmallen_problem(Function& function, Matrix& x) : function_(&function), x_(&x) {
    if (x.n_rows == 0 || x.n_cols == 0) raise<invalid_option>("ensmallen_problem: the matrix is empty");
    if constexpr (uses_partial) {
      if (static_cast<std::size_t>(function.NumFeatures()) != blocks()) {
        raise<invalid_option>("ensmallen_problem: the function has " + std::to_string(function.NumFeatures()) +
                              " features, the matrix " + std::to_string(x.n_rows) + " rows and " +
                              std::to_string(x.n_cols) + " columns");
      }
    }
  }
  ensmallen_problem(Function& function, Matrix& x, const Partial&) : ensmallen_problem(function, x) {}

  [[nodiscard]] std::vector<parameter<value_type>> parameters() {
    std::vector<parameter<value_type>> result;
    for (std::size_t i = 0; i < blocks(); ++i)
      result.push_back({"x." + std::to_string(i) + ".values", {x_->memptr() + i * rows(), rows()}, {}});
    return result;
  }

  [[nodiscard]] double value() const {
    if constexpr (detail::ens_evaluates<Function, Matrix>) {
      return static_cast<double>(function_->Evaluate(std::as_const(*x_)));
    } else {
      return static_cast<double>(
          function_->Evaluate(std::as_const(*x_), 0, static_cast<std::size_t>(function_->NumFunctions())));
    }
  }

  /// Adds the gradient of the active columns and returns the objective.
  double gradient(const active_block<value_type>& active) {
    const Matrix& x = *x_;
    if constexpr (uses_partial) {
      for (std::size_t i = 0; i < blocks(); ++i) {
        if (active.gradient(i).empty()) continue;
        Partial part;
        function_->PartialGradient(x, i, part);
        add(active, i, part);
      }
      return value();
    } else {
      Matrix whole;
      whole.set_size(x.n_rows, x.n_cols);
      double objective = 0;
      if constexpr (detail::ens_both<Function, Matrix>) {
        objective = static_cast<double>(function_->EvaluateWithGradient(x, whole));
      } else {
        objective = value();
        if constexpr (detail::ens_gradient<Function, Matrix>) function_->Gradient(x, whole);
        else function_->Gradient(x, 0, whole, static_cast<std::size_t>(function_->NumFunctions()));
      }
      for (std::size_t i = 0; i < blocks(); ++i) add(active, i, whole);
      return objective;
    }
  }

 private:
  static constexpr bool uses_partial = detail::ens_partial<Function, Matrix, Partial>;

  [[nodiscard]] std::size_t blocks() const noexcept {
    return static_cast<std::size_t>(x_->n_cols == 1 ? x_->n_rows : x_->n_cols);
  }
  [[nodiscard]] std::size_t rows() const noexcept { return static_cast<std::size_t>(x_->n_cols == 1 ? 1 : x_->n_rows); }

  template <class M>
  void add(const active_block<value_type>& active, std::size_t block, const M& from) const {
    const auto to = active.gradient(block);
    for (std::size_t k = 0; k < to.size(); ++k)
      to(k) += x_->n_cols == 1 ? detail::element_at(from, block, 0) : detail::element_at(from, k, block);
  }

  Function* function_;
  Matrix* x_;
};

/// A problem of this library as an objective function of ensmallen, for its differentiable optimizers and, by
/// PartialGradient, its coordinate descent. Element for element the matrix is the list of the parameters; its columns are
/// the parameters where all are of one size, else every element is a column. A call copies the matrix into the problem's
/// values.
///
///     bo::quadratic<double> problem{{.spectrum = bo::log_spaced(1e-2, 1.0, 100), .blocks = 10}};
///     bo::ensmallen_function f{problem};
///     auto x = f.GetInitialPoint<arma::mat>();
///     ens::L_BFGS().Optimize(f, x);
template <block_differentiable Problem>
class ensmallen_function {
 public:
  using value_type = typename Problem::value_type;
  using compute = compute_type_t<value_type>;

  /// The problem stays the caller's. Raises invalid_view when a parameter is not contiguous.
  explicit ensmallen_function(Problem& problem) : problem_(&problem), parameters_(problem.parameters()) {
    bool equal = true;
    for (const auto& p : parameters_) {
      if (!p.values.is_contiguous())
        raise<invalid_view>("ensmallen_function: parameter '" + p.name + "' is not contiguous");
      first_.push_back(size_);
      size_ += p.values.size();
      equal = equal && p.values.size() == parameters_.front().values.size();
    }
    rows_ = equal && !parameters_.empty() ? parameters_.front().values.size() : 1;
  }

  /// The present values of the problem.
  template <ensmallen_matrix Matrix>
  [[nodiscard]] Matrix GetInitialPoint() const {
    Matrix x;
    x.set_size(rows_, size_ / rows_);
    auto* to = x.memptr();
    for (const auto& p : parameters_)
      to = std::transform(p.values.data(), p.values.data() + p.values.size(), to,
                          [](const value_type& v) { return static_cast<typename Matrix::elem_type>(v); });
    return x;
  }

  template <ensmallen_matrix Matrix>
  typename Matrix::elem_type Evaluate(const Matrix& x) {
    take(x);
    return static_cast<typename Matrix::elem_type>(problem_->value());
  }

  template <ensmallen_matrix Matrix>
  typename Matrix::elem_type EvaluateWithGradient(const Matrix& x, Matrix& gradient) {
    take(x);
    std::vector<std::size_t> all(parameters_.size());
    for (std::size_t p = 0; p < all.size(); ++p) all[p] = p;
    const double objective = differentiate(all);
    gradient.set_size(x.n_rows, x.n_cols);
    std::transform(buffer_.begin(), buffer_.end(), gradient.memptr(),
                   [](compute g) { return static_cast<typename Matrix::elem_type>(g); });
    return static_cast<typename Matrix::elem_type>(objective);
  }

  template <ensmallen_matrix Matrix>
  void Gradient(const Matrix& x, Matrix& gradient) {
    static_cast<void>(EvaluateWithGradient(x, gradient));
  }

  [[nodiscard]] std::size_t NumFeatures() const noexcept { return size_ / rows_; }

  /// The gradient of column j alone, zero elsewhere; dense or sparse. The problem computes that of one parameter.
  template <ensmallen_matrix Matrix, class G>
  void PartialGradient(const Matrix& x, std::size_t j, G& gradient) {
    take(x);
    const auto owner = std::upper_bound(first_.begin(), first_.end(), j * rows_) - first_.begin() - 1;
    differentiate({static_cast<std::size_t>(owner)});
    gradient.zeros(x.n_rows, x.n_cols);
    for (std::size_t k = 0; k < rows_; ++k) {
      const std::size_t i = j * rows_ + k;
      gradient(x.n_cols == 1 ? i : k, x.n_cols == 1 ? 0 : j) = static_cast<typename Matrix::elem_type>(buffer_[i]);
    }
  }

 private:
  template <class Matrix>
  void take(const Matrix& x) {
    if (static_cast<std::size_t>(x.n_rows) * static_cast<std::size_t>(x.n_cols) != size_) {
      raise<invalid_view>("ensmallen_function: a matrix of " + std::to_string(x.n_rows) + " x " +
                          std::to_string(x.n_cols) + " for " + std::to_string(size_) + " values");
    }
    const auto* from = x.memptr();
    for (const auto& p : parameters_) {
      std::transform(from, from + p.values.size(), p.values.data(),
                     [](auto v) { return static_cast<value_type>(static_cast<compute>(v)); });
      from += p.values.size();
    }
  }

  /// Fills the buffer with the gradient of the parameters that are named, and zeros; returns the objective.
  double differentiate(const std::vector<std::size_t>& wanted) {
    buffer_.assign(size_, compute{});
    std::vector<tensor_view<compute>> views(parameters_.size());
    std::vector<unsigned char> active(parameters_.size());
    for (const std::size_t p : wanted) {
      views[p] = {buffer_.data() + first_[p], parameters_[p].values.extents()};
      active[p] = 1;
    }
    return problem_->gradient(active_block<value_type>{0, "ensmallen", wanted, views, active});
  }

  Problem* problem_;
  std::vector<parameter<value_type>> parameters_;
  std::vector<std::size_t> first_;  ///< of each parameter, in the matrix
  std::size_t size_ = 0, rows_ = 1;
  std::vector<compute> buffer_;
};

}  // namespace blockopt
