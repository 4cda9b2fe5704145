// SPDX-License-Identifier: MIT
// Part of blockopt: the bytes of each block in a file, written and read behind the caller's back.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/file/checksum.hpp>
#include <blockopt/memory/detail/scratch_file.hpp>

namespace blockopt::detail {

/// One thread works off requests in the order in which they came. What was written is read back with its checksum. A
/// request that fails stays the first in the queue: `finish` raises its error, and the next `finish` tries it again, so
/// that a disk that has space again goes on.
class block_file {
 public:
  /// `sizes`: bytes of each block; `requests`: the most that may be waiting.
  block_file(std::filesystem::path folder, const std::vector<std::size_t>& sizes, std::size_t requests, bool drop_pages)
      : drop_pages_(drop_pages), sums_(sizes.size()), queue_(requests) {
    places_.push_back(0);
    for (const std::size_t bytes : sizes) places_.push_back(places_.back() + bytes);
    file_ = scratch_file(folder, places_.back());
    worker_ = std::thread([this] { work(); });
  }
  block_file(const block_file&) = delete;
  block_file& operator=(const block_file&) = delete;
  ~block_file() {
    {
      const std::lock_guard lock(mutex_);
      ends_ = true;
    }
    changed_.notify_all();
    worker_.join();
  }

  /// `data` must stay as it is until `finish` returns.
  void store(std::size_t block, const std::byte* data) { add({block, nullptr, data}); }
  void load(std::size_t block, std::byte* data) { add({block, data, nullptr}); }

  /// Waits until all is done. Raises file_error that names the folder and the block.
  void finish() {
    std::unique_lock lock(mutex_);
    failed_ = false;  // once more
    changed_.notify_all();
    changed_.wait(lock, [&] { return count_ == 0 || failed_; });
    if (!failed_) return;
    const request& r = queue_[first_];
    const std::string reason = std::exchange(reason_, {});
    const std::size_t block = r.block;
    const bool stores = r.from != nullptr;
    lock.unlock();
    raise<file_error>({"the state of block ", block, " cannot be ", stores ? "written to" : "read from",
                       " the scratch file in '", file_.folder().string(), "': ", reason,
                       stores ? "; it is still in memory" : ""});
  }

  [[nodiscard]] std::size_t size() const noexcept { return places_.back(); }
  [[nodiscard]] std::size_t bytes_of(std::size_t block) const noexcept { return places_[block + 1] - places_[block]; }

  /// Takes over a block of another file; both are finished. Gives the reason of a failure.
  [[nodiscard]] std::string copy_from(const block_file& other, std::size_t block, std::vector<std::byte>& buffer) {
    buffer.resize(std::min<std::size_t>(bytes_of(block), std::size_t{1} << 22));
    std::string reason;
    for (std::size_t done = 0; done < bytes_of(block) && reason.empty(); done += buffer.size()) {
      const std::size_t n = std::min(buffer.size(), bytes_of(block) - done);
      reason = other.file_.read(other.places_[block] + done, buffer.data(), n);
      if (reason.empty()) reason = file_.write(places_[block] + done, buffer.data(), n);
    }
    sums_[block] = other.sums_[block];
    return reason;
  }

 private:
  struct request {
    std::size_t block = 0;
    std::byte* to = nullptr;
    const std::byte* from = nullptr;
  };

  void add(const request& r) {
    {
      const std::lock_guard lock(mutex_);
      if (count_ == queue_.size()) {  // more than was announced
        std::rotate(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(first_), queue_.end());
        first_ = 0;
        queue_.resize(2 * queue_.size() + 1);
      }
      queue_[(first_ + count_++) % queue_.size()] = r;
    }
    changed_.notify_all();
  }

  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return ends_ || (count_ != 0 && !failed_); });
      if (ends_) return;
      const request r = queue_[first_];
      lock.unlock();
      std::string reason = run(r);
      lock.lock();
      if (reason.empty()) {
        first_ = (first_ + 1) % queue_.size();
        --count_;
      } else {
        reason_ = std::move(reason);
        failed_ = true;
      }
      changed_.notify_all();
    }
  }

  [[nodiscard]] std::string run(const request& r) {
    const std::size_t offset = places_[r.block], bytes = bytes_of(r.block);
    if (bytes == 0) return {};
    if (r.from != nullptr) {
      sums_[r.block] = checksum::of(r.from, bytes);
      std::string reason = file_.write(offset, r.from, bytes);
      if (reason.empty() && drop_pages_) reason = file_.drop_pages(offset, bytes);
      return reason;
    }
    std::string reason = file_.read(offset, r.to, bytes);
    if (reason.empty() && checksum::of(r.to, bytes) != sums_[r.block])
      reason = "its checksum is not that of what was written";
    return reason;
  }

  bool drop_pages_;
  std::vector<std::size_t> places_;
  std::vector<std::uint64_t> sums_;  ///< of what was written
  scratch_file file_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<request> queue_;  ///< a ring
  std::size_t first_ = 0, count_ = 0;
  bool failed_ = false, ends_ = false;
  std::string reason_;
  std::thread worker_;
};

}  // namespace blockopt::detail
