// SPDX-License-Identifier: MIT
// Part of blockopt: the Thrust backend's primitives for real architectures, see gate.cmake; nothing is run.
#include <cstddef>
#include <span>
#include <type_traits>

#include <blockopt/backend/thrust/thrust_backend.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/schedule_free_adamw.hpp>
#include <blockopt/view/scalar.hpp>

namespace bo = blockopt;

namespace {

template <class Rule, class T, class G, class Format>
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
  if constexpr (!std::is_same_v<Format, bo::full_state>) {
    backend.load_master<Format>(jobs, table);
    backend.update<Rule, Format>(constants, jobs, {}, table);
  }
  return backend.first_not_finite(jobs, true, memory, table);
}

}  // namespace

template <class Rule, class T, class Format, class G = T>
using primitives = decltype(&every_primitive<Rule, T, G, Format>);

extern const primitives<bo::adamw, float, bo::dynamic_8bit_state> adamw_float;
extern const primitives<bo::adamw, bo::bfloat16, bo::fp8_lm_state> adamw_bfloat16;
extern const primitives<bo::schedule_free_adamw, bo::half, bo::full_state> schedule_free_adamw_half;
const primitives<bo::adamw, float, bo::dynamic_8bit_state> adamw_float =
    every_primitive<bo::adamw, float, float, bo::dynamic_8bit_state>;
const primitives<bo::adamw, bo::bfloat16, bo::fp8_lm_state> adamw_bfloat16 =
    every_primitive<bo::adamw, bo::bfloat16, bo::bfloat16, bo::fp8_lm_state>;
const primitives<bo::schedule_free_adamw, bo::half, bo::full_state> schedule_free_adamw_half =
    every_primitive<bo::schedule_free_adamw, bo::half, bo::half, bo::full_state>;
