// SPDX-License-Identifier: MIT
// Part of blockopt: tests of reproduce: the results that are fast to run, and what a wrong number does.

#include "reproduce/reproduce.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "reproduce/results.hpp"
#include "run_program.hpp"
#include "support/skip.hpp"

using namespace program_test;
using namespace blockopt::program;

namespace {

struct told {
  int status = -1;
  std::string text;
  nlohmann::json json;
};

told tell(const std::vector<published_result>& results, const reproduce_settings& settings = {}) {
  std::vector<const published_result*> list;
  for (const published_result& p : results) list.push_back(&p);
  told t;
  std::ostringstream text, json;
  t.status = reproduce(list, settings, false, text);
  CHECK(reproduce(list, settings, true, json) == t.status);
  t.text = text.str();
  t.json = nlohmann::json::parse(json.str());
  return t;
}

void check_reproduced(const std::string& name, const reproduce_settings& settings = {}) {
  CAPTURE(name);
  const published_result* const p = find_result(name);
  REQUIRE(p != nullptr);
  std::ostringstream out;
  CHECK(reproduce(std::vector{p}, settings, false, out) == 0);
  CHECK_MESSAGE(out.str().find("1 reproduced, 0 mismatched, 0 skipped") != std::string::npos, out.str());
}

published_result made(void (*run)(const reproduce_settings&, reproduction&)) {
  return {.number = "f0", .name = "made", .title = "t", .source = "s", .setup = "u", .run = run};
}

}  // namespace

TEST_CASE("a wrong number is a mismatch with status 1") {
  const auto right = made([](const reproduce_settings&, reproduction& r) { r.relative("x", 2, 2.001, 1e-3); });
  const auto wrong = made([](const reproduce_settings&, reproduction& r) {
    r.relative("x", 2, 2.001, 1e-3);
    r.relative("y", 2, 2.003, 1e-3);
  });
  const told good = tell({right});
  CHECK(good.status == 0);
  CHECK(good.text.ends_with("1 reproduced, 0 mismatched, 0 skipped\n"));
  const told bad = tell({right, wrong});
  CHECK(bad.status == 1);
  CHECK(bad.text.ends_with("1 reproduced, 1 mismatched, 0 skipped\n"));
  CHECK(bad.text.find("NO") != std::string::npos);
  CHECK(bad.json["mismatched"] == 1);
  const auto& rows = bad.json["results"][1]["rows"];
  CHECK(bad.json["results"][1]["verdict"] == "mismatched");
  CHECK(rows[0]["ok"] == true);
  CHECK(rows[1]["ok"] == false);
  CHECK(rows[1]["what"] == "y");
  CHECK(rows[1]["expected"] == 2);
  CHECK(rows[1]["measured"] == 2.003);
  CHECK(rows[1]["tolerance"] == 1e-3);
  CHECK(rows[1]["comparison"] == "relative");
}

TEST_CASE("what fails is a mismatch that says why and does not keep the others from running") {
  const auto thrown = made([](const reproduce_settings&, reproduction& r) {
    r.absolute("x", 1, 1, 0);
    throw std::runtime_error("the file 'a' is damaged");
  });
  const auto right = made([](const reproduce_settings&, reproduction& r) { r.absolute("x", 1, 1, 0); });
  const told t = tell({thrown, right});
  CHECK(t.status == 1);
  CHECK(t.text.find("mismatched: the file 'a' is damaged") != std::string::npos);
  CHECK(t.json["results"][0]["reason"] == "the file 'a' is damaged");
  CHECK(t.json["results"][1]["verdict"] == "reproduced");
}

TEST_CASE("what cannot be run is skipped with a reason and status 0") {
  published_result none = made(nullptr);
  none.reason = "nobody has the data";
  const told t = tell({none, f07()});
  CHECK(t.status == 0);
  CHECK(t.text.find("skipped: nobody has the data") != std::string::npos);
  CHECK(t.text.ends_with("0 reproduced, 0 mismatched, 2 skipped\n"));
  const told empty = tell({f01()}, {.icml15 = "/nonexistent"});
  CHECK(empty.status == 0);
  CHECK(empty.text.find("'/nonexistent/exp1.svm.gz' is not there") != std::string::npos);
  CHECK(tell({f01()}).text.find("--icml15") != std::string::npos);
}

TEST_CASE("numbers are compared as their tolerance says, and what is not a number is never right") {
  constexpr double none = std::numeric_limits<double>::quiet_NaN(), big = std::numeric_limits<double>::infinity();
  const auto ok = [](double expected, double measured, comparison how, double tolerance = 0) {
    return result_row{"", expected, measured, how, tolerance}.ok();
  };
  CHECK(ok(-100, -101, comparison::relative, 0.01));
  CHECK_FALSE(ok(-100, -101.01, comparison::relative, 0.01));
  CHECK(ok(0, 0, comparison::relative, 0.01));
  CHECK_FALSE(ok(0, 1e-300, comparison::relative, 0.01));
  CHECK(ok(3, 3, comparison::absolute));
  CHECK_FALSE(ok(3, 3.0000001, comparison::absolute));
  CHECK(ok(3, 3.5, comparison::absolute, 0.5));
  CHECK(ok(1, 1, comparison::at_most));
  CHECK_FALSE(ok(1, 1.1, comparison::at_most));
  CHECK(ok(1, 1, comparison::at_least));
  CHECK_FALSE(ok(1, 0.9, comparison::at_least));
  CHECK_FALSE(ok(1, 1, comparison::below));
  CHECK(ok(1, 0.9, comparison::below));
  CHECK(ok(none, 1, comparison::reported));
  for (const comparison how : {comparison::relative, comparison::absolute, comparison::at_most, comparison::at_least,
                               comparison::below, comparison::reported}) {
    CAPTURE(static_cast<int>(how));
    CHECK_FALSE(ok(1, none, how, 10));
    if (how != comparison::at_least) CHECK_FALSE(ok(1, big, how, 10));
    if (how != comparison::reported) CHECK_FALSE(ok(none, 1, how, 10));
  }
}

