// SPDX-License-Identifier: MIT
// Part of blockopt: the order of the blocks, chosen at run time.

#include "train/order.hpp"

#include <charconv>
#include <numeric>
#include <string_view>

#include "common/failure.hpp"

namespace blockopt::program {

namespace {

/// The numbers of "name[1,2,3]"; raises usage_error when the text is of another form.
std::vector<std::size_t> bracketed(const std::string& text, std::string_view name) {
  const auto refuse = [&] {
    throw usage_error("--order: '" + text + "' is not like " + std::string(name) +
                      (name == "list" ? "[0,2,1]" : "[2]") + "; blocks are numbered from 0");
  };
  if (text.size() < name.size() + 3 || text[name.size()] != '[' || text.back() != ']') refuse();
  std::vector<std::size_t> numbers;
  const char* at = text.data() + name.size() + 1;
  const char* const end = text.data() + text.size() - 1;
  for (;;) {
    std::size_t number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc{}) refuse();
    numbers.push_back(number);
    if (next == end) return numbers;
    if (*next != ',') refuse();
    at = next + 1;
  }
}

}  // namespace

std::vector<std::size_t> block_order::reachable(std::size_t blocks) const {
  if (const auto* fixed = std::get_if<fixed_block>(&policy)) return {fixed->block};
  if (const auto* list = std::get_if<block_list>(&policy)) return list->blocks;
  std::vector<std::size_t> all(blocks);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

block_order parse_order(const std::string& text) {
  if (text == "reshuffle") return {random_reshuffle{}};
  if (text == "ascending") return {ascending{}};
  if (text == "descending") return {descending{}};
  if (text == "uniform") return {uniform_random{}};
  if (text.starts_with("fixed")) {
    const std::vector<std::size_t> numbers = bracketed(text, "fixed");
    if (numbers.size() != 1) throw usage_error("--order: '" + text + "' names more than one block; use list[...]");
    return {fixed_block{numbers.front()}};
  }
  if (text.starts_with("list")) return {block_list{bracketed(text, "list")}};
  if (text.starts_with("subset")) {
    const std::vector<std::size_t> numbers = bracketed(text, "subset");
    if (numbers.size() != 1)
      throw usage_error("--order: '" + text + "' is not like subset[2], a number of blocks at once");
    return {uniform_subset{.size = numbers.front()}};
  }
  throw usage_error("--order: '" + text +
                    "' is none of reshuffle, ascending, descending, uniform, fixed[b], list[a,b,...], subset[g]");
}

}  // namespace blockopt::program
