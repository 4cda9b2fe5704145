// error: the parameters and the backend live in different memory spaces
// SPDX-License-Identifier: MIT
// Part of blockopt: a host backend does not compile with parameters in device memory.
#include <vector>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/sgd.hpp>

namespace bo = blockopt;

#ifdef FIXED
using space = bo::host_space;
#else
using space = bo::device_space;
#endif

int main() {
  std::vector<float> x(3);
  using parameter = bo::parameter<float, float, space>;
  const bo::tensor_view<float, space> values(x.data(), x.size());
  bo::block_optimizer optimizer{bo::as_one_block(std::vector<parameter>{{"x", values, {}}}), bo::sgd{}, bo::ascending{},
                                bo::drop_state{}, bo::plain_backend{}};
  optimizer.step();
}
