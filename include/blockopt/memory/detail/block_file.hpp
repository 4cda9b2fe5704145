// SPDX-License-Identifier: MIT
// Part of blockopt: the bytes of each block in a file, written and read behind the caller's back.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/file/checksum.hpp>
#include <blockopt/memory/detail/block_places.hpp>
#include <blockopt/memory/detail/page_buffer.hpp>
#include <blockopt/memory/detail/scratch_file.hpp>

namespace blockopt::detail {

/// One thread works off requests in the order in which they came. What was written is read back with its checksum. A
/// request that fails stays the first in the queue: `finish` raises its error, and the next `finish` tries it again, so
/// that a disk that has space again goes on. Where no block has bytes, there is neither file nor thread.
class block_file {
 public:
  /// `sizes`: bytes of each block; `requests`: the most that may be waiting; `direct`: past the page cache, or, where that
  /// cannot be, through it, without leaving there what was written.
  block_file(const std::filesystem::path& folder, std::span<const std::size_t> sizes, std::size_t requests, bool direct)
      : wants_direct_(direct), places_(sizes, direct ? page_bytes : 1), sums_(sizes.size()), queue_(requests) {
    if (places_.bytes() == 0) return;
    file_ = scratch_file(folder, places_.end(), direct);
    if (direct) bounce_ = page_buffer(piece);
    worker_ = std::thread([this] { work(); });
  }
  block_file(const block_file&) = delete;
  block_file& operator=(const block_file&) = delete;
  ~block_file() {
    if (!worker_.joinable()) return;
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

  /// Drops what a `finish` that failed has left: its memory may go.
  void forget() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return count_ == 0 || failed_; });
    count_ = 0;
    failed_ = false;
    reason_.clear();
  }

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

  /// Bytes of all blocks; the file may have gaps.
  [[nodiscard]] std::size_t size() const noexcept { return places_.bytes(); }
  [[nodiscard]] std::size_t bytes_of(std::size_t block) const noexcept { return places_.size(block); }

  /// Takes over all blocks of another file made alike; both are finished. Gives the reason of a failure.
  [[nodiscard]] std::string copy_from(const block_file& other) {
    const page_buffer buffer(std::min(places_.end(), piece));
    std::string reason;
    for (std::size_t done = 0; done < places_.end() && reason.empty(); done += piece) {
      const std::size_t n = std::min(piece, places_.end() - done);
      reason = other.file_.read(done, buffer.data(), n);
      if (reason.empty()) reason = file_.write(done, buffer.data(), n);
    }
    sums_ = other.sums_;
    return reason;
  }

 private:
  struct request {
    std::size_t block = 0;
    std::byte* to = nullptr;
    const std::byte* from = nullptr;
  };

  void add(const request& r) {
    if (bytes_of(r.block) == 0) return;  // there may be no thread
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
    const std::size_t first = places_.first(r.block), bytes = bytes_of(r.block);
    checksum sum;
    std::string reason;
    // a piece at a time, which the sum finds in a cache
    for (std::size_t done = 0; done < bytes && reason.empty(); done += piece) {
      const std::size_t n = std::min(piece, bytes - done);
      if (r.from != nullptr) reason = write_piece(first + done, r.from + done, n, sum);
      else reason = read_piece(first + done, r.to + done, n, sum);
    }
    if (!reason.empty()) return reason;
    if (r.from != nullptr) {
      sums_[r.block] = sum.value();
      if (wants_direct_ && !file_.direct()) reason = file_.drop_pages(first, bytes);
    } else if (sum.value() != sums_[r.block]) {
      reason = "its checksum is not that of what was written";
    }
    return reason;
  }

  /// A direct file takes bytes from where they lie if that is a page, else by way of the buffer.
  [[nodiscard]] bool passes(const std::byte* data, std::size_t bytes) const noexcept {
    return !file_.direct() || (reinterpret_cast<std::uintptr_t>(data) % page_bytes == 0 && bytes % page_bytes == 0);
  }
  [[nodiscard]] std::string write_piece(std::size_t offset, const std::byte* from, std::size_t bytes, checksum& sum) {
    sum.add(from, bytes);
    if (passes(from, bytes)) return file_.write(offset, from, bytes);
    std::memcpy(bounce_.data(), from, bytes);
    return file_.write(offset, bounce_.data(), round_to_page(bytes));
  }
  [[nodiscard]] std::string read_piece(std::size_t offset, std::byte* to, std::size_t bytes, checksum& sum) {
    const bool passing = passes(to, bytes);
    std::string reason =
        passing ? file_.read(offset, to, bytes) : file_.read(offset, bounce_.data(), round_to_page(bytes));
    if (!reason.empty()) return reason;
    if (!passing) std::memcpy(to, bounce_.data(), bytes);
    sum.add(to, bytes);
    return reason;
  }

  static constexpr std::size_t piece = std::size_t{1} << 20;

  bool wants_direct_;
  block_places places_;
  std::vector<std::uint64_t> sums_;  ///< of what was written
  scratch_file file_;
  page_buffer bounce_;  ///< a piece, for what a direct file does not take from where it lies

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<request> queue_;  ///< a ring
  std::size_t first_ = 0, count_ = 0;
  bool failed_ = false, ends_ = false;
  std::string reason_;
  std::thread worker_;
};

}  // namespace blockopt::detail
