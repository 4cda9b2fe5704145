// SPDX-License-Identifier: MIT
// Part of blockopt's tests: train with gradients that are consumed as they are produced, and what it tells of its work.

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "run_program.hpp"

using namespace program_test;

namespace {

/// Methods, steps, blocks and losses of a run.
std::vector<std::vector<std::string>> losses_of(const std::string& out, const std::set<std::string>& methods) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : read_csv(out + "/trace.csv")) {
    if (methods.contains(row[0])) rows.push_back({row[0], row[2], row[4], row[7], row[8]});
  }
  return rows;
}

arguments with(arguments all, const arguments& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace

TEST_CASE("gradients that are consumed give the losses of stored ones, and are not in memory") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  for (const std::string dtype : {"f32", "bf16"}) {
    CAPTURE(dtype);
    const arguments run{"--method", "adam,badam,bsgd", "--steps",    "9",      "--dtype", dtype, "--switch-every",
                        "2",        "--write-back",    "stochastic", "--force"};
    const auto run_to = [&](const std::string& out, const arguments& more) {
      arguments args = with(tiny_train(folder / "text.txt", folder / out, run), more);
      if (dtype == "f32")
        args.erase(std::ranges::find(args, "--write-back"), std::ranges::find(args, "--write-back") + 2);
      REQUIRE(run_program(args).status == 0);
      return read_summary_of(folder / out);
    };
    run_to("stored", {});
    const auto summary = run_to("consumed", {"--gradients", "consume"});
    const std::set<std::string> methods{"adam", "badam", "bsgd"};
    CHECK(losses_of(folder / "stored", methods) == losses_of(folder / "consumed", methods));
    for (const auto& [name, m] : summary["methods"].items()) CHECK(m["measured_bytes"]["gradients"] == 0);
  }
}

TEST_CASE("lomo is SGD with no memory but the largest gradient") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  REQUIRE(
      run_program(tiny_train(folder / "text.txt", folder / "out", {"--method", "sgd,lomo", "--steps", "5"})).status ==
      0);
  auto lomo = losses_of(folder / "out", {"lomo"});
  for (auto& row : lomo) row[0] = "sgd";
  CHECK(lomo == losses_of(folder / "out", {"sgd"}));
  const auto methods = read_summary_of(folder / "out")["methods"];
  for (const char* kind : {"gradients", "master", "state"}) CHECK(methods["lomo"]["measured_bytes"][kind] == 0);
  // The embedding's or the head's, that of a norm, and the stream behind a norm: 256 x 16, 16 and 2 x 16 x 16 numbers.
  CHECK(methods["lomo"]["measured_bytes"]["activations"].get<std::size_t>() ==
        methods["sgd"]["measured_bytes"]["activations"].get<std::size_t>() + 4 * (256 * 16 + 16 + 2 * 16 * 16));
  for (const std::string flag : {"--clip-norm", "--accumulate"}) {
    const outcome refused =
        run_program(tiny_train(folder / "text.txt", folder / "none", {"--method", "lomo", flag, "2"}));
    CHECK(refused.status == 2);
    CHECK(
        refused.err.find(flag + " needs the whole gradient before the first update; it contradicts the method lomo") !=
        std::string::npos);
  }
}

TEST_CASE("checksums tell the blocks that were visited from all others") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  const outcome result = run_program(
      tiny_train(folder / "text.txt", folder / "out",
                 {"--method", "badam", "--order", "list[0,2]", "--switch-every", "1", "--steps", "2", "--checksums"}));
  REQUIRE(result.status == 0);
  CHECK(result.out.find("changed blocks 0, 2; untouched, bit by bit: 2 of 4 blocks\n") != std::string::npos);
  const auto sums = read_summary_of(folder / "out")["methods"]["badam"]["checksums"];
  REQUIRE(sums["blocks"].size() == 4);
  for (std::size_t b = 0; b < 4; ++b) {
    const auto& one = sums["blocks"][b];
    CHECK(one["block"] == b);
    CHECK(one["changed"] == (b % 2 == 0));
    CHECK((one["before"] != one["after"]) == (b % 2 == 0));
  }
  const outcome frozen = run_program(
      tiny_train(folder / "text.txt", folder / "frozen",
                 {"--method", "badam", "--partition", "layers", "--order", "fixed[1]", "--steps", "1", "--checksums"}));
  CHECK(frozen.out.find("changed blocks 1; untouched, bit by bit: 1 of 2 blocks and the values in no block\n") !=
        std::string::npos);
}

