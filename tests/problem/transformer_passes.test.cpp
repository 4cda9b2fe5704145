// SPDX-License-Identifier: MIT
// Part of blockopt's tests: the transformer's other ways of a pass: with weights converted in their products, with gradients
// handed out, from a layer's input on. All have the bits of the plain way.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <memory_resource>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/memory/counting_resource.hpp>
#include <blockopt/problem/transformer.hpp>

#include "transformer_support.hpp"

namespace bo = blockopt;
using transformer_test::block;
using transformer_test::everything;
using transformer_test::tokens;

namespace {

constexpr bo::transformer_shape shape{
    .layers = 3, .width = 24, .heads = 4, .kv_heads = 2, .hidden = 300, .context = 9, .vocabulary = 50};

template <class A, class B>
bool same_bits(const A& a, const B& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(*a.data())) == 0;
}

// c += a w by Eigen's product with weights that were converted before.
template <bo::detail::as B, class T>
void check_product(std::size_t m, std::size_t n, std::size_t k, std::size_t threads) {
  using bo::detail::as;
  CAPTURE(m);
  CAPTURE(n);
  CAPTURE(k);
  CAPTURE(threads);
  using C = bo::compute_type_t<T>;
  bo::detail::random_source random(5, 1);
  const auto fill = [&](auto& v) {
    for (auto& x : v) x = std::remove_reference_t<decltype(x)>(static_cast<C>(random.normal()));
  };
  std::vector<T> weights(n * k);
  std::vector<C> a(m * k), converted(weights.size());
  fill(weights);
  fill(a);
  for (std::size_t i = 0; i < weights.size(); ++i) converted[i] = static_cast<C>(weights[i]);
  std::vector<C> expected(m * n, C(1)), c(m * n, C(1));
  const bo::detail::packing_size size(4096, 4096);
  bo::detail::resource_buffer<C> packing(std::pmr::get_default_resource(), threads * size.total());
  const bo::detail::product_engine<C> engine(packing.data(), size, threads);
  const std::size_t stride = B == as::stored ? n : k;
  double flops = 0, expected_flops = 0;
  engine.template add<as::stored, B>(m, n, k, {a.data(), k}, {converted.data(), stride}, {expected.data(), n},
                                     expected_flops);
  const bo::detail::weight_products<T> products(engine);
  products.template add<B>(m, n, k, {a.data(), k}, {weights.data(), stride}, {c.data(), n}, flops);
  CHECK(same_bits(c, expected));
  CHECK(flops == expected_flops);
  engine.template assign<as::stored, B>(m, n, k, {a.data(), k}, {converted.data(), stride}, {expected.data(), n},
                                        flops);
  products.template assign<B>(m, n, k, {a.data(), k}, {weights.data(), stride}, {c.data(), n}, flops);
  CHECK(same_bits(c, expected));
}

template <class T>
void check_products() {
  using bo::detail::as;
  for (const std::size_t threads : {1u, 2u, 3u}) {
    check_product<as::transposed, T>(5, 131, 70, threads);
    check_product<as::stored, T>(5, 131, 70, threads);
    check_product<as::transposed, T>(33, 3, 1, threads);
    check_product<as::stored, T>(33, 3, 1, threads);
  }
  check_product<as::transposed, T>(17, 1100, 1500, 2);  // depth and rows are cut
  check_product<as::stored, T>(17, 1100, 1500, 2);
  check_product<as::stored, T>(1030, 97, 640, 2);  // the inputs do not fit into their buffer
}

// What a pass hands out, copied; the values are spoiled at once, as an update would change them.
template <class T>
struct copies {
  using C = bo::compute_type_t<T>;
  std::vector<bo::parameter<T>> parameters;
  std::vector<std::size_t> order;
  std::vector<std::vector<C>> gradients;
  bool spoil = true;

