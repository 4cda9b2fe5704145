// SPDX-License-Identifier: MIT
// Part of blockopt: the conformance check of one backend against another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <blockopt/backend/backend.hpp>
#include <blockopt/conformance/detail/parity_run.hpp>
#include <blockopt/conformance/report.hpp>
#include <blockopt/update/update_rule.hpp>
#include <blockopt/view/scalar.hpp>

namespace blockopt {

/// How near two backends must come.
struct parity_options {
  std::string_view name{};  ///< for the report
  /// Units in the last place of each step, from equal bits before it. 0, equal bits, holds for builds without contraction
  /// (-ffp-contract=off, nvcc -fmad=false); others may fuse a * b + c here and not there: 2, and as many units of 1.
  std::uint64_t ulps = 0;
};

/// Runs steps of the rule on parameters of T by both backends, from equal bits, and compares every byte. Named checks:
/// "all sizes agree" (0 .. 67 elements and 200, at several alignments), "several chunks agree", "several parameters
/// agree", "strided parameters agree", "owned gradients agree", "scaled and clipped gradients agree", "nothing else is
/// touched" (gradients, and memory before and after each array), "norms agree", "finiteness agrees",
/// "gradients are added alike"; for 16-bit T "master copies agree", "masters are loaded alike" and "stochastic rounding
/// agrees". A failure names the first element that differs, and by how many units in the last place.
template <scalar T = float, update_rule Rule, backend A, backend B>
[[nodiscard]] conformance_report check_parity(const Rule& rule, const A& a, const B& b,
                                              const parity_options& options = {}) {
  conformance_report report(options.name.empty() ? std::string("parity") : std::string(options.name));
  detail::parity_run<T, Rule, A, B> run{rule, a, b, options.ulps, report};
  report.guard([&] { run.sizes(); });
  report.guard([&] { run.layouts(); });
  report.guard([&] { run.reductions(); });
  if constexpr (is_reduced_precision<T>) report.guard([&] { run.reduced_precision(); });
  return report;
}

}  // namespace blockopt
