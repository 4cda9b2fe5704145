// SPDX-License-Identifier: MIT
// Part of blockopt: policies for networks in a block optimizer, which tells them the gradients of visited blocks only.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/adagrad_select.hpp>
#include <blockopt/select/block_llm.hpp>
#include <blockopt/select/essentially_cyclic.hpp>
#include <blockopt/select/exp3_sampling.hpp>
#include <blockopt/select/hift.hpp>
#include <blockopt/select/misa.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/update/adamw.hpp>

#include "run/optimizer_support.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

/// Visits of four blocks of which number 2 has the largest gradients by far.
template <class Policy>
std::vector<std::uint64_t> visits(const Policy& policy, std::uint64_t switch_every = 3, int steps = 1800) {
  const tensors<double> model({5, 6, 7, 8});
  bo::block_optimizer optimizer{model.blocks(),
                                bo::adamw{.learning_rate = 1e-3},
                                policy,
                                bo::drop_state{},
                                bo::plain_backend{},
                                bo::optimizer_options{.switch_every = switch_every}};
  for (int s = 0; s < steps; ++s) {
    const auto active = optimizer.active();
    for (const std::size_t p : active.parameters) {
      const auto g = active.gradient(p);
      for (std::size_t i = 0; i < g.size(); ++i)
        g.data()[i] = (p == 2 ? -1.0 : 0.1) * (1 + 0.1 * static_cast<double>(i));
    }
    optimizer.step();
  }
  std::vector<std::uint64_t> all;
  for (std::size_t b = 0; b < 4; ++b) all.push_back(optimizer.visits_of(b));
  CHECK(model.intact());
  return all;
}

/// Block 2 is visited at least `times` as often as any other, which all have some visits.
void check_prefers(const char* name, const std::vector<std::uint64_t>& seen, double times) {
  INFO(name << ": " << seen[0] << ' ' << seen[1] << ' ' << seen[2] << ' ' << seen[3]);
  for (const std::size_t b : {0u, 1u, 3u}) {
    CHECK(seen[b] > 0);
    CHECK(static_cast<double>(seen[2]) > times * static_cast<double>(seen[b]));
  }
}

}  // namespace

TEST_CASE("policies that learn prefer the block with the largest gradients in a block optimizer") {
  check_prefers("misa", visits(bo::misa{.eta = 0.5}), 3);
  check_prefers("misa of two", visits(bo::misa{.size = 2, .eta = 0.5}), 1.3);
  check_prefers("block_llm", visits(bo::block_llm{.size = 1}), 2);
  check_prefers("block_llm of two", visits(bo::block_llm{}), 1.1);
  check_prefers("adagrad_select", visits(bo::adagrad_select{.decay = 0.97, .share = 0.25}), 3);
  check_prefers("exp3_sampling", visits(bo::exp3_sampling{}, 1, 4000), 2);
}

TEST_CASE("policies that do not learn visit all blocks of a block optimizer alike") {
  for (const auto order : {bo::hift_order::bottom_up, bo::hift_order::top_down, bo::hift_order::random}) {
    const auto seen = visits(bo::hift{.order = order}, 1, 400);  // the visit that follows the last step has begun
    for (const std::uint64_t v : seen) CHECK((v == 100 || v == 101));
  }
  const auto seen = visits(bo::essentially_cyclic<bo::uniform_random>{.window = 4}, 1, 400);
  for (const std::uint64_t v : seen) CHECK((v == 100 || v == 101));
}
