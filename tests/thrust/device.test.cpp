// SPDX-License-Identifier: MIT
// Part of blockopt: what steps cost on a device, and what its errors say.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/block/by_layer.hpp>
#include <blockopt/block/partition.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/offload_to_host.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/adam.hpp>
#include <blockopt/update/adamw.hpp>

#include "registry/rules.hpp"
#include "support/device_array.hpp"
#include "support/message_of.hpp"
#include "support/skip.hpp"
#include "thrust/optimizer_run.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

const border_backend backend{side::tested};

/// Counters of one step after the second, with one block of `tensors` tensors of `size` elements that bring gradients.
template <class T, class Rule, class Step>
device_counters count_step(const Rule& rule, std::size_t tensors, std::size_t size,
                           const bo::optimizer_options& options, const Step& make_step) {
  std::vector<device_array<T>> values, gradients;
  std::vector<device_parameter<T>> parameters;
  for (std::size_t p = 0; p < tensors; ++p) {
    values.emplace_back(backend, size);
    gradients.emplace_back(backend, size);
    parameters.push_back({"p" + std::to_string(p), values.back().view(), gradients.back().view()});
  }
  bo::block_optimizer optimizer{
      bo::as_one_block(parameters), rule, bo::ascending{}, bo::drop_state{}, backend, options};
  for (int step = 0; step < 2; ++step) optimizer.step();
  backend.wait();
  border<side::tested>::reset_counters();
  const std::size_t allocations = border<side::tested>::allocations();
  make_step(optimizer);
  const device_counters at_once = border<side::tested>::counters();  // before anything waits
  CHECK(border<side::tested>::allocations() == allocations);
  backend.wait();
  device_counters counters = border<side::tested>::counters();
  counters.waits = at_once.waits;
  return counters;
}

template <class T, class Rule>
device_counters count_step(const Rule& rule, std::size_t tensors, std::size_t size,
                           const bo::optimizer_options& options) {
  return count_step<T>(rule, tensors, size, options, [](auto& optimizer) { optimizer.step(); });
}

bool counted() {
  if (border<side::tested>::counters().known) return true;
  skip("nothing counts what the device does; the CUDA emulator would");
  return false;
}

}  // namespace

TEST_CASE("a step is one launch, three with a norm, and neither waits nor allocates nor copies") {
  if (!counted()) return;
  for (const std::size_t tensors : {1U, 2U, 40U}) {
    CAPTURE(tensors);
    for (const double clip_norm : {std::numeric_limits<double>::infinity(), 1.0}) {
      CAPTURE(clip_norm);
      const device_counters c = count_step<float>(bo::adamw{}, tensors, 1000, {.clip_norm = clip_norm});
      CHECK(c.launches == (clip_norm == 1.0 ? 3 : 1));
      CHECK(c.waits == 0);
      CHECK(c.allocations == 0);
      CHECK(c.copied_bytes == 0);
      CHECK(c.local_accesses == 0);
    }
  }
}

TEST_CASE("entering a block waits for nothing, allocates and copies nothing") {
  if (!counted()) return;
  std::vector<device_array<bo::bfloat16>> values;
  std::vector<device_parameter<bo::bfloat16>> parameters;
  for (std::size_t p = 0; p < 12; ++p) {
    values.emplace_back(backend, 100 + p);
    parameters.push_back({"layers." + std::to_string(p / 3) + "." + std::to_string(p % 3), values.back().view(), {}});
  }
  const bo::optimizer_options options{.switch_every = 1, .clip_norm = 1};
  bo::block_optimizer optimizer{bo::by_layer(parameters), bo::adam{}, bo::ascending{},
                                bo::drop_state{},         backend,    options};
  for (int step = 0; step < 4; ++step) optimizer.step();
  backend.wait();
  border<side::tested>::reset_counters();
  for (int step = 0; step < 4; ++step) CHECK(optimizer.step().visit_ended);
  const device_counters c = border<side::tested>::counters();
  CHECK(optimizer.visits() == 8);
  CHECK(c.waits == 0);
  CHECK(c.allocations == 0);
  CHECK(c.copied_bytes == 0);
}