TEST_CASE("the work of each block is counted: the lower it lies, the longer its backward pass") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  REQUIRE(run_program(tiny_train(folder / "text.txt", folder / "out",
                                 {"--method", "badam", "--partition", "layers", "--order", "ascending",
                                  "--switch-every", "2", "--steps", "4"}))
              .status == 0);
  const auto work = read_summary_of(folder / "out")["methods"]["badam"]["work_by_block"];
  REQUIRE(work.size() == 2);
  const double tokens = 32, matrices = 2 * tokens * (4 * 16 * 16 + 3 * 16 * 64), head = 2 * tokens * 256 * 16;
  for (std::size_t b = 0; b < 2; ++b) {
    CHECK(work[b]["block"] == std::to_string(b));
    CHECK(work[b]["steps"] == 2);
    CHECK(work[b]["weight_gradient_flops"] == matrices);
    CHECK(work[b]["forward_flops"] == work[0]["forward_flops"]);
  }
  const double attention = (work[0]["forward_flops"].get<double>() - head) / 2 - matrices;
  CHECK(work[0]["input_gradient_flops"].get<double>() - work[1]["input_gradient_flops"].get<double>() ==
        matrices + 2.5 * attention);
  const auto csv = read_csv(folder / "out/trace.csv");
  CHECK(std::stod(column(csv, "input_gradient_flops")[0]) == work[0]["input_gradient_flops"]);
}

TEST_CASE("few steps are evaluated at the end only, on the tokens of eight steps") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  const arguments run{
      "train",       "--text", folder / "text.txt", "--layers", "1",       "--width", "16",        "--heads", "2",
      "--context",   "8",      "--batch",           "1",        "--steps", "19",      "--threads", "1",       "--out",
      folder / "out"};
  REQUIRE(run_program(run).status == 0);
  const auto evaluations = column(read_csv(folder / "out/trace.csv"), "eval_loss");
  CHECK(std::ranges::count(evaluations, "") == 2 * 18);
  CHECK(read_summary_of(folder / "out")["configuration"]["eval_tokens"] == 64);
}

TEST_CASE(
    "losses are the same with and without a prefix cache, also where it holds some batches only, or lies in a file") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  const std::string stream = std::to_string(2 * 16 * 16 * 4);  // bytes of one batch's
  for (const arguments& more : std::vector<arguments>{
           {"--order", "ascending", "--samples", "round"},
           {"--order", "ascending", "--partition", "layers"},
           {"--order", "reshuffle", "--samples", "round", "--dtype", "bf16"},
           {"--order", "descending", "--partition", "matrices", "--accumulate", "2"},
           {"--order", "subset[2]", "--samples", "round", "--gradients", "consume"},
           {"--partition", "ratio[0.3]"},
           {"--partition", "layers", "--order", "ascending", "--correction", "sgd[0.1]"},
       }) {
    CAPTURE(more[1]);
    const auto run = [&](const std::string& out, const arguments& cache) {
      const outcome result = run_program(with(
          with(tiny_train(folder / "text.txt", folder / out,
                          {"--method", "badam", "--steps", "24", "--switch-every", "5", "--reuse", "2", "--force"}),
               more),
          cache));
      CAPTURE(result.err);
      REQUIRE(result.status == 0);
      const auto m = read_summary_of(folder / out)["methods"]["badam"];
      CHECK(m["planned_bytes"] == m["measured_bytes"]);
      return m["flops"].get<double>();
    };
    const double plain = run("plain", {});
    const double cached = run("cached", {"--prefix-cache", "1MB"});
    const double some = run("some", {"--prefix-cache", stream});
    const double in_file = run("file", {"--prefix-cache", "1MB", "--prefix-cache-file", folder.path().string()});
    for (const char* out : {"cached", "some", "file"})
      CHECK(losses_of(folder / out, {"badam"}) == losses_of(folder / "plain", {"badam"}));
    CHECK(in_file == cached);
    if (more.back() == "ratio[0.3]") {  // the embedding is a part of every block
      CHECK(cached == plain);
    } else if (more[1] != "subset[2]") {  // whose visits may all begin at the bottom
      CHECK(cached < some);
      CHECK(some < plain);
    }
  }
}

