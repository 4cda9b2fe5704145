// error: needs a member template
// SPDX-License-Identifier: MIT
// Part of blockopt: a policy that does not name its own state works, but cannot be saved.

#include <cstddef>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/run/checkpoint.hpp>
#include <blockopt/update/sgd.hpp>

struct to_and_fro {
  std::size_t last = 0;
  std::size_t next(blockopt::random_stream&, const blockopt::selection_statistics& s) {
    return last = (last + 1) % s.blocks;
  }
#ifdef FIXED
  template <class A>
  void archive(A& a) {
    a("last", last);
  }
#endif
};

void save_it(std::vector<blockopt::parameter<float>> parameters) {
  blockopt::block_optimizer optimizer{blockopt::as_one_block(parameters), blockopt::sgd{}, to_and_fro{},
                                      blockopt::keep_state{}, blockopt::plain_backend{}};
  optimizer.step();
  blockopt::save(optimizer, "file");
}
