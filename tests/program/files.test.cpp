// SPDX-License-Identifier: MIT
// Part of blockopt: tests of the files that train writes.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "common/gnuplot.hpp"
#include "run_program.hpp"
#include "support/skip.hpp"

using namespace program_test;

TEST_CASE("trace.csv has a row per step with the columns of the contract") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  const std::string out = folder / "out";
  const outcome result = run_program(tiny_train(folder / "text.txt", out,
                                                {"--method", "adam,badam,sgd,bsgd", "--steps", "13", "--eval-every",
                                                 "5", "--switch-every", "3", "--accumulate", "2"}));
  REQUIRE(result.status == 0);
  CHECK(result.err.empty());
  const auto csv = read_csv(out + "/trace.csv");
  const std::vector<std::string> header{"method",
                                        "repeat",
                                        "step",
                                        "visit",
                                        "block",
                                        "tokens",
                                        "seconds",
                                        "train_loss",
                                        "eval_loss",
                                        "learning_rate",
                                        "forward_s",
                                        "backward_s",
                                        "update_s",
                                        "state_bytes",
                                        "forward_flops",
                                        "input_gradient_flops",
                                        "weight_gradient_flops"};
  CHECK(csv.front() == header);
  REQUIRE(csv.size() == 1 + 4 * 13);
  const std::vector<std::string> methods{"adam", "badam", "sgd", "bsgd"};
  for (std::size_t row = 0; row < 4 * 13; ++row) {
    const auto& cells = csv[row + 1];
    REQUIRE(cells.size() == header.size());
    const std::size_t step = row % 13 + 1;
    const bool by_block = row / 13 % 2 == 1;
    CHECK(cells[0] == methods[row / 13]);
    CHECK(cells[1] == "0");
    CHECK(cells[2] == std::to_string(step));
    CHECK(cells[3] == std::to_string(by_block ? (step - 1) / 3 : 0));
    CHECK(cells[5] == std::to_string(step * 2 * 16 * 2));
    CHECK(cells[7].empty() == false);
    CHECK(cells[8].empty() == (step % 5 != 0 && step != 13));
    CHECK((cells[13] == "0") == (row / 13 >= 2));
  }
  // In each block epoch of badam every block is visited once, and each visit stays on its block.
  const auto blocks = column(csv, "block");
  std::set<std::string> epoch;
  for (std::size_t visit = 0; visit < 4; ++visit) {
    epoch.insert(blocks[13 + 3 * visit]);
    CHECK(blocks[13 + 3 * visit] == blocks[13 + 3 * visit + 2]);
  }
  CHECK(epoch.size() == 4);
}

TEST_CASE("summary.json has the keys of the contract and agrees with trace.csv") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  const std::string out = folder / "out";
  const outcome result =
      run_program(tiny_train(folder / "text.txt", out, {"--steps", "20", "--repeat", "2", "--switch-every", "2"}));
  REQUIRE(result.status == 0);
  const auto summary = read_summary_of(out);
  const auto csv = read_csv(out + "/trace.csv");
  CHECK(summary["status"] == "complete");
  CHECK(summary.contains("machine"));
  CHECK(summary["configuration"]["switch_every"] == 2);
  CHECK(summary["configuration"]["seed"] == 1);
  CHECK(summary["methods"].size() == 2);

  std::map<int, double> end_of_fastest;
  for (std::size_t row = 1; row < csv.size(); ++row) {
    if (csv[row][2] != "20") continue;
    auto [end, first] = end_of_fastest.emplace(std::stoi(csv[row][1]), std::stod(csv[row][6]));
    end->second = std::min(end->second, std::stod(csv[row][6]));
  }
  for (const auto& [name, m] : summary["methods"].items()) {
    const std::string method = name;
    CAPTURE(method);
    for (const char* key : {"parameters", "peak_resident_bytes", "tokens_per_second", "forward_s", "backward_s",
                            "update_s", "train_loss", "eval_loss"}) {
      CAPTURE(key);
      CHECK(m[key].is_number());
    }
    for (const char* bytes : {"planned_bytes", "measured_bytes"}) {
      std::uint64_t sum = 0;
      for (const char* kind : {"values", "gradients", "master", "state", "activations", "workspace"}) {
        sum += m[bytes][kind].get<std::uint64_t>();
      }
      CHECK(m[bytes]["total"] == sum);
    }
    // embedding and head, then per layer four of width x width, three of width x 64 and two norms
    CHECK(m["parameters"] == 2 * 256 * 16 + 2 * (4 * 16 * 16 + 3 * 16 * 64 + 2 * 16) + 16);
    CHECK(m["planned_bytes"]["values"] == 4 * m["parameters"].get<std::uint64_t>());
    REQUIRE(m["repeats"].size() == 2);
    double mean = 0;
    for (const auto& repeat : m["repeats"]) {
      mean += repeat["eval_loss"].get<double>() / 2;
      double last = 0;
      double in_time = -1;
      for (std::size_t row = 1; row < csv.size(); ++row) {
        if (csv[row][0] != name || csv[row][1] != std::to_string(repeat["repeat"].get<int>())) continue;
        if (csv[row][8].empty()) continue;
        last = std::stod(csv[row][8]);
        if (std::stod(csv[row][6]) <= end_of_fastest[repeat["repeat"]]) in_time = last;
      }
      CHECK(repeat["eval_loss"] == last);
      // A slow method may have no evaluation before the fastest one's end.
      const auto& equal_seconds = repeat["eval_loss_at_equal_seconds"];
      CHECK((in_time < 0 ? equal_seconds.is_null() : equal_seconds == in_time));
    }
    CHECK(m["eval_loss"].get<double>() == doctest::Approx(mean).epsilon(1e-15));
  }
}

