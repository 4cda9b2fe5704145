// SPDX-License-Identifier: MIT
// Part of blockopt: the Thrust backend's primitives for real architectures, see gate.cmake; nothing is run.
#include <cstddef>
#include <span>

#include <blockopt/backend/thrust/thrust_backend.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/schedule_free_adamw.hpp>
#include <blockopt/view/scalar.hpp>

namespace bo = blockopt;

namespace {

template <class Rule, class T, class G>
std::size_t every_primitive(const bo::thrust_backend& backend,
                            std::span<const bo::parameter_job<T, G, bo::slot_count<Rule>>> jobs,
                            std::span<const bo::rule_constants<Rule, bo::compute_type_t<T>>> constants,
                            const bo::norm_workspace& memory, std::byte* table) {
  backend.bind(jobs, table);
  backend.load_master(jobs, table);
  backend.add_gradient(jobs, table);
  backend.check_finite(jobs, memory, table);
  backend.measure(jobs, {}, memory, table);
  backend.update<Rule>(constants, jobs, {}, table);
  return backend.first_not_finite(jobs, true, memory, table);
}

}  // namespace

template <class Rule, class T, class G = T>
using primitives = decltype(&every_primitive<Rule, T, G>);

extern const primitives<bo::adamw, float> adamw_float;
extern const primitives<bo::adamw, bo::bfloat16> adamw_bfloat16;
extern const primitives<bo::schedule_free_adamw, bo::half> schedule_free_adamw_half;
const primitives<bo::adamw, float> adamw_float = every_primitive<bo::adamw, float, float>;
const primitives<bo::adamw, bo::bfloat16> adamw_bfloat16 = every_primitive<bo::adamw, bo::bfloat16, bo::bfloat16>;
const primitives<bo::schedule_free_adamw, bo::half> schedule_free_adamw_half =
    every_primitive<bo::schedule_free_adamw, bo::half, bo::half>;
