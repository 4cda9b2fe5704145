// SPDX-License-Identifier: MIT
// Part of blockopt: what the backends in host memory have in common.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory_resource>
#include <span>

#include <blockopt/backend/backend.hpp>
#include <blockopt/backend/host/reduce.hpp>
#include <blockopt/backend/host/update_coded.hpp>
#include <blockopt/backend/host/update_range.hpp>
#include <blockopt/backend/norm.hpp>
#include <blockopt/memory/arena.hpp>
#include <blockopt/view/space.hpp>

namespace blockopt {

/// Runs rules on the CPU, tile by tile as `Lanes` cuts them. Work on `parallel_elements` or more elements is spread over
/// OpenMP's threads where the translation unit is compiled with OpenMP, else it runs on the calling thread; the results
/// have the same bits either way. Memory comes from `resource`.
template <class Lanes>
struct host_backend {
  using space = host_space;

  std::pmr::memory_resource* resource = std::pmr::get_default_resource();
  std::size_t parallel_elements = std::size_t{1} << 16;  ///< below it, starting threads costs more than it gains

  [[nodiscard]] void* allocate(std::size_t bytes) const { return resource->allocate(bytes, memory_granule); }
  void deallocate(void* p, std::size_t bytes) const noexcept { resource->deallocate(p, bytes, memory_granule); }
  void copy(void* to, const void* from, std::size_t bytes) const noexcept {
    if (bytes != 0) std::memcpy(to, from, bytes);
  }
  void zero(void* p, std::size_t bytes) const noexcept {
    if (bytes != 0) std::memset(p, 0, bytes);
  }
  void wait() const noexcept {}

  /// One step of the rule on every job, with constants[job.rule]; slots and master copies are rows of the format.
  template <class Rule, class Format = full_state, class T, class G, std::size_t N>
  void update(std::span<const rule_constants<Rule, compute_type_t<T>>> constants,
              std::span<const parameter_job<T, G, N>> jobs,
              const step_options<compute_type_t<T>>& options) const noexcept {
    static_assert(elementwise_rule<Rule, compute_type_t<T>>,
                  "blockopt: the rule's update does not take (constants, x, g, slots...) or is not noexcept");
    if (options.control != nullptr && options.control->applies == 0) return;
    std::size_t elements = 0;
    for (const auto& job : jobs) elements += job.size;
    const bool distant = elements > near_elements;
    for_each_chunk(jobs, [&](const parameter_job<T, G, N>& job, std::size_t begin, std::size_t end, std::size_t) {
      const auto* const next = &job == &jobs.back() ? nullptr : &job + 1;
      if constexpr (is_full_format<Format>)
        detail::update_range<Lanes, Rule>(constants[job.rule], job, options, begin, end, next, distant);
      else detail::update_coded_range<Lanes, Rule, Format>(constants[job.rule], job, options, begin, end, distant);
    });
  }

  /// master = values, widened, and coded where the format does that.
  template <class Format = full_state, class T, class G, std::size_t N>
  void load_master(std::span<const parameter_job<T, G, N>> jobs) const noexcept {
    for_each_chunk(jobs, [](const parameter_job<T, G, N>& job, std::size_t begin, std::size_t end, std::size_t) {
      if (job.master == nullptr) return;
      if (detail::state_row<typename Format::master_code, compute_type_t<T>>::coded(job.size)) {
        detail::code_master<Lanes, Format>(job, begin, end);
        return;
      }
      job.values_order.for_each_element(begin, end - begin, [&](std::size_t position, std::ptrdiff_t offset) {
        job.master[begin + position] = static_cast<compute_type_t<T>>(job.values[offset]);
      });
    });
  }

  /// owned_gradient += gradient, where both exist.
  template <class T, class G, std::size_t N>
  void add_gradient(std::span<const parameter_job<T, G, N>> jobs) const noexcept {
    for_each_chunk(jobs, [](const parameter_job<T, G, N>& job, std::size_t begin, std::size_t end, std::size_t) {
      if (job.owned_gradient == nullptr || job.gradient == nullptr) return;
      job.gradient_order.for_each_element(begin, end - begin, [&](std::size_t position, std::ptrdiff_t offset) {
        job.owned_gradient[begin + position] += static_cast<compute_type_t<T>>(job.gradient[offset]);
      });
    });
  }

