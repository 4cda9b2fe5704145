// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of problems.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "lab/catalogue.hpp"
#include "lab/lab_run.hpp"

namespace blockopt::program {

/// What beside the parameters in brackets makes a problem.
struct problem_input {
  std::filesystem::path data;    ///< --data; empty: generated
  std::optional<double> l1, l2;  ///< --l1 and --l2; without: the problem's default
  std::uint64_t seed = 1;        ///< of data and start
};

struct problem_entry {
  lab_note note;
  std::unique_ptr<lab_problem> (*make)(choice_reader&, const problem_input&);
};

/// Of one source file each; problem_entries joins them.
[[nodiscard]] std::span<const problem_entry> quadratic_entries();
[[nodiscard]] std::span<const problem_entry> linear_entries();
[[nodiscard]] std::span<const problem_entry> softmax_entries();
[[nodiscard]] std::span<const problem_entry> graph_entries();
[[nodiscard]] std::span<const problem_entry> factorization_entries();
[[nodiscard]] std::span<const problem_entry> tensor_entries();
[[nodiscard]] std::span<const problem_entry> small_entries();
[[nodiscard]] std::span<const problem_entry> grouped_entries();
[[nodiscard]] std::span<const problem_entry> test_function_entries();
[[nodiscard]] std::span<const problem_entry> rosenbrock_entries();
[[nodiscard]] std::span<const problem_entry> mlp_entries();

[[nodiscard]] std::span<const problem_entry> problem_entries();

/// Raises usage_error for an unknown problem or parameter.
[[nodiscard]] std::unique_ptr<lab_problem> make_problem(const choice& c, const problem_input& input);

}  // namespace blockopt::program
