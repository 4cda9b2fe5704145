// SPDX-License-Identifier: MIT
// Part of blockopt: all of a file in memory, unpacked.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include <blockopt/error.hpp>
#include <blockopt/file/gunzip.hpp>
#include <blockopt/file/read_limits.hpp>

namespace blockopt::detail {

/// The bytes of a file or a pipe; of one packed by gzip, whatever it is called, what was packed. Raises file_error that
/// names it and says why.
[[nodiscard]] inline std::string whole_file(const std::filesystem::path& file, const read_limits& limits) {
  const auto fail = [&](int reason) {
    raise<file_error>(
        {"cannot read '", file.string(), "': ", reason != 0 ? std::strerror(reason) : "the system does not say why"});
  };
  struct closer {
    void operator()(std::FILE* f) const noexcept { static_cast<void>(std::fclose(f)); }
  };
  errno = 0;
  const std::unique_ptr<std::FILE, closer> in(std::fopen(file.string().c_str(), "rb"));
  if (in == nullptr) fail(errno);
  std::error_code unknown;  // a pipe has no size
  const auto size = std::filesystem::file_size(file, unknown);
  std::string bytes;
  bytes.resize(unknown || size > bytes.max_size() / 2
                   ? 65536
                   : std::max<std::size_t>(65536, static_cast<std::size_t>(size) + 1));
  std::size_t filled = 0;
  for (;;) {
    errno = 0;
    const std::size_t got = std::fread(bytes.data() + filled, 1, bytes.size() - filled, in.get());
    if (std::ferror(in.get()) != 0) fail(errno);
    filled += got;
    if (filled < bytes.size()) break;  // the end
    bytes.resize(2 * bytes.size());
  }
  bytes.resize(filled);
  if (is_gzip(bytes)) return gunzip(bytes, file.string(), limits);
  return bytes;
}

}  // namespace blockopt::detail
