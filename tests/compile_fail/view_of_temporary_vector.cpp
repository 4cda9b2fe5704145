// error: deleted function
// SPDX-License-Identifier: MIT
// Part of blockopt: a view of a temporary would outlive the elements.
#include <vector>

#include <blockopt/view/tensor_view.hpp>

int main() {
#ifdef FIXED
  std::vector<int> elements{1};
  return blockopt::view(elements)(0);
#else
  blockopt::view(std::vector<int>{1});
#endif
}