TEST_CASE("state offloaded to the host comes and goes without a wait, twice its bytes for a visit") {
  if (!counted()) return;
  std::vector<device_array<float>> values, gradients;
  std::vector<device_parameter<float>> parameters;
  for (std::size_t p = 0; p < 4; ++p) {
    values.emplace_back(backend, 1024);
    gradients.emplace_back(backend, 1024);
    parameters.push_back({"layers." + std::to_string(p) + ".w", values.back().view(), gradients.back().view()});
  }
  bo::block_optimizer optimizer{bo::by_layer(parameters), bo::adamw{}, bo::ascending{},
                                bo::offload_to_host{},    backend,     {.switch_every = 1}};
  CHECK(optimizer.plan().moved == 2 * 2 * 4096);
  CHECK(optimizer.plan().offloaded == 4 * 2 * 4096);
  for (int step = 0; step < 6; ++step) optimizer.step();
  backend.wait();
  border<side::tested>::reset_counters();
  for (int step = 0; step < 3; ++step) optimizer.step();
  const device_counters at_once = border<side::tested>::counters();
  backend.wait();
  CHECK(at_once.waits == 0);
  CHECK(at_once.allocations == 0);
  CHECK(border<side::tested>::counters().launches == 3);
  CHECK(border<side::tested>::counters().copied_bytes == 3 * optimizer.plan().moved);
}

TEST_CASE("a step that skips gradients that are not finite does not wait for the answer") {
  if (!counted()) return;
  const device_counters c =
      count_step<float>(bo::adamw{}, 12, 1000, {.non_finite_gradients = bo::non_finite::skip}, [](auto& optimizer) {
        const bo::step_result result = optimizer.step();
        CHECK(result.deferred);
        CHECK_FALSE(result.applied);
      });
  CHECK(c.launches == 3);
  CHECK(c.waits == 1);  // for the answer of the step before, when this one begins
  CHECK(c.allocations == 0);
}

TEST_CASE("a step moves the bytes of its rule, 16 at a time") {
  if (!counted()) return;
  constexpr std::size_t n = std::size_t{1} << 16;
  const auto check = [&]<class T>(T, const char* name, const auto& rule, bool master) {
    using Rule = std::remove_cvref_t<decltype(rule)>;
    const bool copies = master && bo::is_reduced_precision<T>;
    // gradient and values are read, values written; slots, and the master copy in place of reading values, both
    const std::size_t state = 2 * sizeof(bo::compute_type_t<T>) * (bo::slot_count<Rule> + (copies ? 1 : 0));
    const std::size_t own = sizeof(T) * (copies ? 2 : 3) + state;
    const device_counters c = count_step<T>(rule, 1, n, {.master = master});
    CAPTURE(name);
    CAPTURE(own);
    CHECK(c.narrow_bytes == 0);
    CHECK(c.wide_bytes == n * own);
    CHECK(c.local_accesses == 0);
    if (std::string_view(name) != "adam") return;
    const device_counters many = count_step<T>(rule, 8, n / 8, {.master = master});
    // a thread also reads where its chunk lies, from a table: the threads of a warp the same bytes
    const double ratio = static_cast<double>(many.wide_bytes + many.narrow_bytes) / static_cast<double>(n * own);
    MESSAGE(std::string(name) << " in " << std::string(bo::scalar_traits<T>::name)
                              << std::string(copies ? " with master" : "") << ", 8 tensors: " << ratio
                              << " times the bytes of one, counted by thread");
  };
  for_each_rule([&](const char* name, const auto& rule) {
    check(float{}, name, rule, true);
    check(bo::bfloat16{}, name, rule, true);
    check(bo::bfloat16{}, name, rule, false);
  });
}

TEST_CASE("errors of the device name the call and the block") {
  const std::string no_driver = border<side::tested>::sentence_of(35);
  if (no_driver.empty()) {
    skip("this device system reports no errors of its own");
    return;
  }
  for (const int code : {34, 35, 100}) {
    const std::string sentence = border<side::tested>::sentence_of(code);
    CAPTURE(sentence);
    CHECK(sentence.find("there is no CUDA device to run on, or its driver is missing") != std::string::npos);
    CHECK(sentence.find("code " + std::to_string(code)) != std::string::npos);
  }
  CHECK(border<side::tested>::sentence_of(0).empty());
  CHECK(border<side::tested>::sentence_of(700).find("cudaMalloc failed with code 700, ") != std::string::npos);
  // more state than any device holds; nobody follows the pointer
  float element = 0;
  const device_parameter<float> huge{"huge", {&element, std::size_t{1} << 50}, {&element, std::size_t{1} << 50}};
  bo::block_optimizer optimizer{bo::as_one_block(std::vector{huge}), bo::adam{}, bo::ascending{}, bo::drop_state{},
                                backend};
  const std::string message = message_of<bo::device_error>([&] { optimizer.step(); });
  CAPTURE(message);
  CHECK(message.find("cudaMalloc failed with code 2") != std::string::npos);
  CHECK(message.find("before the first visit") != std::string::npos);
  CHECK(optimizer.visits() == 0);
}
