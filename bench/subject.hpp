// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: an optimizer over one block with gradients of the caller, and the streaming kernels
// over the very same memory.
#pragma once

#include <cmath>
#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <memory_resource>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>

#include "aligned_array.hpp"
#include "measure.hpp"
#include "stream.hpp"

namespace bench {

/// Remembers the last allocation: with one block that is the arena of master copy and state.
class remembering_resource final : public std::pmr::memory_resource {
 public:
  [[nodiscard]] std::byte* last() const { return last_; }

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    void* p = std::pmr::new_delete_resource()->allocate(bytes, alignment);
    last_ = static_cast<std::byte*>(p);
    return p;
  }
  void do_deallocate(void* p, std::size_t bytes, std::size_t alignment) override {
    std::pmr::new_delete_resource()->deallocate(p, bytes, alignment);
  }
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }
  std::byte* last_ = nullptr;
};

/// `tensors` parameters of `size` elements each, one block, one rule.
template <class Rule, class T, bool Master, class Backend = blockopt::eigen_backend>
class subject {
  using compute = blockopt::compute_type_t<T>;
  using parameter = blockopt::parameter<T>;
  using optimizer_type =
      blockopt::block_optimizer<parameter, Rule, blockopt::ascending, blockopt::keep_state, Backend>;

 public:
  /// Each tensor starts at a multiple of 64 bytes, as allocators of tensors give them. `at_start` sees the values before
  /// the first step, which is done here.
  explicit subject(const Rule& rule, std::size_t size, std::size_t tensors = 1,
                   const std::function<void(std::span<const T>)>& at_start = {})
      : values_(padded(size) * tensors), gradient_(padded(size) * tensors) {
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const auto wave = static_cast<compute>(std::sin(0.37 * static_cast<double>(i % 4093)));
      values_.data()[i] = T(wave);
      // away from zero, so that where a rule adds its epsilon, which differs between libraries, changes nothing
      gradient_.data()[i] = T(compute(0.2) * wave + compute(wave < 0 ? -0.5 : 0.5));
    }
    if (at_start) at_start({values_.data(), size});
    std::vector<parameter> parameters;
    for (std::size_t t = 0; t < tensors; ++t) {
      parameters.push_back({"tensor " + std::to_string(t),
                            {values_.data() + t * padded(size), size},
                            {gradient_.data() + t * padded(size), size}});
    }
    Backend backend;
    backend.resource = &memory_;
    optimizer_.emplace(blockopt::as_one_block(std::move(parameters)), rule, blockopt::ascending{},
                       blockopt::keep_state{}, backend, blockopt::optimizer_options{.master = Master});
    optimizer_->step();
  }

  void step() { optimizer_->step(); }

  /// Of the first tensor.
  [[nodiscard]] const T* values() const { return values_.data(); }
  [[nodiscard]] const T* gradient() const { return gradient_.data(); }

  static constexpr stream_shape shape{.value_bytes = sizeof(T),
                                      .reads_values = !Master,
                                      .gradient_bytes = sizeof(T),
                                      .wide_bytes = sizeof(compute),
                                      .wide_streams = blockopt::slot_count<Rule> + (Master ? 1 : 0)};

  /// Bytes of the memory that a step visits.
  static constexpr std::size_t footprint(std::size_t elements) {
    return elements * (2 * sizeof(T) + shape.wide_streams * sizeof(compute));
  }

  /// The arrays of the step; for a subject of one tensor of a multiple of 64 elements.
  [[nodiscard]] stream_arrays arrays() {
    stream_arrays a{.values = values_.data(), .gradient = gradient_.data(), .wide = {}, .size = values_.size()};
    const std::size_t row = blockopt::round_to_granule(values_.size() * sizeof(compute));
    for (std::size_t k = 0; k < shape.wide_streams; ++k) a.wide[k] = memory_.last() + k * row;
    for (std::size_t s = 0; s < blockopt::slot_count<Rule>; ++s) {
      if (optimizer_->state(0, s).data() != a.wide[s + (Master ? 1 : 0)])
        throw std::logic_error("bench: the optimizer's memory is not laid out as the streaming kernel takes it");
    }
    return a;
  }

 private:
  static constexpr std::size_t padded(std::size_t size) { return (size + 63) / 64 * 64; }

  remembering_resource memory_;
  aligned_array<T> values_;
  aligned_array<T> gradient_;
  std::optional<optimizer_type> optimizer_;
};

