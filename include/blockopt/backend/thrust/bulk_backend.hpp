// SPDX-License-Identifier: MIT
// Part of blockopt: steps on a CUDA device by cub::DeviceTransform, which copies in bulk on sm_90 and newer. CUDA only:
// for other systems there is nothing here.
#pragma once

#include <blockopt/backend/thrust/thrust_backend.hpp>

#ifdef BLOCKOPT_THRUST_CUDA

#if !__has_include(<cub/device/device_transform.cuh>)
#error "blockopt: thrust_bulk_backend needs cub::DeviceTransform, which this CUDA toolkit does not have yet"
#endif

#include <array>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include <cub/device/device_transform.cuh>
#include <cuda/std/tuple>
#include <thrust/iterator/zip_iterator.h>

namespace blockopt {
namespace detail {

/// A step of a rule on one element: what its value and its slots become.
template <class Rule, class S>
struct bulk_update {
  rule_constants<Rule, S> constants;
  step_options<S> options;

  template <class... Slot>
  BLOCKOPT_FN cuda::std::tuple<S, Slot...> operator()(S x, S g, Slot... state) const noexcept {
    if (options.control == nullptr || options.control->applies != 0)
      Rule::update(constants, x, gradient_scaling<S>::of(options)(g), state...);
    return {x, state...};
  }
};

}  // namespace detail

inline namespace BLOCKOPT_THRUST_SYSTEM {

/// thrust_backend with another kernel for `update`, to be tried on devices from sm_90 on. There cub::DeviceTransform
/// fetches values, gradient and every slot of a tile by one bulk copy each (cp.async.bulk, the TMA unit) into shared memory,
/// so that bytes are in flight without registers to hold them; results are stored element by element. The first tile and
/// the last two have no bulk copies, nor have older devices. One launch for each parameter, with or without a table: for
/// few large tensors. The table is for the other primitives, and for the jobs that are left to thrust_backend: those with
/// 16-bit or strided values, or a 16-bit or strided gradient. Results have thrust_backend's bits (with -fmad=false).
///
/// Not the default: which of the two is faster has not been measured on a GPU. To do so, run tests/gpu.sh.
/// Source: CCCL, cub/device/device_transform.cuh and device/dispatch/kernels/transform.cuh. In CCCL 3.0 the first tensor
/// that a rule steps in a program decides how large the tiles of all of its tensors are: best not a small one.
struct thrust_bulk_backend : thrust_backend {
  static constexpr const char* name = "thrust-cuda-bulk";

  /// One step of the rule on every job, with constants[job.rule].
  template <class Rule, class Format = full_state, class T, class G, std::size_t N>
  void update(std::span<const rule_constants<Rule, compute_type_t<T>>> constants,
              std::span<const parameter_job<T, G, N>> jobs, const step_options<compute_type_t<T>>& options,
              const std::byte* table = nullptr) const {
    std::size_t left = 0;  // jobs from here on are still to be stepped
    if constexpr (!is_reduced_precision<T> && is_full_format<Format>) {
      static_assert(elementwise_rule<Rule, T>,
                    "blockopt: the rule's update does not take (constants, x, g, slots...) or is not noexcept");
      for (std::size_t j = 0; j < jobs.size(); ++j) {
        const auto& job = jobs[j];
        const T* const gradient = flat_gradient(job);
        if (gradient == nullptr || !job.values_order.contiguous()) continue;
        if (left < j) thrust_backend::update<Rule>(constants, jobs.subspan(left, j - left), options, table);
        left = j + 1;
        transform(detail::bulk_update<Rule, T>{constants[job.rule], options}, job, gradient,
                  std::make_index_sequence<N>{});
      }
    }
    if (left < jobs.size()) thrust_backend::update<Rule, Format>(constants, jobs.subspan(left), options, table);
  }

 private:
  /// The gradient that a step reads where it is of the compute type and contiguous, else null.
  template <class T, class G, std::size_t N>
  [[nodiscard]] static const compute_type_t<T>* flat_gradient(const parameter_job<T, G, N>& job) noexcept {
    if (job.owned_gradient != nullptr) return job.owned_order.contiguous() ? job.owned_gradient : nullptr;
    if constexpr (std::is_same_v<G, compute_type_t<T>>) {
      if (job.gradient_order.contiguous()) return job.gradient;
    }
    return nullptr;
  }

  template <class F, class T, class G, std::size_t N, std::size_t... Slot>
  void transform(const F& f, const parameter_job<T, G, N>& job, const T* gradient, std::index_sequence<Slot...>) const {
    const T* const values = job.values;
    detail::check_cuda(cub::DeviceTransform::Transform(
                           cuda::std::make_tuple(values, gradient, static_cast<const T*>(job.slots[Slot])...),
                           thrust::make_zip_iterator(job.values, job.slots[Slot]...), job.size, f, stream),
                       "cub::DeviceTransform::Transform");
  }
};

static_assert(noticing_backend<thrust_bulk_backend>);
static_assert(tabulating_backend<thrust_bulk_backend, parameter_job<float, float, 2>>);

}  // namespace BLOCKOPT_THRUST_SYSTEM
}  // namespace blockopt

#endif
