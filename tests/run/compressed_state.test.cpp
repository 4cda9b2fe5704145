// SPDX-License-Identifier: MIT
// Part of blockopt: tests of state that is kept in codes, and of compensated rounding.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/block/by_matrix.hpp>
#include <blockopt/memory/counting_resource.hpp>
#include <blockopt/memory/keep_compressed.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/schedule_free_adamw.hpp>
#include <blockopt/update/sgd.hpp>

#include "registry/rules.hpp"
#include "run/optimizer_support.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

/// A sum of squares of (x - target), in two blocks and a slice, so that all kinds of rows occur; distances after the run.
template <class T, class Rule, class Memory>
std::pair<double, double> distance(const Rule& rule, const Memory& memory, const bo::optimizer_options& options,
                                   std::uint64_t steps = 120) {
  tensors<T> model({5000, 300});
  bo::counting_resource counter;
  bo::plain_backend backend;
  backend.resource = &counter;
  const auto parts = model.blocks();
  const auto planned = bo::plan(parts, rule, memory, options);
  double first = 0, last = 0;
  {
    bo::block_optimizer optimizer{parts, rule, bo::ascending{}, memory, backend, options};
    const auto sum = [&] {
      double s = 0;
      for (const auto& v : model.values) {
        for (std::size_t i = 0; i < v.size(); ++i) s += std::pow(static_cast<double>(v[i]) - 0.3, 2);
      }
      return s;
    };
    first = sum();
    for (std::uint64_t k = 0; k < steps; ++k) {
      const auto active = optimizer.active();
      for (const std::size_t p : active.parameters) {
        const auto g = active.gradient(p);
        for (std::size_t i = 0; i < g.size(); ++i)
          g.data()[i] += static_cast<typename bo::compute_type_t<T>>(static_cast<double>(model.values[p][i]) - 0.3);
      }
      optimizer.step();
    }
    optimizer.evaluation_point();
    last = sum();
    CHECK(optimizer.plan() == planned);
    CHECK(optimizer.allocated() == planned);
    CHECK(counter.bytes() == planned.allocated());
    CHECK(model.intact());
  }
  CHECK(counter.bytes() == 0);
  return {first, last};
}

}  // namespace

TEST_CASE("every rule makes the progress with state in 8 bits that it makes in full precision") {
  for_each_rule([](const char* name, const auto& rule) {
    INFO(name);
    const bo::optimizer_options options{.switch_every = 6};
    const auto full = distance<float>(rule, bo::keep_state{}, options);
    const auto codes = distance<float>(rule, bo::keep_8bit{}, options);
    CHECK(full.first == codes.first);
    CHECK(codes.second < 0.9 * codes.first);
    CHECK(codes.second < full.second + 0.1 * full.first);
  });
}

TEST_CASE("all formats and scalars, with and without master copies") {
  const bo::adamw rule{.learning_rate = 0.02, .weight_decay = 0};
  const auto check = [&](const auto& memory) {
    const auto close = [](const std::pair<double, double>& a, const std::pair<double, double>& b) {
      return a.second < b.second + 0.05 * b.first;
    };
    const bo::optimizer_options options{.switch_every = 6, .clip_value = 2.0};
    const auto full = distance<float>(rule, bo::keep_state{}, options);
    CHECK(close(distance<float>(rule, memory, options), full));
    CHECK(close(distance<double>(rule, memory, options), full));
    CHECK(close(distance<bo::bfloat16>(rule, memory, options), full));
    bo::optimizer_options bare = options;
    bare.master = false;
    bare.write_back = bo::rounding::stochastic;
    CHECK(close(distance<bo::bfloat16>(rule, memory, bare), full));
    bare.write_back = bo::rounding::compensated;
    CHECK(close(distance<bo::half>(rule, memory, bare), full));
  };
  check(bo::keep_bf16{});
  check(bo::keep_8bit{});
  check(bo::keep_fp8{});
}

TEST_CASE("planned bytes of state in codes") {
  const std::size_t n = 1 << 20;
  std::vector<bo::bfloat16> values(n);
  const std::vector<bo::parameter<bo::bfloat16>> parameters{{"w", {values.data(), n}, {}}};
  const auto bytes = [&](const auto& memory) { return bo::plan(bo::by_matrix(parameters), bo::adamw{}, memory); };
  CHECK(bytes(bo::keep_state{}).state == 8 * n);
  CHECK(bytes(bo::keep_8bit{}).state == 2 * n + n / 32);
  CHECK(bytes(bo::keep_8bit{}).master == 4 * n);
  CHECK(bytes(bo::keep_bf16{}).state == 4 * n);
  CHECK(bytes(bo::keep_fp8{}).state == 3 * n + n / 32);
  CHECK(bytes(bo::keep_fp8{}).master == 2 * n + n / 64);
  CHECK(bo::plan(bo::by_matrix(parameters), bo::schedule_free_adamw{}, bo::keep_8bit{}).state == 4 * n + n + n / 64);
  CHECK(bo::plan(bo::by_matrix(parameters), bo::adamw{}, bo::keep_8bit{},
                 {.write_back = bo::rounding::compensated, .master = false})
            .master == 2 * n);
}

