// SPDX-License-Identifier: MIT
// Part of blockopt: the tested backend of these runners.
#pragma once

#include <cstddef>
#include <memory_resource>

#include <blockopt/backend/thrust/thrust_backend.hpp>

#include "support/border_runner.hpp"

namespace blockopt_tests {

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

template <>
inline blockopt::counting_resource& memory_of<side::tested>() {
  static device_resource device;
  static blockopt::counting_resource memory(&device);
  return memory;
}

#endif

template <>
[[nodiscard]] inline auto backend_of<side::tested>() {
  blockopt::thrust_backend backend;
  backend.resource = &memory_of<side::tested>();
#ifndef BLOCKOPT_THRUST_CUDA
  backend.parallel_elements = 2;  // the system's threads also for small tests
#endif
  return backend;
}

}  // namespace blockopt_tests
