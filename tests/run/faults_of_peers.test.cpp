// SPDX-License-Identifier: MIT
// Part of blockopt: faults that published libraries had. Each check here passes on this library, and fails on an
// implementation with the fault planted.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/memory/counting_resource.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/adam.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/momentum.hpp>

#include "optimizer_support.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

using vectors = std::vector<std::vector<double>>;

/// A training loop on two tensors of two elements, by whatever means: it gets gradients[step][tensor][element] and
/// gives the values after each step. What is checked is seen from outside only.
using trainer = std::function<std::vector<vectors>(const std::vector<vectors>& gradients, std::uint64_t visit_length)>;

constexpr double rate = 0.1, decay = 0.5;

/// One tensor of Adam with decoupled decay, in the plainest words.
struct reference_adam {
  std::vector<double> m = {0, 0}, v = {0, 0};
  std::uint64_t t = 0;
  void step(std::vector<double>& x, const std::vector<double>& g, double lambda, std::uint64_t count) {
    const double k = static_cast<double>(count);
    for (std::size_t i = 0; i < x.size(); ++i) {
      m[i] = 0.9 * m[i] + 0.1 * g[i];
      v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
      x[i] -= rate * lambda * x[i];
      x[i] -= rate * (m[i] / (1 - std::pow(0.9, k))) / (std::sqrt(v[i] / (1 - std::pow(0.999, k))) + 1e-8);
    }
  }
};

/// What can be wrong with a block optimizer of two blocks. All false: right.
struct faults {
  bool short_first_visit = false;      ///< (step + 1) % K == 0 after the increment (BAdam)
  bool no_decay_group_decays = false;  ///< defaults override the group (BAdam)
  bool count_per_tensor = false;       ///< one counter, advanced by every tensor (tiny-dnn, early DeepSpeed)
  bool decays_inactive = false;        ///< decay without a gradient (Muon)
  bool moves_inactive = false;         ///< momentum without a gradient (old PyTorch)
};

/// Two blocks of one tensor each, ascending, state kept; tensor 1 has no decay.
trainer hand_made(const faults& f) {
  return [f](const std::vector<vectors>& gradients, std::uint64_t visit_length) {
    vectors x{{1, -2}, {3, -4}};
    reference_adam state[2];
    std::uint64_t counter = 0, position = f.short_first_visit ? 1 : 0;
    std::size_t block = 0;
    std::vector<vectors> result;
    for (const vectors& g : gradients) {
      for (std::size_t p = 0; p < 2; ++p) {
        const double lambda = p == 1 && !f.no_decay_group_decays ? 0.0 : decay;
        if (p == block) {
          ++state[p].t;
          state[p].step(x[p], g[p], lambda, f.count_per_tensor ? ++counter : state[p].t);
        } else {
          if (f.decays_inactive) {
            for (double& e : x[p]) e *= 1 - rate * decay;
          }
          if (f.moves_inactive && state[p].t > 0) state[p].step(x[p], {0, 0}, 0.0, state[p].t);
        }
      }
      result.push_back(x);
      if (++position % visit_length == 0) block = 1 - block;
    }
    return result;
  };
}

std::vector<vectors> library(const std::vector<vectors>& gradients, std::uint64_t visit_length) {
  vectors x{{1, -2}, {3, -4}};
  std::vector<bo::parameter<double>> parameters{{"a", bo::view(x[0]), {}}, {"b", bo::view(x[1]), {}}};
  bo::block_optimizer optimizer{bo::by_list(parameters, {{"first", {"a"}}, {"second", {"b"}}}),
                                bo::adamw{.learning_rate = rate, .weight_decay = decay},
                                bo::ascending{},
                                bo::keep_state{},
                                bo::plain_backend{},
                                bo::optimizer_options{.switch_every = visit_length}};
  optimizer.assign(bo::adamw{.learning_rate = rate, .weight_decay = 0},
                   [](const auto& p, std::size_t) { return p.name == "b"; });
  std::vector<vectors> result;
  for (const vectors& g : gradients) {
    const auto active = optimizer.active();
    for (const std::size_t p : active.parameters) std::ranges::copy(g[p], active.gradient(p).data());
    optimizer.step();
    result.push_back(x);
  }
  return result;
}

