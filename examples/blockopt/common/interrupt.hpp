// SPDX-License-Identifier: MIT
// Part of blockopt: Ctrl-C as a flag.
#pragma once

namespace blockopt::program {

/// While one lives, the first Ctrl-C sets a flag, and the second ends the program as ever.
class interrupt_guard {
 public:
  interrupt_guard();
  ~interrupt_guard();
  interrupt_guard(const interrupt_guard&) = delete;
  interrupt_guard& operator=(const interrupt_guard&) = delete;

  [[nodiscard]] static bool interrupted() noexcept;
};

}  // namespace blockopt::program
