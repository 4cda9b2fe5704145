// SPDX-License-Identifier: MIT
// Part of blockopt: what save and load do with an optimizer.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/run/detail/block_arrays.hpp>
#include <blockopt/run/detail/checkpoint_archive.hpp>
#include <blockopt/run/detail/checkpoint_arrays.hpp>
#include <blockopt/run/detail/checkpoint_state.hpp>

namespace blockopt::detail {

template <class Storage>
concept kept_storage = requires(Storage& storage) {
  storage.with_kept(std::size_t{}, true, [](visit_memory&) {});
};

struct checkpoint_access {
  using part = array_part;

  template <class P, class R, class S, class M, class B>
  static void save(block_optimizer<P, R, S, M, B>& o, const std::filesystem::path& file) {
    using optimizer = block_optimizer<P, R, S, M, B>;
    check_storage<optimizer>();
    o.settled();
    o.rebind();
    if (std::ranges::find(o.consumed_, 1) != o.consumed_.end())
      raise<invalid_call>("a step was begun by consume: finish it, then save");
    if (o.choice_stands_) raise<invalid_call>("a visit could not be begun: call active() again, then save");
    checkpoint_writer out;
    auto state = state_of(o);
    if (o.visits_ > 0) {
      for (std::size_t b = 0; b < state.kept.size(); ++b) {
        if (is_visited(state, b)) continue;
        const visit_memory flags = kept_flags(*o.storage_, b);
        state.kept[b] = flags.resumed ? 1 : flags.warm ? 2 : 0;
      }
    }
    saving_archive archive(out);
    state.archive(archive);
    if (o.visits_ > 0) {
      archive("memory", storage_archive(*o.storage_));
      const auto put_visit = [&](part which, std::size_t lane) {
        put_block(out, o, which, o.visited_[lane], [&o, lane](const auto& f) { f(o.memory_of(lane)); });
      };
      for (std::size_t b = 0; b < state.kept.size(); ++b) {
        if (state.kept[b] == 0) continue;
        put_block(out, o, state.kept[b] == 1 ? part::all : part::second_moments, b, [&o, b](const auto& f) {
          o.storage_->with_kept(b, false, [&](visit_memory& m) { f(m.placed(o.layout_.blocks[b].bytes)); });
        });
      }
      const auto always = [&o](const auto& f) { f(visit_memory::at(o.always_.data(), o.layout_.always.bytes)); };
      const std::size_t none = o.partition_.blocks().size();
      put_block(out, o, part::all, none, always);
      if (o.entered_) {
        for (std::size_t lane = 0; lane < o.visited_.size(); ++lane) put_visit(part::all, lane);
      }
      if (o.entered_ && o.micro_batches_ > 0) {
        put_block(out, o, part::gradients, none, always);
        for (std::size_t lane = 0; lane < o.visited_.size(); ++lane) put_visit(part::gradients, lane);
      }
    }
    for (const P& p : o.partition_.parameters()) {
      if (p.values.empty()) continue;
      out.add({describe("values/" + p.name, p.values)},
              [&o, &p](checkpoint_sink& sink) { put_array(o.backend_, p.values, sink); });
    }
    out.write(file);
  }

