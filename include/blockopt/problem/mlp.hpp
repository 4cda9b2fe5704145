// SPDX-License-Identifier: MIT
// Part of blockopt: a small multilayer perceptron whose backward pass stops at the lowest active layer.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include <blockopt/problem/detail/random_source.hpp>
#include <blockopt/problem/detail/split_variable.hpp>
#include <blockopt/problem/problem.hpp>

namespace blockopt {

/// Means over the samples of |output - target|^2 / 2, and of -log softmax(output)[class].
enum class mlp_loss { squared_error, cross_entropy };

/// A network and its seeded data: independent inputs of variance 1, targets from a teacher of the same shape (for
/// cross_entropy the class of its largest output).
struct mlp_config {
  std::vector<std::size_t> sizes = {2, 16, 16, 1};  ///< inputs, hidden widths, outputs
  mlp_loss loss = mlp_loss::squared_error;
  std::size_t samples = 64;
  std::uint64_t seed = 1;  ///< of data, teacher and start, as separate streams
};

/// f(weights) of x -> W_last tanh(... tanh(W_0 x + b_0) ...) + b_last. Parameters: layers.0.weight (outputs x inputs,
/// row-major), layers.0.bias, layers.1.weight, ...; weights start with variance 1/inputs, biases with zero. Stage =
/// layer. Computed in the compute type of `T`; sums over samples in double.
template <scalar T = double>
class mlp {
 public:
  using value_type = T;

  /// Throws invalid_option.
  explicit mlp(const mlp_config& config = {}) : sizes_(config.sizes), loss_(config.loss) {
    if (sizes_.size() < 2) raise<invalid_option>("mlp: sizes needs 2 numbers at least, inputs and outputs");
    for (std::size_t i = 0; i < sizes_.size(); ++i) {
      if (sizes_[i] == 0) raise<invalid_option>({"mlp: sizes[", i, "] = 0; at least 1 is needed"});
    }
    if (config.samples == 0) raise<invalid_option>("mlp: samples = 0; at least 1 is needed");
    if (loss_ == mlp_loss::cross_entropy && sizes_.back() < 2) {
      raise<invalid_option>("mlp: cross_entropy needs 2 outputs at least, sizes ends with 1");
    }
    first_.push_back(0);
    for (std::size_t i = 0; i < stages(); ++i) {
      first_.push_back(first_.back() + inputs(i) * outputs(i));
      first_.push_back(first_.back() + outputs(i));
    }
    detail::random_source data(config.seed, 0), teacher(config.seed, 1), start(config.seed, 2);
    inputs_ = matrix::NullaryExpr(index(config.samples), index(sizes_.front()),
                                  [&] { return static_cast<compute>(data.normal()); });
    values_ = draw(teacher, 2.0);  // larger than the start: weights that bend tanh
    targets_ = forward().back();
    if (loss_ == mlp_loss::cross_entropy) {
      for (Eigen::Index row = 0; row < targets_.rows(); ++row) {
        Eigen::Index largest = 0;
        targets_.row(row).maxCoeff(&largest);
        targets_.row(row).setZero();
        targets_(row, largest) = compute(1);
      }
    }
    values_ = draw(start, 1.0);
  }

  [[nodiscard]] std::vector<parameter<T>> parameters() {
    std::vector<parameter<T>> result;
    for (std::size_t i = 0; i < stages(); ++i) {
      const std::string layer = "layers." + std::to_string(i);
      result.push_back({layer + ".weight", {values_.data() + first_[2 * i], {outputs(i), inputs(i)}}, {}});
      result.push_back({layer + ".bias", {values_.data() + first_[2 * i + 1], outputs(i)}, {}});
    }
    return result;
  }

  [[nodiscard]] std::size_t stages() const noexcept { return sizes_.size() - 1; }
  [[nodiscard]] std::size_t stage_of(std::size_t parameter) const noexcept { return parameter / 2; }

  /// f at the present values: a forward pass.
  [[nodiscard]] double value() const {
    matrix error;
    return loss(forward().back(), error);
  }

