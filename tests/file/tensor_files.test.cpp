// SPDX-License-Identifier: MIT
// Part of blockopt's tests: the tensors of a model in one file, a folder, or several files with an index.
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/file/safetensors_writer.hpp>
#include <blockopt/file/tensor_files.hpp>

#include "file_support.hpp"

namespace bo = blockopt;
using file_test::check_raises;
using file_test::temporary_folder;
using file_test::write_file;

namespace {

/// A file of tensors with one number each.
void write_numbers(const std::filesystem::path& file, const std::vector<std::pair<std::string, float>>& numbers) {
  bo::safetensors_writer writer;
  for (const auto& [name, value] : numbers) writer.add(name, bo::tensor_view<const float>(&value, 1));
  writer.write(file);
}

struct model {
  float a = 0, b = 0, c = 0;
  std::vector<bo::parameter<float>> parameters{
      {"a", bo::tensor_view<float>(&a, 1)}, {"b", bo::tensor_view<float>(&b, 1)}, {"c", bo::tensor_view<float>(&c, 1)}};
  model() = default;
  model(const model&) = delete;
  [[nodiscard]] std::span<const bo::parameter<float>> span() const { return parameters; }
};

constexpr const char* good_index =
    R"({"metadata": {"total_size": 12, "x": [null, true, false, -1.5e+3, {"y": []}]},
        "weight_map": {"a": "m-1.safetensors", "b": "m-2.safetensors", "c": "m-1.safetensors"}})";

void write_shards(const temporary_folder& folder, const std::string& index) {
  write_numbers(folder / "m-1.safetensors", {{"c", 3.0f}, {"a", 1.0f}});
  write_numbers(folder / "m-2.safetensors", {{"b", 2.0f}});
  write_file(folder / "model.safetensors.index.json", index);
}

}  // namespace

TEST_CASE("shards with an index are read like one file") {
  const temporary_folder folder;
  write_shards(folder, good_index);
  for (const auto& where : {folder.path(), folder / "model.safetensors.index.json"}) {
    bo::tensor_files files(where);
    CHECK(files.files().size() == 2);
    CHECK(files.names() == std::vector<std::string>{"a", "b", "c"});
    CHECK(files.find("b")->shape == std::vector<std::uint64_t>{1});
    CHECK(files.find("d") == nullptr);
    model m;
    files.read(m.span());
    CHECK(m.a == 1);
    CHECK(m.b == 2);
    CHECK(m.c == 3);
  }
  write_numbers(folder / "model.safetensors", {{"a", 4.0f}, {"b", 5.0f}, {"c", 6.0f}});
  bo::tensor_files one(folder.path());  // the one file goes before the index, as in transformers
  model m;
  one.read(m.span());
  CHECK(m.c == 6);
}

TEST_CASE("missing and surplus tensors are refused by name before a value changes") {
  const temporary_folder folder;
  write_numbers(folder / "two.safetensors", {{"a", 1.0f}, {"b", 2.0f}});
  write_numbers(folder / "four.safetensors", {{"a", 1.0f}, {"b", 2.0f}, {"c", 3.0f}, {"d.inv_freq", 4.0f}});
  model m;
  bo::tensor_files two(folder / "two.safetensors"), four(folder / "four.safetensors");
  check_raises<bo::file_error>([&] { two.read(m.span()); }, {"two.safetensors", "'c'"});
  check_raises<bo::file_error>([&] { four.read(m.span()); }, {"four.safetensors", "'d.inv_freq' is no parameter"});
  CHECK(m.a == 0);
  four.read(m.span(), bo::conversion::none, [](const std::string& name) { return name.ends_with(".inv_freq"); });
  CHECK(m.c == 3);
  double wide = 0;
  const std::vector<bo::parameter<double>> parameters{{"a", bo::tensor_view<double>(&wide, 1)}};
  const auto rest = [](const std::string&) { return true; };
  CHECK_THROWS_AS(four.read(std::span<const bo::parameter<double>>(parameters), bo::conversion::none, rest),
                  bo::file_error);
  four.read(std::span<const bo::parameter<double>>(parameters), bo::conversion::exact, rest);
  CHECK(wide == 1);
}

TEST_CASE("an index and its files must agree") {
  const auto refuse = [](const std::string& index, std::initializer_list<std::string> culprits) {
    const temporary_folder folder;
    write_shards(folder, index);
    check_raises<bo::file_error>([&] { bo::tensor_files files(folder.path()); }, culprits);
  };
  refuse(R"({"weight_map": {"a": "m-1.safetensors", "b": "m-2.safetensors"}})", {"m-1.safetensors", "'c'"});
  refuse(R"({"weight_map": {"a": "m-1.safetensors", "b": "m-1.safetensors", "c": "m-1.safetensors"}})",
         {"index.json", "'b'", "'m-1.safetensors'"});
  refuse(R"({"weight_map": {"a": "m-3.safetensors"}})", {"m-3.safetensors", "No such file"});
  refuse(R"({"weight_map": {"a": "../m-1.safetensors"}})", {"'../m-1.safetensors'", "'a'"});
  refuse(R"({"weight_map": {"a": ".."}})", {"'..'"});
  refuse(R"({"weight_map": {"a": ""}})", {"''"});
  refuse(R"({"weight_map": {"a": 1}})", {"not a string"});
  refuse(R"({"weight_map": {"a": "m-1.safetensors", "a": "m-1.safetensors"}})", {"'a' appears twice"});
  refuse(R"({"weights": {}})", {"weight_map"});
  refuse(R"([])", {"index.json", "object"});
  refuse(R"({"weight_map": {)", {"index.json"});
  refuse(R"({"metadata": nul, "weight_map": {}})", {"not a value"});
  refuse(R"({"metadata": 01, "weight_map": {}})", {"comma"});
  refuse(R"({"metadata": )" + std::string(100, '[') + std::string(100, ']') + "}", {"64 values"});
  const temporary_folder empty;
  check_raises<bo::file_error>([&] { bo::tensor_files files(empty.path()); }, {"neither model.safetensors"});
  check_raises<bo::file_error>([&] { bo::tensor_files files(empty / "x.index.json"); }, {"x.index.json", "No such"});
}
