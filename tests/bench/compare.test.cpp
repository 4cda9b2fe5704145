// SPDX-License-Identifier: MIT
// Part of blockopt's tests: the comparison of two result files of the benchmarks.
#include "compare.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace {

std::string row(const std::string& name, double ns, double deviation) {
  std::ostringstream text;
  text << R"({"name": ")" << name << R"(", "run_name": ")" << name
       << R"(/iterations:1/manual_time", "run_type": "iteration", "real_time": 5.0, "ns_per_element": )" << ns
       << R"(, "relative_deviation": )" << deviation << "}";
  return text.str();
}

std::string file_of(const std::vector<std::string>& rows) {
  std::string text = R"({"context": {"num_cpus": 2}, "benchmarks": [)";
  for (const std::string& r : rows) text += (&r == &rows.front() ? "" : ",") + r;
  return text + "]}";
}

std::string refusal(const std::string& first, const std::string& second) {
  try {
    (void)bench::compare_results(first, second, "a.json", "b.json");
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

/// A file in the temporary folder for the time of a test.
struct temporary_file {
  std::filesystem::path path;
  temporary_file(const std::string& name, const std::string& text)
      : path(std::filesystem::temp_directory_path() / ("blockopt-compare-" + name)) {
    std::ofstream(path) << text;
  }
  ~temporary_file() { std::filesystem::remove(path); }
};

}  // namespace

TEST_CASE("Ratios and noise of two files with one repetition each come from the rounds") {
  const auto found = bench::compare_results(file_of({row("adam", 2.0, 0.01), row("sgd", 1.0, 0.02)}),
                                            file_of({row("sgd", 1.05, 0.02), row("adam", 2.5, 0.01)}), "a", "b");
  REQUIRE(found.rows.size() == 2);
  CHECK(found.rows[0].name == "adam");
  CHECK(found.rows[0].ratio() == doctest::Approx(1.25).epsilon(1e-12));
  CHECK(found.rows[0].noise == doctest::Approx(2 * std::sqrt(2.0) * 1.4826 * 0.01).epsilon(1e-12));
  CHECK(found.rows[0].beyond_noise());
  CHECK(found.rows[1].ratio() == doctest::Approx(1.05).epsilon(1e-12));
  CHECK_FALSE(found.rows[1].beyond_noise());  // 8.4 % of noise
}

TEST_CASE("A faster row is beyond the noise as a slower one is") {
  const auto found = bench::compare_results(file_of({row("adam", 2.0, 0)}), file_of({row("adam", 1.9, 0)}), "a", "b");
  CHECK(found.rows[0].noise ==
        doctest::Approx(2 * std::sqrt(2.0) * 0.005).epsilon(1e-12));  // the least that is assumed
  CHECK(found.rows[0].beyond_noise());
}

TEST_CASE("Three repetitions give medians and their own deviation in place of that of the rounds") {
  const auto found = bench::compare_results(
      file_of({row("adam", 1.0, 0.0), row("adam", 1.2, 0.0), row("adam", 1.1, 0.0)}),
      file_of({row("adam", 1.3, 0.0), row("adam", 1.1, 0.0), row("adam", 1.2, 0.0), row("adam", 99, 0.0)}), "a", "b");
  REQUIRE(found.rows.size() == 1);
  CHECK(found.rows[0].first == doctest::Approx(1.1).epsilon(1e-12));
  CHECK(found.rows[0].second == doctest::Approx(1.25).epsilon(1e-12));
  const double a = 1.4826 * 0.1 / 1.1, b = 1.4826 * 0.1 / 1.25;
  CHECK(found.rows[0].noise == doctest::Approx(2 * std::hypot(a, b)).epsilon(1e-9));
  CHECK_FALSE(found.rows[0].beyond_noise());
}

TEST_CASE("Rows of one file only and failed rows and aggregates are named or passed over") {
  const std::string failed =
      R"({"name": "lion", "run_type": "iteration", "error_occurred": true, "error_message": "x"})";
  const std::string mean = R"({"name": "adam_mean", "run_name": "adam", "run_type": "aggregate", "ns_per_element": 9})";
  const std::string figure = R"({"name": "figure/x", "run_type": "iteration", "measured": 1})";
  const auto found =
      bench::compare_results(file_of({row("adam", 2, 0), row("sgd", 1, 0), row("lion", 1, 0), mean, figure}),
                             file_of({row("adam", 2, 0), failed, row("nadam", 1, 0)}), "a", "b");
  REQUIRE(found.rows.size() == 1);
  CHECK(found.rows[0].first == 2);
  CHECK(found.first_only == std::vector<std::string>{"sgd", "lion"});
  CHECK(found.second_only == std::vector<std::string>{"nadam"});
}

TEST_CASE("A file that is no result is refused with a sentence that names it") {
  const std::string good = file_of({row("adam", 2, 0)});
  CHECK(refusal(good, good.substr(0, good.size() / 2)) == "b.json: not JSON, or cut off");
  CHECK(refusal("", good) == "a.json: not JSON, or cut off");
  CHECK(refusal("[]", good).find("a.json: no list \"benchmarks\"") == 0);
  CHECK(refusal(R"({"benchmarks": {}})", good).find("a.json: no list \"benchmarks\"") == 0);
  CHECK(refusal(good, R"({"benchmarks": [1]})") == "b.json: an entry of \"benchmarks\" has no name");
  CHECK(refusal(good, R"({"benchmarks": []})").find("b.json: no row with ns_per_element") == 0);
  CHECK(refusal(good, file_of({row("adam", -1, 0)})) == "b.json: ns_per_element of adam is not a positive number");
  CHECK(refusal(good, R"({"benchmarks": [{"name": "adam", "ns_per_element": "2"}]})") ==
        "b.json: ns_per_element of adam is not a positive number");
  CHECK(refusal(good, R"({"benchmarks": [{"name": "adam", "run_type": 3, "ns_per_element": 2}]})") ==
        "b.json: run_type of adam is not a word");
}

TEST_CASE("The program says by its status what happened") {
  const temporary_file a("a.json", file_of({row("adam", 2, 0.01), row("sgd", 1, 0.01)}));
  const temporary_file b("b.json", file_of({row("adam", 4, 0.01)}));
  const temporary_file other("other.json", file_of({row("lion", 4, 0.01)}));
  const temporary_file broken("broken.json", "{\"benchmarks\": [");
  const auto status = [](const std::vector<std::string>& arguments, std::string& text) {
    std::ostringstream out, err;
    const int result = bench::compare_files(arguments, out, err);
    text = out.str() + err.str();
    return result;
  };
  std::string text;
  CHECK(status({a.path.string(), b.path.string()}, text) == 0);
  CHECK(text.find("2.000") != std::string::npos);
  CHECK(text.find("slower") != std::string::npos);
  CHECK(text.find("sgd: in " + a.path.string() + " only") != std::string::npos);
  CHECK(text.find("1 rows in both: 1 slower and 0 faster beyond the noise") != std::string::npos);
  CHECK(status({a.path.string(), other.path.string()}, text) == 1);
  CHECK(text.find("no row in common") != std::string::npos);
  CHECK(status({a.path.string(), broken.path.string()}, text) == 1);
  CHECK(text == broken.path.string() + ": not JSON, or cut off\n");
  CHECK(status({a.path.string(), "/nowhere/at/all.json"}, text) == 1);
  CHECK(text == "/nowhere/at/all.json: cannot be opened\n");
  CHECK(status({}, text) == 2);
  CHECK(status({"one.json"}, text) == 2);
  CHECK(text.find("usage: bench_compare") == 0);
}
