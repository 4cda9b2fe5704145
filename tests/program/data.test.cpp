// SPDX-License-Identifier: MIT
// Part of blockopt: tests of the text, its split, and the batches cut from it.

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "common/failure.hpp"
#include "run_program.hpp"
#include "train/batches.hpp"
#include "train/order.hpp"
#include "train/text.hpp"

using namespace blockopt::program;

namespace {

std::vector<std::uint8_t> counting_bytes(std::size_t n) {
  std::vector<std::uint8_t> bytes(n);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  return bytes;
}

}  // namespace

TEST_CASE("a text is split once into nine tenths and a rest") {
  for (const std::size_t n : {0UL, 9UL, 10UL, 19UL, 1000UL, 1009UL}) {
    const text t{"t", counting_bytes(n), 1};
    CHECK(t.training().size() == n / 10 * 9);
    CHECK(t.training().size() + t.held_out().size() == n);
    CHECK(t.training().data() + t.training().size() == t.held_out().data());
  }
}

TEST_CASE("a file is read byte by byte") {
  const program_test::temporary_folder folder;
  std::string content = "a\r\n\xff\xfe b";
  content.push_back('\0');
  content += "end";
  program_test::write_file(folder / "x", content);
  const text t = load_text(folder / "x");
  CHECK(std::ranges::equal(t.bytes, content, {}, {}, [](char c) { return static_cast<std::uint8_t>(c); }));
  program_test::write_file(folder / "x", content + "!");
  CHECK(load_text(folder / "x").hash() != t.hash());
  CHECK_THROWS_AS((void)load_text(folder / "y"), run_failure);
}

TEST_CASE("without a file the text is the headers of Eigen in the order of their names") {
  const text t = load_text("");
  CHECK(t.bytes.size() > 1'000'000);
  CHECK(t.bytes.size() <= 8'000'000);
  const std::string all(t.bytes.begin(), t.bytes.end());
  const std::size_t array = all.find("class Array\n");
  const std::size_t visitor = all.find("struct visitor_impl");
  CHECK(array < visitor);
  CHECK(visitor != std::string::npos);
  CHECK(visitor > t.split());  // so the held-out part is C++ of the same kind
  CHECK(all.find("LAPACKE_sgesv(") == std::string::npos);
  CHECK(load_text("").hash() == t.hash());
}

TEST_CASE("a stream gives every sequence once per epoch with its successors as targets") {
  const std::vector<std::uint8_t> bytes = counting_bytes(7 * 8 + 3);  // 7 sequences of 8, and a rest
  batch_stream stream(bytes, 8, 3, 5);
  std::vector<std::uint32_t> begins;
  for (int b = 0; b < 7; ++b) {
    const sequence_batch& batch = stream.next();
    REQUIRE(batch.sequences == 3);
    REQUIRE(batch.inputs.size() == 24);
    for (std::size_t i = 0; i < 24; ++i) {
      CHECK(batch.targets[i] == batch.inputs[i] + 1);
      CHECK(batch.inputs[i] == batch.inputs[i / 8 * 8] + i % 8);
    }
    for (std::size_t s = 0; s < 3; ++s) begins.push_back(batch.inputs[8 * s]);
  }
  std::set<std::vector<std::uint32_t>> orders;
  for (std::size_t epoch = 0; epoch < 3; ++epoch) {
    std::vector<std::uint32_t> order(begins.begin() + static_cast<std::ptrdiff_t>(7 * epoch),
                                     begins.begin() + static_cast<std::ptrdiff_t>(7 * epoch + 7));
    orders.insert(order);
    std::ranges::sort(order);
    CHECK(order == std::vector<std::uint32_t>{0, 8, 16, 24, 32, 40, 48});
  }
  CHECK(orders.size() == 3);
}

TEST_CASE("a stream depends on its seed alone") {
  const std::vector<std::uint8_t> bytes = counting_bytes(250);
  batch_stream a(bytes, 4, 5, 1);
  batch_stream b(bytes, 4, 5, 1);
  batch_stream c(bytes, 4, 5, 2);
  bool differs = false;
  for (int i = 0; i < 20; ++i) {
    const std::vector<std::uint32_t> of_a = a.next().inputs;
    CHECK(of_a == b.next().inputs);
    differs = differs || of_a != c.next().inputs;
  }
  CHECK(differs);
}

TEST_CASE("the last token of a text is a target only") {
  CHECK(sequence_count(0, 4) == 0);
  CHECK(sequence_count(4, 4) == 0);
  CHECK(sequence_count(5, 4) == 1);
  CHECK(sequence_count(9, 4) == 2);
  const std::vector<std::uint8_t> bytes = counting_bytes(9);
  const auto batches = evaluation_batches(bytes, 4, 1, 1000);
  REQUIRE(batches.size() == 2);
  CHECK(batches[1].targets.back() == 8);
}

TEST_CASE("evaluation spreads its sequences evenly over the text") {
  const std::vector<std::uint8_t> bytes = counting_bytes(101);  // 10 sequences of 10
  const auto batches = evaluation_batches(bytes, 10, 2, 59);    // 5 sequences
  REQUIRE(batches.size() == 3);
  CHECK(batches[0].sequences == 2);
  CHECK(batches[2].sequences == 1);
  std::vector<std::uint32_t> begins;
  for (const auto& b : batches) {
    for (std::size_t s = 0; s < b.sequences; ++s) begins.push_back(b.inputs[10 * s]);
  }
  CHECK(begins == std::vector<std::uint32_t>{0, 20, 40, 60, 80});
  CHECK(evaluation_batches(bytes, 10, 2, 1).size() == 1);
}

TEST_CASE("an order knows the blocks that it can reach") {
  CHECK(parse_order("fixed[2]").reachable(4) == std::vector<std::size_t>{2});
  CHECK(parse_order("list[0,15,31]").reachable(32) == std::vector<std::size_t>{0, 15, 31});
  CHECK(parse_order("uniform").reachable(3) == std::vector<std::size_t>{0, 1, 2});
  for (const char* wrong : {"", "fixed", "fixed[]", "fixed[-1]", "list[1,]", "list[1 2]", "list[1", "Ascending"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS((void)parse_order(wrong), usage_error);
  }
}