std::vector<vectors> constant_gradients(std::size_t steps, double size) {
  return std::vector<vectors>(steps, vectors{{size, -size}, {size, size}});
}

/// Which tensor moved at each step, as a text of '0', '1', 'b'oth or '-'.
std::string who_moved(const std::vector<vectors>& values) {
  std::string result;
  vectors before{{1, -2}, {3, -4}};
  for (const vectors& now : values) {
    const bool first = now[0] != before[0], second = now[1] != before[1];
    result += first && second ? 'b' : first ? '0' : second ? '1' : '-';
    before = now;
  }
  return result;
}

// The checks: each sees the values alone.
bool visits_have_k_steps(const trainer& train) {
  return who_moved(train(constant_gradients(9, 1.0), 3)) == "000111000";
}

bool inactive_blocks_rest(const trainer& train) {
  return who_moved(train(constant_gradients(12, 1.0), 2)).find('b') == std::string::npos;
}

/// With zero gradients only decay moves anything.
bool no_decay_group_rests(const trainer& train) {
  const auto values = train(constant_gradients(8, 0.0), 2);
  return values.back()[1] == std::vector<double>{3, -4} && values.back()[0] != std::vector<double>{1, -2};
}

/// With a constant gradient and the right step count each step of Adam is rate * sign(g), in every block and visit.
bool steps_are_counted_per_block(const trainer& train) {
  const auto values = train(constant_gradients(12, 0.25), 3);
  std::vector<double> before{3, -4};
  for (std::size_t s = 0; s < values.size(); ++s) {
    const bool active = s / 3 % 2 == 1;
    for (std::size_t i = 0; i < 2; ++i) {
      if (std::abs(before[i] - values[s][1][i] - (active ? rate : 0)) > 1e-6) return false;
    }
    before = values[s][1];
  }
  return true;
}

}  // namespace

TEST_CASE("the hand made loop without faults is what the library does") {
  std::vector<vectors> gradients;
  for (std::uint64_t s = 0; s < 30; ++s) {
    gradients.push_back(
        {{test_gradient(s, 0, 0), test_gradient(s, 0, 1)}, {test_gradient(s, 1, 0), test_gradient(s, 1, 1)}});
  }
  const auto a = hand_made({})(gradients, 4), b = library(gradients, 4);
  for (std::size_t s = 0; s < a.size(); ++s) {
    for (std::size_t p = 0; p < 2; ++p) {
      for (std::size_t i = 0; i < 2; ++i)
        CHECK(std::abs(a[s][p][i] - b[s][p][i]) <= 1e-13 * static_cast<double>(s + 1));
    }
  }
}

TEST_CASE("fault of BAdam: the first visit has K minus one steps") {
  CHECK(visits_have_k_steps(library));
  CHECK(visits_have_k_steps(hand_made({})));
  CHECK_FALSE(visits_have_k_steps(hand_made({.short_first_visit = true})));
}

TEST_CASE("fault of BAdam: the group without decay decays") {
  CHECK(no_decay_group_rests(library));
  CHECK(no_decay_group_rests(hand_made({})));
  CHECK_FALSE(no_decay_group_rests(hand_made({.no_decay_group_decays = true})));
}

TEST_CASE("fault of tiny-dnn and early DeepSpeed: the step counter advances once per tensor") {
  CHECK(steps_are_counted_per_block(library));
  CHECK(steps_are_counted_per_block(hand_made({})));
  CHECK_FALSE(steps_are_counted_per_block(hand_made({.count_per_tensor = true})));
  // two tensors of one block count one step, not two
  std::vector<double> x{1, 2}, y{3};
  bo::block_optimizer optimizer{
      bo::as_one_block(std::vector<bo::parameter<double>>{{"a", bo::view(x), {}}, {"b", bo::view(y), {}}}),
      bo::adam{.learning_rate = rate}, bo::ascending{}, bo::keep_state{}, bo::plain_backend{}};
  for (int s = 1; s <= 5; ++s) {
    const auto active = optimizer.active();
    for (const std::size_t p : active.parameters)
      std::fill_n(active.gradient(p).data(), active.gradient(p).size(), 0.5);
    optimizer.step();
    CHECK(std::abs(x[1] - (2 - s * rate)) <= 1e-6);
    CHECK(std::abs(y[0] - (3 - s * rate)) <= 1e-6);
  }
  CHECK(optimizer.steps_of(0) == 5);
}

