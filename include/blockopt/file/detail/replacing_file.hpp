// SPDX-License-Identifier: MIT
// Part of blockopt: a file that takes its name only when all of it is on the disk.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#if defined(__unix__) || defined(__APPLE__)
#include <fcntl.h>
#include <unistd.h>
#endif

#include <blockopt/error.hpp>

namespace blockopt::detail {

/// Written as NAME.part, which commit() renames to NAME: whoever looks sees the old file or the new one, also after a
/// failure of power. Without commit() the part is removed. Raises file_error that names the file and says why.
class replacing_file {
 public:
  explicit replacing_file(std::filesystem::path file) : file_(std::move(file)), part_(file_.string() + ".part") {
    errno = 0;
    out_ = std::fopen(part_.string().c_str(), "wb");
    const int reason = errno;
    if (out_ == nullptr) {
      part_.clear();  // whatever has that name is not ours to remove
      fail(reason);
    }
  }
  replacing_file(const replacing_file&) = delete;
  replacing_file& operator=(const replacing_file&) = delete;
  ~replacing_file() { discard(); }

  void write(const void* data, std::size_t bytes) {
    errno = 0;
    if (bytes > 0 && std::fwrite(data, 1, bytes, out_) != bytes) fail(errno);
  }

  /// Writes again what was written first, which has at least so many bytes. Nothing but commit() may follow.
  void rewrite_start(const void* data, std::size_t bytes) {
    errno = 0;
    if (std::fseek(out_, 0, SEEK_SET) != 0 || std::fwrite(data, 1, bytes, out_) != bytes) fail(errno);
  }

  void commit() {
    errno = 0;
    if (std::fflush(out_) != 0 || !to_disk(out_)) fail(errno);
    if (std::fclose(std::exchange(out_, nullptr)) != 0) fail(errno);
    std::error_code error;
    std::filesystem::rename(part_, file_, error);
    if (error) fail(error.value());
    part_.clear();
    folder_to_disk();
  }

 private:
  [[noreturn]] void fail(int reason) {
    discard();
    raise<file_error>(
        {"cannot write '", file_.string(), "': ", reason != 0 ? std::strerror(reason) : "the system does not say why"});
  }

  void discard() noexcept {
    if (out_ != nullptr) std::fclose(std::exchange(out_, nullptr));
    std::error_code ignored;
    if (!part_.empty()) std::filesystem::remove(part_, ignored);
  }

#if defined(__unix__) || defined(__APPLE__)
  static bool to_disk(std::FILE* out) { return fsync(fileno(out)) == 0; }
  // The new name itself. Not every file system can; then it comes to the disk when the system likes.
  void folder_to_disk() const noexcept {
    const std::string folder = file_.has_parent_path() ? file_.parent_path().string() : ".";
    const int descriptor = open(folder.c_str(), O_RDONLY);
    if (descriptor < 0) return;
    static_cast<void>(fsync(descriptor));
    static_cast<void>(close(descriptor));
  }
#else
  static bool to_disk(std::FILE*) { return true; }
  void folder_to_disk() const noexcept {}
#endif

  std::filesystem::path file_, part_;
  std::FILE* out_ = nullptr;
};

}  // namespace blockopt::detail
