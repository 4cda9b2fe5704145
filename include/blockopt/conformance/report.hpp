// SPDX-License-Identifier: MIT
// Part of blockopt: what a conformance check found, as a value.
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <blockopt/config.hpp>

namespace blockopt {

/// One property that was checked. `sentence` says, for a failure, what was found where, with its numbers.
struct conformance_check {
  std::string name;
  bool passed = true;
  std::string sentence{};
};

/// All properties that were checked of one subject. Depends on no test framework: `if (!report) std::cout << report;`
class conformance_report {
 public:
  conformance_report() = default;
  explicit conformance_report(std::string subject) : subject_(std::move(subject)) {}

  [[nodiscard]] const std::string& subject() const noexcept { return subject_; }
  [[nodiscard]] const std::vector<conformance_check>& checks() const noexcept { return checks_; }

  /// True when something was checked and nothing failed.
  [[nodiscard]] explicit operator bool() const noexcept { return !checks_.empty() && failures() == 0; }
  [[nodiscard]] std::size_t failures() const noexcept {
    return static_cast<std::size_t>(
        std::count_if(checks_.begin(), checks_.end(), [](const conformance_check& c) { return !c.passed; }));
  }
  /// The check of that name, or null when it was not made.
  [[nodiscard]] const conformance_check* find(std::string_view name) const noexcept {
    const auto found =
        std::find_if(checks_.begin(), checks_.end(), [&](const conformance_check& c) { return c.name == name; });
    return found == checks_.end() ? nullptr : &*found;
  }
  [[nodiscard]] bool failed(std::string_view name) const noexcept {
    const conformance_check* const check = find(name);
    return check != nullptr && !check->passed;
  }

  /// Adds one trial to a check: it passes when all its trials do, and keeps the sentence of the first one that does not.
  /// `sentence` is called only then.
  template <class Sentence>
  bool expect(std::string_view name, bool passed, const Sentence& sentence) {
    auto found =
        std::find_if(checks_.begin(), checks_.end(), [&](const conformance_check& c) { return c.name == name; });
    if (found == checks_.end()) found = checks_.insert(found, conformance_check{.name = std::string(name)});
    if (!passed && found->passed) {
      found->passed = false;
      found->sentence = sentence();
    }
    return passed;
  }

  /// Runs a part of a checker. An exception of what is checked is a failure of the check "throws nothing".
  template <class Part>
  void guard(const Part& part) {
#ifdef BLOCKOPT_EXCEPTIONS
    try {
      part();
    } catch (const std::exception& e) {
      expect("throws nothing", false, [&] { return std::string("an exception left it: ") + e.what(); });
    } catch (...) {
      expect("throws nothing", false, [] { return std::string("an exception left it that is no std::exception"); });
    }
#else
    part();
#endif
  }

  /// A line for the subject, one for each check, one for each sentence.
  friend std::ostream& operator<<(std::ostream& out, const conformance_report& r) {
    out << r.subject_ << ": " << r.checks_.size() - r.failures() << " of " << r.checks_.size() << " checks passed\n";
    for (const conformance_check& c : r.checks_) {
      out << (c.passed ? "  passed  " : "  FAILED  ") << c.name << '\n';
      if (!c.passed) out << "          " << c.sentence << '\n';
    }
    return out;
  }

 private:
  std::string subject_;
  std::vector<conformance_check> checks_;
};

}  // namespace blockopt
