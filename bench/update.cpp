// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: every rule of the registry, for every storage and size, against the streaming limit;
// and that limit against memcpy.
#include <cstddef>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>

#include <benchmark/benchmark.h>

#include "measure.hpp"
#include "registry.hpp"
#include "report.hpp"
#include "stream.hpp"
#include "subject.hpp"

namespace {

using namespace bench;

constexpr effort short_effort{.seconds = 0.2, .least_rounds = 7, .shortest_sample = 5e-5};

template <class Rule, class Storage>
update_row measure_update(const std::string& storage, const std::string& name, const Rule& rule, std::size_t elements) {
  using subject_type = subject<Rule, typename Storage::value_type, Storage::master>;
  if (!fits_in_memory(subject_type::footprint(elements))) throw std::runtime_error("left out: not enough free memory");
  subject_type subject(rule, elements);
  const comparison c = compare_with_stream(subject, short_effort);
  const double scale = 1e9 / static_cast<double>(elements);
  return {.storage = storage,
          .rule = name,
          .elements = elements,
          .bytes_per_element = static_cast<double>(subject_type::shape.bytes_per_element()),
          .nanoseconds = c.step.median() * scale,
          .best_nanoseconds = c.step.best() * scale,
          .limit_nanoseconds = c.limit() * scale,
          .limit_form = stream_form_names[c.best_form()]};
}

/// memcpy as "rule", and a streaming kernel that copies as its limit.
update_row measure_copy(std::size_t elements) {
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
  const double scale = 1e9 / static_cast<double>(elements);
  return {.storage = "float",
          .rule = "memcpy",
          .elements = elements,
          .bytes_per_element = static_cast<double>(shape.bytes_per_element()),
          .nanoseconds = c.step.median() * scale,
          .best_nanoseconds = c.step.best() * scale,
          .limit_nanoseconds = c.limit() * scale,
          .limit_form = stream_form_names[c.best_form()]};
}

}  // namespace

int main(int argc, char** argv) {
  for (std::size_t power = 8; power <= 26; power += 2) {
    const std::size_t n = std::size_t{1} << power;
    add_update_row("copy/float/memcpy/" + std::to_string(n), [n] { return measure_copy(n); });
  }
  for_each_storage([&]<class Storage>(const std::string& storage, const Storage&) {
    for_each_rule([&]<class Rule>(const std::string& name, const Rule& rule) {
      for (std::size_t power = 8; power <= 26; power += 2) {
        const std::size_t n = std::size_t{1} << power;
        add_update_row("update/" + storage + "/" + name + "/" + std::to_string(n),
                       [=] { return measure_update<Rule, Storage>(storage, name, rule, n); });
      }
    });
  });
  return run(
      argc, argv,
      "Update rules on the Eigen backend, one core. bytes/el: read and written per element; limit/time: median of "
      "the best\nstreaming kernel over the same memory / median of the step. The rows memcpy hold that kernel, "
      "as a copy, against memcpy.");
}