/// A kernel over equal parts of the arrays, one for each thread of OpenMP; the parts are multiples of 32 elements.
inline void stream_in_parts(stream_kernel kernel, const stream_shape& shape, const stream_arrays& a,
                            [[maybe_unused]] int threads) {
  const std::size_t groups = a.size / 32;
#if defined(_OPENMP)
#pragma omp parallel for schedule(static) num_threads(threads)
#endif
  for (int part = 0; part < threads; ++part) {
    const std::size_t begin = groups * static_cast<std::size_t>(part) / static_cast<std::size_t>(threads) * 32;
    const std::size_t end = groups * static_cast<std::size_t>(part + 1) / static_cast<std::size_t>(threads) * 32;
    const auto at = [&](void* p, std::size_t bytes) {
      return static_cast<void*>(static_cast<std::byte*>(p) + begin * bytes);
    };
    stream_arrays mine{.values = at(a.values, shape.value_bytes),
                       .gradient = static_cast<const std::byte*>(a.gradient) + begin * shape.gradient_bytes,
                       .wide = {},
                       .size = end - begin};
    for (std::size_t k = 0; k < shape.wide_streams; ++k) mine.wide[k] = at(a.wide[k], shape.wide_bytes);
    benchmark::DoNotOptimize(kernel(mine));
  }
}

/// The streaming kernels of a shape over given arrays, as pieces to be measured: all forms on one thread, where more
/// would not pay, then all forms on `threads`.
[[nodiscard]] inline std::vector<std::function<void()>> stream_pieces(const stream_shape& shape,
                                                                      const stream_arrays& arrays, int threads = 1) {
  std::vector<std::function<void()>> pieces;
  const auto add = [&](int count) {
    for (std::size_t form = 0; form < stream_forms; ++form) {
      const stream_kernel kernel = blockopt_bench_stream_kernel(shape, form);
      if (kernel == nullptr) throw std::logic_error("bench: no streaming kernel of this shape; see stream.cpp");
      if (count == 1) pieces.emplace_back([=] { benchmark::DoNotOptimize(kernel(arrays)); });
      else pieces.emplace_back([=] { stream_in_parts(kernel, shape, arrays, count); });
    }
  };
  if (threads == 1 || arrays.size <= (std::size_t{1} << 17)) add(1);
  if (threads > 1 && arrays.size >= (std::size_t{1} << 14)) add(threads);
  return pieces;
}

/// A step against the streaming limit.
struct comparison {
  timing step;
  std::vector<timing> streams;

  [[nodiscard]] std::size_t best_form() const {
    std::size_t best = 0;
    for (std::size_t f = 1; f < streams.size(); ++f)
      if (streams[f].median() < streams[best].median()) best = f;
    return best;
  }
  [[nodiscard]] const char* best_form_name() const { return stream_form_names[best_form() % stream_forms]; }
  [[nodiscard]] double limit() const { return streams[best_form()].median(); }
  [[nodiscard]] double ratio() const { return limit() / step.median(); }
};

template <class Subject>
[[nodiscard]] comparison compare_with_stream(Subject& subject, const effort& how) {
  std::vector<std::function<void()>> pieces{[&] { subject.step(); }};
  for (auto& piece : stream_pieces(Subject::shape, subject.arrays())) pieces.push_back(std::move(piece));
  std::vector<timing> all = measure_in_turn(pieces, how);
  comparison result{std::move(all.front()), {}};
  result.streams.assign(std::make_move_iterator(all.begin() + 1), std::make_move_iterator(all.end()));
  return result;
}

}  // namespace bench
