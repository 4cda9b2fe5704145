// SPDX-License-Identifier: MIT
// Part of blockopt: tests of the subcommands run, resume, list, info and compare.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "run_program.hpp"

using namespace program_test;

namespace {

arguments run_of(const std::string& out, const arguments& more = {}) {
  arguments all{"run", "--problem", "quadratic[n=30;cond=100]", "--out", out, "--threads", "1"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// trace.csv without the column of the times.
std::string trace_without_times(const std::string& folder) {
  std::string text;
  for (const auto& row : read_csv(folder + "/trace.csv")) {
    for (std::size_t c = 0; c < row.size(); ++c) text += c == 11 ? "," : row[c] + ",";
    text += '\n';
  }
  return text;
}

std::size_t files_named(const std::filesystem::path& folder, const std::string& part) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    count += entry.path().filename().string().find(part) != std::string::npos ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("run multiplies its lists out and writes a trace and a summary") {
  const temporary_folder folder;
  const std::string out = folder / "out";
  const outcome r = run_program(run_of(out, {"--select", "cyclic,gs,uniform", "--repeat", "2", "--block-size", "7"}));
  REQUIRE(r.status == 0);
  const auto csv = read_csv(out + "/trace.csv");
  CHECK(csv[0] == std::vector<std::string>{"problem", "selection", "update", "memory", "repeat", "seed", "k", "epoch",
                                           "coordinate_updates", "gradient_evaluations", "flops", "time_s", "objective",
                                           "suboptimality", "gradient_norm", "duality_gap", "block", "state_bytes"});
  for (const auto& row : csv) REQUIRE(row.size() == csv[0].size());
  CHECK(std::ranges::count(column(csv, "k"), "0") == 6);
  for (std::size_t i = 1; i < csv.size(); ++i) CHECK((csv[i][6] == "0") == csv[i][16].empty());  // k and block
  const auto summary = read_summary_of(out);
  CHECK(summary["status"] == "complete");
  REQUIRE(summary["runs"].size() == 6);
  for (const auto& one : summary["runs"]) {
    CHECK(one["status"] == "converged");
    CHECK(one["reached"].get<double>() <= 1e-8);
    CHECK(one["constants"]["coordinates"] == 30);
    CHECK(one["rate"].get<double>() < 1);
    CHECK(one["theory_rate"].get<double>() < 1);
    CHECK(one["rate_interval"][0].get<double>() <= one["theory_rate"].get<double>());
    CHECK(!one["theorem"].get<std::string>().empty());
    CHECK(one["rate_interval"][0].get<double>() <= one["rate"].get<double>());
    const bool greedy = one["selection"] == "gs";
    CHECK((one["gradient_evaluations"].get<double>() > one["coordinate_updates"].get<double>()) == greedy);
  }
  // deterministic policies repeat themselves, random ones do not
  const auto updates = [&](std::size_t i) { return summary["runs"][i]["objective"].get<double>(); };
  CHECK(updates(0) == updates(1));
  CHECK(updates(2) == updates(3));
  CHECK(updates(4) != updates(5));
}

TEST_CASE("a run is the same whatever runs beside it") {
  const temporary_folder folder;
  const std::string together = folder / "together", jobs = folder / "jobs", alone = folder / "alone";
  REQUIRE(run_program(run_of(together, {"--select", "reshuffle,uniform,gs", "--repeat", "2"})).status == 0);
  REQUIRE(run_program(run_of(jobs, {"--select", "reshuffle,uniform,gs", "--repeat", "2", "--jobs", "3"})).status == 0);
  REQUIRE(run_program(run_of(alone, {"--select", "uniform", "--repeat", "2"})).status == 0);
  CHECK(trace_without_times(together) == trace_without_times(jobs));
  const std::string lines = trace_without_times(alone);
  CHECK(trace_without_times(together).find(lines.substr(lines.find('\n') + 1)) != std::string::npos);
}

TEST_CASE("an interrupted run goes on to the trace of one that was not") {
  const temporary_folder folder;
  const std::string whole = folder / "whole", cut = folder / "cut";
  const arguments more{"--select", "uniform,reshuffle", "--record", "every",         "--tol",
                       "0",        "--update",          "gradient", "--max-updates", "40000"};
  REQUIRE(run_program(run_of(whole, more)).status == 0);
  const auto midway = [&] {
    std::error_code ignored;
    if (!std::filesystem::exists(cut + "/runs", ignored)) return false;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(cut + "/runs", ignored)) {
      if (entry.path().filename() == "rows.csv" && entry.file_size(ignored) > 100'000) return true;
    }
    return false;
  };
  const outcome first = run_program(run_of(cut, more), "/nonexistent", midway);
  REQUIRE(first.status == 130);
  CHECK(first.err.find("interrupted") != std::string::npos);
  CHECK(read_summary_of(cut)["status"] == "interrupted");
  CHECK(files_named(cut, "state-") == 1);
  const outcome second = run_program({"resume", cut});
  REQUIRE(second.status == 0);
  CHECK(trace_without_times(whole) == trace_without_times(cut));
  CHECK(read_summary_of(cut)["status"] == "complete");
  CHECK(files_named(cut, "state-") == 0);
  CHECK(files_named(cut, "progress") == 0);
  // and once more: nothing is left to do
  const outcome third = run_program(run_of(cut, more));
  CHECK(third.status == 0);
  CHECK(third.out.find("2 of 2 runs are there already") != std::string::npos);
  CHECK(trace_without_times(whole) == trace_without_times(cut));
}

TEST_CASE("results of another configuration are not overwritten and runs that are wanted again are kept") {
  const temporary_folder folder;
  const std::string out = folder / "out";
  REQUIRE(run_program(run_of(out, {"--select", "cyclic"})).status == 0);
  const std::string before = read_file(out + "/trace.csv");
  const outcome refused = run_program(run_of(out, {"--select", "cyclic,gs"}));
  CHECK(refused.status == 2);
  CHECK(refused.err.find("another configuration (select)") != std::string::npos);
  CHECK(read_file(out + "/trace.csv") == before);
  const outcome forced = run_program(run_of(out, {"--select", "cyclic,gs", "--force"}));
  CHECK(forced.status == 0);
  CHECK(forced.out.find("1 of 2 runs are there already") != std::string::npos);
  CHECK(read_file(out + "/trace.csv").starts_with(before));
}

TEST_CASE("wrong arguments of run are named in one line") {
  const temporary_folder folder;
  const std::string out = folder / "out";
  const auto refusal = [&](const arguments& args) {
    const outcome r = run_program(args);
    CHECK(r.status == 2);
    CHECK(std::ranges::count(r.err, '\n') == 1);
    CHECK(r.out.find("converged") == std::string::npos);
    return r.err;
  };
  const auto with = [&](const arguments& more) { return refusal(run_of(out, more)); };
  CHECK(with({"--select", "nobody"}).find("no selection 'nobody'") != std::string::npos);
  CHECK(with({"--select", "gs,gs"}).find("'gs' is named twice") != std::string::npos);
  CHECK(with({"--select", "gs[a=1]"}).find("there is no parameter 'a'") != std::string::npos);
  CHECK(with({"--select", "gs[a=1"}).find("does not end where its bracket closes") != std::string::npos);
  CHECK(with({"--select", "subset[size=two]"}).find("size=two is no whole number") != std::string::npos);
  CHECK(with({"--select", "subset[size=31]"}).find("31 blocks at once") != std::string::npos);
  CHECK(with({"--select", "gs", "--update", "leap"}).find("no update 'leap'") != std::string::npos);
  CHECK(with({"--select", "gs", "--update", "gradient[relaxation=2]"}).find("relaxation = 2") != std::string::npos);
  CHECK(with({"--select", "gs", "--block-size", "0"}).find("--block-size 0") != std::string::npos);
  CHECK(with({"--select", "gs", "--block-size", "natural"}).find("no blocks of its own") != std::string::npos);
  CHECK(with({"--select", "gs", "--record", "some"}).find("--record some") != std::string::npos);
  CHECK(with({"--select", "gs", "--memory", "none"}).find("'none' is neither keep nor drop") != std::string::npos);
  CHECK(with({"--select", "gs", "--tol", "-1"}).find("--tol") != std::string::npos);
  CHECK(with({"--select", "gs", "--rng", "numpy-legacy"}).find("numpy-legacy") != std::string::npos);
  CHECK(with({"--select", "gs,heap"}).find("does not tell which") != std::string::npos);
  CHECK(refusal({"run", "--problem", "mystery", "--select", "gs", "--out", out}).find("'mystery'") !=
        std::string::npos);
  const auto of = [&](const std::string& problem, const arguments& more) {
    arguments all{"run", "--problem", problem, "--out", out};
    all.insert(all.end(), more.begin(), more.end());
    return refusal(all);
  };
  CHECK(of("test-function[name=bale]", {"--select", "gs"}).find("none of the name bale") != std::string::npos);
  CHECK(of("mlp[sizes=2+0+1]", {"--select", "gs"}).find("sizes are whole numbers") != std::string::npos);
  CHECK(of("mlp", {"--select", "gs"}).find("armijo_step, for one, estimates") != std::string::npos);
  CHECK(of("mlp", {"--select", "gsl", "--update", "adam"}).find("does not know L") != std::string::npos);
  CHECK(of("rosenbrock", {"--select", "gs", "--update", "newton"}).find("cannot do that") != std::string::npos);
  CHECK(of("group-lasso", {"--select", "gs"}).find("give --block-size natural") != std::string::npos);
  CHECK(of("group-lasso", {"--select", "gs", "--block-size", "7"}).find("a part of group 1") != std::string::npos);
  CHECK(of("group-lasso", {"--select", "top", "--block-size", "natural"}).find("whole groups") != std::string::npos);
  CHECK(refusal({"info", "mystery"}).find("no 'mystery'") != std::string::npos);
  CHECK(refusal({"list", "mysteries"}).find("no 'mysteries'") != std::string::npos);
  const outcome missing = run_program(run_of(out, {"--select", "gs", "--data", folder / "none.svm"}));
  CHECK(missing.status == 1);
  CHECK(missing.err.find("none.svm") != std::string::npos);
  CHECK(run_program({"resume", folder / "nowhere"}).status == 1);
}

TEST_CASE("numpy's numbers choose the blocks that numpy would") {
  const temporary_folder folder;
  const std::string out = folder / "out";
  REQUIRE(run_program(run_of(out, {"--select", "uniform", "--rng", "numpy-legacy", "--record", "every", "--max-updates",
                                   "8", "--tol", "0", "--seed", "1"}))
              .status == 0);
  const auto blocks = column(read_csv(out + "/trace.csv"), "block");
  // numpy.random.RandomState(1).randint(30, size=1), eight times
  CHECK(blocks == std::vector<std::string>{"", "5", "11", "12", "8", "9", "11", "5", "15"});
}

TEST_CASE("list and info tell of every name") {
  const outcome all = run_program({"list"});
  CHECK(all.status == 0);
  const outcome listed = run_program({"list", "--json"});
  const auto entries = nlohmann::json::parse(listed.out);
  CHECK(entries.size() > 30);
  for (const char* const name : {"test-function", "rosenbrock", "mlp", "group-lasso", "simplex-least-squares"})
    CHECK(std::ranges::any_of(entries, [&](const auto& e) { return e["kind"] == "problems" && e["name"] == name; }));
  for (const auto& e : entries) {
    const auto name = e["name"].get<std::string>();
    CHECK(all.out.find("  " + name + " ") != std::string::npos);
    CHECK(!e["summary"].get<std::string>().empty());
  }
  const outcome info = run_program({"info", "gs"});
  CHECK(info.status == 0);
  CHECK(info.out.find("arXiv 1506.00552") != std::string::npos);
  CHECK(info.out.find("1 - mu_1/L_max") != std::string::npos);
}

TEST_CASE("compare sets two folders side by side") {
  const temporary_folder folder;
  const std::string a = folder / "a", b = folder / "b";
  REQUIRE(run_program(run_of(a, {"--select", "cyclic,gs"})).status == 0);
  REQUIRE(run_program(run_of(b, {"--select", "gs,uniform"})).status == 0);
  const outcome r = run_program({"compare", a, b});
  CHECK(r.status == 0);
  CHECK(r.out.find("only in A: quadratic[n=30;cond=100] cyclic") != std::string::npos);
  CHECK(r.out.find("only in B: quadratic[n=30;cond=100] uniform") != std::string::npos);
  const auto j = nlohmann::json::parse(run_program({"compare", a, b, "--json"}).out);
  REQUIRE(j["runs"].size() == 1);
  CHECK(j["runs"][0]["same_configuration"] == true);
  CHECK(j["runs"][0]["same_objective"] == true);
  CHECK(run_program({"compare", a, folder / "none"}).status == 1);
}
