// SPDX-License-Identifier: MIT
// Part of blockopt: what each memory strategy would take, whatever --memory says.

#include "plan/strategies.hpp"

#include <blockopt/memory/decay_state.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_compressed.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/memory/offload_to_file.hpp>
#include <blockopt/memory/warm_state.hpp>
#include <blockopt/problem/transformer/planned.hpp>
#include <blockopt/run/plan.hpp>
#include <blockopt/update/adamw.hpp>

#include "train/trainer_parts.hpp"

namespace blockopt::program {

namespace {

template <scalar T>
std::vector<planned_strategy> plan_all(const trainer_settings& s) {
  const partition<parameter<T>> parts = partition_of(s, planned_parameters<T>(s.shape));
  const optimizer_options options = options_of(s, parts.blocks().size());
  std::vector<planned_strategy> all;
  const auto add = [&](std::string_view name, const auto& memory) {
    all.push_back({name, blockopt::plan(parts, adamw{}, memory, options)});
  };
  add("keep", keep_state{});
  add("drop", drop_state{});
  add("warm", warm_state{});
  add("decay", decay_state{});
  add("keep-bf16", keep_bf16{});
  add("keep-8bit", keep_8bit{});
  add("keep-fp8", keep_fp8{});
  add("offload", offload_to_file{});
  return all;
}

}  // namespace

std::vector<planned_strategy> plan_strategies(const std::string& dtype, const trainer_settings& s) {
  return dtype == "f32" ? plan_all<float>(s) : plan_all<bfloat16>(s);
}

}  // namespace blockopt::program
