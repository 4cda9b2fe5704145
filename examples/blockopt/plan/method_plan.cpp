// SPDX-License-Identifier: MIT
// Part of blockopt: the methods that plan knows: those of train, and others by their published formulas.

#include "plan/method_plan.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <blockopt/problem/transformer/planned.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/sgd.hpp>

#include "common/failure.hpp"
#include "common/read_number.hpp"
#include "train/counting_scalar.hpp"

namespace blockopt::program {

namespace {

struct formula_name {
  std::string_view name;
  formula_kind kind;
  std::size_t rank;  ///< the default; 0: it has none
};
constexpr formula_name formulas[] = {
    {"lomo", formula_kind::lomo, 0}, {"lora", formula_kind::lora, 8}, {"galore", formula_kind::galore, 128}};

bool is_layer_matrix(const transformer_shape& s, std::size_t i) {
  return i != 0 && i < detail::final_norm_number(s) && detail::extents_of(s, i).columns != 0;
}

/// Numbers of elements that the formulas rest on.
struct counts {
  double all = 0, largest = 0, adapters = 0, projected_state = 0, projection = 0;
};

counts count(const transformer_shape& s, std::size_t rank) {
  counts c;
  const auto r = static_cast<double>(rank);
  for (std::size_t i = 0; i < s.parameters(); ++i) {
    const detail::parameter_extents e = detail::extents_of(s, i);
    const auto size = static_cast<double>(e.size());
    c.all += size;
    c.largest = std::max(c.largest, size);
    if (!is_layer_matrix(s, i)) {
      c.projected_state += 2 * size;
      continue;
    }
    const auto rows = static_cast<double>(e.rows), columns = static_cast<double>(e.columns);
    const double least = std::min({r, rows, columns});
    c.adapters += r * (rows + columns);
    c.projected_state += 2 * least * std::max(rows, columns) + least * std::min(rows, columns);
    c.projection += 4 * least * size;  // into the subspace and back, 2 m n r flops each
  }
  return c;
}

}  // namespace

std::string planned_method_names() {
  std::string names;
  for (const method& m : methods()) {
    if (!m.consumes) names.append(names.empty() ? "" : ", ").append(m.name);
  }
  return names + ", lomo, lora[r=8], galore[r=128]";
}

planned_method parse_planned_method(const std::string& text) {
  // lomo by the formula of its paper, whose gradients have 16 bits: those of train have 32.
  if (const method* const known = find_method(text); known != nullptr && !known->consumes) return {text, known};
  for (const formula_name& f : formulas) {
    if (!text.starts_with(f.name)) continue;
    const std::string_view rest = std::string_view(text).substr(f.name.size());
    if (rest.empty()) return {text, nullptr, f.kind, f.rank};
    std::size_t rank = 0;
    if (f.rank != 0 && rest.starts_with("[r=") && rest.ends_with(']') &&
        read_number(rest.substr(3, rest.size() - 4), rank) && rank > 0) {
      return {text, nullptr, f.kind, rank};
    }
  }
  throw usage_error("--methods: '" + text + "' is none of " + planned_method_names());
}

planned_run plan_method(const planned_method& m, const std::string& dtype, trainer_settings s) {
  s.rule = m.trains != nullptr ? m.trains->rule : rule_kind::adamw;
  s.by_block = m.trains != nullptr && m.trains->by_block;
  if (!s.by_block) {
    s.blocks = {.kind = block_kind::one};
    s.memory = {};
  }
  planned_run p = plan_run(dtype, find_backend("eigen"), s);
  if (m.trains != nullptr) return p;

  const counts c = count(s.shape, m.rank);
  const double value = dtype == "f32" ? 4 : 2, master = dtype == "f32" ? 0 : 4;
  const auto bytes = [](double n) { return static_cast<std::size_t>(n + 0.5); };
  std::vector<unsigned char> in_layers(s.shape.parameters());
  for (std::size_t i = 0; i < in_layers.size(); ++i) in_layers[i] = is_layer_matrix(s.shape, i) ? 1 : 0;
  const transformer_work all = planned_work(s.shape, s.batch, in_layers);
  const auto passes = static_cast<double>(s.accumulate);
  const auto adam_flops = static_cast<double>(update_flops_of(adamw{}));
  p.bytes.master = p.bytes.workspace = 0;
  switch (m.formula) {
    case formula_kind::none:
      break;
    case formula_kind::lomo:
      p.bytes.gradients = bytes(value * c.largest);
      p.bytes.state = 0;
      p.update_flops = c.all * static_cast<double>(update_flops_of(sgd{}));
      p.update_bytes = c.all * 3 * value;
      break;
    case formula_kind::lora: {
      p.bytes.values += bytes(value * c.adapters);
      p.bytes.gradients = bytes(4 * c.adapters);
      p.bytes.master = bytes(master * c.adapters);
      p.bytes.state = bytes(8 * c.adapters);
      p.trained_parameters = bytes(c.adapters);
      // An adapter costs its two products forward, and those of inputs and weights backward; frozen matrices have no
      // weight gradient.
      const double adapter = 2 * c.adapters * static_cast<double>(s.batch * s.shape.context);
      p.forward_flops = passes * (all.forward_flops + adapter);
      p.backward_flops = passes * (all.input_gradient_flops + 2 * adapter);
      p.update_flops = c.adapters * adam_flops;
      p.update_bytes = c.adapters * (4 + 16 + (master != 0 ? 2 * master + value : 2 * value));
      break;
    }
    case formula_kind::galore:
      p.bytes.gradients = bytes(value * c.all);
      p.bytes.state = bytes(4 * c.projected_state);
      p.update_flops = c.all * adam_flops + c.projection;
      p.update_bytes = c.all * 3 * value + 2 * 4 * c.projected_state;
      break;
  }
  return p;
}

}  // namespace blockopt::program