  /// Adds the gradients of the active weights and biases, and returns f. A forward pass, and a backward pass from the
  /// last layer down to the lowest one with an active parameter.
  double gradient(const active_block<T>& active) {
    const std::vector<matrix> outputs_of = forward();
    matrix error;
    const double result = loss(outputs_of.back(), error);
    std::size_t lowest = 0;
    while (lowest < 2 * stages() && !active.contains(lowest)) ++lowest;
    if (lowest == 2 * stages()) return result;
    for (std::size_t layer = stages(); layer-- > stage_of(lowest);) {
      ++backward_stages_;
      const matrix& below = layer == 0 ? inputs_ : outputs_of[layer - 1];
      if (active.contains(2 * layer)) add(active.gradient(2 * layer), (error.transpose() * below).eval());
      if (active.contains(2 * layer + 1)) add(active.gradient(2 * layer + 1), error.colwise().sum().eval());
      if (layer > stage_of(lowest)) {  // tanh' = 1 - tanh^2
        error = ((error * weight(layer)).array() * (compute(1) - below.array().square())).matrix().eval();
      }
    }
    return result;
  }

  /// The infimum, 0: the teacher has squared error 0, and cross-entropy 0 in the limit of ever larger last weights.
  [[nodiscard]] double optimum() const noexcept { return 0.0; }

  /// Layers that backward passes went through since construction; one gradient with lowest active layer s costs
  /// stages() - s of them.
  [[nodiscard]] std::size_t backward_stages() const noexcept { return backward_stages_; }

 private:
  using compute = compute_type_t<T>;
  using matrix = Eigen::Matrix<compute, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  static Eigen::Index index(std::size_t i) noexcept { return static_cast<Eigen::Index>(i); }
  std::size_t inputs(std::size_t layer) const noexcept { return sizes_[layer]; }
  std::size_t outputs(std::size_t layer) const noexcept { return sizes_[layer + 1]; }

  std::vector<T> draw(detail::random_source& random, double gain) const {
    std::vector<T> result(first_.back(), detail::store<T>(0.0));
    for (std::size_t i = 0; i < stages(); ++i) {
      const double scale = gain / std::sqrt(static_cast<double>(inputs(i)));
      for (std::size_t j = first_[2 * i]; j < first_[2 * i + 1]; ++j) {
        result[j] = detail::store<T>(scale * random.normal());
      }
    }
    return result;
  }

  matrix read(std::size_t parameter, std::size_t rows, std::size_t columns) const {
    matrix result(index(rows), index(columns));
    std::transform(values_.begin() + index(first_[parameter]), values_.begin() + index(first_[parameter + 1]),
                   result.data(), [](T value) { return static_cast<compute>(value); });
    return result;
  }
  matrix weight(std::size_t layer) const { return read(2 * layer, outputs(layer), inputs(layer)); }

  /// The output of every layer, samples x units.
  std::vector<matrix> forward() const {
    std::vector<matrix> result;
    for (std::size_t i = 0; i < stages(); ++i) {
      matrix z = (i == 0 ? inputs_ : result.back()) * weight(i).transpose();
      z.rowwise() += read(2 * i + 1, 1, outputs(i)).row(0);
      if (i + 1 < stages()) z = z.array().tanh().matrix().eval();
      result.push_back(std::move(z));
    }
    return result;
  }

  /// f, and in `error` its derivative by the outputs.
  double loss(const matrix& output, matrix& error) const {
    const auto samples = static_cast<double>(output.rows());
    double sum = 0;
    if (loss_ == mlp_loss::squared_error) {
      error = output - targets_;
      sum = 0.5 * error.template cast<double>().squaredNorm();
    } else {
      error = output;
      for (Eigen::Index row = 0; row < output.rows(); ++row) {
        const compute largest = output.row(row).maxCoeff();
        error.row(row) = (output.row(row).array() - largest).exp().matrix();
        const compute total = error.row(row).sum();
        sum += std::log(static_cast<double>(total)) +
               static_cast<double>(largest - output.row(row).dot(targets_.row(row)));
        error.row(row) = error.row(row) / total - targets_.row(row);
      }
    }
    error /= static_cast<compute>(samples);
    return sum / samples;
  }

  template <class View>
  static void add(const View& gradient, const matrix& part) {
    if (gradient.empty()) return;
    for (std::size_t row = 0; row < static_cast<std::size_t>(part.rows()); ++row) {
      for (std::size_t column = 0; column < static_cast<std::size_t>(part.cols()); ++column) {
        compute& element = gradient.rank() == 2 ? gradient(row, column) : gradient(column);
        element += part(index(row), index(column));
      }
    }
  }

  std::vector<std::size_t> sizes_, first_;
  mlp_loss loss_;
  matrix inputs_, targets_;
  std::vector<T> values_;
  std::size_t backward_stages_ = 0;
};

}  // namespace blockopt
