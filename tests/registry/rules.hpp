// SPDX-License-Identifier: MIT
// Part of blockopt: the registry's list of update rules.
#pragma once

#include <cstddef>
#include <tuple>
#include <utility>

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

namespace blockopt_tests {

template <class Rule>
struct named_rule {
  const char* name;
  Rule rule;
};

/// Every rule. Add a line here.
[[nodiscard]] inline auto all_rules() {
  using namespace blockopt;
  return std::tuple{
      named_rule{"sgd", sgd{.learning_rate = 0.5}},
      named_rule{"momentum", momentum{.learning_rate = 0.1, .beta = 0.8}},
      named_rule{"nesterov", momentum{.learning_rate = 0.1, .beta = 0.8, .nesterov = true}},
      named_rule{"adam", adam{.learning_rate = 0.04}},
      named_rule{"adamw", adamw{.learning_rate = 0.04, .weight_decay = 1e-3}},
      named_rule{"adamw epsilon_hat",
                 adamw{.learning_rate = 0.04, .weight_decay = 1e-3, .convention = adam_convention::epsilon_hat}},
      named_rule{"adagrad", adagrad{.learning_rate = 0.2}},
      named_rule{"rmsprop", rmsprop{.learning_rate = 0.02}},
      named_rule{"amsgrad", amsgrad{.learning_rate = 0.04}},
      named_rule{"nadam", nadam{.learning_rate = 0.04}},
      named_rule{"lion", lion{.learning_rate = 0.02}},
      named_rule{"sign_momentum", sign_momentum{.learning_rate = 0.02}},
      named_rule{"schedule_free_sgd", schedule_free_sgd{.learning_rate = 0.5}},
      named_rule{"schedule_free_adamw", schedule_free_adamw{.learning_rate = 0.1}},
  };
}

/// f(name, rule) for the rules whose number modulo Groups is Group.
template <std::size_t Group, std::size_t Groups, class F>
void for_each_rule_of(const F& f) {
  const auto rules = all_rules();
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    const auto one = [&]<std::size_t K>(std::integral_constant<std::size_t, K>) {
      if constexpr (K % Groups == Group) f(std::get<K>(rules).name, std::get<K>(rules).rule);
    };
    (one(std::integral_constant<std::size_t, I>{}), ...);
  }
  (std::make_index_sequence<std::tuple_size_v<decltype(all_rules())>>{});
}

/// f(name, rule) for every rule.
template <class F>
void for_each_rule(const F& f) {
  for_each_rule_of<0, 1>(f);
}

}  // namespace blockopt_tests
