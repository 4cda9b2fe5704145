// SPDX-License-Identifier: MIT
// Part of blockopt: tests of problems of the program's registry with every policy and every update.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/error.hpp>

#include "common/failure.hpp"
#include "lab/problems.hpp"
#include "lab/selections.hpp"
#include "lab/updates.hpp"
#include "support/files.hpp"

namespace program = blockopt::program;

namespace {

using names = std::set<std::string>;

struct tried_problem {
  const char* text;
  names updates;     ///< that can be had with cyclic orders
  const char* with;  ///< an update for tries of all policies
  names refused;     ///< policies that cannot
};

const names without_constants{"adaptive", "ascd", "bandit", "forest", "gap",       "gsd",     "gsl",
                              "gsq",      "gsr",  "heap",   "top",    "lipschitz", "thrifty", "working-set"};
const names of_groups{"forest", "gap", "gsd", "gsq", "heap", "top"};

names and_also(names all, const names& more) {
  all.insert(more.begin(), more.end());
  return all;
}

// A state that is kept for each block fits no policy that joins several.
const tried_problem table[] = {
    {"test-function[name=broyden-tridiagonal;n=12]",
     {"exact", "newton", "adaptive", "armijo", "adam", "sgd"},
     "newton",
     without_constants},
    {"test-function[name=rosenbrock;n=6]",
     {"newton", "adaptive", "armijo", "adam", "sgd"},
     "newton",
     without_constants},
    {"rosenbrock[n=6]",
     {"adaptive", "armijo", "adam", "sgd"},
     "adam",
     and_also(without_constants, {"subset", "block-llm"})},
    {"mlp[sizes=2+4+3+1;samples=9]",
     {"adaptive", "armijo", "adam", "sgd"},
     "adam",
     and_also(without_constants, {"subset", "block-llm"})},
    {"tensor-factorization[sizes=4+3+2;rank=2;cosine=0.3]",
     {"adam", "adaptive", "anderson", "armijo", "exact", "gradient", "matrix", "newton", "parallel", "prox", "sgd"},
     "exact",
     {"block-llm", "forest", "gap", "gsq", "heap", "subset", "top"}},
    {"group-lasso[m=20;n=18;group=4]", {"gradient", "prox", "anderson"}, "gradient", of_groups},
    {"simplex-least-squares[m=20;n=18;group=4]", {"gradient", "prox", "anderson"}, "gradient", of_groups},
};

std::unique_ptr<program::lab_problem> problem_of(const std::string& text) {
  return program::make_problem(program::parse_choices("--problem", text).at(0), {.data = {}, .l1 = {}, .l2 = {}});
}

program::lab_setup setup_of(const std::string& selection, const std::string& update, std::size_t block_size = 0) {
  return {.selection = program::make_selection({.name = selection, .values = {}}, program::random_numbers::counter, 7),
          .update = {.name = update, .values = {}},
          .block_size = block_size};
}

/// Whether a run can be had; its refusal must be a sentence. Anything else that goes wrong is an error of the test.
bool runs(const program::lab_problem& problem, const program::lab_setup& setup) {
  std::string sentence;
  try {
    const auto run = problem.start(setup);
    run->advance(50);
    return true;
  } catch (const program::usage_error& e) {
    sentence = e.what();
  } catch (const blockopt::invalid_option& e) {
    sentence = e.what();
  }
  CHECK(sentence.size() > 20);
  CHECK(sentence.find('\n') == std::string::npos);
  return false;
}

}  // namespace

TEST_CASE("lab problems take the updates and policies that fit them and refuse the others") {
  for (const tried_problem& t : table) {
    CAPTURE(t.text);
    const auto problem = problem_of(t.text);
    names updates, refused;
    program::for_each_update([&](const program::lab_note& note, const auto&) {
      CAPTURE(note.name);
      if (runs(*problem, setup_of("cyclic", std::string(note.name)))) updates.emplace(note.name);
    });
    for (const auto& e : program::selection_entries()) {
      CAPTURE(e.note.name);
      const bool coordinates = e.note.name == "top" || e.note.name == "forest";
      const bool can = runs(*problem, setup_of(std::string(e.note.name), t.with, coordinates ? 1 : 0));
      if (!can) refused.emplace(e.note.name);
    }
    CHECK(updates == t.updates);
    CHECK(refused == t.refused);
  }
}

TEST_CASE("runs on lab problems go on bit by bit from what they saved") {
  const blockopt_tests::temporary_folder folder;
  const std::string file = folder / "state";
  const auto check = [&](const program::lab_problem& problem, const program::lab_setup& setup) {
    const auto whole = problem.start(setup), cut = problem.start(setup);
    whole->advance(23);
    blockopt::descent_progress progress;
    whole->save(file, progress);
    cut->load(file, progress);
    for (const std::uint64_t more : {1U, 30U}) {
      whole->advance(more);
      cut->advance(more);
      whole->synchronize();
      cut->synchronize();
      CHECK(std::bit_cast<std::uint64_t>(whole->value()) == std::bit_cast<std::uint64_t>(cut->value()));
      CHECK(whole->counts().derivatives == cut->counts().derivatives);
      CHECK(std::ranges::equal(whole->last_chosen(), cut->last_chosen()));
    }
    CHECK(std::bit_cast<std::uint64_t>(whole->gradient_norm()) == std::bit_cast<std::uint64_t>(cut->gradient_norm()));
  };
  for (const tried_problem& t : table) {
    CAPTURE(t.text);
    const auto problem = problem_of(t.text);
    for (const std::string& update : t.updates) {
      CAPTURE(update);
      check(*problem, setup_of("reshuffle", update));
    }
    for (const char* const selection : {"gs", "uniform", "subset", "exp3", "shrinking", "bandit"}) {
      CAPTURE(selection);
      if (!t.refused.contains(selection)) check(*problem, setup_of(selection, t.with));
    }
  }
}
