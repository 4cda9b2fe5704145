// SPDX-License-Identifier: MIT
// Part of blockopt: memory strategies by their names.

#include "train/memory.hpp"

#include <filesystem>
#include <string_view>
#include <system_error>

#include "common/failure.hpp"

namespace blockopt::program {

memory_setting parse_memory(const std::string& text) {
  if (text == "keep") return {{keep_state{}}};
  if (text == "drop") return {{drop_state{}}};
  if (text == "decay") return {{decay_state{}}};
  if (text == "warm") return {{warm_state{}}};
  if (text == "keep-bf16") return {.format = stored_state::bfloat16};
  if (text == "keep-8bit") return {.format = stored_state::dynamic_8bit};
  if (text == "keep-fp8") return {.format = stored_state::fp8_lm};
  const std::string_view head = "offload[";
  const bool named = text.starts_with(head) && text.ends_with(']') && text.size() > head.size() + 1;
  if (text != "offload" && !named)
    throw usage_error("--memory: '" + text +
                      "' is none of keep, drop, decay, warm, offload, offload[FOLDER], keep-bf16, "
                      "keep-8bit, keep-fp8");
  const std::filesystem::path folder =
      named ? text.substr(head.size(), text.size() - head.size() - 1) : std::filesystem::temp_directory_path().string();
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored))
    throw usage_error("--memory: there is no folder '" + folder.string() + "'");
  return {{offload_to_file{.folder = folder, .direct = true}}};
}

}  // namespace blockopt::program
