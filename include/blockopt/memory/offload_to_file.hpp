// SPDX-License-Identifier: MIT
// Part of blockopt: state that every block keeps, in a file.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <memory_resource>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/backend/backend.hpp>
#include <blockopt/memory/detail/block_file.hpp>
#include <blockopt/memory/detail/offload_storage.hpp>
#include <blockopt/memory/detail/page_buffer.hpp>
#include <blockopt/memory/memory_strategy.hpp>

namespace blockopt {

namespace detail {

/// The home of an offload_storage in a file. From host memory blocks are written and read where they lie; from a device
/// through two buffers in host memory.
template <class Backend>
class file_home {
 public:
  template <class Strategy>
  file_home(const Strategy& strategy, const Backend& backend, const std::vector<std::size_t>& sizes,
            std::size_t largest)
      : folder_(strategy.folder), direct_(strategy.direct), backend_(backend) {
    open(sizes, largest);
  }
  /// `other` is finished.
  file_home(const file_home& other, const std::vector<std::size_t>& sizes, std::size_t largest)
      : folder_(other.folder_), direct_(other.direct_), backend_(other.backend_) {
    open(sizes, largest);
    const std::string reason = file_->copy_from(*other.file_);
    if (!reason.empty()) raise<file_error>({"the scratch file in '", folder_.string(), "' cannot be copied: ", reason});
  }

  void store(std::size_t block, const std::byte* data) {
    if constexpr (deferring_backend<Backend>) {
      std::byte* const there = staged(out_, out_end_, block);
      backend_.copy(there, data, file_->bytes_of(block));
      backend_.wait();
      file_->store(block, there);
    } else {
      file_->store(block, data);
    }
  }
  void load(std::size_t block, std::byte* data) {
    if constexpr (deferring_backend<Backend>) {
      std::byte* const there = staged(in_, in_end_, block);
      file_->load(block, there);
      arriving_.push_back({data, there, file_->bytes_of(block)});
    } else {
      file_->load(block, data);
    }
  }
  void finish() {
    file_->finish();
    for (const arrival& a : arriving_) backend_.copy(a.to, a.from, a.bytes);
    if (!arriving_.empty()) backend_.wait();
    arriving_.clear();
    out_end_ = in_end_ = 0;
  }
  void forget() {
    file_->forget();
    arriving_.clear();
    out_end_ = in_end_ = 0;
  }
  [[nodiscard]] std::size_t size() const noexcept { return file_->size(); }

 private:
  struct arrival {
    std::byte* to;
    const std::byte* from;
    std::size_t bytes;
  };

  void open(const std::vector<std::size_t>& sizes, std::size_t largest) {
    file_ = std::make_unique<block_file>(folder_, sizes, requests, direct_);
    if constexpr (deferring_backend<Backend>) {
      // each block at a page
      const std::size_t room = largest == 0 ? 0 : round_to_page(largest) + requests * page_bytes;
      out_ = page_buffer(room);
      in_ = page_buffer(room);
      arriving_.reserve(requests);
    }
  }
  /// The next piece of a buffer; what a wrong expectation asked for too makes it longer.
  [[nodiscard]] std::byte* staged(page_buffer& buffer, std::size_t& end, std::size_t block) {
    const std::size_t bytes = file_->bytes_of(block);
    if (end + bytes > buffer.size()) {
      finish();
      if (bytes > buffer.size()) buffer = page_buffer(bytes);
    }
    return buffer.data() + std::exchange(end, round_to_page(end + bytes));
  }

  static constexpr std::size_t requests = 16;

  std::filesystem::path folder_;
  bool direct_ = false;
  Backend backend_;
  page_buffer out_, in_;  ///< of a device
  std::size_t out_end_ = 0, in_end_ = 0;
  std::vector<arrival> arriving_;
  std::unique_ptr<block_file> file_;  ///< last: its thread may still work on the buffers
};

}  // namespace detail

/// Each block keeps its state, its master copy and its step count in a scratch file in `folder`, which nobody else sees and
/// which is gone when the optimizer is. Memory holds two visits: the one under way, and the one before it while it is
/// written, then the next one while it is read, both by a thread of the storage's own while the steps go on. Which block comes next the
/// selection policy is asked in advance; one that learns meanwhile and names another costs a wait.
///
/// Adam: 8 bytes per float parameter on the disk (12 with a master copy), twice that of the largest visit in memory, and 16
/// (24) bytes per parameter of a block written and read for each visit; beside these, where a visit has a megabyte or more,
/// 12 KiB at most that let buffers begin at pages. What is read must have the checksum of what was
/// written. A disk that is full, a read that is short and a wrong checksum raise file_error when the next block is entered:
/// values and the state in memory are intact, and the same call tries again.
struct offload_to_file {
  std::filesystem::path folder = ".";
  /// Past the system's page cache, which else takes memory as long as it has some; by way of a megabyte of its own where
  /// the state does not lie at pages. Where a file system cannot do that, the thread waits for the disk and lets the system forget
  /// what was written.
  bool direct = false;

  [[nodiscard]] memory_plan plan(std::span<const block_bytes> blocks, std::size_t together = 1) const {
    return detail::plan_offload(blocks, together);
  }

  template <class Backend>
  class storage : public detail::offload_storage<Backend, detail::file_home<Backend>> {
   public:
    storage(const offload_to_file& strategy, const Backend& backend, std::span<const block_bytes> blocks,
            std::size_t together = 1)
        : detail::offload_storage<Backend, detail::file_home<Backend>>(strategy, backend, blocks, together) {}
  };
};

}  // namespace blockopt
