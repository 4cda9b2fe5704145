// SPDX-License-Identifier: MIT
// Part of blockopt: tests of partitions and of the ways to make them.
#include <array>
#include <string>
#include <vector>

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <blockopt/backend/eigen/view.hpp>
#include <blockopt/block/by_layer.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/block/by_matrix.hpp>

#include "support/message_of.hpp"

namespace bo = blockopt;

namespace {

/// Parameters with memory of their own, by name; a matrix where the name ends with "weight".
struct model {
  std::vector<std::vector<float>> memory;
  std::vector<bo::parameter<float>> parameters;

  explicit model(const std::vector<std::string>& names) {
    memory.reserve(names.size());
    for (const std::string& name : names) {
      memory.emplace_back(6);
      float* const data = memory.back().data();
      parameters.push_back({name, name.ends_with("weight") ? bo::view(data, {2, 3}) : bo::view(data, 6)});
    }
  }
};

model llama(std::size_t layers) {
  std::vector<std::string> names{"model.embed_tokens.weight"};
  for (std::size_t l = 0; l < layers; ++l) {
    const std::string prefix = "model.layers." + std::to_string(l) + ".";
    names.push_back(prefix + "input_layernorm.gain");
    names.push_back(prefix + "self_attn.q_proj.weight");
    names.push_back(prefix + "mlp.up_proj.weight");
  }
  names.push_back("model.norm.gain");
  names.push_back("lm_head.weight");
  return model(names);
}

template <class F>
std::string message_of(const F& f) {
  return blockopt_tests::message_of<bo::invalid_partition>(f);
}

bool contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return true;
  MESSAGE(text);
  return false;
}

std::vector<std::string> names_of(const bo::partition<bo::parameter<float>>& p) {
  std::vector<std::string> names;
  for (const auto& b : p.blocks()) names.push_back(b.name);
  return names;
}

}  // namespace

TEST_CASE("layers are inferred from names and both ends are frozen as in BAdam") {
  const auto p = bo::by_layer(llama(12).parameters);
  REQUIRE(p.blocks().size() == 12);
  CHECK(p.blocks()[1].name == "model.layers.1.");
  CHECK(p.blocks()[1].parameters == std::vector<std::size_t>{4, 5, 6});
  CHECK(p.blocks()[10].name == "model.layers.10.");  // never a part of layer 1
  CHECK(p.elements(10) == 18);
  CHECK(p.always_active().empty());
}

TEST_CASE("embedding and head become blocks when asked for") {
  const auto p = bo::by_layer(llama(2).parameters, {.include_embedding = true, .include_head = true});
  CHECK(names_of(p) == std::vector<std::string>{"embedding", "model.layers.0.", "model.layers.1.", "head"});
  CHECK(p.blocks()[0].parameters == std::vector<std::size_t>{0});
  CHECK(p.blocks()[3].parameters == std::vector<std::size_t>{7, 8});
  CHECK(names_of(bo::by_layer(llama(1).parameters, {.include_head = true})) ==
        std::vector<std::string>{"model.layers.0.", "head"});
}

TEST_CASE("always active parameters leave their layer") {
  const auto p =
      bo::by_layer(llama(2).parameters, {.include_head = true, .always_active = {"lm_head.weight", "model.layers.1."}});
  CHECK(names_of(p) == std::vector<std::string>{"model.layers.0.", "head"});
  CHECK(p.always_active() == std::vector<std::size_t>{8, 4, 5, 6});
  CHECK(p.blocks()[1].parameters == std::vector<std::size_t>{7});
}

TEST_CASE("names without layers are refused with advice") {
  const std::string text = message_of([] { (void)bo::by_layer(model({"a.weight", "layers.weight"}).parameters); });
  CHECK(contains(text, "use by_list or by_matrix"));
  CHECK(contains(message_of([] { (void)bo::by_layer(std::vector<bo::parameter<float>>{}); }), "among 0 parameters"));
}

TEST_CASE("by matrix joins vectors to the matrix that follows") {
  const auto p = bo::by_matrix(llama(2).parameters);
  CHECK(names_of(p) == std::vector<std::string>{"model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.weight",
                                                "model.layers.0.mlp.up_proj.weight",
                                                "model.layers.1.self_attn.q_proj.weight",
                                                "model.layers.1.mlp.up_proj.weight", "lm_head.weight"});
  CHECK(p.blocks()[1].parameters == std::vector<std::size_t>{1, 2});
  CHECK(p.blocks()[5].parameters == std::vector<std::size_t>{7, 8});
  const auto trailing = bo::by_matrix(model({"a.weight", "b.gain"}).parameters);
  CHECK(trailing.blocks()[0].parameters == std::vector<std::size_t>{0, 1});
  CHECK(bo::by_matrix(model({"a.gain", "b.gain"}).parameters).blocks().size() == 2);
}

TEST_CASE("a list names parameters in full or by a prefix with a dot") {
  const auto p =
      bo::by_list(llama(11).parameters, {{"one", {"model.layers.1."}}, {"ten", {"model.layers.10.", "lm_head.weight"}}},
                  {"model.norm.gain"});
  CHECK(p.blocks()[0].parameters == std::vector<std::size_t>{4, 5, 6});
  CHECK(p.blocks()[1].parameters == std::vector<std::size_t>{31, 32, 33, 35});
  CHECK(p.always_active() == std::vector<std::size_t>{34});
  CHECK(contains(message_of([] {
                   (void)bo::by_list(llama(2).parameters, {{"x", {"model.layers.1"}}});
                 }),
                 "matches 'model.layers.1'"));
}

