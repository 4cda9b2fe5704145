// SPDX-License-Identifier: MIT
// Part of blockopt: copies between a device and pinned memory of the host, beside the work of the main stream.
#pragma once

#include <blockopt/backend/thrust/device_call.hpp>

#ifdef BLOCKOPT_THRUST_CUDA

#include <cstddef>
#include <utility>

namespace blockopt::detail {

/// A stream of its own and an event. See transferring_backend.
class device_transfer {
 public:
  device_transfer() noexcept = default;
  device_transfer(device_transfer&& other) noexcept
      : stream_(std::exchange(other.stream_, nullptr)), event_(std::exchange(other.event_, nullptr)) {}
  device_transfer& operator=(device_transfer other) noexcept {
    std::swap(stream_, other.stream_);
    std::swap(event_, other.event_);
    return *this;
  }
  ~device_transfer() {  // at worst the context is gone, and these with it
    if (stream_ != nullptr) {
      static_cast<void>(cudaStreamSynchronize(stream_));
      static_cast<void>(cudaStreamDestroy(stream_));
    }
    if (event_ != nullptr) static_cast<void>(cudaEventDestroy(event_));
  }

  template <class Backend>
  void prepare(const Backend&) {
    if (stream_ == nullptr)
      check_cuda(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
    if (event_ == nullptr)
      check_cuda(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming), "cudaEventCreateWithFlags");
  }
  [[nodiscard]] static void* allocate(std::size_t bytes) {
    void* p = nullptr;
    check_cuda(cudaMallocHost(&p, bytes), "cudaMallocHost");
    return p;
  }
  static void deallocate(void* p, std::size_t) noexcept { static_cast<void>(cudaFreeHost(p)); }

  template <class Backend>
  void copy(const Backend& backend, void* to, const void* from, std::size_t bytes) {
    if (bytes == 0) return;
    order(backend.stream, stream_);
    check_cuda(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, stream_), "cudaMemcpyAsync");
  }
  template <class Backend>
  void join(const Backend& backend) {
    order(stream_, backend.stream);
  }
  void wait() const {
    if (stream_ != nullptr) check_cuda(cudaStreamSynchronize(stream_), "cudaStreamSynchronize");
  }

 private:
  /// What `second` is told from now on begins when `first` has done what it was told.
  void order(cudaStream_t first, cudaStream_t second) const {
    check_cuda(cudaEventRecord(event_, first), "cudaEventRecord");
    check_cuda(cudaStreamWaitEvent(second, event_, 0), "cudaStreamWaitEvent");
  }

  cudaStream_t stream_ = nullptr;
  cudaEvent_t event_ = nullptr;
};

}  // namespace blockopt::detail

#endif
