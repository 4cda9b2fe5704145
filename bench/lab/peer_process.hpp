// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: solvers in another process, lasso_peers.py, which answers line by line.
#pragma once

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <blockopt/problem/columns.hpp>

#include "contest.hpp"

namespace bench {

/// The folder holds two named pipes, `requests` and `answers`, and becomes the place of the data: numbers as the machine has
/// them, one array a file. Raises std::runtime_error for what the other side cannot do.
class peer_process {
 public:
  struct peer {
    std::string name;
    bool counted = false;  ///< among those that ours is held against
  };

  /// Writes the design, by columns, and the target, and asks who is there.
  peer_process(std::filesystem::path folder, const blockopt::sparse_columns& design, std::span<const double> target)
      : folder_(std::move(folder)), columns_(design.columns()) {
    std::signal(SIGPIPE, SIG_IGN);  // the other side's end is told as a sentence
    std::vector<std::int64_t> first{0};
    std::vector<std::int32_t> row;
    std::vector<double> value;
    for (std::size_t j = 0; j < design.columns(); ++j) {
      design.each(j, [&](std::size_t i, double v) {
        row.push_back(static_cast<std::int32_t>(i));
        value.push_back(v);
      });
      first.push_back(static_cast<std::int64_t>(row.size()));
    }
    put("first.i64", std::span<const std::int64_t>(first));
    put("row.i32", std::span<const std::int32_t>(row));
    put("value.f64", std::span<const double>(value));
    put("target.f64", target);
    requests_.open(folder_ / "requests");
    answers_.open(folder_ / "answers");
    for (std::istringstream line(ask("hello")); line;) {
      std::string word, name, rest;
      if (!(line >> word >> name)) break;
      if (word == "peer") peers_.push_back({name, false});
      else if (word == "held-against") peers_.push_back({name, true});
    }
  }

  [[nodiscard]] const std::vector<peer>& peers() const noexcept { return peers_; }

  /// min ||target - A x||^2 / 2 + l1 ||x||_1 by that peer with that tolerance of its own: the times, and x.
  [[nodiscard]] outcome solve(const std::string& name, double l1, double tolerance, std::vector<double>& x) {
    std::ostringstream request;
    request.precision(17);
    request << "solve " << name << ' ' << l1 << ' ' << tolerance;
    std::istringstream answer(ask(request.str()));
    outcome o;
    if (!(answer >> o.wall >> o.cpu)) throw std::runtime_error(name + ": " + answer.str());
    x.resize(columns_);
    std::ifstream file(folder_ / "solution.f64", std::ios::binary);
    if (!file.read(reinterpret_cast<char*>(x.data()), static_cast<std::streamsize>(sizeof(double) * x.size())))
      throw std::runtime_error(name + ": its solution cannot be read");
    return o;
  }

 private:
  template <class T>
  void put(const char* name, std::span<const T> numbers) const {
    std::ofstream file(folder_ / name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(numbers.data()), static_cast<std::streamsize>(numbers.size_bytes()));
    if (!file.flush()) throw std::runtime_error("cannot write " + (folder_ / name).string());
  }
  [[nodiscard]] std::string ask(const std::string& request) {
    std::string answer;
    if (!(requests_ << request << std::endl) || !std::getline(answers_, answer))
      throw std::runtime_error("the peers' process ended at: " + request);
    return answer;
  }

  std::filesystem::path folder_;
  std::size_t columns_;
  std::ofstream requests_;
  std::ifstream answers_;
  std::vector<peer> peers_;
};

}  // namespace bench
