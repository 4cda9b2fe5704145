// SPDX-License-Identifier: MIT
// Part of blockopt: a file without a name, of a fixed size, that is gone when the process is.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>

#if defined(__unix__) || defined(__APPLE__)
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#define BLOCKOPT_HAS_SCRATCH_FILES 1
#endif

#include <blockopt/error.hpp>
#include <blockopt/memory/detail/page_buffer.hpp>

namespace blockopt::detail {

/// Its space is reserved at once, so that a disk too small is found before anything depends on it, where the file system can
/// do that. Reads and writes give the reason of a failure, or an empty string; the constructor raises file_error.
class scratch_file {
 public:
  scratch_file() noexcept = default;
  /// `direct`: past the system's page cache, if the file system can do that. Then every address, offset and number of
  /// bytes is a multiple of page_bytes.
  scratch_file(const std::filesystem::path& folder, std::size_t bytes, bool direct = false)
      : folder_(folder), size_(bytes) {
    if (bytes == 0) return;
#ifdef BLOCKOPT_HAS_SCRATCH_FILES
    if (const std::string reason = create(); !reason.empty()) {
      close_it();
      raise<file_error>({"no scratch file of ", size_, " bytes in the folder '", folder_.string(), "': ", reason});
    }
    if (direct) direct_ = make_direct();
#else
    raise<file_error>("scratch files need a POSIX system");
#endif
  }
  scratch_file(scratch_file&& other) noexcept
      : folder_(std::move(other.folder_)),
        size_(std::exchange(other.size_, 0)),
        descriptor_(std::exchange(other.descriptor_, -1)),
        direct_(other.direct_) {}
  scratch_file& operator=(scratch_file other) noexcept {
    std::swap(folder_, other.folder_);
    std::swap(size_, other.size_);
    std::swap(descriptor_, other.descriptor_);
    std::swap(direct_, other.direct_);
    return *this;
  }
  ~scratch_file() { close_it(); }

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool direct() const noexcept { return direct_; }

#ifdef BLOCKOPT_HAS_SCRATCH_FILES
  [[nodiscard]] std::string write(std::size_t offset, const std::byte* data, std::size_t bytes) const {
    return whole(bytes, "no more was written", [&](std::size_t done) {
      return pwrite(descriptor_, data + done, bytes - done, place(offset + done));
    });
  }
  [[nodiscard]] std::string read(std::size_t offset, std::byte* data, std::size_t bytes) const {
    return whole(bytes, "the file ends before it",
                 [&](std::size_t done) { return pread(descriptor_, data + done, bytes - done, place(offset + done)); });
  }
  /// Its bytes in memory, until unmap; null, with errno, where that cannot be.
  [[nodiscard]] std::byte* map() const {
    void* const p = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
    return p == MAP_FAILED ? nullptr : static_cast<std::byte*>(p);
  }
  static void unmap(std::byte* p, std::size_t bytes) noexcept { static_cast<void>(munmap(p, bytes)); }
  /// Waits until it is on the disk and lets the system forget it: the next read comes from there.
  [[nodiscard]] std::string drop_pages(std::size_t offset, std::size_t bytes) const {
#if defined(POSIX_FADV_DONTNEED)
    if (fdatasync(descriptor_) != 0) return std::strerror(errno);
    const int error = posix_fadvise(descriptor_, place(offset), place(bytes), POSIX_FADV_DONTNEED);
    return error == 0 ? std::string() : std::strerror(error);
#else
    static_cast<void>(offset), static_cast<void>(bytes);
    return fsync(descriptor_) == 0 ? std::string() : std::strerror(errno);
#endif
  }

 private:
  [[nodiscard]] std::string create() {
#if defined(O_TMPFILE)
    descriptor_ = open(folder_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
#endif
    if (descriptor_ < 0) {  // not every file system has files without names
      std::string name = (folder_ / "blockopt-XXXXXX").string();
      descriptor_ = mkstemp(name.data());
      if (descriptor_ < 0) return std::strerror(errno);
      static_cast<void>(unlink(name.c_str()));
    }
#if defined(__linux__)
    const int error = posix_fallocate(descriptor_, 0, place(size_));
    if (error == 0) return {};
    if (error != EOPNOTSUPP && error != EINVAL) return std::strerror(error);
#endif
    return ftruncate(descriptor_, place(size_)) == 0 ? std::string() : std::strerror(errno);
  }

  /// The flag alone says little: whether it holds shows when the file is used.
  [[nodiscard]] bool make_direct() const {
#if defined(O_DIRECT)
    const int flags = fcntl(descriptor_, F_GETFL);
    if (flags < 0 || size_ < page_bytes || fcntl(descriptor_, F_SETFL, flags | O_DIRECT) != 0) return false;
    const page_buffer page(page_bytes);
    if (pread(descriptor_, page.data(), page_bytes, 0) == static_cast<ssize_t>(page_bytes)) return true;
    static_cast<void>(fcntl(descriptor_, F_SETFL, flags));
#endif
    return false;
  }

  template <class Call>
  [[nodiscard]] std::string whole(std::size_t bytes, const char* none, const Call& call) const {
    for (std::size_t done = 0; done < bytes;) {
      errno = 0;
      const auto count = call(done);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return std::strerror(errno);
      done += static_cast<std::size_t>(count);
      // what is left of a direct file cannot be asked for at any place
      if (count == 0 || (direct_ && done < bytes && done % page_bytes != 0))
        return std::string(none) + ", " + std::to_string(done) + " of " + std::to_string(bytes) + " bytes";
    }
    return {};
  }
  [[nodiscard]] static off_t place(std::size_t n) noexcept { return static_cast<off_t>(n); }
  void close_it() noexcept {
    if (descriptor_ >= 0) static_cast<void>(close(std::exchange(descriptor_, -1)));
  }
#else
  [[nodiscard]] std::string write(std::size_t, const std::byte*, std::size_t) const { return "no such file"; }
  [[nodiscard]] std::string read(std::size_t, std::byte*, std::size_t) const { return "no such file"; }
  [[nodiscard]] std::string drop_pages(std::size_t, std::size_t) const { return "no such file"; }
  [[nodiscard]] std::byte* map() const { return nullptr; }
  static void unmap(std::byte*, std::size_t) noexcept {}

 private:
  void close_it() noexcept {}
#endif

  std::filesystem::path folder_;
  std::size_t size_ = 0;
  int descriptor_ = -1;
  bool direct_ = false;
};

/// A scratch file as memory; its space is reserved, so that writing to it cannot fail later. Raises file_error.
class mapped_scratch_file {
 public:
  mapped_scratch_file() noexcept = default;
  mapped_scratch_file(const std::filesystem::path& folder, std::size_t bytes) : file_(folder, bytes) {
    if (bytes == 0) return;
    data_ = file_.map();
    if (data_ == nullptr)
      raise<file_error>({"the scratch file in '", folder.string(), "' cannot be mapped: ", std::strerror(errno)});
  }
  mapped_scratch_file(mapped_scratch_file&& other) noexcept
      : file_(std::move(other.file_)), data_(std::exchange(other.data_, nullptr)) {}
  mapped_scratch_file& operator=(mapped_scratch_file other) noexcept {
    std::swap(file_, other.file_);
    std::swap(data_, other.data_);
    return *this;
  }
  ~mapped_scratch_file() {
    if (data_ != nullptr) scratch_file::unmap(data_, file_.size());
  }
  [[nodiscard]] std::byte* data() const noexcept { return data_; }

 private:
  scratch_file file_;
  std::byte* data_ = nullptr;
};

}  // namespace blockopt::detail
