// SPDX-License-Identifier: MIT
// Part of blockopt: the progress of a run: a bar on a terminal, plain lines elsewhere.
#pragma once

#include <ostream>
#include <string>

namespace blockopt::program {

/// Shows how far a run is. On a terminal one line that is drawn again, at most ten times a second; elsewhere a line for
/// every tenth of the run.
class progress {
 public:
  /// `terminal`: whether `out` is one.
  progress(std::ostream& out, bool terminal, std::string title);
  ~progress();
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

  /// `done` in [0, 1] of the run; `seconds` since its start; `details` says how it goes.
  void show(double done, double seconds, const std::string& details);
  /// Ends the line, if there is one, so that others may print.
  void end_line();

 private:
  std::ostream& out_;
  bool terminal_;
  std::string title_;
  double last_drawn_ = -1;
  int tenths_ = 0;
  bool open_ = false;
};

}  // namespace blockopt::program