TEST_CASE("planned bytes equal measured bytes for every kind") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  const std::vector<arguments> cases{
      {},
      {"--dtype", "bf16"},
      {"--dtype", "bf16", "--write-back", "stochastic", "--memory", "keep", "--backend", "plain"},
      {"--dtype", "bf16", "--write-back", "kahan", "--memory", "keep"},
      {"--dtype", "bf16", "--master", "off"},
      {"--partition", "layers", "--clip-norm", "0.5", "--order", "list[1,0]"},
      {"--partition", "matrices", "--accumulate", "2", "--kv-heads", "1"},
      {"--order", "fixed[3]", "--tied-head"},
      {"--order", "subset[2]", "--memory", "offload"},
      {"--memory", "decay", "--order", "ascending"},
      {"--memory", "keep-8bit"},
      {"--memory", "keep-fp8", "--dtype", "bf16", "--partition", "layers"},
      {"--memory", "keep-bf16", "--dtype", "bf16", "--method", "adam,badam,bsgd"},
      {"--gradients", "reduced", "--dtype", "bf16", "--accumulate", "2"},
      {"--memory", "warm", "--dtype", "bf16"},
      {"--partition", "bytes[5]", "--order", "subset[3]", "--dtype", "bf16"},
      {"--partition", "ratio[0.25]"},
      {"--gradients", "consume", "--method", "adam,badam,lomo"},
      {"--gradients", "consume", "--dtype", "bf16", "--tied-head", "--method", "adam,badam,lomo"},
      {"--partition", "ratio[0.1;scattered]", "--clip-norm", "1"},
      {"--width", "20", "--context", "13", "--backend", "plain", "--order", "uniform"},
  };
  int number = 0;
  for (const arguments& more : cases) {
    arguments args = tiny_train(folder / "text.txt", folder / std::to_string(++number),
                                {"--method", "adam,badam,sgd,bsgd", "--steps", "6", "--switch-every", "1"});
    // A flag that is given again replaces the one of the tiny model.
    for (std::size_t i = 0; i < more.size(); ++i) {
      const auto known = std::ranges::find(args, more[i]);
      if (more[i].starts_with("--") && known != args.end()) *(known + 1) = more[++i];
      else args.push_back(more[i]);
    }
    const outcome result = run_program(args);
    CAPTURE(result.err);
    CAPTURE(number);
    REQUIRE(result.status == 0);
    const auto summary = read_summary_of(folder / std::to_string(number));
    for (const auto& [name, m] : summary["methods"].items()) {
      const std::string method = name;
      CAPTURE(method);
      CHECK(m["planned_bytes"] == m["measured_bytes"]);
    }
    // slices take state for themselves and the gradient of whole parameters
    const bool sliced =
        std::ranges::any_of(more, [](const std::string& a) { return a.find("bytes[") == 0 || a.find("ratio[") == 0; });
    if (!sliced && std::ranges::find(more, "consume") == more.end())
      CHECK(summary["methods"]["badam"]["planned_bytes"]["gradients"] <
            summary["methods"]["adam"]["planned_bytes"]["gradients"]);
  }
}

