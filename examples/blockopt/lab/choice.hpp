// SPDX-License-Identifier: MIT
// Part of blockopt: names with parameters on the command line, "lipschitz[a=0.5]".
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace blockopt::program {

/// NAME or NAME[key=value;key=value].
struct choice {
  std::string name;
  std::vector<std::pair<std::string, std::string>> values;

  /// As it was written, without spaces.
  [[nodiscard]] std::string text() const;
};

/// One or several, parted by commas outside of brackets. Raises usage_error that names `flag` and the culprit.
[[nodiscard]] std::vector<choice> parse_choices(std::string_view flag, std::string_view text);

/// Reads the parameters of a choice; each has a default. Raises usage_error for a value of another kind, and in `finish`
/// for a key that nobody asked for.
class choice_reader {
 public:
  choice_reader(std::string flag, const choice& c) : flag_(std::move(flag)), choice_(c) {}

  [[nodiscard]] double number(std::string_view key, double otherwise);
  [[nodiscard]] std::uint64_t count(std::string_view key, std::uint64_t otherwise);
  [[nodiscard]] std::string word(std::string_view key, std::string_view otherwise);
  /// Numbers joined by '+'.
  [[nodiscard]] std::vector<double> numbers(std::string_view key);
  [[nodiscard]] bool has(std::string_view key) const;
  void finish() const;
  /// "--flag NAME: sentence".
  [[noreturn]] void refuse(const std::string& sentence) const;
  [[nodiscard]] const std::string& name() const noexcept { return choice_.name; }

 private:
  [[nodiscard]] const std::string* find(std::string_view key);

  std::string flag_;
  const choice& choice_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace blockopt::program
