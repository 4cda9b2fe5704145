// SPDX-License-Identifier: MIT
// Part of blockopt: a run that goes on from a checkpoint has the bits of one that was not interrupted, for every policy and
// memory strategy of the registry, in memory that the host does not read.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/block/by_layer.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/run/checkpoint.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/schedule_free_adamw.hpp>

#include "registry/registry.hpp"
#include "support/border_backend.hpp"
#include "support/device_array.hpp"
#include "support/files.hpp"
#include "support/guarded.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

constexpr std::uint64_t accumulate = 2, batches = 30;
/// Before the first visit, in the first step, between visits, within a visit and within a step.
constexpr std::uint64_t cuts[] = {0, 1, 12, 17, 20};

/// Five tensors in the backend's memory, the last one always active, and an optimizer of them.
template <class T, class Rule>
class run {
 public:
  using device_parameter = bo::parameter<T, T, bo::device_space>;
  using optimizer_type = bo::block_optimizer<device_parameter, Rule, any_selection, any_memory<Rule>, border_backend>;

  run(const Rule& rule, const any_selection& selection, const any_memory<Rule>& memory, std::uint64_t seed)
      : arrays_(make(seed)),
        optimizer(bo::by_layer(parameters(), {.always_active = {"norm"}}), rule, selection, memory, backend,
                  {.switch_every = 3, .clip_norm = 50, .accumulate = accumulate}) {
    Rule other = rule;
    other.learning_rate /= 2;
    optimizer.assign(other, [](const auto& p, std::size_t) { return p.name.ends_with("1.w"); });
  }

  /// A micro-batch.
  void advance(std::uint64_t batch) {
    const auto active = optimizer.active();
    for (const std::size_t p : active.parameters) {
      std::vector<S> g(active.gradient(p).size());
      backend.copy(g.data(), active.gradient(p).data(), g.size() * sizeof(S));
      backend.wait();
      for (std::size_t i = 0; i < g.size(); ++i) g[i] += static_cast<S>(noise(5, batch, p, i));
      backend.copy(active.gradient(p).data(), g.data(), g.size() * sizeof(S));
      backend.wait();
    }
    optimizer.step();
  }

  /// Values, counts and the next block.
  [[nodiscard]] std::vector<std::uint64_t> image() {
    std::vector<std::uint64_t> all{optimizer.steps(), optimizer.visits(), optimizer.active().index};
    for (std::size_t b = 0; b < 4; ++b) all.insert(all.end(), {optimizer.visits_of(b), optimizer.steps_of(b)});
    for (const auto& array : arrays_) {
      for (const T& e : array.get()) {
        std::uint64_t bits = 0;
        std::memcpy(&bits, &e, sizeof e);
        all.push_back(bits);
      }
    }
    all.push_back(std::bit_cast<std::uint64_t>(optimizer.gradient_norm()));
    return all;
  }

 private:
  using S = bo::compute_type_t<T>;

  static std::vector<device_array<T>> make(std::uint64_t seed) {
    std::vector<device_array<T>> arrays;
    for (std::size_t p = 0; p < 5; ++p) {
      std::vector<T> start(17 + p);
      for (std::size_t i = 0; i < start.size(); ++i) start[i] = stored<T>(noise(seed, 7, p, i));
      arrays.emplace_back(border_backend{}, start.size());
      arrays.back().set(start);
    }
    return arrays;
  }
  std::vector<device_parameter> parameters() const {
    std::vector<device_parameter> all;
    for (std::size_t p = 0; p < 5; ++p)
      all.push_back({p == 4 ? "norm" : "layers." + std::to_string(p) + ".w", arrays_[p].view(), {}});
    return all;
  }

  std::vector<device_array<T>> arrays_;

 public:
  border_backend backend{};
  optimizer_type optimizer;
};

template <class T, class Rule>
std::size_t check_rule(const Rule& rule) {
  const temporary_folder folder;
  std::size_t resumed = 0;
  for_each_memory_of<Rule>([&](std::string_view memory_name, const any_memory<Rule>& memory) {
    for (const named_selection& selection : all_selections()) {
      INFO(memory_name << " x " << selection.name);
      run<T, Rule> whole(rule, selection.policy, memory, 1);
      for (std::uint64_t batch = 0; batch < batches; ++batch) {
        for (const std::uint64_t cut : cuts) {
          if (cut == batch) bo::save(whole.optimizer, folder / std::to_string(cut));
        }
        whole.advance(batch);
      }
      const auto wanted = whole.image();
      for (const std::uint64_t cut : cuts) {
        CAPTURE(cut);
        run<T, Rule> rest(rule, selection.policy, memory, 2);
        if (cut == 17) {  // also into one that has run
          for (std::uint64_t batch = 0; batch < 9; ++batch) rest.advance(batch);
        }
        bo::load(rest.optimizer, folder / std::to_string(cut));
        for (std::uint64_t batch = cut; batch < batches; ++batch) rest.advance(batch);
        CHECK(rest.image() == wanted);
        ++resumed;
      }
    }
  });
  return resumed;
}

}  // namespace

TEST_CASE("a run goes on from a checkpoint with the same bits for every policy and memory strategy") {
  CHECK(check_rule<bo::bfloat16>(bo::adamw{.learning_rate = 0.05}) >= 5 * 8 * 5);
  // Two points, running sums, no decay_state.
  CHECK(check_rule<float>(bo::schedule_free_adamw{.learning_rate = 0.05, .warmup_steps = 2}) >= 4 * 8 * 5);
}