TEST_CASE("state_numbers shows state in codes, and copies of an optimizer continue alike") {
  tensors<float> model({4200, 30}), twin({4200, 30});
  bo::block_optimizer optimizer{model.one_block(), bo::adamw{}, bo::ascending{}, bo::keep_8bit{}, bo::plain_backend{}};
  bo::block_optimizer full{twin.one_block(), bo::adamw{}, bo::ascending{}, bo::keep_state{}, bo::plain_backend{}};
  advance(optimizer, 0, 1);
  advance(full, 0, 1);
  CHECK(model.image() == twin.image());  // the first step begins at zero, and x never sees a code
  for (std::size_t slot = 0; slot < 2; ++slot) {
    const auto codes = optimizer.state_numbers(0, slot);
    const auto exact = full.state_numbers(0, slot);
    REQUIRE(codes.size() == 4200);
    double error = 0, norm = 0;
    for (std::size_t i = 0; i < codes.size(); ++i) {
      error += std::pow(static_cast<double>(codes[i]) - static_cast<double>(exact[i]), 2);
      norm += std::pow(static_cast<double>(exact[i]), 2);
    }
    CHECK(std::sqrt(error / norm) < 0.02);
    CHECK(error > 0);
    CHECK(optimizer.state_numbers(1, slot) == full.state_numbers(1, slot));  // small: in full precision
  }
  auto copy = optimizer;
  const auto before = model.image();
  advance(optimizer, 1, 3);
  const auto after = model.image();
  for (std::size_t p = 0; p < 2; ++p) {
    for (std::size_t i = 0; i < model.values[p].size(); ++i) model.values[p][i] = twin.values[p][i];
  }
  CHECK(model.image() == before);
  advance(copy, 1, 3);
  CHECK(model.image() == after);
}

TEST_CASE("compensated rounding adds up updates of less than half a unit in the last place, as a float does") {
  const auto run = [](auto type, const bo::optimizer_options& options, double rate) {
    using T = decltype(type);
    tensors<T> model({70});
    for (std::size_t i = 0; i < 70; ++i) model.values[0][i] = T(1.0F);
    bo::block_optimizer optimizer{model.one_block(),   bo::sgd{.learning_rate = rate},
                                  bo::ascending{},     bo::keep_state{},
                                  bo::eigen_backend{}, options};
    for (int k = 0; k < 1000; ++k) {
      const auto g = optimizer.active().gradient(0);
      for (std::size_t i = 0; i < 70; ++i) g.data()[i] = 1;
      optimizer.step();
    }
    CHECK(model.intact());
    return static_cast<float>(model.values[0][69]);
  };
  const bo::optimizer_options nearest{.master = false};
  const bo::optimizer_options kahan{.write_back = bo::rounding::compensated, .master = false};
  const float wide = run(1.0F, {}, 1e-4);
  CHECK(run(bo::bfloat16(0.0F), nearest, 1e-4) == 1.0F);
  CHECK(run(bo::bfloat16(0.0F), kahan, 1e-4) == doctest::Approx(static_cast<double>(wide)).epsilon(0x1p-8));
  CHECK(run(bo::half(0.0F), nearest, 1e-4) == 1.0F);
  CHECK(run(bo::half(0.0F), kahan, 1e-4) == doctest::Approx(static_cast<double>(wide)).epsilon(0x1p-11));
}

TEST_CASE("compensated rounding is refused where it has no place") {
  const bo::optimizer_options with_master{.write_back = bo::rounding::compensated};
  tensors<float> wide({8});
  tensors<bo::bfloat16> narrow({8});
  const auto make = [](const auto& model, const bo::optimizer_options& options) {
    bo::block_optimizer optimizer{model.one_block(), bo::sgd{},           bo::ascending{},
                                  bo::keep_state{},  bo::plain_backend{}, options};
  };
  CHECK(message_of<bo::invalid_option>([&] { make(narrow, with_master); }) ==
        "blockopt: optimizer_options.write_back is compensated: that takes the place of a master copy; set master to "
        "false");
  CHECK(
      message_of<bo::invalid_option>([&] { make(wide, {.write_back = bo::rounding::compensated, .master = false}); }) ==
      "blockopt: optimizer_options.write_back is compensated, and the values are float: it is for values of 16 bits");
}
