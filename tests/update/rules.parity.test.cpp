// SPDX-License-Identifier: MIT
// Part of blockopt: the rules beside SGD and Adam give the same bits on both host backends, at every length of the tail.
#include <cstddef>
#include <cstring>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/update/adagrad.hpp>
#include <blockopt/update/amsgrad.hpp>
#include <blockopt/update/lion.hpp>
#include <blockopt/update/nadam.hpp>
#include <blockopt/update/rmsprop.hpp>
#include <blockopt/update/schedule_free_adamw.hpp>
#include <blockopt/update/schedule_free_sgd.hpp>
#include <blockopt/update/sign_momentum.hpp>

#include "support/guarded.hpp"
#include "update/rule_stepper.hpp"

namespace bo = blockopt;

namespace {

template <class S>
bool same_bits(const std::vector<S>& a, const std::vector<S>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(S)) == 0);
}

template <class S, class Rule>
void compare(const Rule& rule) {
  constexpr std::size_t width = bo::packet_tile<S>::width;
  for (std::size_t n = 0; n <= 2 * width + 1; ++n) {
    std::vector<S> x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<S>(blockopt_tests::noise(1, 0, 0, i));
    blockopt_tests::rule_stepper<S, bo::plain_backend, Rule> plain(rule, x);
    blockopt_tests::rule_stepper<S, bo::eigen_backend, Rule> eigen(rule, x);
    for (std::uint64_t t = 1; t <= 4; ++t) {
      for (std::size_t i = 0; i < n; ++i) plain.g[i] = static_cast<S>(blockopt_tests::noise(1, t, 1, i));
      eigen.g = plain.g;
      plain.step();
      eigen.step();
      if constexpr (bo::two_point_rule<Rule>) {
        plain.move(rule.at_leave());
        eigen.move(rule.at_leave());
        CHECK(same_bits(plain.x, eigen.x));
        plain.move(rule.at_enter());
        eigen.move(rule.at_enter());
      }
    }
    INFO("length " << n);
    CHECK(same_bits(plain.x, eigen.x));
    for (std::size_t s = 0; s < plain.slots.size(); ++s) CHECK(same_bits(plain.slots[s], eigen.slots[s]));
    if (n > 0) CHECK(plain.x[n - 1] != x[n - 1]);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("backends agree on the last bit of every rule", S, float, double) {
  compare<S>(bo::adagrad{.initial_sum = 0.1, .weight_decay = 0.3});
  compare<S>(bo::rmsprop{.weight_decay = 0.3});
  compare<S>(bo::amsgrad{.weight_decay = 0.3, .decay = bo::decay_kind::decoupled});
  compare<S>(bo::nadam{.weight_decay = 0.3});
  compare<S>(bo::lion{.weight_decay = 0.3});
  compare<S>(bo::sign_momentum{.weight_decay = 0.3});
  compare<S>(bo::schedule_free_sgd{.learning_rate = 0.1, .weight_decay = 0.3});
  compare<S>(bo::schedule_free_adamw{.weight_decay = 0.3});
}
