// SPDX-License-Identifier: MIT
// Part of blockopt: the tested backend's functions for some rules, compiled with contraction of a * b + c.
#include "thrust/runners/backend.hpp"

namespace blockopt_tests {

template <>
blockopt::counting_resource& memory_of<side::tested>() {
#ifdef BLOCKOPT_THRUST_CUDA
  class device_resource final : public std::pmr::memory_resource {
    void* do_allocate(std::size_t bytes, std::size_t) override { return blockopt::thrust_backend{}.allocate(bytes); }
    void do_deallocate(void* p, std::size_t bytes, std::size_t) override {
      blockopt::thrust_backend{}.deallocate(p, bytes);
    }
    [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
      return this == &other;
    }
  };
  static device_resource device;
  static blockopt::counting_resource memory(&device);
#else
  static blockopt::counting_resource memory;
#endif
  return memory;
}

template struct border<side::tested>;

bool keep_contracted_rules() {
  return keep_border_of<side::tested, blockopt::adamw, float>() &&
         keep_border_of<side::tested, blockopt::nadam, double>() &&
         keep_border_of<side::tested, blockopt::adamw, blockopt::bfloat16>();
}

}  // namespace blockopt_tests
