// SPDX-License-Identifier: MIT
// Part of blockopt: tests of parameters cut from one array.
#include <array>
#include <cstddef>
#include <limits>
#include <numeric>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/adapt/c_arrays.hpp>
#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/block/by_layer.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/sgd.hpp>

#include "support/message_of.hpp"

namespace bo = blockopt;

namespace {

// A GPT-2 of 2 layers in width 3: embedding, per-layer norm and matrix, final norm.
const std::vector<bo::c_tensor> tensors{
    {"wte", {5, 3}}, {"ln1w", {2, 3}, true}, {"qkvw", {2, 9, 3}, true}, {"gate", {2}, true}, {"lnfw", {3}}};
constexpr std::size_t total = 15 + 6 + 54 + 2 + 3;

template <class F>
std::string reason(const F& f) {
  return blockopt_tests::message_of<bo::invalid_view>(f);
}

}  // namespace

TEST_CASE("each element of the array is in one view at its own place") {
  std::vector<float> memory(total);
  std::iota(memory.begin(), memory.end(), 0.0F);
  CHECK(bo::c_array_size(tensors) == total);
  const auto parameters = bo::c_parameters(memory.data(), std::span(tensors));
  const std::vector<std::string> names{"wte",           "layers.0.ln1w", "layers.0.qkvw", "layers.0.gate",
                                       "layers.1.ln1w", "layers.1.qkvw", "layers.1.gate", "lnfw"};
  REQUIRE(parameters.size() == names.size());
  const std::size_t first[] = {0, 15, 21, 75, 18, 48, 76, 77};
  const std::size_t size[] = {15, 3, 27, 1, 3, 27, 1, 3};
  std::set<const float*> seen;
  for (std::size_t p = 0; p < names.size(); ++p) {
    CHECK(parameters[p].name == names[p]);
    CHECK(parameters[p].values.data() == memory.data() + first[p]);
    CHECK(parameters[p].values.size() == size[p]);
    CHECK(parameters[p].values.is_contiguous());
    CHECK(parameters[p].gradient.empty());
    for (std::size_t i = 0; i < size[p]; ++i) seen.insert(parameters[p].values.data() + i);
  }
  CHECK(seen.size() == total);
  CHECK(parameters[5].values.describe_extents() == "9 x 3");
  CHECK(parameters[5].values(8, 2) == 74.0F);
}

TEST_CASE("gradients lie where the values do in their own array") {
  std::vector<double> values(total), gradients(total);
  const auto parameters = bo::c_parameters(values.data(), std::span(tensors), gradients.data(), "h");
  for (const auto& p : parameters) {
    CHECK(p.gradient.data() - gradients.data() == p.values.data() - values.data());
    CHECK(p.gradient.describe_extents() == p.values.describe_extents());
  }
  CHECK(parameters[1].name == "h.0.ln1w");
}

TEST_CASE("the arrays of sizes and names of llm.c give the same places") {
  std::vector<float> memory(total);
  const std::array<std::size_t, 5> sizes{15, 6, 54, 2, 3};
  const std::array<const char*, 5> names{"wte", "ln1w", "qkvw", "gate", "lnfw"};
  const auto layered = [](std::string_view name) { return name != "wte" && name != "lnfw"; };
  const auto flat = bo::c_parameters<float>(memory.data(), sizes, names, 2, layered);
  const auto shaped = bo::c_parameters(memory.data(), std::span(tensors));
  REQUIRE(flat.size() == shaped.size());
  for (std::size_t p = 0; p < flat.size(); ++p) {
    CHECK(flat[p].name == shaped[p].name);
    CHECK(flat[p].values.data() == shaped[p].values.data());
    CHECK(flat[p].values.size() == shaped[p].values.size());
  }
  CHECK(reason([&] { static_cast<void>(bo::c_parameters<float>(memory.data(), sizes, names, 4, layered)); }) ==
        "blockopt: the array's tensor 'ln1w' of 6 elements cannot be cut into 4 layers");
  CHECK(reason([&] {
          static_cast<void>(bo::c_parameters<float>(memory.data(), sizes, names, 0, layered));
        }).find("0 layers") != std::string::npos);
  CHECK(reason([&] {
          static_cast<void>(bo::c_parameters<float>(memory.data(), sizes, std::span(names).first(4), 2, layered));
        }) == "blockopt: an array of 5 tensors was given 4 names");
}

TEST_CASE("arrays that cannot be cut are refused by name") {
  std::vector<float> memory(total);
  const auto refused = [&](const std::vector<bo::c_tensor>& list, float* data) {
    return reason([&] { static_cast<void>(bo::c_parameters(data, std::span(list))); });
  };
  CHECK(refused(tensors, nullptr).find("null data") != std::string::npos);
  CHECK(refused({{"a", {2, 3}, true}, {"b", {3, 3}, true}}, memory.data()) ==
        "blockopt: the array's tensor 'b' has 3 layers, 'a' has 2");
  CHECK(refused({{"a", {2, 0}}}, memory.data()) == "blockopt: the array's tensor 'a' has no elements");
  CHECK(refused({{"a", {}}}, memory.data()) == "blockopt: the array's tensor 'a' has no extents");
  const std::size_t huge = std::size_t{1} << 40;
  CHECK(refused({{"a", {huge, huge}}}, memory.data()) == "blockopt: the size of the array's tensor 'a' overflows");
  const std::size_t half = std::size_t{1} << 59;
  CHECK(refused({{"a", {half}}, {"b", {half}}}, memory.data()) == "blockopt: the array's size overflows at tensor 'b'");
}

TEST_CASE("a step on a layer touches the slices of that layer and nothing else") {
  std::vector<float> values(total, 1.0F);
  std::vector<float> gradients(total);
  std::iota(gradients.begin(), gradients.end(), 1.0F);
  const auto parameters = bo::c_parameters(values.data(), std::span(tensors), gradients.data());
  bo::block_optimizer optimizer{bo::by_layer(parameters), bo::sgd{.learning_rate = 0.125F},
                                bo::ascending{},          bo::drop_state{},
                                bo::plain_backend{},      bo::optimizer_options{.switch_every = 1}};
  CHECK(optimizer.plan().gradients == 0);
  CHECK(optimizer.active().name == "layers.0.");
  optimizer.step();
  for (std::size_t i = 0; i < total; ++i) {
    const bool first_layer = (i >= 15 && i < 18) || (i >= 21 && i < 48) || i == 75;
    CHECK(values[i] == (first_layer ? 1.0F - 0.125F * gradients[i] : 1.0F));
  }
}