TEST_CASE("with bf16 the plan shows the published formula of BAdam") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  const outcome result =
      run_program(tiny_train(folder / "text.txt", folder / "out", {"--steps", "1", "--dtype", "bf16"}));
  REQUIRE(result.status == 0);
  const double m = read_summary_of(folder / "out")["methods"]["badam"]["parameters"];
  std::ostringstream expected;
  expected.precision(2);
  expected << std::fixed << (2 * m + 16 * m / 4) / 1e3;
  CHECK(result.out.find("2M + 16M/D for D equal blocks: " + expected.str() + " kB") != std::string::npos);
}

TEST_CASE("with --json stdout is the summary and nothing else") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  const outcome result = run_program(tiny_train(folder / "text.txt", folder / "out", {"--steps", "3", "--json"}));
  REQUIRE(result.status == 0);
  CHECK(nlohmann::json::parse(result.out) == read_summary_of(folder / "out"));
  CHECK(result.err.find("held-out") != std::string::npos);
}

TEST_CASE("where stdout is no terminal there are ten lines of progress per method") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  const outcome result = run_program(tiny_train(folder / "text.txt", folder / "out", {"--steps", "40"}));
  std::istringstream lines(result.out);
  int shown = 0;
  for (std::string line; std::getline(lines, line);) shown += line.find("tokens/s") != std::string::npos ? 1 : 0;
  CHECK(shown == 20);
  CHECK(result.out.find('\r') == std::string::npos);
}

TEST_CASE("the program says when gnuplot is not found and leaves the scripts") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  const outcome result = run_program(tiny_train(folder / "text.txt", folder / "out", {"--steps", "3"}));
  CHECK(result.status == 0);
  CHECK(result.out.find("gnuplot is not in PATH") != std::string::npos);
  for (const char* file : {"loss.gp", "loss.dat", "memory.gp", "memory.dat"}) {
    CHECK(std::filesystem::exists(folder.path() / "out" / file));
  }
  CHECK_FALSE(std::filesystem::exists(folder.path() / "out" / "loss.svg"));
}

TEST_CASE("the plots are drawn where gnuplot is found") {
  const auto gnuplot = blockopt::program::find_gnuplot();
  if (!gnuplot) {
    blockopt_tests::skip("gnuplot is not in PATH");
    return;
  }
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  const outcome result =
      run_program(tiny_train(folder / "text.txt", folder / "it's here", {"--steps", "4", "--repeat", "2"}),
                  gnuplot->parent_path().string());
  CHECK(result.status == 0);
  CAPTURE(result.out);
  for (const char* plot : {"loss.svg", "memory.svg"}) {
    const std::string svg = read_file(folder.path() / "it's here" / plot);
    CHECK(svg.ends_with("</svg>\n\n"));
    CHECK(svg.find("badam") != std::string::npos);
  }
}

TEST_CASE("a shape file has the keys of a Llama configuration") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  write_file(folder / "shape.json",
             R"({"num_hidden_layers": 1, "hidden_size": 24, "num_attention_heads": 4, "num_key_value_heads": 2,
                 "intermediate_size": 40, "rope_theta": 5000.0, "rms_norm_eps": 1e-6, "tie_word_embeddings": true})");
  const outcome result =
      run_program({"train", "--text", folder / "text.txt", "--shape", folder / "shape.json", "--context", "8",
                   "--batch", "2", "--steps", "2", "--eval-tokens", "16", "--out", folder / "out"});
  CAPTURE(result.err);
  REQUIRE(result.status == 0);
  const auto summary = read_summary_of(folder / "out");
  CHECK(summary["configuration"]["hidden"] == 40);
  CHECK(summary["configuration"]["rope_base"] == 5000.0);
  CHECK(summary["methods"]["adam"]["parameters"] == 256 * 24 + 2 * 24 * 24 + 2 * 12 * 24 + 3 * 24 * 40 + 2 * 24 + 24);
}
