// SPDX-License-Identifier: MIT
// Part of blockopt: a number of the device's that the host reads when it needs it.
#pragma once

#include <blockopt/backend/thrust/device_call.hpp>

#ifdef BLOCKOPT_THRUST_CUDA

#include <utility>

namespace blockopt::detail {

/// Eight bytes of pinned memory and an event. The host waits for the copy that `post` queued, and for nothing behind it,
/// so that the device has work while the host makes up its mind.
class device_notice {
 public:
  device_notice() noexcept = default;
  device_notice(const device_notice& other) : known_(other.read()) {}
  device_notice(device_notice&& other) noexcept
      : there_(std::exchange(other.there_, nullptr)),
        event_(std::exchange(other.event_, nullptr)),
        posted_(std::exchange(other.posted_, false)),
        known_(other.known_) {}
  device_notice& operator=(device_notice other) noexcept {
    std::swap(there_, other.there_);
    std::swap(event_, other.event_);
    std::swap(posted_, other.posted_);
    std::swap(known_, other.known_);
    return *this;
  }
  ~device_notice() {  // at worst the context is gone, and these with it
    if (event_ != nullptr) static_cast<void>(cudaEventDestroy(event_));
    if (there_ != nullptr) static_cast<void>(cudaFreeHost(there_));
  }

  void prepare() {
    if (there_ == nullptr)
      check_cuda(cudaMallocHost(reinterpret_cast<void**>(&there_), sizeof(double)), "cudaMallocHost");
    if (event_ == nullptr)
      check_cuda(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming), "cudaEventCreateWithFlags");
  }
  /// `prepare` was called.
  template <class Backend>
  void post(const Backend& backend, const double* number) {
    check_cuda(cudaMemcpyAsync(there_, number, sizeof(double), cudaMemcpyDeviceToHost, backend.stream),
               "cudaMemcpyAsync");
    check_cuda(cudaEventRecord(event_, backend.stream), "cudaEventRecord");
    posted_ = true;
  }
  [[nodiscard]] double read() const {
    if (posted_) {
      check_cuda(cudaEventSynchronize(event_), "cudaEventSynchronize");
      known_ = *there_;
      posted_ = false;
    }
    return known_;
  }

 private:
  double* there_ = nullptr;
  cudaEvent_t event_ = nullptr;
  mutable bool posted_ = false;
  mutable double known_ = 0;
};

}  // namespace blockopt::detail

#endif