TEST_CASE("fault of Muon and old PyTorch: parameters without gradient decay or move on") {
  CHECK(inactive_blocks_rest(library));
  CHECK(inactive_blocks_rest(hand_made({})));
  CHECK_FALSE(inactive_blocks_rest(hand_made({.decays_inactive = true})));
  CHECK_FALSE(inactive_blocks_rest(hand_made({.moves_inactive = true})));
}

namespace {

/// Picks the block whose gradient norm was largest when it was last visited; first each block once.
/// The fault: ensmallen compared signed gradients.
struct greedy_by_last_norm {
  static constexpr bo::feedback_kind feedback = bo::feedback_kind::visited_block;
  std::vector<double> last{};

  void start(std::size_t blocks) { last.assign(blocks, -1.0); }
  [[nodiscard]] std::size_t next(bo::random_stream&, const bo::selection_statistics&) const {
    const auto unseen = std::ranges::find(last, -1.0);
    const auto best = unseen != last.end() ? unseen : std::ranges::max_element(last);
    return static_cast<std::size_t>(best - last.begin());
  }
  void observe(std::size_t block, const bo::visit_feedback& f) { last[block] = f.mean_squared_gradient; }
};

/// The block that a rule of choice picks from gradients of several blocks: right is the largest in magnitude.
using chooser = std::function<std::size_t(const vectors&)>;
bool picks_the_largest_magnitude(const chooser& choose) {
  return choose({{0.1, 0.2}, {-5, -1}, {0.3, 0.3}}) == 1 && choose({{0.1, 0.2}, {1, 1}, {-2, 2}}) == 2 &&
         choose({{-3}, {2}, {1}}) == 0;
}

/// Each block is visited once with its gradient; the next visit is what the library's feedback leads to.
std::size_t chosen_by_library(const vectors& gradients) {
  vectors x = gradients;
  std::vector<bo::parameter<double>> parameters;
  for (std::size_t p = 0; p < x.size(); ++p)
    parameters.push_back({"layers." + std::to_string(p) + ".w", bo::view(x[p]), {}});
  bo::block_optimizer optimizer{bo::by_layer(parameters), bo::momentum{},
                                greedy_by_last_norm{},    bo::drop_state{},
                                bo::plain_backend{},      bo::optimizer_options{.switch_every = 1}};
  for (std::size_t b = 0; b < x.size(); ++b) {
    const auto active = optimizer.active();
    CHECK(active.index == b);
    std::ranges::copy(gradients[b], active.gradient(b).data());
    optimizer.step();
  }
  return optimizer.active().index;
}

std::size_t chosen_by_sign(const vectors& gradients) {
  const auto largest = [](const std::vector<double>& g) { return *std::ranges::max_element(g); };
  return static_cast<std::size_t>(std::ranges::max_element(gradients, {}, largest) - gradients.begin());
}

}  // namespace

TEST_CASE("fault of ensmallen: greedy selection compares signed gradients") {
  CHECK(picks_the_largest_magnitude(chosen_by_library));
  CHECK_FALSE(picks_the_largest_magnitude(chosen_by_sign));
}

namespace {

/// An optimizer step x <- x - g on a column of a row-major matrix, by whatever means.
using column_update =
    std::function<void(std::vector<double>& matrix, std::size_t rows, std::size_t cols, std::size_t column)>;

bool updates_the_column_itself(const column_update& update) {
  std::vector<double> matrix(12), wanted(12);
  for (std::size_t i = 0; i < 12; ++i) wanted[i] = matrix[i] = static_cast<double>(i);
  for (std::size_t r = 0; r < 4; ++r) wanted[r * 3 + 1] -= 1;
  update(matrix, 4, 3, 1);
  return matrix == wanted;
}

}  // namespace

