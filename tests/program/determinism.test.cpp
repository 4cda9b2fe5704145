// SPDX-License-Identifier: MIT
// Part of blockopt: tests that a run of train depends on its seed alone.

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "run_program.hpp"

using namespace program_test;

namespace {

/// The losses of a run, as they stand in trace.csv: with all digits.
std::vector<std::string> losses_of(const std::string& folder, const std::string& method,
                                   const std::string& repeat = "0") {
  std::vector<std::string> cells;
  for (const auto& row : read_csv(folder + "/trace.csv")) {
    if (row[0] != method || row[1] != repeat) continue;
    cells.push_back(row[4] + " " + row[7] + " " + row[8]);
  }
  return cells;
}

}  // namespace

TEST_CASE("two runs with one seed have the same losses bit by bit on any number of threads") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  for (const char* dtype : {"f32", "bf16"}) {
    const std::string base = folder / dtype;
    const arguments more{"--steps", "12", "--switch-every", "2", "--dtype", dtype};
    REQUIRE(run_program(tiny_train(folder / "text.txt", base + "-a", more)).status == 0);
    REQUIRE(run_program(tiny_train(folder / "text.txt", base + "-b", more)).status == 0);
    arguments threads = tiny_train(folder / "text.txt", base + "-c", more);
    for (std::size_t i = 0; i < threads.size(); ++i) {
      if (threads[i] == "--threads") threads[i + 1] = std::string("2");
    }
    const outcome two = run_program(threads);
    for (const char* method : {"adam", "badam"}) {
      const auto a = losses_of(base + "-a", method);
      CHECK(a.size() == 12);
      CHECK(a == losses_of(base + "-b", method));
      if (two.status == 0) CHECK(a == losses_of(base + "-c", method));
    }
  }
}

TEST_CASE("methods see the same data and start whatever else runs and repeats see others") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  const arguments more{"--steps", "5", "--switch-every", "2", "--repeat", "2"};
  REQUIRE(run_program(tiny_train(folder / "text.txt", folder / "both", more)).status == 0);
  arguments alone = more;
  alone.insert(alone.end(), {"--method", "badam"});
  REQUIRE(run_program(tiny_train(folder / "text.txt", folder / "alone", alone)).status == 0);
  CHECK(losses_of(folder / "both", "badam", "1") == losses_of(folder / "alone", "badam", "1"));
  CHECK(losses_of(folder / "both", "badam", "0") != losses_of(folder / "both", "badam", "1"));
  const auto csv = read_csv(folder / "both/trace.csv");
  const auto first_losses = column(csv, "train_loss");
  CHECK(first_losses[0] == first_losses[5]);  // adam and badam before their first step
  CHECK(first_losses[1] != first_losses[6]);  // and after it
  arguments other = more;
  other.insert(other.end(), {"--seed", "2"});
  REQUIRE(run_program(tiny_train(folder / "text.txt", folder / "other", other)).status == 0);
  CHECK(losses_of(folder / "both", "adam") != losses_of(folder / "other", "adam"));
}

TEST_CASE("training lowers the held-out loss with every method") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(20000));
  const std::string out = folder / "out";
  REQUIRE(run_program(tiny_train(folder / "text.txt", out,
                                 {"--method", "adam,badam,sgd,bsgd", "--steps", "60", "--switch-every", "5",
                                  "--learning-rate", "adam=1e-2,badam=1e-2,sgd=0.5,bsgd=0.5", "--eval-every", "1"}))
              .status == 0);
  for (const char* method : {"adam", "badam", "sgd", "bsgd"}) {
    const auto losses = losses_of(out, method);
    const auto held_out = [](const std::string& cells) { return std::stod(cells.substr(cells.rfind(' '))); };
    CAPTURE(method);
    CHECK(held_out(losses.back()) < held_out(losses.front()) - 0.3);
  }
}

TEST_CASE("a schedule scales the learning rate of each step") {
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(6000));
  REQUIRE(run_program(tiny_train(folder / "text.txt", folder / "out",
                                 {"--method", "adam", "--learning-rate", "1e-3", "--steps", "6", "--warmup", "2",
                                  "--schedule", "cosine"}))
              .status == 0);
  const auto rates = column(read_csv(folder / "out/trace.csv"), "learning_rate");
  CHECK(std::stod(rates[0]) == 0.5e-3);
  CHECK(std::stod(rates[1]) == 1e-3);
  CHECK(std::stod(rates[2]) == 1e-3);
  CHECK(std::stod(rates[4]) == doctest::Approx(0.5e-3).epsilon(1e-12));
}
