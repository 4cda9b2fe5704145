// SPDX-License-Identifier: MIT
// Part of blockopt: whole runs of the optimizer, bit by bit as on the Eigen backend.
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/block/by_ratio.hpp>
#include <blockopt/memory/decay_state.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_compressed.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/memory/memory_choice.hpp>
#include <blockopt/memory/offload_to_file.hpp>
#include <blockopt/memory/offload_to_host.hpp>
#include <blockopt/memory/warm_state.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/select/uniform_subset.hpp>
#include <blockopt/update/adam.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/momentum.hpp>
#include <blockopt/update/schedule_free_adamw.hpp>
#include <blockopt/update/sgd.hpp>

#include "thrust/optimizer_run.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

/// The block with the largest gradient in its last visit, each once first: what it does depends on every bit of the norms.
struct largest_gradient {
  static constexpr bo::feedback_kind feedback = bo::feedback_kind::visited_block;
  std::vector<double> last{};

  void start(std::size_t blocks) { last.assign(blocks, std::numeric_limits<double>::infinity()); }
  [[nodiscard]] std::size_t next(bo::random_stream&, const bo::selection_statistics& s) const {
    std::size_t best = s.blocks;
    for (std::size_t b = 0; b < s.blocks; ++b) {
      const bool taken = std::find(s.chosen.begin(), s.chosen.end(), b) != s.chosen.end();
      if (!taken && (best == s.blocks || last[b] > last[best])) best = b;
    }
    return best;
  }
  void observe(std::size_t block, const bo::visit_feedback& f) { last[block] = f.mean_squared_gradient; }
};

/// Two of them at once.
struct two_largest_gradients : largest_gradient {
  [[nodiscard]] static std::size_t blocks_per_visit() { return 2; }
};

template <class T, class Rule, class Selection, class Memory>
void check_run(const run_settings& s, const Rule& rule, const Selection& selection, const Memory& memory,
               const std::function<bo::partition<device_parameter<T>>(std::vector<device_parameter<T>>)>& make = {}) {
  const run_result wanted = run_optimizer<T>(side::oracle, s, rule, selection, memory, make);
  const run_result got = run_optimizer<T>(side::tested, s, rule, selection, memory, make);
  CHECK(got.bytes == wanted.bytes);
  CHECK(got.norms == wanted.norms);
  CHECK(got.blocks == wanted.blocks);
  CHECK(got.errors == wanted.errors);
  CHECK(got.skipped == wanted.skipped);
  CHECK(got.planned);
  CHECK(wanted.planned);
}

constexpr double none = std::numeric_limits<double>::infinity();
const bo::adamw rule{.learning_rate = 0.01, .weight_decay = 0.1};

}  // namespace

TEST_CASE("runs in float: every way to hand over gradients, aligned and misaligned, contiguous and strided") {
  for (const gradients how : {gradients::owned, gradients::brought, gradients::borrowed, gradients::consumed}) {
    for (const std::size_t shift : {0U, 1U}) {
      for (const bool columns : {false, true}) {
        CAPTURE(static_cast<int>(how));
        CAPTURE(shift);
        CAPTURE(columns);
        run_settings s{.shift = shift, .how = how, .steps = 14, .columns = columns};
        s.options.consume = how == gradients::consumed;
        s.options.borrow_gradients = how == gradients::borrowed;
        check_run<float>(s, rule, bo::ascending{}, bo::drop_state{});
      }
    }
  }
}

TEST_CASE("runs in bfloat16: master copies and none, all roundings, kept and dropped state") {
  for (const bool master : {true, false}) {
    for (const bo::rounding write_back : {bo::rounding::nearest, bo::rounding::stochastic, bo::rounding::compensated}) {
      if (master && write_back == bo::rounding::compensated) continue;
      CAPTURE(master);
      CAPTURE(static_cast<int>(write_back));
      run_settings s{.options = {.switch_every = 3, .write_back = write_back, .master = master, .seed = 5}};
      check_run<bo::bfloat16>(s, bo::adam{.learning_rate = 0.01}, bo::random_reshuffle{.seed = 3}, bo::drop_state{});
      s.how = gradients::brought;
      check_run<bo::bfloat16>(s, bo::adam{.learning_rate = 0.01}, bo::random_reshuffle{.seed = 3}, bo::keep_state{});
    }
  }
}

