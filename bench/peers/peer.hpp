// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: what other libraries offer for the same update, behind one interface.
//
// A peer is one file of this folder, compiled only where CMake finds its library: it appends to a list what it offers.
// Each row of bench_rules first checks that a peer computes what the rule computes, then times both in turn.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bench {

/// A parameter as it starts, and the gradient of every step. The peer copies both: it works on its own memory.
struct peer_start {
  const float* values = nullptr;
  const float* gradient = nullptr;
  std::size_t size = 0;
  int threads = 1;  ///< that a step may use
};

/// One parameter being optimized.
class peer_run {
 public:
  virtual ~peer_run() = default;
  virtual void step() = 0;
  [[nodiscard]] virtual const float* values() const = 0;
};

struct peer {
  std::string name;  ///< of the library and its code path, as in the table
  std::string rule;  ///< of the registry, with that rule's default hyper-parameters
  std::function<std::unique_ptr<peer_run>(const peer_start&)> start;
};

/// All peers that this build has.
[[nodiscard]] std::vector<peer> all_peers();

void add_plain_loops(std::vector<peer>& list);
void add_libtorch(std::vector<peer>& list);
void add_deepspeed(std::vector<peer>& list);
void add_ensmallen(std::vector<peer>& list);

}  // namespace bench