  explicit copies(std::vector<bo::parameter<T>> all) : parameters(std::move(all)), gradients(parameters.size()) {}
  void operator()(std::size_t i, const bo::tensor_view<C>& g) {
    CHECK(std::ranges::equal(g.extents(), parameters[i].values.extents()));
    order.push_back(i);
    gradients[i].assign(g.data(), g.data() + g.size());
    if (spoil) std::fill_n(parameters[i].values.data(), g.size(), T(std::numeric_limits<C>::quiet_NaN()));
  }
};

template <class T, class Wanted>
void check_handed_out(const bo::transformer_shape& s, const Wanted& wanted) {
  bo::counting_resource values, activations;
  bo::transformer<T> model(s, 1, 3, &values, &activations);
  bo::transformer<T> other(s, 1, 3);
  transformer_test::stir(model.parameters());
  transformer_test::stir(other.parameters());
  const tokens data(s, 3);
  const block<T> stored(other.parameters(), wanted);
  const double loss = other.gradient(stored.active(), data.batch());
  copies<T> taken(model.parameters());
  CHECK(model.gradient(std::span<const unsigned char>(stored.flags), data.batch(), taken) == loss);
  for (std::size_t i = 0; i < stored.flags.size(); ++i) {
    CAPTURE(i);
    CHECK(std::ranges::count(taken.order, i) == stored.flags[i]);
    if (stored.flags[i] == 0) continue;
    CHECK(std::equal(taken.gradients[i].begin(), taken.gradients[i].end(), stored.gradient(i)));
  }
  CHECK(model.last_work().input_gradient_flops == other.last_work().input_gradient_flops);
  CHECK(model.last_work().weight_gradient_flops == other.last_work().weight_gradient_flops);
  CHECK(activations.peak_bytes() ==
        bo::transformer<T>::activation_bytes(s, 3, stored.flags, 2, bo::gradient_use::handed_out));
}

}  // namespace

TEST_CASE("products with stored weights have the bits of products with converted ones on any number of threads") {
  check_products<bo::bfloat16>();
  check_products<bo::half>();
  check_products<float>();
  check_products<double>();
}

TEST_CASE("random values are those of one stream per parameter, drawn one by one") {
  auto large = shape;
  large.vocabulary = 3001;  // more than a piece
  bo::transformer<float> model(bo::no_values_yet{}, large, 1);
  model.start(9);
  for (const std::size_t i : {0u, 2u, 9u, 29u}) {
    CAPTURE(i);
    const auto p = model.parameters()[i];
    bo::detail::random_source random(9, i + 1);
    const double deviation = i == 9 ? 0.02 / std::sqrt(6.0) : 0.02;  // the output of a half
    bool equal = true;
    for (std::size_t k = 0; k < p.values.size(); ++k)
      equal = equal && p.values.data()[k] == static_cast<float>(deviation * random.normal());
    CHECK(equal);
  }
  CHECK(model.parameters()[1].values.data()[0] == 1);
}

TEST_CASE(
    "gradients that are handed out have the bits of stored ones, once each, when their values are needed no more") {
  auto tied = shape;
  tied.tied_head = true;
  for (const auto& s : {shape, tied}) {
    CAPTURE(s.tied_head);
    check_handed_out<float>(s, everything);
    check_handed_out<bo::bfloat16>(s, everything);
    check_handed_out<float>(s, [&](std::size_t i) { return s.stage_of(i) == 2; });
    check_handed_out<float>(s, [&](std::size_t i) { return s.stage_of(i) >= 2; });
    check_handed_out<float>(s, [&](std::size_t i) { return s.stage_of(i) == s.layers + 1; });
    check_handed_out<float>(s, [&](std::size_t i) { return i == 0; });
    for (std::size_t part = 10; part < 19; ++part)
      check_handed_out<float>(s, [&](std::size_t i) { return i == part || i == part + 9; });
  }
}

