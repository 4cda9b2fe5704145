// SPDX-License-Identifier: MIT
// Part of blockopt: tests of train's checkpoints: a run that was killed goes on to the same end.

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/select/random_stream.hpp>

#include "run_program.hpp"

using namespace program_test;

namespace {

/// trace.csv without its times.
std::vector<std::vector<std::string>> trace_of(const std::string& folder) {
  auto rows = read_csv(folder + "/trace.csv");
  std::vector<std::size_t> times;
  for (std::size_t c = rows.at(0).size(); c-- > 0;) {
    const std::string& name = rows[0][c];
    if (name == "seconds" || name.ends_with("_s")) times.push_back(c);
  }
  for (auto& row : rows) {
    for (const std::size_t c : times) row.erase(row.begin() + static_cast<std::ptrdiff_t>(c));
  }
  return rows;
}

arguments with(arguments args, const arguments& more) {
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

}  // namespace

TEST_CASE("a run that is killed again and again goes on from its checkpoints to the same bits") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  const std::string whole = folder / "whole", killed = folder / "killed";
  const arguments more{
      "--method", "adam,badam",   "--steps",  "40",   "--switch-every", "3", "--accumulate", "2",          "--dtype",
      "bf16",     "--save",       "--memory", "keep", "--repeat",       "2", "--write-back", "stochastic", "--warmup",
      "9",        "--eval-every", "4"};
  REQUIRE(run_program(tiny_train(folder / "text.txt", whole, more)).status == 0);
  const arguments again = with(tiny_train(folder / "text.txt", killed, more), {"--checkpoint-every", "3"});
  blockopt::random_stream random{5};
  int kills = 0, resumed = 0;
  outcome last;
  for (int run = 0; run < 300; ++run) {
    using clock = std::chrono::steady_clock;
    const auto end = clock::now() + std::chrono::microseconds(1000 + random.below(40000));
    last = kills < 20 ? run_program(
                            again, "/nonexistent", [&] { return clock::now() > end; }, SIGKILL)
                      : run_program(again);
    resumed += last.out.find("resuming: ") != std::string::npos ? 1 : 0;
    if (last.status == 1000 + SIGKILL) ++kills;
    else break;
  }
  CAPTURE(last.err);
  CHECK(last.status == 0);
  CHECK(resumed > 0);
  CHECK(kills > 0);
  CHECK(trace_of(killed) == trace_of(whole));
  for (const char* model : {"/adam-0", "/badam-0", "/adam-1", "/badam-1"}) {
    CHECK(read_file(killed + model + "/model.safetensors") == read_file(whole + model + "/model.safetensors"));
  }
  const auto a = read_summary_of(whole), b = read_summary_of(killed);
  CHECK(b["status"] == "complete");
  CHECK(b["configuration"] == a["configuration"]);
  for (const char* method : {"adam", "badam"}) {
    for (const char* key : {"planned_bytes", "measured_bytes", "train_loss", "eval_loss"})
      CHECK(b["methods"][method][key] == a["methods"][method][key]);
  }
  CHECK_FALSE(std::filesystem::exists(killed + "/checkpoint"));
}

TEST_CASE("a run that was killed between its last line and its last clean-up leaves no checkpoint behind") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  const arguments run = with(tiny_train(folder / "text.txt", folder / "out", {"--method", "badam", "--steps", "8"}),
                             {"--checkpoint-every", "3"});
  REQUIRE(run_program(run).status == 0);
  REQUIRE_FALSE(std::filesystem::exists(folder / "out/checkpoint"));
  std::filesystem::create_directory(folder / "out/checkpoint");
  write_file(folder / "out/checkpoint/run.json", "{}");
  const outcome again = run_program(run);
  CHECK(again.status == 0);
  CHECK(again.out.find("skipped: ") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder / "out/checkpoint"));
}

TEST_CASE("a run that uses samples again and corrects the layers above goes on to the same losses") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  const std::string whole = folder / "whole", killed = folder / "killed";
  const arguments more{"--method",       "badam", "--steps",      "300",       "--switch-every", "6",
                       "--reuse",        "3",     "--order",      "ascending", "--correction",   "sgd[0.1]",
                       "--prefix-cache", "10MB",  "--eval-every", "50"};
  REQUIRE(run_program(tiny_train(folder / "text.txt", whole, more)).status == 0);
  const arguments again = with(tiny_train(folder / "text.txt", killed, more), {"--checkpoint-every", "4"});
  const auto there = [&] { return std::filesystem::exists(killed + "/checkpoint/progress.json"); };
  REQUIRE(run_program(again, "/nonexistent", there, SIGKILL).status == 1000 + SIGKILL);
  REQUIRE(run_program(again).status == 0);
  CHECK(column(read_csv(killed + "/trace.csv"), "train_loss") == column(read_csv(whole + "/trace.csv"), "train_loss"));
  CHECK(column(read_csv(killed + "/trace.csv"), "eval_loss") == column(read_csv(whole + "/trace.csv"), "eval_loss"));
}

TEST_CASE("a run goes on in a process with another number of threads, and not with another configuration") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  const std::string whole = folder / "whole", killed = folder / "killed";
  const arguments more{"--method",           "badam", "--steps",      "300", "--switch-every", "3",
                       "--checkpoint-every", "2",     "--eval-every", "100", "--memory",       "offload"};
  REQUIRE(run_program(tiny_train(folder / "text.txt", whole, more)).status == 0);
  const auto there = [&] { return std::filesystem::exists(killed + "/checkpoint/progress.json"); };
  const arguments first = tiny_train(folder / "text.txt", killed, more);
  REQUIRE(run_program(first, "/nonexistent", there, SIGKILL).status == 1000 + SIGKILL);
  REQUIRE(there());

  const outcome refused = run_program(with(first, {"--seed", "2"}));
  CHECK(refused.status == 2);
  CHECK(refused.err.find("another seed") != std::string::npos);
  arguments two = first;
  for (std::size_t i = 0; i < two.size(); ++i) {
    if (two[i] == "--threads") two[i + 1] = "2";
  }
  const outcome resumed = run_program(two);
  if (resumed.err.find("without OpenMP") == std::string::npos) {
    CHECK(resumed.status == 0);
    CHECK(resumed.out.find("resuming: ") != std::string::npos);
    CHECK(trace_of(killed) == trace_of(whole));
    const auto planned = read_summary_of(killed)["methods"]["badam"]["planned_bytes"];
    CHECK(planned["offloaded"] > 0);
    CHECK(planned == read_summary_of(whole)["methods"]["badam"]["planned_bytes"]);
  }

  // Ctrl-C leaves a checkpoint too; one that is damaged is refused by name.
  const std::string stopped = folder / "stopped";
  const auto begun = [&] { return std::filesystem::exists(stopped + "/checkpoint/progress.json"); };
  const arguments third = tiny_train(folder / "text.txt", stopped, more);
  CHECK(run_program(third, "/nonexistent", begun).status == 130);
  for (const auto& file : std::filesystem::directory_iterator(stopped + "/checkpoint")) {
    if (file.path().extension() != ".safetensors") continue;
    std::string bytes = read_file(file.path());
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    write_file(file.path(), bytes);
  }
  const outcome damaged = run_program(third);
  CHECK(damaged.status == 1);
  CHECK(damaged.err.find(".safetensors' is damaged") != std::string::npos);
  CHECK(run_program(with(third, {"--force"})).status == 0);
  CHECK(trace_of(stopped) == trace_of(whole));
}
