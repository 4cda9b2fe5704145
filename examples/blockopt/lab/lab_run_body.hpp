// SPDX-License-Identifier: MIT
// Part of blockopt: runs on one type of problem, with every update that it can do. Included by problems_*.cpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/run/minimize_coordinates.hpp>
#include <blockopt/theory/constants_of.hpp>

#include "common/failure.hpp"
#include "lab/lab_run.hpp"
#include "lab/updates.hpp"

namespace blockopt::program {

template <class Problem, class Blocks, class Selection, class Update>
class lab_run_of final : public lab_run {
 public:
  lab_run_of(const Problem& problem, Blocks blocks, Selection selection, Update update)
      : problem_(problem), run_(problem_, std::move(blocks), std::move(selection), std::move(update)) {}

  void advance(std::uint64_t count) override { run_.advance(count); }
  void synchronize() override { run_.synchronize(); }
  [[nodiscard]] descent_counts counts() const override { return run_.counts(); }
  [[nodiscard]] std::span<const std::size_t> last_chosen() const override { return run_.last_chosen(); }
  [[nodiscard]] std::size_t state_bytes() const override { return run_.state_bytes(); }
  [[nodiscard]] std::size_t size() const override { return run_.size(); }
  [[nodiscard]] std::uint64_t epoch() const override { return run_.epoch(); }
  [[nodiscard]] double value() const override { return run_.value(); }
  [[nodiscard]] double optimum() const override { return run_.optimum(); }
  [[nodiscard]] double suboptimality() const override { return run_.suboptimality(); }
  [[nodiscard]] double duality_gap() const override { return run_.duality_gap(); }
  [[nodiscard]] double gradient_norm() override { return run_.gradient_norm(); }

  void save(const std::filesystem::path& file, descent_progress& progress) override {
    detail::checkpoint_writer out;
    detail::saving_archive archive(out);
    archive("progress", progress);
    run_.archive(archive);
    out.write(file);
  }
  void load(const std::filesystem::path& file, descent_progress& progress) override {
    detail::checkpoint_reader in(file);
    detail::loading_archive archive(in);
    archive("progress", progress);
    run_.archive(archive);
    in.finish();
  }

 private:
  Problem problem_;
  watched_descent<Problem, Blocks, Selection, Update> run_;
};

/// Updates that are run with policies that name coordinates themselves: those for blocks of any kind. With the others the
/// program would compile for minutes more.
template <class Update>
inline constexpr bool takes_named_coordinates =
    std::is_same_v<Update, gradient_step> || std::is_same_v<Update, matrix_step> ||
    std::is_same_v<Update, exact_step> || std::is_same_v<Update, forest_step>;

template <coordinate_problem Problem>
class lab_problem_of final : public lab_problem {
 public:
  lab_problem_of(Problem problem, std::vector<lab_constant> more, std::optional<coordinate_blocks> natural)
      : problem_(std::move(problem)), more_(std::move(more)), natural_(std::move(natural)) {}

  [[nodiscard]] std::unique_ptr<lab_run> start(const lab_setup& setup) const override {
    if constexpr (block_composite<Problem>) {
      const auto* s = std::get_if<any_selection>(&setup.selection);
      if (s == nullptr)
        throw usage_error("--select: this policy names coordinates, and the problem's steps are on whole groups");
      if (setup.block_size == 1)
        throw usage_error("--block-size 1: the problem's steps are on whole groups; give --block-size natural");
      coordinate_blocks blocks = blocks_of(setup);
      for (std::size_t b = 0; b < blocks.size(); ++b) {  // refuses parts of groups
        std::vector<double> zeros(blocks[b].size());
        problem_.prox_block(blocks[b], zeros, 1);
      }
      return with(std::move(blocks), *s, setup);
    } else {
      if (const auto* s = std::get_if<any_coordinate_selection>(&setup.selection)) {
        if (setup.block_size != 1)
          throw usage_error("--block-size: this policy names coordinates itself and has a size of its own");
        return with(each_coordinate{problem_.size()}, *s, setup);
      }
      const auto& s = std::get<any_selection>(setup.selection);
      if (setup.block_size == 1) return with(each_coordinate{problem_.size()}, s, setup);
      return with(blocks_of(setup), s, setup);
    }
  }

