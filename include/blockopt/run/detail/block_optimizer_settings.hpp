// SPDX-License-Identifier: MIT
// Part of blockopt: the bodies of block_optimizer that look parameters up: hyper-parameters, state; included by its header.
#pragma once

#include <blockopt/memory/format/code_group.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/run/detail/optimizer_prologue.hpp>

namespace blockopt {

BLOCKOPT_OPTIMIZER_TEMPLATE
std::size_t BLOCKOPT_OPTIMIZER::job_of(std::size_t parameter) const noexcept {
  const auto found = std::ranges::find(jobs_, parameter, &job::parameter);
  return static_cast<std::size_t>(found - jobs_.begin());
}

BLOCKOPT_OPTIMIZER_TEMPLATE
template <class Predicate>
Rule& BLOCKOPT_OPTIMIZER::assign(const Rule& rule, const Predicate& chooses) {
  settled();
  const std::size_t blocks = partition_.blocks().size();
  enum : unsigned char { unasked, chosen, left };
  std::vector<unsigned char> choice(partition_.parameters().size(), unasked);
  std::vector<std::size_t> former(blocks + 1, rules_.size());  // the rule that a block's chosen parameters had, or none
  const auto ask = [&](std::size_t p, std::size_t b) {
    const unsigned char answer = chooses(partition_.parameters()[p], b) ? chosen : left;
    if (choice[p] != unasked && choice[p] != answer) {
      raise<invalid_call>({"parameter '", partition_.parameters()[p].name,
                           "' lies in several blocks, as slices; they share its hyper-parameters"});
    }
    choice[p] = answer;
    if (answer == chosen && former[b] == rules_.size()) former[b] = rules_.index_of(p);
  };
  for (std::size_t b = 0; b < blocks; ++b) {
    for (const std::size_t p : partition_.blocks()[b].parameters) ask(p, b);
    for (const slice& part : partition_.blocks()[b].slices) ask(part.parameter, b);
  }
  for (const std::size_t p : partition_.always_active()) ask(p, blocks);
  rebind();
  training_point();  // by the rules that led away from it

  Rule& added = rules_.add(rule);
  for (std::size_t p = 0; p < choice.size(); ++p) {
    if (choice[p] == chosen) rules_.use_last_for(p);
  }
  if constexpr (accumulating_rule<Rule>) {  // the sums go on, as the state does
    running_.resize(rules_.size() * (blocks + 1));
    for (std::size_t b = 0; b <= blocks; ++b) {
      if (former[b] + 1 < rules_.size())
        running_[running_of(rules_.size() - 1, b)] = running_[running_of(former[b], b)];
    }
  }
  for (job& j : jobs_) j.rule = rules_.index_of(j.parameter) * lanes() + j.rule % lanes();
  constants_ready_ = false;
  return added;
}

BLOCKOPT_OPTIMIZER_TEMPLATE
auto BLOCKOPT_OPTIMIZER::state(std::size_t parameter, std::size_t slot) -> state_view {
  static_assert(is_full_format<format>,
                "blockopt: this memory strategy keeps state in codes, of which there is no view; use state_numbers");
  rebind();
  const std::size_t number = entered_ ? job_of(parameter) : jobs_.size();
  if (number == jobs_.size() || slot >= slots) return {};
  return {jobs_[number].slots[slot], jobs_[number].size};
}

BLOCKOPT_OPTIMIZER_TEMPLATE
auto BLOCKOPT_OPTIMIZER::state_numbers(std::size_t parameter, std::size_t slot) -> std::vector<compute> {
  rebind();
  const std::size_t number = entered_ ? job_of(parameter) : jobs_.size();
  if (number == jobs_.size() || slot >= slots) return {};
  const job& j = jobs_[number];
  std::vector<std::byte> row(layout_.rows.slot(Rule::slots[slot].role, j.size));
  named([&] {
    backend_.copy(row.data(), j.slots[slot], row.size());
    backend_.wait();
  });
  return detail::row_numbers<format, Rule, compute>(row, slot, j.size);
}

BLOCKOPT_OPTIMIZER_TEMPLATE
std::size_t BLOCKOPT_OPTIMIZER::parameter_number(std::string_view name) const {
  const auto& all = partition_.parameters();
  const auto found = std::ranges::find_if(all, [&](const Parameter& p) { return p.name == name; });
  if (found == all.end()) raise<invalid_call>({"no parameter is named '", name, "'"});
  return static_cast<std::size_t>(found - all.begin());
}

}  // namespace blockopt

#include <blockopt/run/detail/optimizer_epilogue.hpp>