  /// See `backend`. Doubles whose squares leave the range are summed once more, scaled.
  template <class T, class G, std::size_t N>
  void measure(std::span<const parameter_job<T, G, N>> jobs, const norm_request& request,
               const norm_workspace& memory) const noexcept {
    if (memory.control->applies == 0) return;
    const std::size_t parts = request.parts.empty() ? 0 : request.parts.size() - 1;
    const auto norm_of = [&](std::span<const parameter_job<T, G, N>> some) {
      const std::size_t count = total_chunks(some);
      if (count == 0) return 0.0;
      double* const partial = memory.partial + (some.front().first_chunk - jobs.front().first_chunk);
      return norm_from_sums(detail::sum_in_lanes(partial, count), [&](std::size_t k) {
        square_chunks(some, partial, norm_factor(k));
        const double sum = detail::sum_in_lanes(partial, count);
        square_chunks(some, partial, 1.0);  // as the next one expects them
        return sum;
      });
    };
    square_chunks(jobs, memory.partial, 1.0);
    for (std::size_t p = 0; p < parts; ++p) {
      const double part =
          norm_of(jobs.subspan(request.parts[p], request.parts[p + 1] - request.parts[p])) * request.scale;
      memory.squares[p] += part * part;
    }
    set_norm(*memory.control, norm_of(jobs), request.scale, request.clip_norm);
  }

  /// See `backend`.
  template <class T, class G, std::size_t N>
  [[nodiscard]] std::size_t first_not_finite(std::span<const parameter_job<T, G, N>> jobs, bool incoming,
                                             const norm_workspace& = {}) const noexcept {
    for (std::size_t j = 0; j < jobs.size(); ++j) {
      parameter_job<T, G, N> job = jobs[j];
      if (incoming && job.gradient != nullptr) job.owned_gradient = nullptr;
      if (!detail::all_finite_range(job, 0, job.size)) return j;
    }
    return jobs.size();
  }

 private:
  /// The sum of squares of the gradient times `factor` in each chunk.
  template <class T, class G, std::size_t N>
  void square_chunks(std::span<const parameter_job<T, G, N>> jobs, double* partial, double factor) const noexcept {
    for_each_chunk(jobs, [&](const parameter_job<T, G, N>& job, std::size_t begin, std::size_t end, std::size_t chunk) {
      partial[chunk - jobs.front().first_chunk] = detail::sum_of_squares_range(job, begin, end, factor);
    });
  }

  static constexpr std::size_t near_elements =
      1 << 14;  ///< in float and with two slots 256 KiB, a part of a second cache

  template <class Job>
  static std::size_t total_chunks(std::span<const Job> jobs) noexcept {
    return jobs.empty() ? 0 : jobs.back().first_chunk + chunk_count(jobs.back().size) - jobs.front().first_chunk;
  }

  /// f(job, begin, end, number of the chunk) for all chunks of all jobs.
  template <class Job, class F>
  void for_each_chunk(std::span<const Job> jobs, const F& f) const noexcept {
    const std::size_t chunks = total_chunks(jobs);
    [[maybe_unused]] std::size_t elements = 0;
    for (const Job& job : jobs) elements += job.size;
    const auto run = [&](std::size_t first, std::size_t last) noexcept {
      if (first >= last) return;
      const std::size_t base = jobs.front().first_chunk;
      auto job = std::upper_bound(jobs.begin(), jobs.end(), base + first,
                                  [](std::size_t c, const Job& j) { return c < j.first_chunk; }) -
                 1;
      for (std::size_t c = base + first; c < base + last; ++c) {
        while (c >= job->first_chunk + chunk_count(job->size)) ++job;
        const std::size_t begin = (c - job->first_chunk) * chunk_elements;
        f(*job, begin, std::min(begin + chunk_elements, job->size), c);
      }
    };
#ifdef _OPENMP
    if (elements >= parallel_elements) {
      const auto parts = static_cast<std::ptrdiff_t>(std::min<std::size_t>(chunks, 256));
#pragma omp parallel for schedule(static)
      for (std::ptrdiff_t part = 0; part < parts; ++part) {
        const auto k = static_cast<std::size_t>(part);
        run(chunks * k / static_cast<std::size_t>(parts), chunks * (k + 1) / static_cast<std::size_t>(parts));
      }
      return;
    }
#endif
    run(0, chunks);
  }
};

}  // namespace blockopt