TEST_CASE("fault of DeepSpeed: a copy is updated instead of a tensor that is not contiguous") {
  CHECK(updates_the_column_itself([](std::vector<double>& matrix, std::size_t rows, std::size_t cols,
                                     std::size_t column) {
    const bo::parameter<double> p{"column", {matrix.data() + column, {rows}, {static_cast<std::ptrdiff_t>(cols)}}, {}};
    bo::block_optimizer optimizer{bo::as_one_block(std::vector{p}), bo::momentum{.learning_rate = 1}, bo::ascending{},
                                  bo::drop_state{}, bo::plain_backend{}};
    const auto g = optimizer.active().gradient(0);
    for (std::size_t r = 0; r < rows; ++r) g(r) = 1;
    optimizer.step();
  }));
  // the fault: "make it contiguous", update, forget to write back
  CHECK_FALSE(updates_the_column_itself(
      [](std::vector<double>& matrix, std::size_t rows, std::size_t cols, std::size_t column) {
        std::vector<double> contiguous;
        for (std::size_t r = 0; r < rows; ++r) contiguous.push_back(matrix[r * cols + column]);
        for (double& e : contiguous) e -= 1;
      }));
  // and the other: taking the elements that follow the pointer
  CHECK_FALSE(
      updates_the_column_itself([](std::vector<double>& matrix, std::size_t rows, std::size_t, std::size_t column) {
        for (std::size_t r = 0; r < rows; ++r) matrix[column + r] -= 1;
      }));
}

namespace {

/// Makes an optimizer from options and lets it step after the caller has changed its own copy: true when it did not care.
bool keeps_its_own_options(
    const std::function<std::function<void()>(bo::adamw&, bo::optimizer_options&, double&)>& make) {
  double x = 1;
  bo::adamw rule{.learning_rate = rate, .weight_decay = 0};
  bo::optimizer_options options;
  const auto step = make(rule, options, x);
  rule.learning_rate = 100;
  options.clip_value = 1e-9;
  step();
  return std::abs(x - (1 - rate)) <= 1e-6;
}

}  // namespace

TEST_CASE("fault of LBFGSpp: options are kept by reference") {
  CHECK(keeps_its_own_options([](bo::adamw& rule, bo::optimizer_options& options, double& x) {
    auto optimizer = std::make_shared<
        bo::block_optimizer<bo::parameter<double>, bo::adamw, bo::ascending, bo::drop_state, bo::plain_backend>>(
        bo::as_one_block(std::vector<bo::parameter<double>>{{"x", {&x, 1}, {}}}), rule, bo::ascending{},
        bo::drop_state{}, bo::plain_backend{}, options);
    return [optimizer] {
      optimizer->active().gradient(0)(0) = 0.5;
      optimizer->step();
    };
  }));
  CHECK_FALSE(keeps_its_own_options(
      [](bo::adamw& rule, bo::optimizer_options&, double& x) { return [&rule, &x] { x -= rule.learning_rate; }; }));
}

namespace {

/// Bytes that a way to train eight equal layers in bfloat16 takes from a counting resource.
template <class Memory>
std::size_t measured_bytes(const Memory& memory) {
  const tensors<bo::bfloat16> model(std::vector<std::size_t>(8, 1024));
  bo::counting_resource counter;
  bo::plain_backend backend;
  backend.resource = &counter;
  bo::block_optimizer optimizer{model.blocks(), bo::adam{}, bo::ascending{},
                                memory,         backend,    bo::optimizer_options{.switch_every = 1}};
  advance(optimizer, 0, 16);
  return counter.peak_bytes();
}

/// A faulty memory saver: says that it drops, and keeps one arena per block for ever.
struct says_it_drops : bo::drop_state {
  template <class Backend>
  struct storage : bo::keep_state::storage<Backend> {
    storage(const says_it_drops&, const Backend& backend, std::span<const bo::block_bytes> blocks,
            std::size_t together)
        : bo::keep_state::storage<Backend>(bo::keep_state{}, backend, blocks, together) {}
  };
};

bool saves_memory(std::size_t bytes) {
  const std::size_t plain_adam = 8 * 1024 * (4 + 4 + 8);  // gradient, master and two moments of every parameter
  return bytes * 8 == plain_adam;
}

}  // namespace

TEST_CASE("fault of Adam-mini: a memory saver that uses more memory than plain Adam") {
  CHECK(saves_memory(measured_bytes(bo::drop_state{})));
  CHECK_FALSE(saves_memory(measured_bytes(says_it_drops{})));
  CHECK_FALSE(saves_memory(measured_bytes(bo::keep_state{})));
}
