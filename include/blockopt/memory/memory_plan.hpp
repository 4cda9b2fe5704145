// SPDX-License-Identifier: MIT
// Part of blockopt: bytes by kind, before a run and during it.
#pragma once

#include <cstddef>
#include <ostream>

namespace blockopt {

/// Bytes by kind. `values` are the caller's (all parameters of the partition, also frozen ones); the rest is what the
/// optimizer allocates, each part rounded up to 64 bytes per parameter. Where state is offloaded, `state` has what lets
/// buffers begin at pages too, 12 KiB at most.
struct memory_plan {
  std::size_t values = 0;     ///< the parameters, in their storage type; the caller's memory
  std::size_t gradients = 0;  ///< gradients that the optimizer owns
  std::size_t master = 0;     ///< full-precision copies of 16-bit values, or what compensated rounding keeps
  std::size_t state = 0;      ///< slots of the update rule
  std::size_t workspace = 0;  ///< partial sums of norms
  std::size_t offloaded = 0;  ///< state and master copies outside of the backend's memory: in a file, or in the host's
  std::size_t moved = 0;      ///< read and written there for one visit of the largest block, at most
  std::size_t elements = 0;   ///< of all blocks and always-active parameters: what bytes per parameter refer to

  /// What the optimizer allocates: all but the values.
  [[nodiscard]] constexpr std::size_t allocated() const noexcept { return gradients + master + state + workspace; }
  [[nodiscard]] constexpr std::size_t total() const noexcept { return values + allocated(); }

  friend constexpr memory_plan operator+(const memory_plan& a, const memory_plan& b) noexcept {
    return {a.values + b.values,       a.gradients + b.gradients, a.master + b.master, a.state + b.state,
            a.workspace + b.workspace, a.offloaded + b.offloaded, a.moved + b.moved,   a.elements + b.elements};
  }
  friend constexpr bool operator==(const memory_plan&, const memory_plan&) = default;

  friend std::ostream& operator<<(std::ostream& out, const memory_plan& p) {
    out << "values " << p.values << " B, gradients " << p.gradients << " B, master " << p.master << " B, state "
        << p.state << " B, workspace " << p.workspace << " B, total " << p.total() << " B";
    if (p.elements != 0) {
      const auto hundredths = (p.total() * 100 + p.elements / 2) / p.elements;
      out << " (" << hundredths / 100 << '.' << hundredths / 10 % 10 << hundredths % 10 << " B per parameter)";
    }
    if (p.offloaded != 0) out << "; offloaded " << p.offloaded << " B, moved per visit " << p.moved << " B";
    return out;
  }
};

}  // namespace blockopt
