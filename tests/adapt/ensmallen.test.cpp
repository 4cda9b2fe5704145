// SPDX-License-Identifier: MIT
// Part of blockopt: tests of ensmallen's function interface in both directions, with a matrix of a few lines.
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/adapt/ensmallen.hpp>
#include <blockopt/problem/quadratic.hpp>
#include <blockopt/run/minimize.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/update/sgd.hpp>

#include "support/message_of.hpp"

namespace bo = blockopt;

namespace {

/// What the adapter asks of arma::Mat, column-major.
template <class E>
struct matrix {
  using elem_type = E;
  std::vector<E> elements{};
  std::size_t n_rows = 0, n_cols = 0;

  matrix() = default;
  matrix(std::size_t rows, std::size_t cols) { zeros(rows, cols); }
  E* memptr() { return elements.data(); }
  const E* memptr() const { return elements.data(); }
  void set_size(std::size_t rows, std::size_t cols) {
    n_rows = rows;
    n_cols = cols;
    elements.resize(rows * cols, E(77));  // as uninitialized as memory is
  }
  void zeros(std::size_t rows, std::size_t cols) {
    set_size(rows, cols);
    elements.assign(rows * cols, E(0));
  }
  E& operator()(std::size_t i, std::size_t j) { return elements[i + j * n_rows]; }
  E operator()(std::size_t i, std::size_t j) const { return elements[i + j * n_rows]; }
};

/// f = sum of w (x - 1)^2.
template <class E>
double weight(std::size_t i, std::size_t j) {
  return 1.0 + static_cast<double>(i) + 10.0 * static_cast<double>(j);
}

template <class M>
struct bowl {
  std::vector<std::string> calls{};
  double Evaluate(const M& x) {
    double sum = 0;
    for (std::size_t j = 0; j < x.n_cols; ++j)
      for (std::size_t i = 0; i < x.n_rows; ++i) sum += weight<M>(i, j) * std::pow(double(x(i, j)) - 1, 2);
    return sum;
  }
  void Gradient(const M& x, M& g) {
    calls.push_back("gradient");
    g.zeros(x.n_rows, x.n_cols);
    for (std::size_t j = 0; j < x.n_cols; ++j)
      for (std::size_t i = 0; i < x.n_rows; ++i)
        g(i, j) = typename M::elem_type(2 * weight<M>(i, j) * (double(x(i, j)) - 1));
  }
};

template <class M>
struct both_bowl : private bowl<M> {
  using bowl<M>::Evaluate;
  double EvaluateWithGradient(const M& x, M& g) {
    this->Gradient(x, g);
    return this->Evaluate(x);
  }
};

/// The rows of data of a sum: function k is (x_k - 1)^2 w_k, over all elements in order.
template <class M>
struct separable_bowl {
  bowl<M> inner{};
  std::size_t elements;
  std::size_t NumFunctions() const { return elements; }
  void Shuffle() {}
  double Evaluate(const M& x, std::size_t begin, std::size_t count) {
    M part = x;
    for (std::size_t k = 0; k < part.elements.size(); ++k)
      if (k < begin || k >= begin + count) part.elements[k] = 1;
    return inner.Evaluate(part);
  }
  void Gradient(const M& x, std::size_t begin, M& g, std::size_t count) {
    M part = x;
    for (std::size_t k = 0; k < part.elements.size(); ++k)
      if (k < begin || k >= begin + count) part.elements[k] = 1;
    inner.Gradient(part, g);
  }
};

template <class M>
struct partial_bowl : bowl<M> {
  std::size_t features;
  explicit partial_bowl(std::size_t n) : features(n) {}
  std::size_t NumFeatures() const { return features; }
  void PartialGradient(const M& x, std::size_t j, M& g) {
    M whole;
    this->Gradient(x, whole);
    this->calls.back() = "column " + std::to_string(j);
    g.zeros(x.n_rows, x.n_cols);
    for (std::size_t i = 0; i < x.n_rows; ++i)
      for (std::size_t c = 0; c < x.n_cols; ++c)
        if (x.n_cols == 1 ? i == j : c == j) g(i, c) = whole(i, c);
  }
};

using mat = matrix<double>;

/// The gradient of every block, asked for one by one, is that of the function.
template <class F, class M>
void check_problem(F& f, M& x, std::size_t blocks) {
  static_assert(bo::block_differentiable<bo::ensmallen_problem<F, M>>);
  for (std::size_t k = 0; k < x.elements.size(); ++k) x.elements[k] = typename M::elem_type(0.25 * double(k) - 0.5);
  bo::ensmallen_problem problem{f, x};
  auto parameters = problem.parameters();
  REQUIRE(parameters.size() == blocks);
  const std::size_t size = x.elements.size() / blocks;
  bowl<M> reference;
  M wanted;
  reference.Gradient(x, wanted);
  CHECK(problem.value() == reference.Evaluate(x));
  for (std::size_t b = 0; b < blocks; ++b) {
    CHECK(parameters[b].values.data() == x.memptr() + b * size);
    CHECK(parameters[b].values.size() == size);
    std::vector<typename M::elem_type> g(size, 3);
    std::vector<bo::tensor_view<typename M::elem_type>> views(blocks);
    std::vector<unsigned char> active(blocks);
    views[b] = bo::view(g);
    active[b] = 1;
    const std::size_t member[] = {b};
    CHECK(problem.gradient({b, "b", member, views, active}) == reference.Evaluate(x));
    for (std::size_t k = 0; k < size; ++k) CHECK(g[k] == 3 + wanted.elements[b * size + k]);
  }
}

}  // namespace