TEST_CASE("runs in codes: state in 8 bits, in the formats of FP8-LM and in bfloat16") {
  run_settings s{.steps = 12, .options = {.switch_every = 3, .clip_value = 0.5}};
  for (const bool columns : {false, true}) {
    CAPTURE(columns);
    s.columns = columns;
    s.shift = columns ? 0 : 1;
    check_run<float>(s, rule, bo::ascending{}, bo::keep_8bit{});
    check_run<bo::bfloat16>(s, rule, bo::ascending{}, bo::keep_fp8{});
    check_run<bo::half>(s, rule, bo::ascending{}, bo::keep_bf16{});
  }
  s.options.master = false;
  s.options.write_back = bo::rounding::stochastic;
  check_run<bo::bfloat16>(s, rule, bo::ascending{}, bo::keep_fp8{});
  s.options.write_back = bo::rounding::compensated;
  check_run<bo::half>(s, rule, bo::ascending{}, bo::keep_bf16{});
}

TEST_CASE("runs in float and bfloat16 with state that is offloaded, decays, or is kept in part") {
  using memory =
      bo::memory_choice<bo::keep_state, bo::offload_to_host, bo::offload_to_file, bo::decay_state, bo::warm_state>;
  const auto folder = std::filesystem::temp_directory_path();
  const auto check = [&]<class T>(const auto& selection, const run_settings& s) {
    const auto run = [&](const memory& m) {
      check_run<T>(s, bo::adam{.learning_rate = 0.01}, selection, m);
      return run_optimizer<T>(side::tested, s, bo::adam{.learning_rate = 0.01}, selection, m).bytes;
    };
    const auto kept = run({bo::keep_state{}});
    CHECK(run({bo::offload_to_host{}}) == kept);
    CHECK(run({bo::offload_to_file{.folder = folder}}) == kept);
    CHECK(run({bo::decay_state{}}) != kept);
    CHECK(run({bo::warm_state{}}) != kept);
  };
  check.template operator()<float>(bo::random_reshuffle{.seed = 3}, {.steps = 36, .copies = true});
  check.template operator()<bo::bfloat16>(bo::ascending{}, {.steps = 36, .options = {.switch_every = 2}});
}

TEST_CASE("norms and clipping") {
  for (const double clip_norm : {0.5, 1e6}) {
    for (const std::uint64_t accumulate : {1U, 3U}) {
      CAPTURE(clip_norm);
      CAPTURE(accumulate);
      run_settings s{
          .options = {.switch_every = 4, .clip_norm = clip_norm, .clip_value = 0.02, .accumulate = accumulate}};
      check_run<float>(s, rule, bo::ascending{}, bo::drop_state{});
      s.how = gradients::brought;
      check_run<float>(s, rule, bo::ascending{}, bo::drop_state{});
    }
  }
  for (const double size : {1.0, 0x1p-800, 0x1p700}) {  // squares of doubles leave their range
    CAPTURE(size);
    const run_settings s{.gradient_size = size, .options = {.switch_every = 4, .clip_norm = size}};
    check_run<double>(s, bo::momentum{.learning_rate = 0.1}, bo::ascending{}, bo::keep_state{});
  }
}

TEST_CASE("a policy that learns from norms makes the same choices") {
  const run_settings s{.steps = 40, .options = {.switch_every = 2}};
  check_run<float>(s, rule, largest_gradient{}, bo::drop_state{});
  const run_settings clipped{.steps = 40, .options = {.switch_every = 2, .clip_norm = 1}};
  check_run<float>(clipped, rule, two_largest_gradients{}, bo::drop_state{});
}