  template <class P, class R, class S, class M, class B>
  static void load(block_optimizer<P, R, S, M, B>& o, const std::filesystem::path& file) {
    using optimizer = block_optimizer<P, R, S, M, B>;
    using storage = typename M::template storage<B>;
    check_storage<optimizer>();
    o.settled();
    o.rebind();
    checkpoint_reader in(file);
    loading_archive archive(in);
    auto state = state_of(o);
    state.archive(archive);
    check(o, state, archive, in);

    // Memory of its own for what is loaded, until all of it is there.
    std::optional<storage> fresh;
    arena<B> always;
    std::vector<std::pair<std::size_t, visit_memory>> lanes;  // the blocks of the visit
    const std::size_t none = o.partition_.blocks().size();
    const auto expect = [&](part which, std::size_t block) {
      walk(o).for_each(which, block, visit_memory{}, [&](const std::string& name, const auto& view) {
        in.template expect<std::remove_reference_t<decltype(*view.data())>>(name, view.extents());
      });
    };
    const auto get = [&](part which, std::size_t block, const visit_memory& memory) {
      walk(o).for_each(which, block, memory,
                       [&](const std::string& name, const auto& view) { get_array(o.backend_, view, name, in); });
    };
    for (const P& p : o.partition_.parameters()) {
      if (!p.values.empty()) in.template expect<typename optimizer::value_type>("values/" + p.name, p.values.extents());
    }
    if (state.visits > 0) {
      fresh.emplace(o.memory_, o.backend_, o.layout_.bytes(), o.layout_.together);
      always = arena<B>(o.backend_, o.layout_.always.bytes.total());
      for (std::size_t b = 0; b < none; ++b) {
        if (state.kept[b] != 0) expect(state.kept[b] == 1 ? part::all : part::second_moments, b);
      }
      expect(part::all, none);
      if (state.entered) {
        for (const std::size_t b : state.visited) expect(part::all, b);
        if (state.micro_batches > 0) {
          expect(part::gradients, none);
          for (const std::size_t b : state.visited) expect(part::gradients, b);
        }
        for (std::size_t lane = 0; lane < state.visited.size(); ++lane)
          static_cast<void>(fresh->enter(state.visited[lane], lane));
      }
      archive("memory", storage_archive(*fresh));
    }
    in.finish();

    // All is as it must be: from here on only a disk or a device may fail.
    if (fresh) {
      o.backend_.zero(always.data(), always.size());
      for (std::size_t b = 0; b < none; ++b) {
        if (state.kept[b] == 0) continue;
        fresh->with_kept(b, true, [&](visit_memory& m) {
          m.resumed = state.kept[b] == 1;
          m.warm = state.kept[b] == 2;
          get(m.resumed ? part::all : part::second_moments, b, m.placed(o.layout_.blocks[b].bytes));
        });
      }
      get(part::all, none, visit_memory::at(always.data(), o.layout_.always.bytes));
      for (std::size_t lane = 0; state.entered && lane < state.visited.size(); ++lane) {
        const std::size_t b = state.visited[lane];
        const visit_memory m = fresh->locate(b, lane).placed(o.layout_.blocks[b].bytes);
        o.backend_.zero(m.gradients, o.layout_.blocks[b].bytes.gradients);
        get(part::all, b, m);
        if (state.micro_batches > 0) get(part::gradients, b, m);
      }
      if (state.micro_batches > 0 && state.entered)
        get(part::gradients, none, visit_memory::at(always.data(), o.layout_.always.bytes));
      if (!o.storage_) o.allocate_tables();
    }
    for (const P& p : o.partition_.parameters()) {
      if (!p.values.empty()) get_array(o.backend_, p.values, "values/" + p.name, in);
    }
    commit(o, std::move(state), std::move(fresh), std::move(always));
  }

 private:
  template <class P, class R, class S, class M, class B>
  static auto walk(const block_optimizer<P, R, S, M, B>& o) {
    using format = typename block_optimizer<P, R, S, M, B>::format;
    return block_arrays<P, R, format, B>{o.partition_, o.layout_, o.options_};
  }

  template <class Optimizer>
  static void check_storage() {
    static_assert(
        kept_storage<typename decltype(Optimizer::storage_)::value_type>,
        "blockopt: to be saved in a checkpoint, this memory strategy's storage needs with_kept(block, writes, f) "
        "(see memory_strategy.hpp)");
  }

  /// What a storage adds to what with_kept gives, if anything.
  template <class Storage>
  struct storage_archive {
    Storage& storage;
    explicit storage_archive(Storage& s) : storage(s) {}
    template <class A>
    void archive(A& a) {
      if constexpr (requires { storage.archive(a); }) storage.archive(a);
    }
  };

