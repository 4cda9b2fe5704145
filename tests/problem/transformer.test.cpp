// SPDX-License-Identifier: MIT
// Part of blockopt's tests: the transformer as a problem: names, start, loss, storage types, errors, threads.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/problem/transformer.hpp>

#include "oracle_check.hpp"
#include "transformer_support.hpp"

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace bo = blockopt;
using transformer_test::block;
using transformer_test::everything;
using transformer_test::tokens;

namespace {

constexpr bo::transformer_shape medium{
    .layers = 2, .width = 48, .heads = 4, .kv_heads = 2, .hidden = 80, .context = 40, .vocabulary = 100};

template <class T>
std::vector<float> values_of(bo::transformer<T>& model) {
  std::vector<float> all;
  for (const auto& p : model.parameters()) {
    for (std::size_t k = 0; k < p.values.size(); ++k) all.push_back(static_cast<float>(p.values.data()[k]));
  }
  return all;
}

// A straightforward transformer, element by element: the definition that the fast one must meet.
double reference_loss(bo::transformer<double>& model, const tokens& data) {
  const bo::transformer_shape s = model.shape();
  const auto parameters = model.parameters();
  const auto values = [&](const std::string& name) {
    for (const auto& p : parameters) {
      if (p.name == name) return p.values.data();
    }
    throw std::runtime_error("no parameter " + name);
  };
  const std::size_t D = s.width, H = s.hidden, V = s.vocabulary, h = s.head_size(), Q = s.heads * h;
  using matrix = std::vector<std::vector<double>>;
  const auto linear = [](const matrix& x, const double* w, std::size_t out) {
    matrix y(x.size(), std::vector<double>(out, 0.0));
    for (std::size_t t = 0; t < x.size(); ++t) {
      for (std::size_t o = 0; o < out; ++o) {
        for (std::size_t i = 0; i < x[t].size(); ++i) y[t][o] += x[t][i] * w[o * x[t].size() + i];
      }
    }
    return y;
  };
  const auto norm = [&](matrix x, const double* w) {
    for (auto& row : x) {
      double mean = 0;
      for (const double e : row) mean += e * e / static_cast<double>(D);
      for (std::size_t i = 0; i < D; ++i) row[i] *= w[i] / std::sqrt(mean + s.norm_epsilon);
    }
    return x;
  };
  const auto rotate = [&](matrix& x) {
    for (std::size_t t = 0; t < x.size(); ++t) {
      for (std::size_t start = 0; start < x[t].size(); start += h) {
        for (std::size_t j = 0; j < h / 2; ++j) {
          const double angle =
              static_cast<double>(t) / std::pow(s.rope_base, 2.0 * static_cast<double>(j) / static_cast<double>(h));
          const double a = x[t][start + j], b = x[t][start + h / 2 + j];
          x[t][start + j] = a * std::cos(angle) - b * std::sin(angle);
          x[t][start + h / 2 + j] = b * std::cos(angle) + a * std::sin(angle);
        }
      }
    }
  };
  double sum = 0;
  for (std::size_t sequence = 0; sequence < data.sequences; ++sequence) {
    matrix x;
    for (std::size_t t = 0; t < s.context; ++t) {
      const double* row = values("model.embed_tokens.weight") + data.inputs[sequence * s.context + t] * D;
      x.emplace_back(row, row + D);
    }
    for (std::size_t l = 0; l < s.layers; ++l) {
      const std::string layer = "model.layers." + std::to_string(l) + ".";
      const matrix a = norm(x, values(layer + "input_layernorm.weight"));
      matrix q = linear(a, values(layer + "self_attn.q_proj.weight"), Q);
      matrix k = linear(a, values(layer + "self_attn.k_proj.weight"), s.kv_heads * h);
      const matrix v = linear(a, values(layer + "self_attn.v_proj.weight"), s.kv_heads * h);
      rotate(q);
      rotate(k);
      matrix o(s.context, std::vector<double>(Q, 0.0));
      for (std::size_t head = 0; head < s.heads; ++head) {
        const std::size_t kv = head / (s.heads / s.kv_heads);
        for (std::size_t t = 0; t < s.context; ++t) {
          std::vector<double> p;
          double total = 0;
          for (std::size_t u = 0; u <= t; ++u) {
            double score = 0;
            for (std::size_t j = 0; j < h; ++j) score += q[t][head * h + j] * k[u][kv * h + j];
            p.push_back(std::exp(score / std::sqrt(static_cast<double>(h))));
            total += p.back();
          }
          for (std::size_t u = 0; u <= t; ++u) {
            for (std::size_t j = 0; j < h; ++j) o[t][head * h + j] += p[u] / total * v[u][kv * h + j];
          }
        }
      }
      const matrix attended = linear(o, values(layer + "self_attn.o_proj.weight"), D);
      for (std::size_t t = 0; t < s.context; ++t) {
        for (std::size_t i = 0; i < D; ++i) x[t][i] += attended[t][i];
      }
      const matrix b = norm(x, values(layer + "post_attention_layernorm.weight"));
      matrix gate = linear(b, values(layer + "mlp.gate_proj.weight"), H);
      const matrix up = linear(b, values(layer + "mlp.up_proj.weight"), H);
      for (std::size_t t = 0; t < s.context; ++t) {
        for (std::size_t i = 0; i < H; ++i) gate[t][i] *= up[t][i] / (1.0 + std::exp(-gate[t][i]));
      }
      const matrix down = linear(gate, values(layer + "mlp.down_proj.weight"), D);
      for (std::size_t t = 0; t < s.context; ++t) {
        for (std::size_t i = 0; i < D; ++i) x[t][i] += down[t][i];
      }
    }
    const matrix logits = linear(norm(x, values("model.norm.weight")), values("lm_head.weight"), V);
    for (std::size_t t = 0; t < s.context; ++t) {
      double total = 0;
      for (const double e : logits[t]) total += std::exp(e);
      sum += std::log(total) - logits[t][data.targets[sequence * s.context + t]];
    }
  }
  return sum / static_cast<double>(data.sequences * s.context);
}

template <class T>
void check_storage() {
  bo::transformer<T> stored(medium, 3, 2);
  transformer_test::stir(stored.parameters(), 0.2);
  bo::transformer<float> rounded(medium, 9, 2);
  const auto from = stored.parameters();
  const auto to = rounded.parameters();
  for (std::size_t i = 0; i < from.size(); ++i) {
    for (std::size_t k = 0; k < from[i].values.size(); ++k) to[i].values.data()[k] = from[i].values.data()[k];
  }
  const tokens data(medium, 2);
  CHECK(stored.loss(data.batch()) == rounded.loss(data.batch()));
  const block<T> a(from, everything);
  const block<float> b(to, everything);
  CHECK(stored.gradient(a.active(), data.batch()) == rounded.gradient(b.active(), data.batch()));
  CHECK(a.memory == b.memory);
}

}  // namespace

