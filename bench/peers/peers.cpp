// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: the peers that CMake found.
#include "peer.hpp"

namespace bench {

std::vector<peer> all_peers() {
  std::vector<peer> list;
  add_plain_loops(list);
#if defined(BENCH_HAS_LIBTORCH)
  add_libtorch(list);
#endif
#if defined(BENCH_HAS_DEEPSPEED)
  add_deepspeed(list);
#endif
#if defined(BENCH_HAS_ENSMALLEN)
  add_ensmallen(list);
#endif
  return list;
}

}  // namespace bench
