// SPDX-License-Identifier: MIT
// Part of blockopt: a member that notices that its object was copied.
#pragma once

namespace blockopt::detail {

/// True in a copy until it is cleared; moving passes the flag on.
struct copy_flag {
  bool value = false;

  copy_flag() = default;
  copy_flag(const copy_flag&) noexcept : value(true) {}
  copy_flag(copy_flag&& other) noexcept : value(other.value) {}
  copy_flag& operator=(const copy_flag&) noexcept {
    value = true;
    return *this;
  }
  copy_flag& operator=(copy_flag&& other) noexcept {
    value = other.value;
    return *this;
  }
  ~copy_flag() = default;
};

}  // namespace blockopt::detail
