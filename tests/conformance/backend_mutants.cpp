// SPDX-License-Identifier: MIT
// Part of blockopt: backends with one fault each.
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/conformance/check_parity.hpp>
#include <blockopt/update/momentum.hpp>

#include "conformance/mutants.hpp"

namespace bo = blockopt;

namespace {

enum class fault {
  none,
  one_ulp,
  state_one_ulp,
  misses_tail,
  ignores_clip,
  ignores_scale,
  writes_beyond,
  ignores_strides,
  ignores_owned,
  float_sum,
  everything_is_finite,
  only_the_first_job,
  only_the_first_chunk,
  forgets_master,
  rounds_to_nearest,
  assigns_gradients,
  loads_no_master
};

/// The plain backend, with a fault.
struct faulty_backend : bo::plain_backend {
  fault which = fault::none;

  template <class Rule, class T, class G, std::size_t N>
  void update(std::span<const bo::rule_constants<Rule, bo::compute_type_t<T>>> constants,
              std::span<const bo::parameter_job<T, G, N>> jobs, bo::step_options<bo::compute_type_t<T>> options) const {
    using S = bo::compute_type_t<T>;
    std::vector<bo::parameter_job<T, G, N>> changed(jobs.begin(), jobs.end());
    if (which == fault::only_the_first_job && changed.size() > 1) changed.resize(1);
    for (auto& j : changed) {
      if (which == fault::misses_tail && j.size > 16) j.size -= j.size % 16;
      if (which == fault::only_the_first_chunk) j.size = std::min(j.size, bo::chunk_elements);
      if (which == fault::ignores_strides) j.values_order = j.gradient_order = {};
      if (which == fault::ignores_owned) j.owned_gradient = nullptr;
      if (which == fault::forgets_master) j.master = nullptr;
    }
    if (which == fault::ignores_clip) options.clip_value = std::numeric_limits<S>::infinity();
    if (which == fault::ignores_scale) options.gradient_scale = 1;
    if (which == fault::rounds_to_nearest) options.write_back = bo::rounding::nearest;
    bo::plain_backend::update<Rule>(constants, std::span<const bo::parameter_job<T, G, N>>(changed), options);
    for (const auto& j : changed) {
      if (j.size == 0) continue;
      if constexpr (std::is_same_v<T, float>) {
        const std::size_t last = j.size - 1;
        if (which == fault::one_ulp) j.values[0] = std::nextafter(j.values[0], 10.0F);
        if (which == fault::state_one_ulp) j.slots[0][last] = std::nextafter(j.slots[0][last], 10.0F);
        if (which == fault::writes_beyond && j.values_order.rank == 0) j.values[j.size] = 0;
      }
    }
  }
  template <class T, class G, std::size_t N>
  void load_master(std::span<const bo::parameter_job<T, G, N>> jobs) const {
    if (which != fault::loads_no_master) bo::plain_backend::load_master(jobs);
  }
  template <class T, class G, std::size_t N>
  void add_gradient(std::span<const bo::parameter_job<T, G, N>> jobs) const {
    for (const auto& j : jobs) {
      if (which == fault::assigns_gradients && j.owned_gradient != nullptr) std::fill_n(j.owned_gradient, j.size, 0.0F);
    }
    bo::plain_backend::add_gradient(jobs);
  }
  template <class T, class G, std::size_t N>
  void measure(std::span<const bo::parameter_job<T, G, N>> jobs, const bo::norm_request& request,
               const bo::norm_workspace& workspace) const {
    bo::plain_backend::measure(jobs, request, workspace);
    double& norm = workspace.control->gradient_norm;
    if (which == fault::float_sum) norm = static_cast<double>(static_cast<float>(norm));
  }
  template <class T, class G, std::size_t N>
  [[nodiscard]] std::size_t first_not_finite(std::span<const bo::parameter_job<T, G, N>> jobs, bool incoming,
                                             const bo::norm_workspace& workspace) const {
    return which == fault::everything_is_finite ? jobs.size()
                                                : bo::plain_backend::first_not_finite(jobs, incoming, workspace);
  }
};

template <class T = float>
bo::conformance_report check_fault(fault which) {
  faulty_backend faulty;
  faulty.which = which;
  return bo::check_parity<T>(bo::momentum{.learning_rate = 0.1}, bo::plain_backend{}, faulty);
}

}  // namespace

namespace blockopt_tests {

void try_backend_mutants(mutant_list& list) {
  if (const auto report = check_fault(fault::none); !report) list.add("no fault", "nothing", report);
  if (const auto report = check_fault<bo::bfloat16>(fault::none); !report) list.add("no fault", "nothing", report);
  list.add("a value off by one unit in the last place", "all sizes agree", check_fault(fault::one_ulp));
  list.add("state off by one unit in the last place", "all sizes agree", check_fault(fault::state_one_ulp));
  list.add("misses the tail", "all sizes agree", check_fault(fault::misses_tail));
  list.add("misses all but the first chunk", "several chunks agree", check_fault(fault::only_the_first_chunk));
  list.add("misses all but the first parameter", "several parameters agree", check_fault(fault::only_the_first_job));
  list.add("ignores clipping", "scaled and clipped gradients agree", check_fault(fault::ignores_clip));
  list.add("ignores the scale", "scaled and clipped gradients agree", check_fault(fault::ignores_scale));
  list.add("writes beyond the end", "nothing else is touched", check_fault(fault::writes_beyond));
  list.add("ignores strides", "strided parameters agree", check_fault(fault::ignores_strides));
  list.add("ignores owned gradients", "owned gradients agree", check_fault(fault::ignores_owned));
  list.add("sums in float", "norms agree", check_fault(fault::float_sum));
  list.add("finds everything finite", "finiteness agrees", check_fault(fault::everything_is_finite));
  list.add("assigns gradients", "gradients are added alike", check_fault(fault::assigns_gradients));
  list.add("forgets the master copy", "master copies agree", check_fault<bo::bfloat16>(fault::forgets_master));
  list.add("rounds to nearest", "stochastic rounding agrees", check_fault<bo::bfloat16>(fault::rounds_to_nearest));
  list.add("loads no master", "masters are loaded alike", check_fault<bo::bfloat16>(fault::loads_no_master));
}

}  // namespace blockopt_tests