TEST_CASE("gradients are handed out from the head down, and memory holds the largest of them") {
  bo::transformer<float> model(shape, 1, 1);
  const tokens data(shape, 1);
  copies<float> taken(model.parameters());
  const block<float> all(model.parameters(), everything);
  model.gradient(all.active(), data.batch(), taken);
  CHECK(std::ranges::is_sorted(taken.order,
                               [&](std::size_t a, std::size_t b) { return model.stage_of(a) > model.stage_of(b); }));
  const auto bytes = [&](bo::gradient_use use) {
    return bo::transformer<float>::activation_bytes(shape, 1, all.flags, 1, use);
  };
  // The largest matrix (gate), a norm, and the stream behind a norm, each in whole cache lines.
  const auto lines = [](std::size_t n) { return (n + 15) / 16 * 16 * sizeof(float); };
  CHECK(bytes(bo::gradient_use::handed_out) - bytes(bo::gradient_use::stored) ==
        lines(300 * 24) + lines(24) + lines(9 * 24));
}

TEST_CASE("nothing is handed out when the loss is not finite") {
  bo::transformer<float> model(shape, 1, 1);
  model.parameters().back().values.data()[0] = std::numeric_limits<float>::infinity();
  const tokens data(shape, 1);
  copies<float> taken(model.parameters());
  CHECK(!std::isfinite(model.gradient(block<float>(model.parameters(), everything).active(), data.batch(), taken)));
  CHECK(taken.order.empty());
}

TEST_CASE("a pass from a layer's input has the bits of a pass from the tokens") {
  const auto check = []<class T>(T) {
    bo::transformer<T> model(shape, 1, 2);
    transformer_test::stir(model.parameters());
    const tokens data(shape, 2);
    std::vector<bo::compute_type_t<T>> x(2 * shape.context * shape.width);
    model.embed(data.batch(), x);
    const double loss = model.loss(data.batch());
    const double flops = model.last_work().forward_flops;
    double before = 0;
    for (std::size_t l = 0; l <= shape.layers; ++l) {
      CAPTURE(l);
      if (l > 0) {
        model.advance(data.batch(), l - 1, l, x);
        before += model.last_work().forward_flops;
      }
      const typename bo::transformer<T>::stream from{l, x};
      CHECK(model.loss(data.batch(), from) == loss);
      CHECK(model.last_work().forward_flops + before == flops);
      for (std::size_t s = l + 1; s < shape.stages(); ++s) {
        const auto wanted = [&](std::size_t i) { return model.stage_of(i) == s; };
        const block<T> whole(model.parameters(), wanted), part(model.parameters(), wanted);
        CHECK(model.gradient(whole.active(), data.batch()) == loss);
        CHECK(model.gradient(part.active(), data.batch(), from) == loss);
        CHECK(part.memory == whole.memory);
      }
    }
    std::vector<bo::compute_type_t<T>> all(x.size());
    model.embed(data.batch(), all);
    model.advance(data.batch(), 0, shape.layers, all);
    CHECK(same_bits(all, x));
  };
  check(float{});
  check(bo::bfloat16{});
}

TEST_CASE("streams that cannot be are refused") {
  bo::transformer<float> model(shape, 1, 2);
  const tokens data(shape, 2);
  std::vector<float> x(2 * shape.context * shape.width), shorter(x.size() - 1);
  CHECK_THROWS_WITH_AS(model.loss(data.batch(), {1, shorter}),
                       doctest::Contains("a stream of 431 numbers for 18 tokens of width 24"), bo::invalid_view);
  CHECK_THROWS_WITH_AS(model.advance(data.batch(), 0, 4, x), doctest::Contains("there is no layer 4; there are 3"),
                       bo::invalid_call);
  const block<float> low(model.parameters(), [&](std::size_t i) { return model.stage_of(i) == 2; });
  CHECK_THROWS_WITH_AS(model.gradient(low.active(), data.batch(), {2, x}),
                       doctest::Contains("stage 2 is active, and the pass starts behind it, at layer 2"),
                       bo::invalid_call);
}
