// SPDX-License-Identifier: MIT
// Part of blockopt: names with parameters on the command line.

#include "lab/choice.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "common/failure.hpp"
#include "common/read_number.hpp"

namespace blockopt::program {

namespace {

std::string without_spaces(std::string_view text) {
  std::string result;
  std::ranges::copy_if(text, std::back_inserter(result), [](char c) { return c != ' ' && c != '\t'; });
  return result;
}

choice parse_choice(std::string_view flag, const std::string& text) {
  const auto refuse = [&](const std::string& why) {
    throw usage_error(std::string(flag) + ": '" + text + "' " + why + "; write NAME or NAME[key=value;key=value]");
  };
  choice result;
  const std::size_t open = text.find('[');
  result.name = text.substr(0, open);
  if (result.name.empty()) refuse("has no name");
  if (open == std::string::npos) {
    if (text.find(']') != std::string::npos) refuse("closes a bracket that it did not open");
    return result;
  }
  if (text.back() != ']' || text.find(']') != text.size() - 1) refuse("does not end where its bracket closes");
  std::istringstream inside(text.substr(open + 1, text.size() - open - 2));
  for (std::string pair; std::getline(inside, pair, ';');) {
    const std::size_t equal = pair.find('=');
    if (equal == std::string::npos || equal == 0 || equal + 1 == pair.size())
      refuse("has '" + pair + "' where key=value should be");
    const std::string key = pair.substr(0, equal);
    if (std::ranges::find(result.values, key, &std::pair<std::string, std::string>::first) != result.values.end())
      refuse("has '" + key + "' twice");
    result.values.emplace_back(key, pair.substr(equal + 1));
  }
  return result;
}

}  // namespace

std::string choice::text() const {
  if (values.empty()) return name;
  std::string result = name;
  for (std::size_t i = 0; i < values.size(); ++i)
    result += (i == 0 ? "[" : ";") + values[i].first + "=" + values[i].second;
  return result + "]";
}

std::vector<choice> parse_choices(std::string_view flag, std::string_view text) {
  std::vector<choice> result;
  const std::string all = without_spaces(text);
  std::string one;
  int depth = 0;
  for (std::size_t i = 0; i <= all.size(); ++i) {
    if (i == all.size() || (all[i] == ',' && depth == 0)) {
      if (one.empty()) throw usage_error(std::string(flag) + ": '" + std::string(text) + "' has an empty name");
      result.push_back(parse_choice(flag, one));
      one.clear();
      continue;
    }
    depth += all[i] == '[' ? 1 : all[i] == ']' ? -1 : 0;
    one += all[i];
  }
  for (std::size_t i = 0; i < result.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (result[i].text() == result[j].text())
        throw usage_error(std::string(flag) + ": '" + result[i].text() + "' is named twice");
    }
  }
  return result;
}

const std::string* choice_reader::find(std::string_view key) {
  asked_.emplace(key);
  const auto found = std::ranges::find_if(choice_.values, [&](const auto& v) { return v.first == key; });
  return found == choice_.values.end() ? nullptr : &found->second;
}

bool choice_reader::has(std::string_view key) const {
  return std::ranges::any_of(choice_.values, [&](const auto& v) { return v.first == key; });
}

void choice_reader::refuse(const std::string& sentence) const {
  throw usage_error(flag_ + " " + choice_.name + ": " + sentence);
}

double choice_reader::number(std::string_view key, double otherwise) {
  const std::string* const text = find(key);
  double value = otherwise;
  if (text != nullptr && (!read_number(*text, value) || !std::isfinite(value)))
    refuse(std::string(key) + "=" + *text + " is no number");
  return value;
}

std::uint64_t choice_reader::count(std::string_view key, std::uint64_t otherwise) {
  const std::string* const text = find(key);
  std::uint64_t value = otherwise;
  if (text == nullptr || read_number(*text, value)) return value;
  double real = 0;  // 1e4
  if (!read_number(*text, real) || !(real >= 0 && real < 1e18) || real != std::floor(real))
    refuse(std::string(key) + "=" + *text + " is no whole number");
  return static_cast<std::uint64_t>(real);
}

std::string choice_reader::word(std::string_view key, std::string_view otherwise) {
  const std::string* const text = find(key);
  return text != nullptr ? *text : std::string(otherwise);
}

std::vector<double> choice_reader::numbers(std::string_view key) {
  const std::string* const text = find(key);
  std::vector<double> result;
  if (text == nullptr) return result;
  std::istringstream list(*text);
  for (std::string one; std::getline(list, one, '+');) {
    double value = 0;
    if (!read_number(one, value) || !std::isfinite(value))
      refuse(std::string(key) + "=" + *text + " is no list like 1+2+3");
    result.push_back(value);
  }
  return result;
}

void choice_reader::finish() const {
  for (const auto& [key, value] : choice_.values) {
    if (asked_.contains(key)) continue;
    std::string known;
    for (const std::string& k : asked_) known += (known.empty() ? "" : ", ") + k;
    refuse("there is no parameter '" + key + "'; it has " + (known.empty() ? "none" : known));
  }
}

}  // namespace blockopt::program
