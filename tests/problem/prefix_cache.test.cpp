// SPDX-License-Identifier: MIT
// Part of blockopt's tests: the cache of what frozen layers give, by a model that knows what was asked of it.
#include <cstddef>
#include <filesystem>
#include <memory_resource>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/memory/counting_resource.hpp>
#include <blockopt/problem/transformer/prefix_cache.hpp>

namespace bo = blockopt;

namespace {

// A stream is one number: a digit per layer that it went through, the version of that layer's values, behind the batch.
struct digits {
  std::vector<int> versions{1, 1, 1, 1, 1};
  std::size_t embedded = 0, layers = 0;
  bo::transformer_work work;

  [[nodiscard]] double of(int batch, std::size_t layer) const {
    double x = batch;
    for (std::size_t l = 0; l < layer; ++l) x = 10 * x + versions[l];
    return x;
  }
  void embed(int batch, std::span<double> x) {
    ++embedded;
    x[0] = batch;
    work = {};
  }
  void advance(int, std::size_t from, std::size_t to, std::span<double> x) {
    for (std::size_t l = from; l < to; ++l) x[0] = 10 * x[0] + versions[l];
    layers += to - from;
    work = {};
    work.forward_flops = static_cast<double>(to - from);
  }
  [[nodiscard]] const bo::transformer_work& last_work() const { return work; }
};

}  // namespace

TEST_CASE("a prefix is computed once per batch, taken on upwards, and never read after a value below it changed") {
  for (const bool in_file : {false, true}) {
    CAPTURE(in_file);
    bo::counting_resource memory;
    auto cache = in_file ? bo::prefix_cache<double>(3, 1, std::filesystem::temp_directory_path())
                         : bo::prefix_cache<double>(3, 1, &memory);
    CHECK(memory.bytes() == (in_file ? 0 : bo::prefix_cache<double>::bytes_of(3, 1)));
    digits model;
    bo::transformer_work work;
    const auto check = [&](std::size_t layer, std::size_t embedded, std::size_t layers) {
      const std::size_t e = model.embedded, l = model.layers;
      for (int repetition = 0; repetition < 2; ++repetition) {
        for (int batch = 0; batch < 3; ++batch) {
          const auto from = cache.at(static_cast<std::size_t>(batch), layer, model, batch + 1, work);
          CHECK(from.layer == layer);
          REQUIRE(from.stream.size() == 1);
          CHECK(from.stream[0] == model.of(batch + 1, layer));
        }
      }
      CHECK(model.embedded - e == embedded);
      CHECK(model.layers - l == layers);
    };
    const auto visit = [&](std::size_t stage, std::size_t embedded, std::size_t layers) {
      cache.begin_visit(stage);
      check(stage - 1, embedded, layers);
      ++model.versions[stage - 1];  // the visit changes its layer
    };
    visit(1, 3, 0);  // ascending: each layer below once per batch
    visit(2, 0, 3);
    visit(4, 0, 6);
    CHECK(work.forward_flops == 9);
    visit(4, 0, 0);
    visit(3, 3, 6);        // down again: from the tokens
    cache.begin_visit(2);  // a visit that uses no stream, and changes layer 1
    ++model.versions[1];
    visit(4, 3, 9);
    cache.begin_visit(0);  // the embedding
    visit(1, 3, 0);
    cache.forget();
    check(0, 3, 0);
  }
}

TEST_CASE("a prefix cache keeps the batches that fit into its bound") {
  using cache = bo::prefix_cache<float>;
  CHECK(cache::bytes_of(3, 17) == 3 * 128);
  CHECK(cache::streams_in(3 * 128, 17, 10) == 3);
  CHECK(cache::streams_in(3 * 128 - 1, 17, 10) == 2);
  CHECK(cache::streams_in(1000000, 17, 10) == 10);
  CHECK(cache::streams_in(0, 17, 10) == 0);
  bo::prefix_cache<double> one(1, 1, std::pmr::get_default_resource());
  digits model;
  bo::transformer_work work;
  CHECK(one.at(0, 2, model, 5, work).stream.size() == 1);
  CHECK(one.at(1, 2, model, 5, work).stream.empty());
  bo::prefix_cache<double> none;
  CHECK(none.at(0, 2, model, 5, work).stream.empty());
  CHECK_THROWS_WITH_AS(bo::prefix_cache<double>(1, 1, std::filesystem::path("/nonexistent/folder")),
                       doctest::Contains("'/nonexistent/folder'"), bo::file_error);
}
