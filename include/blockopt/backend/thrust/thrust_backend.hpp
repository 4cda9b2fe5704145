// SPDX-License-Identifier: MIT
// Part of blockopt: the backend on Thrust, for CUDA, OpenMP, TBB or one plain thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory_resource>
#include <span>
#include <type_traits>

#include <blockopt/backend/backend.hpp>
#include <blockopt/backend/norm.hpp>
#include <blockopt/backend/thrust/coded_parts.hpp>
#include <blockopt/backend/thrust/device_notice.hpp>
#include <blockopt/backend/thrust/device_transfer.hpp>
#include <blockopt/backend/thrust/gradient_parts.hpp>
#include <blockopt/backend/thrust/job_table.hpp>
#include <blockopt/backend/thrust/launch.hpp>
#include <blockopt/backend/thrust/system.hpp>
#include <blockopt/backend/thrust/update_parts.hpp>
#include <blockopt/memory/arena.hpp>

namespace blockopt {
inline namespace BLOCKOPT_THRUST_SYSTEM {

/// Runs rules on Thrust's device system, the one that the translation unit is compiled for (see system.hpp). Where that
/// is CUDA, views and state are in device memory, and everything is queued on `stream` and nothing waits but `wait`,
/// `first_not_finite` and a `copy` from or to pageable host memory; a step needs none of them. On the other systems
/// memory is the host's. One source for all: results have the bits of plain_backend's where neither compiler contracts
/// (-ffp-contract=off, -fmad=false).
///
/// Raises device_error, naming the call, where CUDA reports one; without a device or driver at the first allocation.
struct thrust_backend {
  using space = thrust_space;
  static constexpr const char* name = thrust_backend_name;

#ifdef BLOCKOPT_THRUST_CUDA
  std::pmr::memory_resource* resource = nullptr;  ///< of device memory; null: cudaMalloc
  cudaStream_t stream = nullptr;                  ///< the caller's, and of the device that is current in each call
#else
  std::pmr::memory_resource* resource = std::pmr::get_default_resource();
  std::size_t parallel_elements = std::size_t{1} << 16;  ///< below it, waking threads costs more than they gain
#endif

  [[nodiscard]] void* allocate(std::size_t bytes) const {
#ifdef BLOCKOPT_THRUST_CUDA
    if (resource == nullptr) {
      void* p = nullptr;
      detail::check_cuda(cudaMalloc(&p, bytes), "cudaMalloc");
      return p;
    }
#endif
    return resource->allocate(bytes, memory_granule);
  }

  void deallocate(void* p, std::size_t bytes) const noexcept {
#ifdef BLOCKOPT_THRUST_CUDA
    if (resource == nullptr) {
      static_cast<void>(cudaFree(p));  // at worst the context is gone, and the memory with it
      return;
    }
#endif
    resource->deallocate(p, bytes, memory_granule);
  }

  void copy(void* to, const void* from, std::size_t bytes) const {
    if (bytes == 0) return;
#ifdef BLOCKOPT_THRUST_CUDA
    detail::check_cuda(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, stream), "cudaMemcpyAsync");
#else
    std::memcpy(to, from, bytes);
#endif
  }

  void zero(void* p, std::size_t bytes) const {
    if (bytes == 0) return;
#ifdef BLOCKOPT_THRUST_CUDA
    detail::check_cuda(cudaMemsetAsync(p, 0, bytes, stream), "cudaMemsetAsync");
#else
    std::memset(p, 0, bytes);
#endif
  }

  void wait() const {
#ifdef BLOCKOPT_THRUST_CUDA
    detail::check_cuda(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
#endif
  }

  /// The bytes of a table for so many jobs.
  template <class Job>
  [[nodiscard]] static constexpr std::size_t table_bytes(const table_request& need) noexcept {
    return detail::table_layout<part_of<Job>>::bytes(need);
  }

  /// One contiguous job travels in the launch itself.
  template <class Job>
  [[nodiscard]] static bool needs_table(std::span<const Job> jobs) noexcept {
    return jobs.size() > 1 || (jobs.size() == 1 && strided(jobs.front()));
  }

  /// Makes a table of the jobs; the former content is lost. The jobs' chunks are numbered from 0.
  template <class Job>
  void bind(std::span<const Job> jobs, std::byte* table) const {
    using part = part_of<Job>;
    const detail::table_layout<part> layout(table, jobs.size(), chunks_of(jobs));
    std::uint32_t* indices = layout.indices;
    std::array<part, 16> staged;
    for (std::size_t begin = 0; begin < jobs.size(); begin += staged.size()) {
      const std::size_t count = std::min(staged.size(), jobs.size() - begin);
      for (std::size_t k = 0; k < count; ++k) {
        const Job& job = jobs[begin + k];
        staged[k] = part(job);
        if (!strided(job)) continue;
        detail::job_orders* const there = layout.orders + (begin + k);
        detail::job_orders orders{job.values_order, job.gradient_order, job.owned_order};
        if (std::is_same_v<space, device_space> && job.values_order.indices != nullptr) {
          // of a scattered slice; values and gradients share them
          copy(indices, job.values_order.indices, job.size * sizeof(std::uint32_t));
          for (element_order* const order : {&orders.values, &orders.gradient, &orders.owned}) {
            if (order->indices != nullptr) order->indices = indices;
          }
          indices += job.size;
        }
        detail::upload(queue(0), there, &orders, sizeof orders);
        if (staged[k].values_order != nullptr) staged[k].values_order = &there->values;
        if (staged[k].gradient_order != nullptr) staged[k].gradient_order = &there->gradient;
        if (staged[k].owned_order != nullptr) staged[k].owned_order = &there->owned;
      }
      detail::upload(queue(0), layout.jobs + begin, staged.data(), count * sizeof(part));
    }
    detail::launch(queue(0), chunks_of(jobs), detail::cut_chunks<part>{layout.jobs, jobs.size(), layout.chunks});
  }

  /// One step of the rule on every job, with constants[job.rule]; slots and master copies are rows of the format.
  template <class Rule, class Format = full_state, class T, class G, std::size_t N>
  void update(std::span<const rule_constants<Rule, compute_type_t<T>>> constants,
              std::span<const parameter_job<T, G, N>> jobs, const step_options<compute_type_t<T>>& options,
              const std::byte* table = nullptr) const {
    static_assert(elementwise_rule<Rule, compute_type_t<T>>,
                  "blockopt: the rule's update does not take (constants, x, g, slots...) or is not noexcept");
    using kernel = std::conditional_t<is_full_format<Format>, detail::update_parts<Rule, T, G, lanes>,
                                      detail::update_coded_groups<Rule, Format, T, G>>;
    constexpr std::size_t sets = detail::constants_per_launch;
    kernel k;
    k.options = options;
    for (std::size_t first = 0; first < constants.size(); first += sets) {
      const auto mine = [&](const auto& job) { return job.rule - first < sets; };  // unsigned: not those before it
      if (std::none_of(jobs.begin(), jobs.end(), mine)) continue;
      k.first_rule = first;
      for (std::size_t s = 0; s < sets; ++s) k.constants[s] = constants[std::min(first + s, constants.size() - 1)];
      for_each_list(jobs, table, [&](const auto& parts, std::size_t chunks, std::size_t) {
        k.parts = parts;
        if constexpr (is_full_format<Format>) detail::launch(queue(chunks * chunk_elements), chunks * lanes, k);
        else detail::launch_groups(queue(chunks * chunk_elements), chunks, k);
      });
    }
  }

  /// master = values, widened, and coded where the format does that.
  template <class Format = full_state, class T, class G, std::size_t N>
  void load_master(std::span<const parameter_job<T, G, N>> jobs, const std::byte* table = nullptr) const {
    using part = detail::job_part<T, G, N>;
    for_each_list(jobs, table, [&](const auto& parts, std::size_t chunks, std::size_t) {
      if constexpr (std::is_same_v<typename Format::master_code, detail::full_code>)
        detail::launch(queue(chunks * chunk_elements), chunks * lanes, detail::load_master_parts<part, lanes>{parts});
      else
        detail::launch_groups(queue(chunks * chunk_elements), chunks,
                              detail::code_master_groups<Format, T, G, N>{parts});
    });
  }

  /// owned_gradient += gradient, where both exist.
  template <class T, class G, std::size_t N>
  void add_gradient(std::span<const parameter_job<T, G, N>> jobs, const std::byte* table = nullptr) const {
    using part = detail::job_part<T, G, N>;
    for_each_list(jobs, table, [&](const auto& parts, std::size_t chunks, std::size_t) {
      detail::launch(queue(chunks * chunk_elements), chunks * lanes, detail::add_gradient_parts<part, lanes>{parts});
    });
  }

  /// See `backend`: two launches, and one more for every 15 parts beyond 15.
  template <class T, class G, std::size_t N>
  void measure(std::span<const parameter_job<T, G, N>> jobs, const norm_request& request, const norm_workspace& memory,
               const std::byte* table = nullptr) const {
    using part = detail::job_part<T, G, N>;
    constexpr std::size_t sums = norm_sums<T, G>;
    const std::size_t parts = request.parts.empty() ? 0 : request.parts.size() - 1;
    const std::size_t all = chunks_of(jobs);
    for_each_list(jobs, table, [&](const auto& list, std::size_t chunks, std::size_t first) {
      detail::launch_sums(queue(chunks * chunk_elements), chunks,
                          detail::square_parts<part, sums>{list, memory.partial + first, all});
    });
    detail::finish_norms<sums> finish{.partial = memory.partial,
                                      .stride = all,
                                      .scale = request.scale,
                                      .clip_norm = request.clip_norm,
                                      .control = memory.control};
    std::size_t done = 0;
    do {
      const std::size_t now = std::min(parts - done, detail::parts_per_launch);
      finish.squares = memory.squares + done;
      for (std::size_t p = 0; p <= now && parts != 0; ++p)
        finish.bounds[p] = chunks_of(jobs.first(request.parts[done + p]));
      finish.first_group = done == 0 ? 0 : 1;
      detail::launch_sums(queue(0), now + (done == 0 ? 1 : 0), finish);
      done += now;
    } while (done < parts);
  }

  /// See `backend`.
  template <class T, class G, std::size_t N>
  [[nodiscard]] std::size_t first_not_finite(std::span<const parameter_job<T, G, N>> jobs, bool incoming,
                                             const norm_workspace& memory, const std::byte* table = nullptr) const {
    if (chunks_of(jobs) == 0) return jobs.size();
    double* const found = find_not_finite(jobs, incoming, nullptr, memory.partial, table);
    double chunk = 0;
    copy(&chunk, found, sizeof chunk);
    wait();
    const auto behind = [&](const auto& job) {  // the chunk lies in it, or before it
      return chunk < static_cast<double>(job.first_chunk - jobs.front().first_chunk + chunk_count(job.size));
    };
    return static_cast<std::size_t>(std::find_if(jobs.begin(), jobs.end(), behind) - jobs.begin());
  }

  /// See `noticing_backend`.
  template <class T, class G, std::size_t N>
  void check_finite(std::span<const parameter_job<T, G, N>> jobs, const norm_workspace& memory,
                    const std::byte* table = nullptr) const {
    static_cast<void>(find_not_finite(jobs, true, memory.control, memory.partial, table));
  }

#ifdef BLOCKOPT_THRUST_CUDA
  using notice = detail::device_notice;
  using transfer = detail::device_transfer;
#endif

 private:
#ifdef BLOCKOPT_THRUST_CUDA
  static constexpr std::size_t lanes = 512;  ///< threads that share a chunk: four packs of floats for each
#else
  static constexpr std::size_t lanes = 1;  ///< a thread goes through a chunk from its begin to its end
#endif

  template <class Job>
  using part_of = detail::job_part<typename Job::value_type, typename Job::gradient_type, Job::slot_count>;

  template <class Job>
  [[nodiscard]] static bool strided(const Job& job) noexcept {
    return !job.values_order.contiguous() || (job.gradient != nullptr && !job.gradient_order.contiguous()) ||
           (job.owned_gradient != nullptr && !job.owned_order.contiguous());
  }

  template <class Job>
  [[nodiscard]] static std::size_t chunks_of(std::span<const Job> jobs) noexcept {
    return jobs.empty() ? 0 : jobs.back().first_chunk + chunk_count(jobs.back().size) - jobs.front().first_chunk;
  }

  /// Two launches; where the number of the first chunk that is not finite, or infinity, then is.
  template <class T, class G, std::size_t N>
  double* find_not_finite(std::span<const parameter_job<T, G, N>> jobs, bool incoming, step_control* control,
                          double* found, const std::byte* table) const {
    using part = detail::job_part<T, G, N>;
    for_each_list(jobs, table, [&](const auto& list, std::size_t chunks, std::size_t first) {
      detail::launch_sums(queue(chunks * chunk_elements), chunks,
                          detail::find_not_finite_parts<part>{list, found + first, incoming});
    });
    detail::launch_sums(queue(0), 1, detail::finish_not_finite{found, chunks_of(jobs), control});
    return found;
  }

  [[nodiscard]] thrust_queue queue([[maybe_unused]] std::size_t elements) const noexcept {
#ifdef BLOCKOPT_THRUST_CUDA
    return {stream};
#else
    return {elements >= parallel_elements};
#endif
  }

  /// f(parts, their chunks, number of the first chunk): once for a table, else once for each job.
  template <class T, class G, std::size_t N, class F>
  void for_each_list(std::span<const parameter_job<T, G, N>> jobs, const std::byte* table, const F& f) const {
    using part = detail::job_part<T, G, N>;
    if (table != nullptr) {
      if (!jobs.empty())
        f(detail::part_list<part>{{}, reinterpret_cast<const part*>(table) + jobs.front().first_chunk}, chunks_of(jobs),
          0);
      return;
    }
    for (const auto& job : jobs) {
      if (std::is_same_v<space, device_space> && strided(job))
        raise<invalid_call>("a strided view on a device needs a table: bind the jobs first");
      f(detail::part_list<part>{part(job), nullptr}, chunk_count(job.size), job.first_chunk - jobs.front().first_chunk);
    }
  }
};

}  // namespace BLOCKOPT_THRUST_SYSTEM
}  // namespace blockopt