TEST_CASE("functions of every interface are problems whose blocks are the columns") {
  mat x(3, 4);
  bowl<mat> plain;
  check_problem(plain, x, 4);
  both_bowl<mat> both;
  check_problem(both, x, 4);
  separable_bowl<mat> separable{.elements = 12};
  check_problem(separable, x, 4);
  partial_bowl<mat> partial(4);
  check_problem(partial, x, 4);
  CHECK(partial.calls == std::vector<std::string>{"column 0", "column 1", "column 2", "column 3"});
}

TEST_CASE("the blocks of one column or one row are its elements") {
  mat column(5, 1), row(1, 5);
  bowl<mat> plain;
  check_problem(plain, column, 5);
  check_problem(plain, row, 5);
  partial_bowl<mat> partial(5);
  check_problem(partial, column, 5);
  matrix<float> single(5, 1);
  bowl<matrix<float>> floats;
  check_problem(floats, single, 5);
}

TEST_CASE("a function of ensmallen is minimized block by block in the matrix of the caller") {
  mat x(2, 3);
  partial_bowl<mat> f(3);
  bo::ensmallen_problem problem{f, x};
  const auto result = bo::minimize(problem, bo::random_reshuffle{.seed = 1}, bo::sgd{.learning_rate = 0.02},
                                   {.steps = 3000, .value = 1e-12});
  CHECK(result.reason == bo::stop_reason::value);
  for (const double v : x.elements) CHECK(std::abs(v - 1) < 1e-5);
}

TEST_CASE("a matrix that does not fit the features is refused") {
  mat x(2, 3), empty;
  partial_bowl<mat> f(4);
  const auto reason = [&](mat& m) {
    return blockopt_tests::message_of<bo::invalid_option>([&] { bo::ensmallen_problem problem{f, m}; });
  };
  CHECK(reason(x) == "blockopt: ensmallen_problem: the function has 4 features, the matrix 2 rows and 3 columns");
  CHECK(reason(empty) == "blockopt: ensmallen_problem: the matrix is empty");
}

TEST_CASE("a problem is a function of ensmallen with whole and partial gradients") {
  for (const std::size_t blocks : {1U, 4U, 5U, 12U}) {  // 5: parameters of unequal size
    const bo::quadratic_config config{.spectrum = bo::log_spaced(0.1, 1.0, 12), .blocks = blocks, .seed = 3};
    bo::quadratic<double> problem{config};
    bo::ensmallen_function f{problem};
    mat x = f.GetInitialPoint<mat>();
    CHECK(f.NumFeatures() == (blocks == 5 ? 12 : blocks));
    CHECK(x.n_cols == f.NumFeatures());
    CHECK(x.n_rows * x.n_cols == 12);
    for (std::size_t k = 0; k < 12; ++k) {
      CHECK(x.elements[k] == 0);  // where the problem starts
      x.elements[k] = 0.5 - 0.1 * double(k);
    }
    const double value = f.Evaluate(x);
    CHECK(value == problem.value());
    mat g, again;
    CHECK(f.EvaluateWithGradient(x, g) == value);
    f.Gradient(x, again);
    CHECK(again.elements == g.elements);
    // against differences of the objective, which is quadratic: exact but for rounding
    for (std::size_t k = 0; k < 12; ++k) {
      mat up = x, down = x;
      up.elements[k] += 0.5;
      down.elements[k] -= 0.5;
      CHECK(std::abs(g.elements[k] - (f.Evaluate(up) - f.Evaluate(down))) < 1e-13);
    }
    mat sum(x.n_rows, x.n_cols);
    for (std::size_t j = 0; j < f.NumFeatures(); ++j) {
      mat part;
      f.PartialGradient(x, j, part);
      for (std::size_t k = 0; k < 12; ++k) {
        if (k / x.n_rows != j) CHECK(part.elements[k] == 0);
        sum.elements[k] += part.elements[k];
      }
    }
    CHECK(sum.elements == g.elements);
  }
}

TEST_CASE("a problem of floats takes a matrix of doubles and one of another size is refused") {
  bo::quadratic<float> problem{{.spectrum = {0.5, 1.0, 2.0}, .start = {1, 2, 3}, .blocks = 3}};
  bo::ensmallen_function f{problem};
  const mat x = f.GetInitialPoint<mat>();
  CHECK(x.elements == std::vector<double>{1, 2, 3});
  mat g;
  const double value = f.EvaluateWithGradient(x, g);
  CHECK(value == problem.value());
  mat wrong(2, 2);
  CHECK_THROWS_AS(static_cast<void>(f.Evaluate(wrong)), bo::invalid_view);
}