TEST_CASE("the loss equals an element by element transformer") {
  bo::transformer<double> model(medium, 1, 2);
  transformer_test::stir(model.parameters(), 0.2);
  const tokens data(medium, 2);
  const double expected = reference_loss(model, data), loss = model.loss(data.batch());
  CHECK(std::abs(loss - expected) <= 1e-12 * expected);

  bo::transformer<float> single(medium, 1, 2);
  transformer_test::stir(single.parameters(), 0.2);
  CHECK(std::abs(single.loss(data.batch()) - expected) <= 1e-5 * expected);

  for (const std::size_t head_width : {6u, 20u}) {  // narrower and wider than the width over the heads
    auto shape = medium;
    shape.head_width = head_width;
    bo::transformer<double> other(shape, 1, 2);
    transformer_test::stir(other.parameters(), 0.2);
    const double wanted = reference_loss(other, data);
    CHECK(std::abs(other.loss(data.batch()) - wanted) <= 1e-12 * wanted);
  }
}

TEST_CASE("the loss is the cross entropy of the logits") {
  for (const bool tied : {false, true}) {
    auto shape = medium;
    shape.tied_head = tied;
    bo::transformer<double> model(shape, 1, 4);  // 160 tokens: more than one chunk of the head
    transformer_test::stir(model.parameters(), 0.2);
    const tokens data(shape, 4);
    const double loss = model.loss(data.batch());
    std::vector<double> logits(160 * 100);
    model.logits(data.inputs, 4, logits);
    double sum = 0;
    for (std::size_t t = 0; t < 160; ++t) {
      double total = 0;
      for (std::size_t v = 0; v < 100; ++v) total += std::exp(logits[t * 100 + v]);
      sum += std::log(total) - logits[t * 100 + data.targets[t]];
    }
    CHECK(std::abs(sum / 160 - loss) <= 1e-12 * loss);
    CHECK(model.loss(data.batch()) == loss);
    CHECK_THROWS_AS(model.logits(data.inputs, 4, std::span(logits).first(15999)), bo::invalid_view);
    CHECK_THROWS_AS(model.logits(data.inputs, 3, logits), bo::invalid_view);
  }
}

