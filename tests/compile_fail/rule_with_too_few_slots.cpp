// error: the rule has no noexcept update
// SPDX-License-Identifier: MIT
// Part of blockopt: a rule whose update takes another number of slots than it names does not compile.
#include <vector>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>

namespace bo = blockopt;

struct forgetful {
  double learning_rate = 0.1;
#ifdef FIXED
  static constexpr auto slots = bo::slots("momentum");
#else
  static constexpr auto slots = bo::slots();
#endif
  template <class S>
  struct constants {
    S rate;
  };
  template <class S>
  constants<S> at(bo::step_count) const {
    return {S(learning_rate)};
  }
  template <class S, class V>
  BLOCKOPT_FN static void update(const constants<S>& c, V& x, const V& g, V& momentum) noexcept {
    momentum = momentum + g;
    x = x - c.rate * momentum;
  }
};

int main() {
  std::vector<double> x(3);
  bo::block_optimizer optimizer{bo::as_one_block(std::vector<bo::parameter<double>>{{"x", bo::view(x), {}}}),
                                forgetful{}, bo::ascending{}, bo::drop_state{}, bo::plain_backend{}};
  optimizer.step();
}
