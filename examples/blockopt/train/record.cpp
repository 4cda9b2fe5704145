// SPDX-License-Identifier: MIT
// Part of blockopt: what a run of train has measured.

#include "train/record.hpp"

#include <algorithm>
#include <cmath>

#include "common/format.hpp"

namespace blockopt::program {

losses losses_after(const method_record& record, std::size_t rows) {
  losses result;
  if (rows == 0) return result;
  const std::size_t window = std::min(rows, std::max<std::size_t>(1, record.rows.size() / 20));
  double sum = 0;
  for (std::size_t i = rows - window; i < rows; ++i) sum += record.rows[i].train_loss;
  result.train = sum / static_cast<double>(window);
  for (std::size_t i = rows; i-- > 0 && std::isnan(result.held_out);) result.held_out = record.rows[i].eval_loss;
  return result;
}

losses losses_at_tokens(const method_record& record, std::uint64_t tokens) {
  const auto end = std::ranges::upper_bound(record.rows, tokens, {}, &trace_row::tokens);
  return losses_after(record, static_cast<std::size_t>(end - record.rows.begin()));
}

losses losses_at_seconds(const method_record& record, double seconds) {
  const auto end = std::ranges::upper_bound(record.rows, seconds, {}, &trace_row::seconds);
  return losses_after(record, static_cast<std::size_t>(end - record.rows.begin()));
}

common_end common_end_of(std::span<const method_record> records, std::size_t repeat) {
  common_end end{std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<double>::infinity()};
  for (const method_record& r : records) {
    if (r.repeat != repeat || r.rows.empty()) continue;
    end.tokens = std::min(end.tokens, r.rows.back().tokens);
    end.seconds = std::min(end.seconds, r.rows.back().seconds);
  }
  return end;
}

std::vector<block_work> work_by_block(std::span<const method_record> records, const std::string& method) {
  std::vector<block_work> all;
  for (const method_record& r : records) {
    if (r.method != method) continue;
    for (const trace_row& row : r.rows) {
      auto found = std::ranges::find(all, row.block, &block_work::block);
      if (found == all.end()) {
        all.push_back({.block = row.block});
        found = all.end() - 1;
      }
      ++found->steps;
      found->forward_s += row.forward_s;
      found->backward_s += row.backward_s;
      found->update_s += row.update_s;
      found->forward_flops += row.forward_flops;
      found->input_gradient_flops += row.input_gradient_flops;
      found->weight_gradient_flops += row.weight_gradient_flops;
    }
  }
  return all;
}

std::string trace_header() {
  return "method,repeat,step,visit,block,tokens,seconds,train_loss,eval_loss,learning_rate,forward_s,backward_s,"
         "update_s,state_bytes,forward_flops,input_gradient_flops,weight_gradient_flops\n";
}

std::string trace_line(const method_record& record, const trace_row& row) {
  std::string line = record.method;
  const auto add = [&](const std::string& cell) { (line += ',') += cell; };
  add(std::to_string(record.repeat));
  add(std::to_string(row.step));
  add(std::to_string(row.visit));
  add(row.block);
  add(std::to_string(row.tokens));
  add(fixed(row.seconds, 6));
  add(exact(row.train_loss));
  add(exact(row.eval_loss));
  add(exact(row.learning_rate));
  add(fixed(row.forward_s, 6));
  add(fixed(row.backward_s, 6));
  add(fixed(row.update_s, 6));
  add(std::to_string(row.state_bytes));
  for (const double flops : {row.forward_flops, row.input_gradient_flops, row.weight_gradient_flops})
    add(fixed(flops, 0));
  return line + "\n";
}

}  // namespace blockopt::program
