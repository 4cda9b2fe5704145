// SPDX-License-Identifier: MIT
// Part of blockopt: what the blocks are made of, chosen at run time.

#include "train/blocks.hpp"

#include <string_view>
#include <utility>

#include "common/failure.hpp"
#include "common/read_number.hpp"

namespace blockopt::program {

block_choice parse_blocks(const std::string& text) {
  if (text == "layers") return {.kind = block_kind::layers};
  if (text == "layers+ends") return {.kind = block_kind::layers_and_ends};
  if (text == "matrices") return {.kind = block_kind::matrices};
  const auto inside = [&](std::string_view name) -> std::string {
    if (!text.starts_with(std::string(name) + "[") || !text.ends_with(']')) return {};
    return text.substr(name.size() + 1, text.size() - name.size() - 2);
  };
  for (const auto& [name, kind] :
       {std::pair{"layers", block_kind::layers}, std::pair{"layers+ends", block_kind::layers_and_ends}}) {
    const std::string number = inside(name);
    if (number.empty()) continue;
    block_choice choice{.kind = kind};
    if (read_number(number, choice.blocks) && choice.blocks > 0) return choice;
    throw usage_error("--partition: '" + text + "' is not like " + name + "[4], with a number of blocks above 0");
  }
  if (std::string number = inside("bytes"); !number.empty()) {
    std::uint64_t blocks = 0;
    if (read_number(number, blocks) && blocks > 0)
      return {.kind = block_kind::bytes, .blocks = static_cast<std::size_t>(blocks)};
    throw usage_error("--partition: '" + text + "' is not like bytes[8], with a number of blocks above 0");
  }
  if (std::string number = inside("ratio"); !number.empty()) {
    block_choice choice{.kind = block_kind::ratio};
    if (const std::string_view tail = ";scattered"; number.ends_with(tail)) {
      choice.shape = slice_shape::scattered;
      number.resize(number.size() - tail.size());
    }
    if (read_number(number, choice.ratio) && choice.ratio > 0 && choice.ratio <= 1) return choice;
    throw usage_error("--partition: '" + text +
                      "' is not like ratio[0.1] or ratio[0.1;scattered], with a ratio in (0, 1]");
  }
  throw usage_error(
      "--partition: '" + text +
      "' is none of layers, layers[n], layers+ends, layers+ends[n], matrices, bytes[n], ratio[r], ratio[r;scattered]");
}

std::string layers_text(const block_choice& choice) {
  const std::string name = choice.kind == block_kind::layers ? "layers" : "layers+ends";
  return choice.blocks == 0 ? name : name + "[" + std::to_string(choice.blocks) + "]";
}

}  // namespace blockopt::program