TEST_CASE("rotary frequencies are scaled for longer contexts") {
  bo::transformer_shape shape{.width = 128, .heads = 1, .kv_heads = 1, .rope_base = 500000};
  std::vector<double> plain;
  for (std::size_t j = 0; j < 64; ++j) plain.push_back(bo::detail::rotary_frequency(shape, j));
  CHECK(plain[0] == 1);
  CHECK(plain[32] == doctest::Approx(1 / std::sqrt(500000.0)).epsilon(1e-14));
  shape.rope_scaling = {.kind = bo::rope_scaling_kind::linear, .factor = 4};
  for (std::size_t j = 0; j < 64; ++j) CHECK(bo::detail::rotary_frequency(shape, j) == plain[j] / 4);
  shape.rope_scaling = {.kind = bo::rope_scaling_kind::llama3, .factor = 8};
  bool blended = false;
  for (std::size_t j = 0; j < 64; ++j) {
    const double turns = 8192 * plain[j] / (2 * 3.14159265358979323846);
    const double scaled = bo::detail::rotary_frequency(shape, j);
    CAPTURE(j);
    if (turns > 4.001) CHECK(scaled == plain[j]);
    else if (turns < 0.999) CHECK(scaled == plain[j] / 8);
    else blended = blended || (scaled < plain[j] && scaled > plain[j] / 8);
  }
  CHECK(blended);
}

TEST_CASE("parameters have the names and shapes of Hugging Face and stages in order") {
  bo::transformer<float> model(medium, 1, 1);
  const std::vector<std::pair<std::string, std::vector<std::size_t>>> layer{
      {"input_layernorm", {48}},      {"self_attn.q_proj", {48, 48}}, {"self_attn.k_proj", {24, 48}},
      {"self_attn.v_proj", {24, 48}}, {"self_attn.o_proj", {48, 48}}, {"post_attention_layernorm", {48}},
      {"mlp.gate_proj", {80, 48}},    {"mlp.up_proj", {80, 48}},      {"mlp.down_proj", {48, 80}}};
  std::vector<std::pair<std::string, std::vector<std::size_t>>> expected{{"model.embed_tokens.weight", {100, 48}}};
  for (const char* l : {"0", "1"}) {
    for (const auto& [name, extents] : layer) {
      expected.emplace_back("model.layers." + std::string(l) + "." + name + ".weight", extents);
    }
  }
  expected.emplace_back("model.norm.weight", std::vector<std::size_t>{48});
  expected.emplace_back("lm_head.weight", std::vector<std::size_t>{100, 48});
  const auto check = [&](auto& problem, std::size_t count) {
    const auto parameters = problem.parameters();
    REQUIRE(parameters.size() == count);
    for (std::size_t i = 0; i < count; ++i) {
      CHECK(parameters[i].name == expected[i].first);
      const auto extents = parameters[i].values.extents();
      CHECK(std::vector<std::size_t>(extents.begin(), extents.end()) == expected[i].second);
      CHECK(parameters[i].values.is_contiguous());
      CHECK(problem.stage_of(i) == (i == 0 ? 0u : i < 10 ? 1u : i < 19 ? 2u : 3u));
    }
    CHECK(problem.stages() == 4);
    CHECK_THROWS_AS((void)problem.stage_of(count), bo::invalid_option);
  };
  check(model, 21);
  auto shape = medium;
  shape.tied_head = true;
  bo::transformer<bo::half> tied(shape, 1, 1);
  check(tied, 20);
}