  [[nodiscard]] std::vector<lab_constant> constants() const override {
    const std::size_t n = problem_.size();
    double least = HUGE_VAL, most = 0, sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double l = problem_.lipschitz(i);
      least = std::min(least, l);
      most = std::max(most, l);
      sum += l;
    }
    std::vector<lab_constant> all{{"coordinates", static_cast<double>(n)}};
    if (!std::isnan(sum))  // else some L_i is not known
      all.insert(all.end(),
                 {{"lipschitz_min", least}, {"lipschitz_mean", sum / static_cast<double>(n)}, {"lipschitz_max", most}});
    if constexpr (requires {
                    { problem_.optimum() } -> std::convertible_to<double>;
                  }) {
      if (const double optimum = problem_.optimum(); !std::isnan(optimum)) all.push_back({"optimum", optimum});
    }
    all.insert(all.end(), more_.begin(), more_.end());
    return all;
  }

  [[nodiscard]] std::optional<problem_constants> theory_constants(const lab_setup& setup) const override {
    constexpr std::size_t most = 300;  // eigenvalues cost the cube of it
    if constexpr (requires { constants_of(problem_, each_coordinate{}); }) {
      if (problem_.size() > most) return std::nullopt;
      if (setup.block_size == 1) return constants_of(problem_, each_coordinate{problem_.size()});
      if (setup.block_size > 1)
        return constants_of(problem_, coordinate_blocks::contiguous(problem_.size(), setup.block_size));
      if (natural_) return constants_of(problem_, *natural_);
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] coordinate_blocks blocks_of(const lab_setup& setup) const {
    if (setup.block_size > 0) return coordinate_blocks::contiguous(problem_.size(), setup.block_size);
    if (!natural_) throw usage_error("--block-size natural: this problem has no blocks of its own; give a number");
    return *natural_;
  }

  template <class Blocks, class Selection>
  [[nodiscard]] std::unique_ptr<lab_run> with(Blocks blocks, const Selection& selection, const lab_setup& setup) const {
    std::unique_ptr<lab_run> result;
    const bool known = for_each_update(
        [&]<class Maker>(const lab_note& note, const Maker& make) {
          if (note.name != setup.update.name) return;
          choice_reader parameters("--update", setup.update);
          auto update = make(parameters, setup.keep_state);
          parameters.finish();
          using update_type = decltype(update);
          using block =
              std::conditional_t<std::is_same_v<Blocks, each_coordinate> && std::is_same_v<Selection, any_selection>,
                                 single_coordinate, std::span<const std::size_t>>;
          constexpr bool taken = std::is_same_v<Selection, any_selection> || takes_named_coordinates<update_type>;
          if constexpr (!taken) {
            parameters.refuse(
                "it is not run with policies that name coordinates themselves, like top; gradient, matrix, exact and "
                "forest are");
          } else if constexpr (!update_fits<update_type, Problem>()) {
            parameters.refuse("this problem cannot do that: see blockopt info " + std::string(note.name));
          } else if constexpr (block_update<update_type, Problem, block>) {
            result = std::make_unique<lab_run_of<Problem, Blocks, Selection, update_type>>(problem_, blocks, selection,
                                                                                           std::move(update));
          } else {
            parameters.refuse("it does not take such blocks: see blockopt info " + std::string(note.name));
          }
        },
        setup.update.name);
    if (!known)
      throw usage_error("--update: there is no update '" + setup.update.name + "'; see blockopt list updates");
    return result;
  }

  Problem problem_;
  std::vector<lab_constant> more_;
  std::optional<coordinate_blocks> natural_;
};

/// Deduces the type. `natural`: the blocks of --block-size natural, where the problem has some.
template <class Problem>
[[nodiscard]] std::unique_ptr<lab_problem> make_lab_problem(Problem problem, std::vector<lab_constant> more = {},
                                                            std::optional<coordinate_blocks> natural = {}) {
  return std::make_unique<lab_problem_of<Problem>>(std::move(problem), std::move(more), std::move(natural));
}

}  // namespace blockopt::program
