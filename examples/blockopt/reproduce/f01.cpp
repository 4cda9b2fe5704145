// SPDX-License-Identifier: MIT
// Part of blockopt: published results: the traces of the Gauss-Southwell paper's first experiment.

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <blockopt/file/detail/whole_file.hpp>
#include <blockopt/file/read_libsvm.hpp>
#include <blockopt/problem/linear_model.hpp>
#include <blockopt/run/minimize_coordinates.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/gauss_southwell.hpp>
#include <blockopt/select/gauss_southwell_lipschitz.hpp>
#include <blockopt/select/numpy_policies.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "common/failure.hpp"
#include "reproduce/results.hpp"

namespace blockopt::program {

namespace {

using ridge = linear_model<sparse_columns, squared_loss, ridge_penalty>;
constexpr std::array<std::string_view, 5> columns{"random", "cyclic", "lipschitz", "GS", "GSL"};
constexpr std::size_t updates = 500;

/// Objectives by column, k = 0, 1, ... Raises run_failure that names the file.
std::array<std::vector<double>, 5> read_traces(const std::filesystem::path& file) {
  const std::string text = detail::whole_file(file, {});
  std::array<std::vector<double>, 5> traces;
  const auto fail = [&](std::size_t line) {
    throw run_failure("'" + file.string() + "': line " + std::to_string(line) +
                      " is not as random,cyclic,lipschitz,GS,GSL");
  };
  std::size_t line = 0;
  for (std::size_t begin = 0; begin < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view rest = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    if (rest.ends_with('\r')) rest.remove_suffix(1);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const std::size_t comma = rest.find(',');
      if ((comma == rest.npos) != (c + 1 == columns.size())) fail(line + 1);
      const std::string_view cell = rest.substr(0, comma);
      rest.remove_prefix(comma == rest.npos ? rest.size() : comma + 1);
      if (line == 0) {
        if (cell != columns[c]) fail(1);
        continue;
      }
      double value = 0;
      const auto [at, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
      if (error != std::errc() || at != cell.data() + cell.size()) fail(line + 1);
      traces[c].push_back(value);
    }
  }
  if (traces[0].size() != updates + 1)
    throw run_failure("'" + file.string() + "' has " + std::to_string(traces[0].size()) +
                      " rows of numbers; 501 belong");
  return traces;
}

template <class Policy>
std::vector<double> trace_of(const ridge& start, const Policy& policy) {
  ridge problem = start;
  std::vector<double> objectives;
  minimize(problem, each_coordinate{problem.size()}, policy, gradient_step{},
           {.updates = updates, .tolerance = 0, .records = {.every = 1}},
           [&](const descent_record& r) { objectives.push_back(r.objective); });
  return objectives;
}

void run(const reproduce_settings& settings, reproduction& r) {
  const auto data = settings.icml15 / "exp1.svm.gz", csv = settings.icml15 / "icml15_exp1_traces.csv";
  for (const auto& file : {data, csv}) {
    if (settings.icml15.empty() || !std::filesystem::exists(file)) {
      r.reason = "it needs the authors' data; ";
      if (settings.icml15.empty())
        r.reason += "name the folder of exp1.svm.gz and icml15_exp1_traces.csv with --icml15";
      else r.reason.append("'").append(file.string()).append("' is not there");
      return;
    }
  }
  const auto published = read_traces(csv);
  labelled_data d = read_libsvm(data);
  const ridge start(sparse_columns(std::move(d.features)), squared_loss{std::move(d.label)}, ridge_penalty{.l2 = 1e-3});
  const std::array<std::vector<double>, 5> measured{
      trace_of(start, numpy_uniform{}), trace_of(start, ascending{}), trace_of(start, numpy_lipschitz{}),
      trace_of(start, gauss_southwell{}), trace_of(start, gauss_southwell_lipschitz{})};
  const auto name = [](std::size_t c) { return std::string(columns[c]); };
  for (std::size_t c = 0; c < columns.size(); ++c) {
    double worst = measured[c].size() == published[c].size() ? 0.0 : std::nan("");
    for (std::size_t k = 0; k < std::min(measured[c].size(), published[c].size()); ++k)
      keep_worst(worst, std::fabs(measured[c][k] / published[c][k] - 1));
    r.relative(name(c) + ", k = 500", published[c].back(), measured[c].back(), 1e-10);
    r.at_most(name(c) + ", largest relative difference of 501", 1e-10, worst);
  }
  for (const auto& [lower, upper] : {std::pair{4U, 3U}, {3U, 2U}, {2U, 1U}, {1U, 0U}})
    r.below(name(lower) + " below " + name(upper) + " at k = 500", measured[upper].back(), measured[lower].back());
}

}  // namespace

published_result f01() {
  return {.number = "f1",
          .name = "icml15-exp1",
          .title = "Gauss-Southwell rules on sparse ridge regression, all iterates",
          .source = "Nutini et al., ICML 2015, arXiv 1506.00552, experiment 1: the authors' data and traces",
          .setup = "||Ax - y||^2/2 + 0.0005 ||x||^2, 1000 x 1000, x0 = 0, steps of 1/L_j, 500 updates, five policies",
          .run = run};
}

}  // namespace blockopt::program
