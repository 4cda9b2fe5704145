// SPDX-License-Identifier: MIT
// Part of blockopt: a run on a problem, a policy and an update that were chosen at run time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <blockopt/run/watch.hpp>
#include <blockopt/theory/constants.hpp>

#include "lab/choice.hpp"
#include "lab/selection.hpp"

namespace blockopt::program {

/// What `watch` wants, by virtual calls: one for many steps.
class lab_run {
 public:
  virtual ~lab_run() = default;
  virtual void advance(std::uint64_t count) = 0;
  virtual void synchronize() = 0;
  [[nodiscard]] virtual descent_counts counts() const = 0;
  [[nodiscard]] virtual std::span<const std::size_t> last_chosen() const = 0;
  [[nodiscard]] virtual std::size_t state_bytes() const = 0;
  [[nodiscard]] virtual std::size_t size() const = 0;
  [[nodiscard]] virtual std::uint64_t epoch() const = 0;
  [[nodiscard]] virtual double value() const = 0;
  [[nodiscard]] virtual double optimum() const = 0;
  [[nodiscard]] virtual double suboptimality() const = 0;
  [[nodiscard]] virtual double duality_gap() const = 0;
  [[nodiscard]] virtual double gradient_norm() = 0;

  /// Everything that the rest of the run depends on. `load` into a run that was made alike; raises file_error.
  virtual void save(const std::filesystem::path& file, descent_progress& progress) = 0;
  virtual void load(const std::filesystem::path& file, descent_progress& progress) = 0;
};

/// How a problem is run.
struct lab_setup {
  selection_choice selection;
  choice update;
  bool keep_state = true;      ///< of updates that have some, from visit to visit
  std::size_t block_size = 1;  ///< contiguous blocks; 1: coordinates; 0: the problem's natural blocks
};

/// A fact about a problem, for summary.json and `info`.
struct lab_constant {
  std::string name;
  double value;
};

/// A problem that was chosen at run time; each run gets a copy.
class lab_problem {
 public:
  virtual ~lab_problem() = default;
  /// Raises usage_error for an update that the problem cannot do.
  [[nodiscard]] virtual std::unique_ptr<lab_run> start(const lab_setup& setup) const = 0;
  [[nodiscard]] virtual std::vector<lab_constant> constants() const = 0;
  /// What theorems need, where it can be computed in little time: for quadratics and linear models of few coordinates.
  [[nodiscard]] virtual std::optional<problem_constants> theory_constants(const lab_setup& setup) const = 0;
};

}  // namespace blockopt::program
