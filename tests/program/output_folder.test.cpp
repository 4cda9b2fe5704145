// SPDX-License-Identifier: MIT
// Part of blockopt: tests of a folder that holds a run already.

#include <string>

#include <doctest/doctest.h>

#include "run_program.hpp"

using namespace program_test;

TEST_CASE("the same run is skipped and shows the stored table") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  const arguments args = tiny_train(folder / "text.txt", folder / "out", {"--steps", "4"});
  const outcome first = run_program(args);
  REQUIRE(first.status == 0);
  const std::string trace = read_file(folder / "out/trace.csv");
  const outcome second = run_program(args);
  CHECK(second.status == 0);
  CHECK(second.out.find("skipped: ") != std::string::npos);
  CHECK(read_file(folder / "out/trace.csv") == trace);
  const std::string table = second.out.substr(second.out.find("\n\n") + 2);
  CHECK(first.out.find(table) != std::string::npos);
  arguments json = args;
  json.emplace_back("--json");
  CHECK(nlohmann::json::parse(run_program(json).out) == read_summary_of(folder / "out"));
  arguments force = args;
  force.emplace_back("--force");
  CHECK(run_program(force).out.find("skipped: ") == std::string::npos);
}

TEST_CASE("another run in the same folder is refused and names the first difference") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  const std::string out = folder / "out";
  REQUIRE(run_program(tiny_train(folder / "text.txt", out, {"--steps", "4"})).status == 0);
  const std::string trace = read_file(folder / "out/trace.csv");
  const arguments other =
      tiny_train(folder / "text.txt", out, {"--steps", "4", "--seed", "3", "--weight-decay", "0.5"});
  const outcome refused = run_program(other);
  CHECK(refused.status == 2);
  CHECK(refused.err.find("another weight_decay;") != std::string::npos);
  CHECK(read_file(folder / "out/trace.csv") == trace);
  arguments force = other;
  force.emplace_back("--force");
  CHECK(run_program(force).status == 0);
  CHECK(read_summary_of(out)["configuration"]["seed"] == 3);
  // Text of the same name and length, but not the same.
  std::string changed = sample_text(6000);
  changed[17] = '#';
  write_file(folder / "text.txt", changed);
  CHECK(run_program(other).err.find("another text_hash;") != std::string::npos);
}

TEST_CASE("a folder with a summary of something else is not overwritten") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  write_file(folder / "summary.json", "{\"mine\": 1}");
  const outcome result = run_program(tiny_train(folder / "text.txt", folder.path().string(), {"--steps", "4"}));
  CHECK(result.status == 1);
  CHECK(result.err.find("summary.json") != std::string::npos);
  CHECK(read_file(folder / "summary.json") == "{\"mine\": 1}");
}
