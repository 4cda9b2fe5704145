// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: every rule of the registry, for every storage, size and number of threads, against the
// streaming limit and against the peers that were found; and that limit against memcpy.
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <functional>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "measure.hpp"
#include "peers/peer.hpp"
#include "registry.hpp"
#include "report.hpp"
#include "rivals.hpp"
#include "stream.hpp"
#include "subject.hpp"
#include "threads.hpp"

namespace {

using namespace bench;

constexpr effort short_effort{.seconds = 0.3, .least_rounds = 9, .shortest_sample = 5e-5};

/// From seconds for all elements to nanoseconds for one.
double per_element(std::size_t elements) { return 1e9 / static_cast<double>(elements); }

/// The row of a step that was measured beside the streaming kernels; without peers.
update_row row_of(const comparison& c, const std::string& storage, const std::string& rule, std::size_t elements,
                  int threads, const stream_shape& shape) {
  const double scale = per_element(elements);
  return {.storage = storage,
          .rule = rule,
          .elements = elements,
          .threads = threads,
          .bytes_per_element = static_cast<double>(shape.bytes_per_element()),
          .nanoseconds = c.step.median() * scale,
          .best_nanoseconds = c.step.best() * scale,
          .deviation = relative_deviation(c.step.rounds),
          .limit_nanoseconds = c.limit() * scale,
          .limit_form = c.best_form_name(),
          .peers = {},
          .refused = {}};
}

template <class Rule, class Storage>
update_row measure_update(const std::string& storage, const std::string& name, const Rule& rule, std::size_t elements,
                          int threads) {
  using value = typename Storage::value_type;
  using subject_type = subject<Rule, value, Storage::master>;
  const use_threads scope(threads);
  const auto peers_of_rule = std::is_same_v<value, float> && !Storage::master
                                 ? static_cast<std::size_t>(std::ranges::count(all_peers(), name, &peer::rule))
                                 : std::size_t{0};
  if (!fits_in_memory(subject_type::footprint(elements) * (1 + peers_of_rule)))
    throw std::runtime_error("left out: not enough free memory");
  rivals found;
  std::vector<value> start;
  subject_type subject(rule, elements, 1, [&](std::span<const value> values) {
    if (peers_of_rule != 0) start.assign(values.begin(), values.end());
  });
  if constexpr (std::is_same_v<value, float> && !Storage::master) {
    if (peers_of_rule != 0) found = rivals_of(all_peers(), name, subject, start, threads);
  }
  std::vector<std::function<void()>> pieces{[&] { subject.step(); }};
  for (const auto& run : found.runs) pieces.emplace_back([&run] { run->step(); });
  for (auto& piece : stream_pieces(subject_type::shape, subject.arrays(), threads)) pieces.push_back(std::move(piece));

  std::vector<timing> all = measure_in_turn(pieces, short_effort);
  const auto streams = all.begin() + 1 + static_cast<std::ptrdiff_t>(found.runs.size());
  comparison c{all.front(), {std::make_move_iterator(streams), std::make_move_iterator(all.end())}};
  update_row row = row_of(c, storage, name, elements, threads, subject_type::shape);
  row.refused = found.refused;
  for (std::size_t p = 0; p < found.names.size(); ++p)
    row.peers.push_back({found.names[p], all[1 + p].median() * per_element(elements), ratio_of(c.step, all[1 + p])});
  return row;
}

/// memcpy as "rule", and a streaming kernel that copies as its limit.
update_row measure_copy(std::size_t elements) {
  const use_threads scope(1);
  const stream_shape shape{.value_bytes = 4, .reads_values = false, .gradient_bytes = 4, .wide_streams = 0};
  const aligned_array<float> to(elements), from(elements);
  std::memset(to.data(), 0, elements * sizeof(float));
  std::memset(from.data(), 0, elements * sizeof(float));
  const stream_arrays arrays{.values = to.data(), .gradient = from.data(), .wide = {}, .size = elements};
  std::vector<std::function<void()>> pieces{[&] {
    std::memcpy(to.data(), from.data(), elements * sizeof(float));
    benchmark::ClobberMemory();
  }};
  for (auto& piece : stream_pieces(shape, arrays)) pieces.push_back(std::move(piece));
  std::vector<timing> all = measure_in_turn(pieces, short_effort);
  comparison c{std::move(all.front()), {std::make_move_iterator(all.begin() + 1), std::make_move_iterator(all.end())}};
  return row_of(c, "float", "memcpy", elements, 1, shape);
}

}  // namespace

int main(int argc, char** argv) {
  const auto name_of = [](const std::string& storage, const std::string& rule, std::size_t n, int threads) {
    return storage + "/" + rule + "/" + std::to_string(n) + "/threads:" + std::to_string(threads);
  };
  for (std::size_t power = 8; power <= 26; power += 2) {
    const std::size_t n = std::size_t{1} << power;
    add_update_row(name_of("float", "memcpy", n, 1), [n] { return measure_copy(n); });
  }
  for_each_storage([&]<class Storage>(const std::string& storage, const Storage&) {
    for_each_rule([&]<class Rule>(const std::string& name, const Rule& rule) {
      for (const int threads : {1, 2}) {
        if (threads > most_threads()) continue;
        for (std::size_t power = 8; power <= 26; power += 2) {
          const std::size_t n = std::size_t{1} << power;
          add_update_row(name_of(storage, name, n, threads),
                         [=] { return measure_update<Rule, Storage>(storage, name, rule, n, threads); });
        }
      }
    });
  });
  return run(
      argc, argv,
      "Update rules on the Eigen backend. bytes/el: read and written per element; limit/time: median of the best\n"
      "streaming kernel over the same memory / median of the step; then the step's time over that of each peer "
      "found,\nin turn with it. The rows memcpy hold that kernel, as a copy, against memcpy.");
}