TEST_CASE("the hidden width is eight thirds of the width rounded up to a multiple of 32") {
  for (const auto& [width, hidden] :
       {std::pair{192u, 512u}, std::pair{96u, 256u}, std::pair{100u, 288u}, std::pair{4u, 32u}}) {
    CHECK(bo::transformer_shape{.width = width}.hidden_width() == hidden);
  }
  CHECK(bo::transformer_shape{.width = 192, .hidden = 77}.hidden_width() == 77);
}

TEST_CASE("the start has the announced deviations and is the same for a seed") {
  const bo::transformer_shape shape{.layers = 3, .width = 64, .heads = 4, .kv_heads = 4, .context = 8};
  bo::transformer<double> model(shape, 5, 1), same(shape, 5, 1), other(shape, 6, 1);
  CHECK(values_of(model) == values_of(same));
  CHECK(values_of(model) != values_of(other));
  for (const auto& p : model.parameters()) {
    CAPTURE(p.name);
    double sum = 0, squares = 0;
    for (std::size_t k = 0; k < p.values.size(); ++k) {
      sum += p.values.data()[k];
      squares += p.values.data()[k] * p.values.data()[k];
    }
    const double n = static_cast<double>(p.values.size());
    if (p.values.rank() == 1) {
      CHECK(sum == n);
      CHECK(squares == n);
      continue;
    }
    const bool residual = p.name.find("o_proj") != std::string::npos || p.name.find("down_proj") != std::string::npos;
    const double deviation = residual ? 0.02 / std::sqrt(6.0) : 0.02;
    // Five standard errors of a mean and of a deviation.
    CHECK(std::abs(sum / n) < 5 * deviation / std::sqrt(n));
    CHECK(std::abs(std::sqrt(squares / n) / deviation - 1) < 5 / std::sqrt(2 * n));
  }
  // The very bits, so that a machine or a compiler that differs is found (FNV-1a).
  bo::transformer<float> single(shape, 5, 1);
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const float value : values_of(single)) hash = (hash ^ std::bit_cast<std::uint32_t>(value)) * 0x100000001b3u;
  CHECK(hash == 14339984074346788205u);
}

TEST_CASE("the loss of the start is close to that of a uniform guess") {
  const bo::transformer_shape shape{.layers = 2, .context = 64};
  bo::transformer<float> model(shape, 1, 4);
  const tokens data(shape, 4);
  // Logits have variance 192 x 0.02^2 = 0.077, which adds half of it; a sample of 256 tokens moves the rest.
  CHECK(std::abs(model.loss(data.batch()) - std::log(256.0) - 0.038) < 0.06);
}

TEST_CASE("values of 16 bits give the loss and gradients of float values that are rounded alike") {
  check_storage<bo::bfloat16>();
  check_storage<bo::half>();
}