TEST_CASE("a parameter in two blocks is named with both") {
  const auto text = message_of([] {
    (void)bo::by_list(llama(2).parameters, {{"first", {"model.layers.0."}}, {"second", {"model."}}});
  });
  CHECK(contains(text, "'model.layers.0.input_layernorm.gain'"));
  CHECK(contains(text, "'first' and 'second'"));
  const auto twice = message_of([] {
    (void)bo::by_list(llama(1).parameters, {{"head", {"lm_head.weight"}}}, {"lm_head.weight"});
  });
  CHECK(contains(twice, "'lm_head.weight' is in two blocks: 'head' and 'the always-active parameters'"));
}

TEST_CASE("empty blocks and numbers out of range and equal names are refused") {
  CHECK(contains(message_of([] {
                   bo::partition(model({"a"}).parameters, {{"hollow", {}}});
                 }),
                 "block 'hollow' is empty"));
  CHECK(contains(message_of([] { bo::partition(model({"a"}).parameters, {}); }), "no blocks"));
  CHECK(contains(message_of([] { bo::partition(model({"a"}).parameters, {{"b", {1}}}); }), "number 1 of 1"));
  CHECK(contains(message_of([] {
                   bo::partition(model({"a", "a"}).parameters, {{"b", {0}}});
                 }),
                 "two parameters are named 'a'"));
}

TEST_CASE("a parameter without elements is refused where it would be trained") {
  std::vector<bo::parameter<float>> parameters = model({"a"}).parameters;
  parameters.push_back({"nothing", {}});
  CHECK(contains(message_of([&] {
                   bo::partition(parameters, {{"b", {0, 1}}});
                 }),
                 "'nothing' of block 'b' has no elements"));
  CHECK(bo::partition(parameters, {{"b", {0}}}).blocks().size() == 1);
}

TEST_CASE("tied parameters are refused wherever they stand and allowed when one of them is frozen") {
  std::vector<float> memory(12);
  const std::vector<bo::parameter<float>> tied{{"embed.weight", bo::view(memory.data(), {3, 4})},
                                               {"between.weight", bo::view(memory.data() + 11, 1)},
                                               {"head.weight", bo::view(memory.data(), {4, 3})}};
  CHECK(contains(message_of([&] {
                   bo::partition(tied, {{"a", {0}}, {"b", {2}}});
                 }),
                 "'embed.weight' and 'head.weight' share memory"));
  CHECK(contains(message_of([&] { bo::partition(tied, {{"a", {0, 2}}}); }), "share memory"));
  CHECK(contains(message_of([&] { bo::partition(tied, {{"a", {1}}}, {0}); }), "'embed.weight' and 'between.weight'"));
  CHECK(bo::partition(tied, {{"a", {0}}}).blocks().size() == 1);
}

TEST_CASE("interleaved views that share no element are no alias and those that do are") {
  Eigen::MatrixXf m(4, 5);
  const std::vector<bo::parameter<float>> rows{
      {"r0", bo::view(m.row(0))}, {"r1", bo::view(m.row(1))}, {"c0", bo::view(m.col(0))}};
  CHECK(bo::partition(rows, {{"a", {0}}, {"b", {1}}}).blocks().size() == 2);
  CHECK(contains(message_of([&] { bo::partition(rows, {{"a", {1}}, {"b", {2}}}); }), "'r1' and 'c0' share memory"));
  std::array<float, 3> three{};
  const std::vector<bo::parameter<float>> repeated{{"broadcast", bo::tensor_view<float>(three.data(), {4, 3}, {0, 1})}};
  CHECK(contains(message_of([&] {
                   bo::partition(repeated, {{"a", {0}}});
                 }),
                 "'broadcast' has stride 0 in dimension 0"));
}

TEST_CASE("all parameters as one block and each as its own") {
  CHECK(bo::as_one_block(llama(2).parameters).blocks()[0].parameters.size() == 9);
  const auto each = bo::each_its_own_block(llama(1).parameters);
  CHECK(each.blocks().size() == 6);
  CHECK(each.blocks()[5].name == "lm_head.weight");
}

TEST_CASE("by_layer joins adjacent layers in blocks whose numbers of layers differ by one at most") {
  const auto p = bo::by_layer(llama(7).parameters, {.include_embedding = true, .layer_blocks = 3});
  CHECK(names_of(p) == std::vector<std::string>{"embedding", "model.layers.0. to model.layers.1.",
                                                "model.layers.2. to model.layers.3.",
                                                "model.layers.4. to model.layers.6."});
  CHECK(p.blocks()[1].parameters == std::vector<std::size_t>{1, 2, 3, 4, 5, 6});
  CHECK(p.blocks()[3].parameters.size() == 9);
  CHECK(names_of(bo::by_layer(llama(2).parameters, {.layer_blocks = 2})) ==
        names_of(bo::by_layer(llama(2).parameters)));
  const std::string text = message_of([] { (void)bo::by_layer(llama(2).parameters, {.layer_blocks = 3}); });
  CHECK(contains(text, "3 blocks of 2 layers"));
}
