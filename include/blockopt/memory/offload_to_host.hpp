// SPDX-License-Identifier: MIT
// Part of blockopt: state of a device that every block keeps, in the host's memory.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include <blockopt/backend/backend.hpp>
#include <blockopt/memory/arena.hpp>
#include <blockopt/memory/detail/block_places.hpp>
#include <blockopt/memory/detail/offload_storage.hpp>
#include <blockopt/memory/memory_strategy.hpp>

namespace blockopt {

namespace detail {

/// The transfers of a backend that has none of its own: done at once.
struct immediate_transfer {
  template <class Backend>
  static void prepare(const Backend&) noexcept {}
  [[nodiscard]] static void* allocate(std::size_t bytes) {
    return ::operator new (bytes, std::align_val_t{memory_granule});
  }
  static void deallocate(void* p, std::size_t) noexcept { ::operator delete (p, std::align_val_t{memory_granule}); }
  template <class Backend>
  static void copy(const Backend& backend, void* to, const void* from, std::size_t bytes) {
    backend.copy(to, from, bytes);
    backend.wait();
  }
  template <class Backend>
  static void join(const Backend&) noexcept {}
  static void wait() noexcept {}
};

template <class Backend>
struct transfer_of {
  using type = immediate_transfer;
};
template <transferring_backend Backend>
struct transfer_of<Backend> {
  using type = typename Backend::transfer;
};

/// The home of an offload_storage in memory of the host.
template <class Backend>
class host_home {
 public:
  template <class Strategy>
  host_home(const Strategy&, const Backend& backend, const std::vector<std::size_t>& sizes, std::size_t)
      : backend_(backend) {
    open(sizes);
  }
  /// `other` is finished.
  host_home(const host_home& other, const std::vector<std::size_t>& sizes, std::size_t) : backend_(other.backend_) {
    open(sizes);
    other.transfer_.wait();
    if (size() != 0) std::memcpy(data_, other.data_, size());
  }
  host_home(host_home&& other) noexcept
      : backend_(other.backend_),
        places_(std::move(other.places_)),
        data_(std::exchange(other.data_, nullptr)),
        transfer_(std::move(other.transfer_)) {}
  host_home& operator=(host_home&& other) noexcept {
    std::swap(backend_, other.backend_);
    std::swap(places_, other.places_);
    std::swap(data_, other.data_);
    std::swap(transfer_, other.transfer_);
    return *this;
  }
  ~host_home() {
    if (data_ == nullptr) return;
    transfer_ = transfer();  // ends before its memory does
    transfer::deallocate(data_, size());
  }

  void store(std::size_t block, const std::byte* data) {
    transfer_.copy(backend_, data_ + places_.first(block), data, places_.size(block));
  }
  void load(std::size_t block, std::byte* data) {
    transfer_.copy(backend_, data, data_ + places_.first(block), places_.size(block));
  }
  void finish() { transfer_.join(backend_); }
  static void forget() noexcept {}  // a copy is done, or the device has failed
  [[nodiscard]] std::size_t size() const noexcept { return places_.end(); }

 private:
  using transfer = typename transfer_of<Backend>::type;

  void open(const std::vector<std::size_t>& sizes) {
    places_ = block_places(sizes);
    transfer_.prepare(backend_);
    if (size() != 0) data_ = static_cast<std::byte*>(transfer::allocate(size()));
  }

  Backend backend_{};
  block_places places_;
  std::byte* data_ = nullptr;
  transfer transfer_{};
};

}  // namespace detail

/// Each block keeps its state, its master copy and its step count in the host's memory: pinned, and copied on a second
/// stream, where the backend is a device's. The device holds two visits: the one under way, and the one before it while it
/// is copied back, then the next one while it comes, both while the steps go on. The host waits for none of it. The selection policy is asked in advance
/// which block comes next; one that learns meanwhile and names another costs the device a wait.
///
/// Adam: 8 bytes per float parameter in the host's memory (12 with a master copy), twice that of the largest visit on the
/// device, and 16 (24) bytes per parameter of a block over the bus for each visit. On a backend in host memory it is
/// keep_state with two copies: use that.
struct offload_to_host {
  [[nodiscard]] memory_plan plan(std::span<const block_bytes> blocks, std::size_t together = 1) const {
    return detail::plan_offload(blocks, together);
  }

  template <class Backend>
  class storage : public detail::offload_storage<Backend, detail::host_home<Backend>> {
   public:
    storage(const offload_to_host& strategy, const Backend& backend, std::span<const block_bytes> blocks,
            std::size_t together = 1)
        : detail::offload_storage<Backend, detail::host_home<Backend>>(strategy, backend, blocks, together) {}
  };
};

}  // namespace blockopt