TEST_CASE("a visit uses each batch so often, and a round the same ones") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  // Nothing is learned: equal losses are equal batches.
  const auto losses = [&](const arguments& more) {
    REQUIRE(run_program(with(tiny_train(folder / "text.txt", folder / "out",
                                        {"--method", "bsgd", "--learning-rate", "1e-30", "--partition", "layers",
                                         "--order", "ascending", "--switch-every", "6", "--steps", "24", "--force"}),
                             more))
                .status == 0);
    return column(read_csv(folder / "out/trace.csv"), "train_loss");
  };
  const auto distinct = [](const std::vector<std::string>& all, std::size_t first, std::size_t last) {
    return std::set<std::string>(all.begin() + static_cast<std::ptrdiff_t>(first),
                                 all.begin() + static_cast<std::ptrdiff_t>(last))
        .size();
  };
  const auto once = losses({});
  CHECK(distinct(once, 0, 24) == 24);
  CHECK(losses({"--prefix-cache", "1MB"}) == once);
  const auto thrice = losses({"--reuse", "3"});
  for (std::size_t visit = 0; visit < 4; ++visit) {
    CHECK(distinct(thrice, 6 * visit, 6 * visit + 6) == 2);
    CHECK(thrice[6 * visit] == once[2 * visit]);
  }
  CHECK(distinct(thrice, 0, 24) == 8);
  const auto rounds = losses({"--reuse", "3", "--samples", "round"});
  CHECK(distinct(rounds, 0, 12) == 2);
  CHECK(distinct(rounds, 12, 24) == 2);
  CHECK(distinct(rounds, 0, 24) == 4);
  const auto uneven = losses({"--reuse", "4"});
  CHECK(distinct(uneven, 0, 6) == 2);
}

TEST_CASE("a correction moves the blocks above the active one, or all, and no other value") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  const auto changed = [&](const std::string& correction) {
    REQUIRE(run_program(tiny_train(folder / "text.txt", folder / "out",
                                   {"--method", "badam", "--order", "fixed[1]", "--steps", "2", "--checksums",
                                    "--correction", correction, "--force"}))
                .status == 0);
    std::string all;
    const auto summary = read_summary_of(folder / "out");
    for (const auto& b : summary["methods"]["badam"]["checksums"]["blocks"])
      all += b["changed"].get<bool>() ? 'x' : '-';
    return all;
  };
  CHECK(changed("none") == "-x--");
  CHECK(changed("sgd[0.1]") == "-xxx");
  CHECK(changed("sign[0.01]") == "-xxx");
  CHECK(changed("sgd[0.1;all]") == "xxxx");
  const auto refused = [&](const arguments& more, const std::string& why) {
    const outcome result = run_program(with(tiny_train(folder / "text.txt", folder / "none", {}), more));
    CAPTURE(result.err);
    CHECK(result.status == 2);
    CHECK(result.err.find(why) != std::string::npos);
  };
  refused({"--correction", "sgd[0]"}, "'sgd[0]' is none of none, sgd[scale]");
  refused({"--correction", "adam[1]"}, "'adam[1]' is none of");
  refused({"--correction", "sgd[1]", "--dtype", "bf16", "--memory", "keep"}, "it needs --memory drop");
  refused({"--correction", "sgd[1]", "--dtype", "bf16", "--write-back", "kahan"}, "--write-back kahan contradicts it");
  refused({"--correction", "sgd[1]", "--partition", "ratio[0.5]"}, "needs blocks of whole parameters");
  refused({"--correction", "sgd[1]", "--accumulate", "2"}, "--accumulate contradicts it");
  refused({"--prefix-cache-file", "/tmp"}, "needs --prefix-cache");
  refused({"--prefix-cache", "much"}, "'much' is not a size");
  refused({"--reuse", "2", "--method", "adam"}, "--reuse needs a block method");
}
