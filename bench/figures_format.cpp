// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: the figures of steps on state that is kept in codes.
#include <algorithm>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/memory/format/state_format.hpp>
#include <blockopt/memory/keep_compressed.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/adam.hpp>

#include "aligned_array.hpp"
#include "figures.hpp"
#include "measure.hpp"
#include "report.hpp"
#include "subject.hpp"

namespace bench {
namespace {

/// Adam on floats with state in codes: the time that its own bytes take at the bandwidth of a full-precision step's streams
/// over as many elements, measured in turn, over its own time.
template <class Format>
double limit_over_time_in_codes(std::size_t power) {
  using full = subject<blockopt::adam, float, false>;
  const std::size_t n = std::size_t{1} << power;
  if (!fits_in_memory(full::footprint(n) * 2)) throw std::runtime_error("left out: not enough free memory");
  full streams(blockopt::adam{}, n);
  aligned_array<float> values(n), gradient(n);
  for (std::size_t i = 0; i < n; ++i) {
    values.data()[i] = streams.values()[i];
    gradient.data()[i] = streams.gradient()[i];
  }
  std::vector<blockopt::parameter<float>> parameters{{"tensor", {values.data(), n}, {gradient.data(), n}}};
  blockopt::block_optimizer optimizer{blockopt::as_one_block(std::move(parameters)), blockopt::adam{},
                                      blockopt::ascending{}, blockopt::keep_compressed<Format>{},
                                      blockopt::eigen_backend{}};
  std::vector<std::function<void()>> pieces{[&] { optimizer.step(); }};
  for (auto& piece : stream_pieces(full::shape, streams.arrays())) pieces.push_back(std::move(piece));
  const std::vector<timing> all =
      measure_in_turn(pieces, effort{.seconds = 0.2, .least_rounds = 5, .shortest_sample = 5e-5});
  double limit = all[1].median();
  for (std::size_t k = 2; k < all.size(); ++k) limit = std::min(limit, all[k].median());
  constexpr auto rows = blockopt::row_sizes::of<Format, float>();
  const auto state =
      static_cast<double>(rows.slot(blockopt::slot_role::moment, n) + rows.slot(blockopt::slot_role::second_moment, n));
  const double own = 12 + 2 * state / static_cast<double>(n);
  return limit * own / static_cast<double>(full::shape.bytes_per_element()) / all[0].median();
}

}  // namespace

void add_format_figures() {
  for (const std::size_t power : {20U, 22U, 24U, 26U}) {
    const std::string size = "2^" + std::to_string(power);
    add_figure({.name = "adam/8bit/" + size,
                .what = "Adam, float, state in 8 bits, n = " + size + ": limit of its own bytes / time",
                .wanted = figure::goal::at_least,
                .target = 0.50,
                .measure = [power] { return limit_over_time_in_codes<blockopt::dynamic_8bit_state>(power); }});
    add_figure({.name = "adam/fp8/" + size,
                .what = "Adam, float, state of FP8-LM, n = " + size + ": limit of its own bytes / time",
                .wanted = figure::goal::at_least,
                .target = 0.50,
                .measure = [power] { return limit_over_time_in_codes<blockopt::fp8_lm_state>(power); }});
  }
}

}  // namespace bench
