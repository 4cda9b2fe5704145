// error: this selection policy needs the gradient norms of all blocks at every visit
// SPDX-License-Identifier: MIT
// Part of blockopt: a greedy policy over all blocks does not compile where only the active block has a gradient.
#include <cstddef>
#include <vector>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/update/sgd.hpp>

namespace bo = blockopt;

struct greedy {
#ifdef FIXED
  static constexpr bo::feedback_kind feedback = bo::feedback_kind::visited_block;
#else
  static constexpr bo::feedback_kind feedback = bo::feedback_kind::every_block;
#endif
  std::size_t next(bo::random_stream&, const bo::selection_statistics&) const { return 0; }
  void observe(std::size_t, const bo::visit_feedback&) const {}
};

int main() {
  std::vector<double> x(3);
  bo::block_optimizer optimizer{bo::as_one_block(std::vector<bo::parameter<double>>{{"x", bo::view(x), {}}}), bo::sgd{},
                                greedy{}, bo::drop_state{}, bo::plain_backend{}};
  optimizer.step();
}
