// SPDX-License-Identifier: MIT
// Part of blockopt: when to leave a block because it no longer helps.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <blockopt/error.hpp>

namespace blockopt {

/// Says when the loss has stopped falling, so that the caller, who owns the loop, switches:
///
///     bo::plateau plateau{.patience = 20};
///     ...
///     optimizer.step();
///     if (plateau.reached(loss)) optimizer.switch_block();
///
/// Losses are smoothed by an exponential mean; a plateau is `patience` losses in a row that did not bring it below
/// (1 - relative_decrease) of its best (as torch's ReduceLROnPlateau, mode "min", threshold mode "rel"; losses of the
/// other sign are compared by the same share of their magnitude). Each plateau starts anew. A loss that is not finite
/// counts as no progress. `check()` raises invalid_option for settings out of range; call it once, before the first loss.
struct plateau {
  std::uint64_t patience = 50;
  double relative_decrease = 1e-3;
  double smoothing = 0.9;   ///< weight of the past in the mean, in [0, 1); 0: the losses themselves
  std::uint64_t least = 1;  ///< losses before a plateau may be reported
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();  ///< losses after which one is reported in any case

  /// What it has seen since the last plateau; state, not a setting.
  struct progress_type {
    double best = std::numeric_limits<double>::max();
    double sum = 0, weight = 0;  ///< of the exponential mean
    std::uint64_t count = 0, waited = 0;
  };
  progress_type progress{};

  void check() const {
    if (patience == 0) raise<invalid_option>("plateau.patience is 0; it must be at least 1");
    if (!(relative_decrease >= 0 && relative_decrease < 1))
      raise<invalid_option>({"plateau.relative_decrease is ", relative_decrease, "; it must be in [0, 1)"});
    if (!(smoothing >= 0 && smoothing < 1))
      raise<invalid_option>({"plateau.smoothing is ", smoothing, "; it must be in [0, 1)"});
    if (most == 0) raise<invalid_option>("plateau.most is 0; it must be at least 1");
  }

  /// Takes the loss of one step. True: leave the block now; the count begins anew.
  [[nodiscard]] bool reached(double loss) noexcept {
    ++progress.count;
    ++progress.waited;
    if (std::isfinite(loss)) {
      // of t losses the weights sum to 1 - smoothing^t, as in a bias correction
      progress.weight = smoothing * progress.weight + (1 - smoothing);
      progress.sum = smoothing * progress.sum + (1 - smoothing) * loss;
      const double mean = progress.sum / progress.weight;
      if (mean < progress.best - relative_decrease * std::fabs(progress.best)) {
        progress.best = mean;
        progress.waited = 0;
      }
    }
    if ((progress.waited < patience || progress.count < least) && progress.count < most) return false;
    restart();
    return true;
  }

  /// Forgets all losses, as at the start of a visit that was begun otherwise.
  void restart() noexcept { progress = {}; }
};

}  // namespace blockopt
