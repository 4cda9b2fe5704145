// SPDX-License-Identifier: MIT
// Part of blockopt: tests of the program's exit statuses and messages.

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "run_program.hpp"

using namespace program_test;

namespace {

/// One line, and nothing else.
bool is_one_line(const std::string& text) {
  return std::ranges::count(text, '\n') == 1 && text.ends_with('\n') && text.starts_with("blockopt: ");
}

}  // namespace

TEST_CASE("wrong arguments end with status 2 and one line that names the culprit") {
  const std::vector<std::pair<arguments, std::string>> cases{
      {{}, "subcommand"},
      {{"fly"}, "fly"},
      {{"train", "--speed", "9"}, "--speed"},
      {{"train", "--steps", "0"}, "--steps"},
      {{"train", "--steps", "many"}, "--steps"},
      {{"train", "--steps", "-4"}, "--steps"},
      {{"train", "--dtype", "f8"}, "--dtype"},
      {{"train", "--text", "a", "--tokens", "b"}, "--tokens"},
      {{"train", "--token-bits", "16"}, "--token-bits"},
      {{"train", "--tokens", "a", "--token-bits", "24"}, "--token-bits"},
      {{"train", "--backend", "cuda"}, "--backend"},
      {{"train", "--partition", "bytes"}, "--partition"},
      {{"train", "--partition", "bytes[0]"}, "bytes[0]"},
      {{"train", "--partition", "bytes[x]"}, "bytes[x]"},
      {{"train", "--partition", "bytes[99999999999]"}, "99999999999 blocks"},
      {{"train", "--partition", "ratio[1.5]"}, "ratio[1.5]"},
      {{"train", "--partition", "ratio[0.1;random]"}, "ratio[0.1;random]"},
      {{"train", "--order", "subset[0]"}, "0 blocks"},
      {{"train", "--order", "subset[99]"}, "99 blocks"},
      {{"train", "--order", "subset[1,2]"}, "subset[1,2]"},
      {{"train", "--method", "adam,lion"}, "lion"},
      {{"train", "--method", "adam,adam"}, "adam"},
      {{"train", "--method", "adam,"}, "--method"},
      {{"train", "--learning-rate", "-1"}, "--learning-rate"},
      {{"train", "--learning-rate", "0"}, "--learning-rate"},
      {{"train", "--learning-rate", "fast"}, "fast"},
      {{"train", "--learning-rate", "nan"}, "nan"},
      {{"train", "--learning-rate", "adam=1e-3,sgd=1"}, "sgd=1"},
      {{"train", "--learning-rate", "adam=1e-3,adam=1"}, "adam"},
      {{"train", "--order", "random"}, "random"},
      {{"train", "--order", "fixed"}, "fixed"},
      {{"train", "--order", "fixed[x]"}, "fixed[x]"},
      {{"train", "--order", "fixed[1,2]"}, "fixed[1,2]"},
      {{"train", "--order", "list[]"}, "list[]"},
      {{"train", "--order", "list[0,99]"}, "99"},
      {{"train", "--order", "fixed[8]"}, "8"},
      {{"train", "--switch-every", "0"}, "--switch-every"},
      {{"train", "--switch-every", "often"}, "often"},
      {{"train", "--steps", "5", "--seconds", "5"}, "--seconds"},
      {{"train", "--seconds", "5", "--schedule", "cosine"}, "cosine"},
      {{"train", "--steps", "5", "--warmup", "5"}, "--warmup"},
      {{"train", "--write-back", "stochastic"}, "--write-back"},
      {{"train", "--dtype", "bf16", "--write-back", "kahan", "--master", "on"}, "--master off"},
      {{"train", "--master", "off"}, "--master"},
      {{"train", "--method", "adam", "--memory", "drop"}, "--memory"},
      {{"train", "--method", "sgd", "--order", "ascending"}, "--order"},
      {{"train", "--method", "adam", "--switch-every", "5"}, "--switch-every"},
      {{"train", "--method", "adam", "--partition", "layers"}, "--partition"},
      {{"train", "--width", "100", "--heads", "7"}, "heads"},
      {{"train", "--heads", "6", "--kv-heads", "4"}, "kv_heads"},
      {{"train", "--threads", "0"}, "--threads"},
      {{"train", "--clip-norm", "0"}, "--clip-norm"},
      {{"train", "--seed", "1", "--seed", "2"}, "--seed"},
  };
  const temporary_folder folder;
  for (const auto& [given, culprit] : cases) {
    arguments args = given;
    if (args.size() > 1) args.insert(args.end(), {"--out", folder / "out"});
    const outcome result = run_program(args);
    CAPTURE(result.err);
    const std::string expected = culprit;  // clang 14 cannot capture a structured binding
    CAPTURE(expected);
    CHECK(result.status == 2);
    CHECK(result.out.empty());
    CHECK(is_one_line(result.err));
    CHECK(result.err.find(expected) != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder / "out"));
  }
}