TEST_CASE("the loss does not depend on later tokens") {
  bo::transformer<float> model(medium, 1, 1);
  transformer_test::stir(model.parameters(), 0.2);
  // Only the first 20 targets differ between the two batches, so the difference of losses is theirs alone.
  const auto difference = [&](tokens data) {
    const double loss = model.loss(data.batch());
    for (std::size_t t = 0; t < 20; ++t) data.targets[t] = static_cast<std::uint32_t>((data.targets[t] + 1) % 100);
    return model.loss(data.batch()) - loss;
  };
  tokens data(medium, 1);
  const double before = difference(data);
  for (std::size_t t = 20; t < 40; ++t) data.inputs[t] = static_cast<std::uint32_t>((data.inputs[t] + 7) % 100);
  CHECK(std::abs(difference(data) - before) <= 1e-6);
  data.inputs[19] = static_cast<std::uint32_t>((data.inputs[19] + 7) % 100);
  CHECK(std::abs(difference(data) - before) > 1e-3);
}

TEST_CASE("plain gradient descent learns a small batch by heart") {
  const bo::transformer_shape shape{
      .layers = 2, .width = 32, .heads = 2, .kv_heads = 1, .hidden = 64, .context = 12, .vocabulary = 30};
  for (const bool tied : {false, true}) {
    CAPTURE(tied);
    auto s = shape;
    s.tied_head = tied;
    bo::transformer<float> model(s, 1, 2);
    const auto parameters = model.parameters();
    const tokens data(s, 2);
    double loss = 0;
    for (int step = 0; step < 500; ++step) {
      block<float> all(parameters, everything);
      loss = model.gradient(all.active(), data.batch());
      for (std::size_t i = 0; i < parameters.size(); ++i) {
        for (std::size_t k = 0; k < parameters[i].values.size(); ++k) {
          parameters[i].values.data()[k] -= 0.5f * all.gradient(i)[k];
        }
      }
    }
    CHECK(loss < 0.02);
  }
}

TEST_CASE("results have the same bits on one thread and on several") {
#if defined(_OPENMP)
  // Sizes that leave partial register blocks, pieces and chunks everywhere.
  const bo::transformer_shape shape{
      .layers = 2, .width = 60, .heads = 6, .kv_heads = 3, .hidden = 100, .context = 83, .vocabulary = 131};
  const tokens data(shape, 5);
  const int before = omp_get_max_threads();
  const auto run = [&](int threads) {
    omp_set_num_threads(threads);
    bo::transformer<float> model(shape, 1, 5);
    transformer_test::stir(model.parameters(), 0.2);
    block<float> all(model.parameters(), everything);
    const double loss = model.gradient(all.active(), data.batch());
    return std::pair{loss, all.memory};
  };
  const auto one = run(1);
  for (const int threads : {2, 3, 7}) {
    CAPTURE(threads);
    const auto several = run(threads);
    CHECK(one.first == several.first);
    CHECK((one.second == several.second));
  }
  omp_set_num_threads(before);
#endif
}

TEST_CASE("a copy has values of its own and a moved model goes on") {
  const tokens data(medium, 2);
  bo::transformer<float> model(medium, 1, 2);
  const double loss = model.loss(data.batch());
  bo::transformer<float> copy(model);
  transformer_test::stir(copy.parameters(), 0.2);
  CHECK(model.loss(data.batch()) == loss);
  CHECK(copy.loss(data.batch()) != loss);
  bo::transformer<float> moved(std::move(model));
  CHECK(moved.loss(data.batch()) == loss);
}

TEST_CASE("bad shapes are refused by name") {
  const auto refuse = [](auto change, const std::string& culprit) {
    bo::transformer_shape shape = medium;
    change(shape);
    blockopt_tests::check_refused([&] { bo::transformer<float>(shape, 1, 1); }, culprit);
  };
  refuse([](auto& s) { s.layers = 0; }, "layers");
  refuse([](auto& s) { s.width = 0; }, "width");
  refuse([](auto& s) { s.heads = 0; }, "heads");
  refuse([](auto& s) { s.kv_heads = 0; }, "kv_heads");
  refuse([](auto& s) { s.context = 0; }, "context");
  refuse([](auto& s) { s.vocabulary = 1; }, "vocabulary");
  refuse([](auto& s) { s.vocabulary = std::size_t{1} << 32; }, "vocabulary");
  refuse([](auto& s) { s.width = 50; }, "width = 50");
  refuse([](auto& s) { s.kv_heads = 3; }, "kv_heads = 3");
  refuse([](auto& s) { s.heads = 16, s.kv_heads = 16; }, "odd");
  refuse([](auto& s) { s.head_width = 3; }, "head_width = 3 is odd");
  refuse([](auto& s) { s.rope_base = 0; }, "rope_base");
  refuse([](auto& s) { s.rope_scaling.factor = 0.5; }, "rope_scaling.factor");
  refuse([](auto& s) { s.rope_scaling.low_frequency_factor = 4; }, "low_frequency_factor");
  refuse([](auto& s) { s.rope_scaling.original_context = 0; }, "original_context");
  refuse([](auto& s) { s.norm_epsilon = -1; }, "norm_epsilon");
  blockopt_tests::check_refused([] { bo::transformer<float>(medium, 1, 0); }, "batch");
}