TEST_CASE("results have names of their own, and are found by name and number") {
  std::set<std::string_view> names;
  for (const published_result& p : published_results()) {
    CAPTURE(p.name);
    CHECK(names.insert(p.name).second);
    CHECK(names.insert(p.number).second);
    CHECK(find_result(p.name) == &p);
    CHECK(find_result(p.number) == &p);
    CHECK_FALSE(p.source.empty());
    CHECK_FALSE(p.setup.empty());
    CHECK((p.run == nullptr) == !p.reason.empty());
  }
  CHECK(names.size() == 28);
  CHECK(find_result("all") == nullptr);
}

TEST_CASE("published iterates of sparse ridge regression are reproduced") {
  const std::filesystem::path folder = BLOCKOPT_ICML15_DIR;
  if (folder.empty() || !std::filesystem::exists(folder / "exp1.svm.gz"))
    return blockopt_tests::skip("exp1.svm.gz is not there (BLOCKOPT_ICML15_DIR)");
  check_reproduced("icml15-exp1", {.icml15 = folder});
}

TEST_CASE("traces that are cut or changed are noticed") {
  const std::filesystem::path folder = BLOCKOPT_ICML15_DIR;
  if (folder.empty() || !std::filesystem::exists(folder / "exp1.svm.gz"))
    return blockopt_tests::skip("exp1.svm.gz is not there (BLOCKOPT_ICML15_DIR)");
  const temporary_folder other;
  std::filesystem::copy_file(folder / "exp1.svm.gz", other / "exp1.svm.gz");
  const std::string traces = read_file(folder / "icml15_exp1_traces.csv");
  const auto outcome_of = [&](const std::string& text) {
    write_file(other / "icml15_exp1_traces.csv", text);
    const told t = tell({f01()}, {.icml15 = other.path()});
    CHECK(t.status == 1);
    return t.json["results"][0];
  };
  const std::size_t digit = traces.find("3126992.62992");
  REQUIRE(digit != std::string::npos);
  std::string changed = traces;
  changed[digit + 6] = '3';
  const auto rows = outcome_of(changed)["rows"];
  CHECK(std::ranges::count_if(rows, [](const auto& row) { return row["ok"] == false; }) == 2);
  CHECK(outcome_of(traces.substr(0, traces.find("3130904")))["reason"].get<std::string>().find("499 rows") !=
        std::string::npos);
  std::string text = traces;
  text.replace(text.find(',', 40), 1, ";");
  CHECK(outcome_of(text)["reason"].get<std::string>().find("icml15_exp1_traces.csv': line 2") != std::string::npos);
}

TEST_CASE("published trees and blocks in a lattice are reproduced") {
  check_reproduced("jmlr22-fig6a");
  check_reproduced("jmlr22-fig8d");
}

TEST_CASE("a published softmax regression is reproduced") { check_reproduced("jmlr22-fig4b"); }

TEST_CASE("published rates of cyclic and random orders are reproduced") {
  check_reproduced("sun-ye-cyclic");
  check_reproduced("lee-wright-permutations");
  check_reproduced("two-cyclic");
  check_reproduced("two-block-step");
  check_reproduced("powell-circle");
}

TEST_CASE("published bounds, memory, parallel steps and factorizations are reproduced") {
  check_reproduced("nesterov-bounds");
  check_reproduced("badam-memory");
  check_reproduced("shotgun");
  check_reproduced("nmf-hals");
}

TEST_CASE("reproduce lists what there is, runs one by name and refuses other names") {
  const outcome list = run_program({"reproduce"});
  CHECK(list.status == 0);
  for (const published_result& p : published_results()) CHECK(list.out.find(p.name) != std::string::npos);
  CHECK(list.out.find("not reproducible: the data (exp4.mat)") != std::string::npos);
  const auto json = nlohmann::json::parse(run_program({"reproduce", "--json"}).out);
  CHECK(json.size() == published_results().size());
  const outcome one = run_program({"reproduce", "powell-circle"});
  CHECK(one.status == 0);
  CHECK(one.out.ends_with("1 reproduced, 0 mismatched, 0 skipped\n"));
  CHECK(nlohmann::json::parse(run_program({"reproduce", "f12", "--json"}).out)["results"][0]["rows"].size() > 10);
  const outcome none = run_program({"reproduce", "figure-9"});
  CHECK(none.status == 2);
  CHECK(none.err.find("there is no result 'figure-9'") != std::string::npos);
}