TEST_CASE("help names every flag with its default and ends with status 0") {
  const outcome result = run_program({"train", "--help"});
  CHECK(result.status == 0);
  CHECK(result.err.empty());
  for (const char* flag :
       {"--text",         "--layers",          "--width",      "--heads",         "--kv-heads",
        "--context",      "--batch",           "--shape",      "--init",          "--dtype",
        "--method",       "--partition",       "--order",      "--switch-every",  "--learning-rate",
        "--weight-decay", "--schedule",        "--warmup",     "--write-back",    "--memory",
        "--master",       "--backend",         "--clip-norm",  "--accumulate",    "--tied-head",
        "--steps",        "--seconds",         "--eval-every", "--eval-tokens",   "--repeat",
        "--out",          "--tokens",          "--token-bits", "--save",          "--force",
        "--seed",         "--threads",         "--json",       "--device-memory", "--gradients",
        "--checksums",    "--reuse",           "--samples",    "--prefix-cache",  "--prefix-cache-file",
        "--correction",   "--checkpoint-every"}) {
    const std::string name = flag;
    CAPTURE(name);
    CHECK(result.out.find("  " + name + " ") != std::string::npos);
  }
  for (const char* text : {"=blockopt-out/train", "=adam,badam", "=layers+ends", "=reshuffle", "=auto", "=drop"}) {
    CAPTURE(text);
    CHECK(result.out.find(text) != std::string::npos);
  }
  CHECK(run_program({"--version"}).status == 0);
}

TEST_CASE("a run that cannot start ends with status 1 and names the file") {
  const temporary_folder folder;
  write_file(folder / "short.txt", sample_text(100));
  write_file(folder / "text.txt", sample_text(4000));
  write_file(folder / "bad.json", "{\"hidden_size\": 16}");
  const std::vector<std::pair<arguments, std::string>> cases{
      {tiny_train(folder / "none.txt", folder / "a"), "none.txt"},
      {tiny_train(folder.path().string(), folder / "a"), folder.path().string()},
      {tiny_train(folder / "short.txt", folder / "a"), "short.txt"},
      {tiny_train(folder / "text.txt", folder / "text.txt/under"), "text.txt/under"},
      {tiny_train(folder / "text.txt", folder / "text.txt"), "text.txt"},
      {{"train", "--shape", folder / "none.json"}, "none.json"},
      {{"train", "--init", folder / "none.safetensors"}, "none.safetensors"},
      {{"train", "--init", folder / "text.txt"}, "text.txt"},
      {{"train", "--init", folder.path().string()}, "model.safetensors"},
      {{"train", "--tokens", folder / "none.bin", "--out", folder / "a"}, "none.bin"},
      {{"train", "--shape", folder / "bad.json"}, "num_hidden_layers"},
  };
  for (const auto& [args, culprit] : cases) {
    const outcome result = run_program(args);
    CAPTURE(result.err);
    const std::string expected = culprit;
    CAPTURE(expected);
    CHECK(result.status == 1);
    CHECK(is_one_line(result.err));
    CHECK(result.err.find(expected) != std::string::npos);
  }
}

TEST_CASE("a full disk ends a run with status 1 and the name of the file") {
  if (!std::filesystem::exists("/dev/full")) return;
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(4000));
  for (const char* file : {"trace.csv", "summary.json.part"}) {
    const std::string out = folder / (std::string("out-") + file);
    std::filesystem::create_directory(out);
    std::filesystem::create_symlink("/dev/full", out + "/" + file);
    const outcome result = run_program(tiny_train(folder / "text.txt", out, {"--steps", "4"}));
    CAPTURE(result.err);
    CHECK(result.status == 1);
    CHECK(is_one_line(result.err));
    CHECK(result.err.find(std::string(file).substr(0, 7)) != std::string::npos);
    CHECK(result.err.find("No space left") != std::string::npos);
  }
}

TEST_CASE("a loss that is not finite ends a run with status 1 and keeps what was measured") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(4000));
  const std::string out = folder / "out";
  const outcome result = run_program(tiny_train(
      folder / "text.txt", out, {"--method", "adam,sgd", "--learning-rate", "adam=1e-3,sgd=1e30", "--steps", "8"}));
  CAPTURE(result.err);
  CHECK(result.status == 1);
  CHECK(is_one_line(result.err));
  CHECK(result.err.find("not finite: sgd, repeat 0, step ") != std::string::npos);
  const auto methods = column(read_csv(out + "/trace.csv"), "method");
  CHECK(std::ranges::count(methods, "adam") == 8);
  CHECK(std::ranges::count(methods, "sgd") < 8);
  const auto summary = read_summary_of(out);
  CHECK(summary["status"] == "failed");
  CHECK(summary["reason"].get<std::string>().find("sgd") != std::string::npos);
  CHECK(summary["methods"]["adam"]["steps"] == 8);
}

TEST_CASE("Ctrl-C finishes the step and writes all files with status 130") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(4000));
  const std::string out = folder / "out";
  const std::filesystem::path trace = out + "/trace.csv";
  const arguments args = tiny_train(folder / "text.txt", out, {"--seconds", "1000", "--eval-every", "1"});
  const outcome result = run_program(args, "/nonexistent", [&] {
    std::error_code missing;
    return std::filesystem::file_size(trace, missing) > 200 && !missing;
  });
  CAPTURE(result.err);
  CHECK(result.status == 130);
  CHECK(is_one_line(result.err));
  const auto summary = read_summary_of(out);
  CHECK(summary["status"] == "interrupted");
  const auto csv = read_csv(trace);
  CHECK(summary["methods"]["adam"]["steps"] == csv.size() - 1);
  CHECK(csv.back().size() == csv.front().size());
  CHECK(std::filesystem::exists(out + "/loss.gp"));
  // The same run starts again: it is not done.
  const outcome again = run_program(args, "/nonexistent", [&] {
    return read_summary_of(out)["status"] == "running" && std::filesystem::file_size(trace) > 200;
  });
  CHECK(again.status == 130);
  CHECK(again.out.find("starting again") != std::string::npos);
}