TEST_CASE("bad batches are refused and leave the gradients as they are") {
  bo::transformer<float> model(medium, 1, 2);
  const auto parameters = model.parameters();
  const tokens good(medium, 2);
  const block<float> all(parameters, everything), untouched(parameters, everything);
  const auto refuse = [&](bo::token_batch batch, auto& error, const std::string& culprit) {
    using kind = std::remove_cvref_t<decltype(error)>;
    try {
      model.gradient(all.active(), batch);
      FAIL("nothing was thrown for " << culprit);
    } catch (const kind& e) {
      CHECK(std::string(e.what()).find(culprit) != std::string::npos);
    }
    CHECK(all.memory == untouched.memory);
  };
  const bo::invalid_view size("");
  const bo::invalid_call call("");
  auto batch = good.batch();
  batch.sequences = 3;
  refuse(batch, size, "3 sequences");
  batch = good.batch();
  batch.inputs = batch.inputs.first(79);
  refuse(batch, size, "79 inputs");
  batch = good.batch();
  batch.targets = {};
  refuse(batch, size, "0 targets");
  tokens bad = good;
  bad.inputs[41] = 100;
  refuse(bad.batch(), call, "token 100 in inputs[41]");
  bad = good;
  bad.targets[3] = 0xffffffffu;
  refuse(bad.batch(), call, "token 4294967295 in targets[3]");
  refuse({}, call, "no batch");
  CHECK_THROWS_AS((void)model.value(), bo::invalid_call);
}

TEST_CASE("gradient views that do not fit are refused and strided rows are filled") {
  bo::transformer<float> model(medium, 1, 2);
  const auto parameters = model.parameters();
  const tokens data(medium, 2);
  block<float> plain(parameters, everything), changed(parameters, everything);
  const double loss = model.gradient(plain.active(), data.batch());
  std::vector<float> wide(100 * 60, 0.0f);
  changed.views[0] = bo::tensor_view<float>(wide.data(), {100, 48}, {60, 1});
  CHECK(model.gradient(changed.active(), data.batch()) == loss);
  for (std::size_t r = 0; r < 100; ++r) {
    REQUIRE(std::equal(wide.data() + r * 60, wide.data() + r * 60 + 48, plain.gradient(0) + r * 48));
    REQUIRE(std::all_of(wide.data() + r * 60 + 48, wide.data() + (r + 1) * 60, [](float x) { return x == 0.0f; }));
  }
  changed.views[0] = bo::tensor_view<float>(wide.data(), {100, 48}, {1, 100});
  CHECK_THROWS_AS((void)model.gradient(changed.active(), data.batch()), bo::invalid_view);
  changed.views[0] = bo::tensor_view<float>(wide.data(), {48, 100});
  CHECK_THROWS_AS((void)model.gradient(changed.active(), data.batch()), bo::invalid_view);
  // An active parameter without a view is left out, and so is everything when nothing is active.
  changed.views[0] = {};
  CHECK(model.gradient(changed.active(), data.batch()) == loss);
  model.set_batch(data.batch());
  CHECK(model.gradient({}) == loss);
  CHECK(model.value() == loss);
}