  template <class State>
  static bool is_visited(const State& s, std::size_t block) {
    return s.entered && std::ranges::find(s.visited, block) != s.visited.end();
  }

  /// `at(f)` calls f(memory).
  template <class O, class At>
  static void put_block(checkpoint_writer& out, O& o, part which, std::size_t block, const At& at) {
    for (const std::size_t bytes : {8u, 4u, 2u, 1u}) {  // apart, so that the file can put large elements first
      std::vector<stored_tensor> tensors;
      walk(o).for_each(which, block, visit_memory{}, [&](const std::string& name, const auto& view) {
        if (sizeof(*view.data()) == bytes) tensors.push_back(describe(name, view));
      });
      if (tensors.empty()) continue;
      out.add(std::move(tensors), [&o, which, block, at, bytes](checkpoint_sink& sink) {
        at([&](const visit_memory& memory) {
          walk(o).for_each(which, block, memory, [&](const std::string&, const auto& view) {
            if (sizeof(*view.data()) == bytes) put_array(o.backend_, view, sink);
          });
        });
      });
    }
  }

  /// Factors of the learning rate from a point on.
  template <class State>
  static std::vector<double> factors_of(const learning_rate_schedule& schedule, const State& s) {
    std::vector<double> factors;
    for (std::uint64_t k = 0; k < 8; ++k) {
      const schedule_point point{s.steps + k, s.visits == 0 ? 0 : s.visits - 1, s.visit_updates + k};
      factors.push_back(schedule ? schedule(point) : 1.0);
    }
    return factors;
  }

  template <class P, class R, class S, class M, class B>
  static auto state_of(block_optimizer<P, R, S, M, B>& o) {
    checkpoint_state<R, S> s{.options = o.options_,
                             .rules = {},
                             .selection = o.selection_,
                             .random = o.rng_.state,
                             .entered = o.entered_,
                             .shown = o.shown_,
                             .visit_calls = o.visit_calls_,
                             .micro_batches = o.micro_batches_,
                             .steps = o.steps_,
                             .skipped = o.skipped_,
                             .always_steps = o.always_steps_,
                             .visit_updates = o.visit_updates_,
                             .visits = o.visits_,
                             .visits_of = o.visits_of_,
                             .steps_of = o.steps_of_,
                             .left_at = o.left_at_,
                             .running = o.running_};
    for (const block& b : o.partition_.blocks()) {
      s.blocks.push_back(numbers_of(b));
      s.block_names.push_back(b.name);
    }
    s.blocks.push_back(numbers_of(block{"", o.partition_.always_active()}));
    s.block_names.emplace_back("always active");
    for (std::size_t i = 0; i < o.rules_.size(); ++i) s.rules.push_back(o.rules_[i]);
    for (std::size_t p = 0; p < o.partition_.parameters().size(); ++p) s.rule_of.push_back(o.rules_.index_of(p));
    if (o.entered_) s.visited = o.visited_;
    s.kept.resize(o.partition_.blocks().size());
    s.gradient_norm = o.gradient_norm();
    if constexpr (block_optimizer<P, R, S, M, B>::wants_norm) {
      if (o.visits_ > 0) {
        s.squared_norms.resize(o.layout_.together);
        o.backend_.copy(s.squared_norms.data(), o.norms().squares, s.squared_norms.size() * sizeof(double));
        o.backend_.wait();
      }
    }
    s.factors = factors_of(o.options_.schedule, s);
    return s;
  }

