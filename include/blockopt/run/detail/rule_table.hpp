// SPDX-License-Identifier: MIT
// Part of blockopt: which hyper-parameters hold for which parameter.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

namespace blockopt::detail {

/// A rule that all share, and rules of some parameters' own. References stay valid while the table lives.
template <class Rule>
class rule_table {
 public:
  rule_table(std::size_t parameters, const Rule& rule) : rules_{rule}, of_(parameters, 0) { check(rule); }

  [[nodiscard]] Rule& front() noexcept { return rules_.front(); }
  [[nodiscard]] std::size_t size() const noexcept { return rules_.size(); }
  [[nodiscard]] const Rule& operator[](std::size_t i) const noexcept { return rules_[i]; }
  [[nodiscard]] std::size_t index_of(std::size_t parameter) const noexcept { return of_[parameter]; }
  [[nodiscard]] const Rule& of(std::size_t parameter) const noexcept { return rules_[of_[parameter]]; }

  Rule& add(const Rule& rule) {
    check(rule);
    return rules_.emplace_back(rule);
  }
  void use_last_for(std::size_t parameter) noexcept { of_[parameter] = rules_.size() - 1; }
  /// Rules i of `rules` for the parameters p with of[p] == i. Rules that are there already are overwritten in place; more
  /// of them stay, for no parameter.
  void replace(const std::vector<Rule>& rules, const std::vector<std::size_t>& of) {
    for (std::size_t i = 0; i < rules.size(); ++i) {
      if (i < rules_.size()) rules_[i] = rules[i];
      else rules_.push_back(rules[i]);
    }
    of_ = of;
  }

 private:
  static void check(const Rule& rule) {
    if constexpr (requires { rule.check(); }) rule.check();
  }

  std::deque<Rule> rules_;
  std::vector<std::size_t> of_;
};

}  // namespace blockopt::detail
