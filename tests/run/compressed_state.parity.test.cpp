// SPDX-License-Identifier: MIT
// Part of blockopt: state in codes has the same bits on the host's backends.
#include <cstddef>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/memory/keep_compressed.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/adamw.hpp>

#include "run/optimizer_support.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

/// Values and state in codes after some steps, of a long tensor, a short one and one with gaps.
template <class T, class Memory, class Backend>
auto run(const Memory& memory, const Backend& backend, const bo::optimizer_options& options) {
  tensors<T> model({4096 + 2 * 256 + 37, 30, 9000});
  auto parameters = model.parameters();
  parameters[2].values = {model.values[2].data(), {60, 70}, {140, 2}};
  bo::block_optimizer optimizer{
      bo::as_one_block(parameters), bo::adamw{.learning_rate = 0.01}, bo::ascending{}, memory, backend, options};
  advance(optimizer, 0, 4);
  std::vector<std::vector<bo::compute_type_t<T>>> state;
  for (std::size_t p = 0; p < 3; ++p) {
    for (std::size_t slot = 0; slot < 2; ++slot) state.push_back(optimizer.state_numbers(p, slot));
  }
  CHECK(model.intact());
  return std::pair{model.image(), state};
}

template <class T, class Memory>
void check(const Memory& memory, const bo::optimizer_options& options) {
  CHECK(run<T>(memory, bo::eigen_backend{}, options) == run<T>(memory, bo::plain_backend{}, options));
}

}  // namespace

TEST_CASE("state in codes has the same bits on the Eigen and the plain backend") {
  for (const bo::optimizer_options& options :
       {bo::optimizer_options{}, bo::optimizer_options{.clip_value = 0.5, .write_back = bo::rounding::stochastic},
        bo::optimizer_options{.write_back = bo::rounding::compensated, .master = false}}) {
    if (options.master) {
      check<float>(bo::keep_8bit{}, options);
      check<float>(bo::keep_fp8{}, options);
      check<float>(bo::keep_bf16{}, options);
      check<double>(bo::keep_fp8{}, options);
    }
    check<bo::bfloat16>(bo::keep_8bit{}, options);
    check<bo::bfloat16>(bo::keep_fp8{}, options);
    check<bo::half>(bo::keep_fp8{}, options);
  }
}