TEST_CASE("gradients that are not finite: applied, skipped, refused") {
  for (const bo::non_finite policy : {bo::non_finite::unchecked, bo::non_finite::skip, bo::non_finite::throws}) {
    for (const gradients how : {gradients::owned, gradients::brought, gradients::consumed}) {
      for (const std::uint64_t accumulate : {1U, 2U}) {
        if (accumulate > 1 && how == gradients::consumed) continue;
        CAPTURE(static_cast<int>(policy));
        CAPTURE(static_cast<int>(how));
        CAPTURE(accumulate);
        run_settings s{.how = how, .steps = 12, .bad_step = 5};
        s.options = {.switch_every = 4,
                     .accumulate = accumulate,
                     .non_finite_gradients = policy,
                     .consume = how == gradients::consumed};
        check_run<float>(s, rule, bo::ascending{}, bo::drop_state{});
      }
    }
  }
}

TEST_CASE("a skipped step of a deferred check is counted when it is known, also by a policy that learns from norms") {
  run_settings s{.how = gradients::brought, .steps = 24, .bad_step = 5};
  s.options = {.switch_every = 4, .clip_norm = 1, .non_finite_gradients = bo::non_finite::skip};
  check_run<float>(s, bo::schedule_free_adamw{.learning_rate = 0.02}, largest_gradient{}, bo::keep_state{});
  s.copies = true;  // a copy is made when the last result is not known yet
  s.bad_step = 11;
  check_run<float>(s, bo::schedule_free_adamw{.learning_rate = 0.02}, largest_gradient{}, bo::keep_state{});
  CHECK(
      run_optimizer<float>(side::tested, s, bo::schedule_free_adamw{}, largest_gradient{}, bo::keep_state{}).skipped ==
      1);
}

TEST_CASE("slices, adjacent and scattered") {
  for (const bo::slice_shape shape : {bo::slice_shape::adjacent, bo::slice_shape::scattered}) {
    for (const gradients how : {gradients::owned, gradients::brought}) {
      CAPTURE(static_cast<int>(shape));
      CAPTURE(static_cast<int>(how));
      const run_settings s{.how = how};
      check_run<bo::bfloat16>(
          s, bo::adam{.learning_rate = 0.01}, bo::ascending{}, bo::drop_state{},
          [&](auto parameters) { return bo::by_ratio(std::move(parameters), 0.25, {.shape = shape, .seed = 9}); });
    }
  }
}

TEST_CASE("rules with two points, several blocks at once, copies that go on") {
  const bo::schedule_free_adamw two_points{.learning_rate = 0.02};
  check_run<bo::half>({.options = {.switch_every = 3}}, two_points, bo::uniform_subset{.size = 2, .seed = 4},
                      bo::keep_state{});
  check_run<float>({.copies = true}, rule, bo::random_reshuffle{.seed = 3}, bo::keep_state{});
  check_run<float>({.copies = true}, rule, bo::random_reshuffle{.seed = 3}, bo::drop_state{});
}

TEST_CASE("parameters with hyper-parameters of their own, more than a launch is handed") {
  const auto run = [](side which) {
    const border_backend backend{which};
    std::vector<device_array<float>> values;
    std::vector<device_parameter<float>> parameters;
    for (std::size_t p = 0; p < 9; ++p) {
      values.emplace_back(backend, 50 + p);
      values.back().set(std::vector<float>(50 + p, 1.0F));
      parameters.push_back({"p" + std::to_string(p), values.back().view(), {}});
    }
    bo::block_optimizer optimizer{bo::as_one_block(parameters), rule, bo::ascending{}, bo::drop_state{}, backend};
    for (std::size_t p = 1; p < 9; ++p) {
      const bo::adamw own{.learning_rate = 0.001 * static_cast<double>(p)};
      optimizer.assign(own, [&](const auto& q, std::size_t) { return q.name == "p" + std::to_string(p); });
    }
    std::vector<unsigned char> bytes;
    for (std::uint64_t step = 0; step < 3; ++step) {
      const auto active = optimizer.active();
      for (std::size_t p = 0; p < 9; ++p) {
        std::vector<float> g(50 + p);
        for (std::size_t i = 0; i < g.size(); ++i) g[i] = static_cast<float>(noise(3, step, p, i));
        backend.copy(active.gradient(p).data(), g.data(), g.size() * sizeof(float));
      }
      optimizer.step();
    }
    for (const auto& v : values) append(bytes, v.get());
    return bytes;
  };
  CHECK(run(side::tested) == run(side::oracle));
}
