// SPDX-License-Identifier: MIT
// Part of blockopt: the progress of a run: a bar on a terminal, plain lines elsewhere.

#include "common/progress.hpp"

#include <algorithm>
#include <utility>

#include "common/format.hpp"

namespace blockopt::program {

progress::progress(std::ostream& out, bool terminal, std::string title)
    : out_(out), terminal_(terminal), title_(std::move(title)) {}

progress::~progress() { end_line(); }

void progress::show(double done, double seconds, const std::string& details) {
  done = std::clamp(done, 0.0, 1.0);
  const double left = done > 0 ? seconds * (1 - done) / done : 0;
  const std::string percent = right(fixed(100 * done, 0), 3) + " %";
  if (terminal_) {
    if (done < 1 && seconds - last_drawn_ < 0.1 && last_drawn_ >= 0) return;
    last_drawn_ = seconds;
    constexpr std::size_t width = 24;
    const auto full = static_cast<std::size_t>(done * static_cast<double>(width) + 0.5);
    out_ << "\r\033[K" << title_ << " [" << std::string(full, '=') << std::string(width - full, ' ') << "] " << percent
         << "  " << details << "  " << duration(left) << " left" << std::flush;
    open_ = true;
  } else {
    const int tenth = static_cast<int>(done * 10 + 1e-9);
    if (tenth <= tenths_) return;
    tenths_ = tenth;
    out_ << title_ << "  " << percent << "  " << details << "  " << duration(left) << " left" << std::endl;
  }
}

void progress::end_line() {
  if (!open_) return;
  out_ << std::endl;
  open_ = false;
}

}  // namespace blockopt::program
