// SPDX-License-Identifier: MIT
// Part of blockopt: memory and queue of the tested backend.
#include "thrust/runners/backend.hpp"

namespace blockopt_tests {
namespace {

#ifdef BLOCKOPT_THRUST_CUDA
/// cudaMalloc as a memory resource.
class device_resource final : public std::pmr::memory_resource {
  void* do_allocate(std::size_t bytes, std::size_t) override { return blockopt::thrust_backend{}.allocate(bytes); }
  void do_deallocate(void* p, std::size_t bytes, std::size_t) override {
    blockopt::thrust_backend{}.deallocate(p, bytes);
  }
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }
};
#endif

}  // namespace

template <>
blockopt::counting_resource& memory_of<side::tested>() {
#ifdef BLOCKOPT_THRUST_CUDA
  static device_resource device;
  static blockopt::counting_resource memory(&device);
#else
  static blockopt::counting_resource memory;
#endif
  return memory;
}

template struct border<side::tested>;

}  // namespace blockopt_tests