  /// Raises file_error for numbers that cannot be.
  template <class O, class State>
  static void check(const O& o, const State& s, const loading_archive& archive, const checkpoint_reader& in) {
    const std::size_t blocks = o.partition_.blocks().size();
    archive.check_size("rule_of", s.rule_of, o.partition_.parameters().size());
    archive.check_size("visits_of", s.visits_of, blocks);
    archive.check_size("steps_of", s.steps_of, blocks);
    archive.check_size("left_at", s.left_at, blocks);
    archive.check_size("kept", s.kept, blocks);
    archive.check_size("squared_norms", s.squared_norms, O::wants_norm && s.visits > 0 ? o.layout_.together : 0);
    archive.check_size("visited", s.visited, s.entered ? o.layout_.together : 0);
    if (s.rules.empty()) in.refuse({"has no rule"});
    for (const std::size_t i : s.rule_of) {
      if (i >= s.rules.size()) in.refuse({"gives a parameter the rule ", i, " of ", s.rules.size()});
    }
    for (std::size_t lane = 0; lane < s.visited.size(); ++lane) {
      const std::size_t b = s.visited[lane];
      if (b >= blocks) in.refuse({"visits block ", b, " of ", blocks});
      if (std::ranges::count(s.visited, b) != 1) in.refuse({"visits block ", b, " twice at once"});
      if (s.kept[b] != 0) in.refuse({"keeps state of block ", b, ", which it visits"});
    }
    for (std::size_t b = 0; b < blocks; ++b) {
      if (s.kept[b] > 2) in.refuse({"says ", s.kept[b], " of what is kept of block ", b});
    }
    const std::vector<double> factors = factors_of(o.options_.schedule, s);
    archive.check_size("learning_rate_factors", s.factors, factors.size());
    for (std::size_t k = 0; k < factors.size(); ++k) {
      if (factors[k] == s.factors[k]) continue;
      in.refuse({"has ", s.factors[k], " as the factor of the learning rate in step ", s.steps + k,
                 ", where the schedule of this optimizer gives ", factors[k]});
    }
  }

  template <class P, class R, class S, class M, class B, class State>
  static void commit(block_optimizer<P, R, S, M, B>& o, State s, std::optional<typename M::template storage<B>> storage,
                     arena<B> always) {
    o.storage_ = std::move(storage);
    o.always_ = std::move(always);
    o.rules_.replace(s.rules, s.rule_of);
    o.selection_ = std::move(s.selection);
    o.rng_.state = s.random;
    o.options_.switch_every = s.options.switch_every;
    o.entered_ = s.entered;
    o.shown_ = s.shown;
    o.visited_ = s.visited;
    o.visit_calls_ = s.visit_calls;
    o.micro_batches_ = s.micro_batches;
    o.constants_ready_ = false;
    o.choice_stands_ = false;
    o.steps_ = s.steps;
    o.skipped_ = s.skipped;
    o.always_steps_ = s.always_steps;
    o.visit_updates_ = s.visit_updates;
    o.visits_ = s.visits;
    o.visits_of_ = std::move(s.visits_of);
    o.steps_of_ = std::move(s.steps_of);
    o.left_at_ = std::move(s.left_at);
    o.running_ = std::move(s.running);
    o.bound_.clear();
    for (auto& job : o.jobs_) {  // of an earlier visit
      o.gradients_[job.parameter] = {};
      o.active_[job.parameter] = 0;
    }
    o.jobs_.clear();
    o.consumed_.clear();
    if (o.visits_ == 0) return;
    o.reserve_tables();
    o.bind_jobs();
    o.consumed_.assign(o.jobs_.size(), 0);
    if (o.norms_.size() != 0) {
      step_control control{.gradient_norm = s.gradient_norm, .scale = 1.0 / static_cast<double>(o.options_.accumulate)};
      o.backend_.copy(o.norms_.data(), &control, sizeof control);
      if constexpr (block_optimizer<P, R, S, M, B>::wants_norm)
        o.backend_.copy(o.norms().squares, s.squared_norms.data(), s.squared_norms.size() * sizeof(double));
      o.backend_.wait();
    }
    if (o.entered_) o.foresee();
  }
};

}  // namespace blockopt::detail
