// SPDX-License-Identifier: MIT
// Part of blockopt: the flags of train as JSON.

#include <utility>

#include <nlohmann/json.hpp>

#include "train/options.hpp"

namespace blockopt::program {

nlohmann::ordered_json train_options::configuration(const program::text& data, std::uint64_t visit_length) const {
  using json = nlohmann::ordered_json;
  json c;
  c["text"] = data.name;
  c["text_bytes"] = data.bytes.size();
  c["text_hash"] = data.hash();
  if (!tokens.empty()) c["token_bits"] = 8 * data.token_bytes;
  c["layers"] = shape.layers;
  c["width"] = shape.width;
  c["heads"] = shape.heads;
  c["kv_heads"] = shape.kv_heads;
  c["head_width"] = shape.head_size();
  c["hidden"] = shape.hidden_width();
  c["context"] = shape.context;
  c["vocabulary"] = shape.vocabulary;
  c["tied_head"] = shape.tied_head;
  c["rope_base"] = shape.rope_base;
  c["norm_epsilon"] = shape.norm_epsilon;
  c["batch"] = batch;
  c["accumulate"] = accumulate;
  c["init"] = init;
  if (initial) c["init_hash"] = initial_hash;
  c["dtype"] = dtype;
  json names = json::array();
  json rates = json::object();
  for (const method& m : methods) {
    names.push_back(m.name);
    rates[std::string(m.name)] = m.learning_rate;
  }
  c["method"] = std::move(names);
  c["learning_rate"] = std::move(rates);
  c["weight_decay"] = weight_decay;
  c["schedule"] = schedule;
  c["warmup"] = warmup;
  c["clip_norm"] = clip_norm ? json(*clip_norm) : json(nullptr);
  if (dtype != "f32") {
    c["write_back"] = write_back;
    c["master"] = master;
  }
  c["gradients"] = gradients;
  c["backend"] = backend;
  if (trains_blocks()) {
    c["partition"] = partition;
    c["order"] = order;
    c["switch_every"] = visit_length;
    c["memory"] = memory;
    c["reuse"] = reuse;
    c["samples"] = samples;
    c["prefix_cache"] = prefix_cache;
    c["prefix_cache_file"] = prefix_cache_file;
    c["correction"] = correction;
  }
  c["steps"] = steps ? json(*steps) : json(nullptr);
  c["seconds"] = seconds ? json(*seconds) : json(nullptr);
  c["eval_every"] = eval_every;
  c["eval_tokens"] = eval_tokens;
  c["repeat"] = repeat;
  c["save"] = save;
  c["checksums"] = checksums;
  c["seed"] = common.seed;
  c["threads"] = common.threads;
  return c;
}

}  // namespace blockopt::program
