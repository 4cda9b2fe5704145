// SPDX-License-Identifier: MIT
// Part of blockopt: memory spaces, as types.
#pragma once

namespace blockopt {

/// Memory that the CPU reads and writes.
struct host_space {
  static constexpr const char* name = "host";
};

/// Memory of a CUDA device. A view in this space is never dereferenced by host code.
struct device_space {
  static constexpr const char* name = "device";
};

}  // namespace blockopt
