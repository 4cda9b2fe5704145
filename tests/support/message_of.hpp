// SPDX-License-Identifier: MIT
// Part of blockopt: what an error says, for tests.
#pragma once

#include <string>
#include <utility>

namespace blockopt_tests {

/// The message of the Error that f throws; empty when it throws nothing. Other exceptions pass.
template <class Error, class F>
[[nodiscard]] std::string message_of(F&& f) {
  try {
    std::forward<F>(f)();
  } catch (const Error& e) {
    return e.what();
  }
  return {};
}

}  // namespace blockopt_tests
