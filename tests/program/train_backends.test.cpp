// SPDX-License-Identifier: MIT
// Part of blockopt: tests of train on each of its backends.

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "run_program.hpp"
#include "train/backend/backends.hpp"

using namespace program_test;

namespace {

std::vector<std::string> backends_of_this_build() {
  std::vector<std::string> names;
  for (const auto& b : blockopt::program::backends()) {
    if (b.missing == nullptr) names.emplace_back(b.name);
  }
  return names;
}

/// A run of few steps on two threads: many tensors together are enough work to be spread over them.
arguments short_train(const temporary_folder& folder, const std::string& out, const arguments& more) {
  arguments all = tiny_train(folder / "text.txt", out, {"--steps", "10", "--switch-every", "2", "--eval-every", "5"});
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i] == "--threads") all[i + 1] = std::string("2");
  }
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// Runs the same on every backend and compares with the first.
void check_all_backends(const arguments& more) {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  std::vector<std::string> expected, expected_held_out;
  nlohmann::json of_first;
  for (const std::string& backend : backends_of_this_build()) {
    CAPTURE(backend);
    const std::string out = folder / backend;
    arguments args = short_train(folder, out, more);
    args.insert(args.end(), {"--backend", backend});
    const outcome result = run_program(args);
    CAPTURE(result.err);
    REQUIRE(result.status == 0);
    const auto trace = read_csv(out + "/trace.csv");
    const auto losses = column(trace, "train_loss");
    const auto held_out = column(trace, "eval_loss");
    const auto summary = read_summary_of(out);
    if (expected.empty()) {
      expected = losses;
      expected_held_out = held_out;
      of_first = summary;
      CHECK(losses.at(0) != losses.at(9));
    }
    CHECK(losses == expected);
    CHECK(held_out == expected_held_out);
    CHECK(summary.at("configuration").at("backend") == backend);
    for (const auto& [name, method] : summary.at("methods").items()) {
      const std::string shown = name;
      CAPTURE(shown);
      CHECK(method.at("planned_bytes") == method.at("measured_bytes"));
      const std::size_t workspace = method.at("measured_bytes").at("workspace");
      const std::size_t workspace_of_first = of_first.at("methods").at(name).at("measured_bytes").at("workspace");
      // only the backends on Thrust have tables of jobs
      CHECK((workspace > workspace_of_first) == backend.starts_with("thrust-"));
    }
  }
}

}  // namespace

TEST_CASE("train has the same losses bit by bit on every backend") {
  SUBCASE("f32") { check_all_backends({"--method", "adam,badam,sgd", "--clip-norm", "0.5"}); }
  SUBCASE("bf16, rounded stochastically") {
    check_all_backends({"--method", "adam,badam,bsgd", "--dtype", "bf16", "--write-back", "stochastic", "--clip-norm",
                        "0.5", "--accumulate", "2"});
  }
  SUBCASE("bf16 and state that is kept") {
    check_all_backends({"--method", "badam", "--dtype", "bf16", "--memory", "keep"});
  }
  SUBCASE("blocks of scattered elements") {
    check_all_backends({"--method", "badam", "--partition", "ratio[0.3;scattered]"});
  }
}

TEST_CASE("a backend that this build does not have is refused with the reason and not named by help") {
  const outcome help = run_program({"train", "--help"});
  const std::size_t begin = help.out.find("Which code runs the updates:");
  REQUIRE(begin != std::string::npos);
  std::string offered = help.out.substr(begin, help.out.find("\n  --", begin) - begin);
  const temporary_folder folder;
  bool refused = false;
  for (const auto& b : blockopt::program::backends()) {
    const std::string name(b.name);
    CAPTURE(name);
    CAPTURE(offered);
    CHECK((offered.find(name) != std::string::npos) == (b.missing == nullptr));
    if (b.missing == nullptr) continue;
    const outcome result = run_program({"train", "--backend", name, "--out", folder / "out"});
    CAPTURE(result.err);
    CHECK(result.status == 2);
    CHECK(result.err == "blockopt: --backend: '" + name + "' is not in this program: " + b.missing + "\n");
    refused = true;
  }
  CHECK(refused);  // thrust-cuda at least
  CHECK_FALSE(std::filesystem::exists(folder / "out"));
}
