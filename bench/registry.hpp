// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: the update rules and the scalars that are measured. A rule of your own is one more
// line: what it moves follows from its slots. From outside this folder, -DBLOCKOPT_BENCH_RULES=/path/to/your.hpp has
// CMake include a header that defines the rule and, in namespace bench, for_each_own_rule(f) with that line.
#pragma once

#include <blockopt/update/adagrad.hpp>
#include <blockopt/update/adam.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/amsgrad.hpp>
#include <blockopt/update/lion.hpp>
#include <blockopt/update/momentum.hpp>
#include <blockopt/update/nadam.hpp>
#include <blockopt/update/rmsprop.hpp>
#include <blockopt/update/schedule_free_adamw.hpp>
#include <blockopt/update/schedule_free_sgd.hpp>
#include <blockopt/update/sgd.hpp>
#include <blockopt/update/sign_momentum.hpp>
#include <blockopt/view/scalar.hpp>

#if defined(BENCH_OWN_RULES)
#include BENCH_OWN_RULES
#endif

namespace bench {

/// Calls f(name, rule) for each rule.
template <class F>
void for_each_rule(const F& f) {
  f("sgd", blockopt::sgd{});
  f("momentum", blockopt::momentum{});
  f("adam", blockopt::adam{});
  f("adamw", blockopt::adamw{});
  f("adagrad", blockopt::adagrad{});
  f("rmsprop", blockopt::rmsprop{});
  f("amsgrad", blockopt::amsgrad{});
  f("lion", blockopt::lion{});
  f("sign_momentum", blockopt::sign_momentum{});
  f("nadam", blockopt::nadam{});
  f("schedule_free_sgd", blockopt::schedule_free_sgd{});
  f("schedule_free_adamw", blockopt::schedule_free_adamw{});
#if defined(BENCH_OWN_RULES)
  for_each_own_rule(f);
#endif
}

/// How values and gradient are stored.
template <blockopt::scalar T, bool Master = false>
struct storage {
  using value_type = T;
  static constexpr bool master = Master;
};

/// Calls f(name, storage) for each way to store parameters.
template <class F>
void for_each_storage(const F& f) {
  f("float", storage<float>{});
  f("double", storage<double>{});
  f("bfloat16", storage<blockopt::bfloat16>{});
  f("bfloat16+master", storage<blockopt::bfloat16, true>{});
}

}  // namespace bench
