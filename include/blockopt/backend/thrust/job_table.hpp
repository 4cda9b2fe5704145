// SPDX-License-Identifier: MIT
// Part of blockopt: the table of a visit's jobs, in the backend's memory.
//
// One launch steps all tensors of a block: thread blocks find the tensor they work on in a table with an entry for every
// chunk. It is made where it is read. The host hands the jobs over as arguments of launches, which copies them at once,
// waits for nothing and may be captured; a launch then cuts the jobs into chunks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include <blockopt/backend/thrust/job_part.hpp>
#include <blockopt/backend/thrust/launch.hpp>
#include <blockopt/config.hpp>
#include <blockopt/memory/arena.hpp>

namespace blockopt::detail {

/// The orders of a job's arrays, where one of them is not contiguous; whole words of an upload.
struct alignas(16) job_orders {
  element_order values, gradient, owned;
};

/// Where the pieces of a table lie.
template <class Part>
struct table_layout {
  Part* chunks = nullptr;        ///< one for each chunk of all jobs; the table begins with it
  Part* jobs = nullptr;          ///< the whole jobs
  job_orders* orders = nullptr;  ///< one for each job
  std::uint32_t* indices = nullptr;

  table_layout(std::byte* table, std::size_t jobs_in_all, std::size_t chunks_in_all) noexcept {
    chunks = reinterpret_cast<Part*>(table);
    table += round_to_granule(chunks_in_all * sizeof(Part));
    jobs = reinterpret_cast<Part*>(table);
    table += round_to_granule(jobs_in_all * sizeof(Part));
    orders = reinterpret_cast<job_orders*>(table);
    table += round_to_granule(jobs_in_all * sizeof(job_orders));
    indices = reinterpret_cast<std::uint32_t*>(table);
  }

  [[nodiscard]] static constexpr std::size_t bytes(const table_request& need) noexcept {
    return round_to_granule(need.chunks * sizeof(Part)) + round_to_granule(need.jobs * sizeof(Part)) +
           round_to_granule(need.jobs * sizeof(job_orders)) + round_to_granule(need.indices * sizeof(std::uint32_t));
  }
};

/// Chunk i of a list of jobs.
template <class Part>
struct cut_chunks {
  const Part* jobs = nullptr;
  std::size_t count = 0;
  Part* chunks = nullptr;

  BLOCKOPT_FN void operator()(std::size_t chunk) const noexcept {
    std::size_t low = 0, high = count;  // the last job that begins at the chunk or before, and has elements
    while (high - low > 1) {
      const std::size_t middle = low + (high - low) / 2;
      if (jobs[middle].first_chunk <= chunk) low = middle;
      else high = middle;
    }
    chunks[chunk] = jobs[low].part(chunk - static_cast<std::size_t>(jobs[low].first_chunk));
  }
};

#ifdef BLOCKOPT_THRUST_CUDA

/// What fits into the arguments of a launch on every device, as words.
struct upload_words {
  static constexpr std::size_t count = 224;
  struct alignas(16) word {
    std::uint64_t a, b;
  };
  word w[count];
};

/// A function template, so that several translation units may have it.
template <class Words>
__global__ void __launch_bounds__(Words::count)
    store_words(const __grid_constant__ Words from, void* to, unsigned words) {
  if (threadIdx.x < words) static_cast<typename Words::word*>(to)[threadIdx.x] = from.w[threadIdx.x];
}

#endif

/// Copies from the host's memory to the table's, without a wait. Whole words.
inline void upload(const thrust_queue& queue, void* to, const void* from, std::size_t bytes) {
#ifdef BLOCKOPT_THRUST_CUDA
  upload_words piece;
  for (std::size_t done = 0; done < bytes; done += sizeof piece.w) {
    const std::size_t now = std::min(sizeof piece.w, bytes - done);
    std::memset(&piece, 0, sizeof piece);
    std::memcpy(piece.w, static_cast<const std::byte*>(from) + done, now);
    const std::size_t words = (now + sizeof(upload_words::word) - 1) / sizeof(upload_words::word);
    store_words<<<1, static_cast<unsigned>(upload_words::count), 0, queue.stream>>>(
        piece, static_cast<std::byte*>(to) + done, static_cast<unsigned>(words));
    check_cuda(cudaPeekAtLastError(), "the launch of a kernel");
  }
#else
  static_cast<void>(queue);
  std::memcpy(to, from, bytes);
#endif
}

}  // namespace blockopt::detail
