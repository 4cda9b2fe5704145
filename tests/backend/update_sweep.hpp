// SPDX-License-Identifier: MIT
// Part of blockopt: all tail lengths, misalignments and strides of one scalar, for every rule.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

#include <doctest/doctest.h>

#include <blockopt/view/element_order.hpp>
#include <blockopt/view/tensor_view.hpp>

#include "backend/update_check.hpp"

namespace blockopt_tests {

/// check_step with and without master, with the gradient of the caller and with the owned one, rounded both ways.
template <class T, class G, class Rule>
void check_all_copies(const Rule& rule, layout l, agreement wanted) {
  const bool reduced = blockopt::is_reduced_precision<T>;
  for (const bool owned : {false, true}) {
    for (const bool master : {false, true}) {
      for (const auto rounding : {blockopt::rounding::nearest, blockopt::rounding::stochastic}) {
        if (!reduced && (master || rounding == blockopt::rounding::stochastic)) continue;
        l.owned = owned;
        l.master = master;
        l.write_back = rounding;
        std::string why;
        const bool agrees = check_step<Rule, T, G>(rule, l, wanted, why);
        CHECK_MESSAGE(agrees, why);
      }
    }
  }
}

/// Lengths 0 to 2 W + 1 at four places of each array relative to a cache line, W the width of a register tile.
template <class T, class G, class Rules>
void sweep_tails(const Rules& rules, agreement wanted) {
  constexpr std::size_t width = blockopt::packet_tile<blockopt::compute_type_t<T>>::width;
  for (const auto& rule : rules) {
    for (std::size_t n = 0; n <= 2 * width + 1; ++n) {
      for (std::size_t values = 0; values < 4; ++values) {
        for (std::size_t gradient = 0; gradient < 4; ++gradient) {
          layout l{.n = n, .values_offset = values, .gradient_offset = gradient};
          l.master_offset = (values + 2 * gradient + 1) % 4;
          l.slots_offset = (values + gradient + n) % 4;
          check_all_copies<T, G>(rule, l, wanted);
        }
      }
    }
  }
}

/// Rows, columns, every other element, reversed and permuted dimensions, of values and of gradients.
template <class T, class G, class Rules>
void sweep_strides(const Rules& rules, agreement wanted) {
  using view = blockopt::tensor_view<const char>;  // only its shape is used
  static const char memory[8 * 9000]{};
  struct shape {
    view of;
    std::ptrdiff_t origin;
    std::size_t span;
  };
  const auto whole = [](std::initializer_list<std::size_t> extents, std::initializer_list<std::ptrdiff_t> strides,
                        std::ptrdiff_t origin) {
    const view v(memory + origin, extents, strides);
    std::ptrdiff_t last = origin;
    for (std::size_t d = 0; d < v.rank(); ++d)
      last += std::max<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(v.extent(d) - 1) * v.stride(d));
    return shape{v, origin, static_cast<std::size_t>(last) + 3};
  };
  const auto check = [&](const auto& rule, const shape& values, const shape& gradient) {
    for (const bool natural : {false, true}) {
      blockopt::dimension_order order{0, 1, 2, 3, 4, 5, 6, 7};
      if (natural) order = blockopt::natural_order(values.of);
      layout l{.n = values.of.size(),
               .values = blockopt::element_order(values.of, order),
               .gradient = blockopt::element_order(gradient.of, order)};
      l.values_span = values.span;
      l.gradient_span = gradient.span;
      l.values_origin = values.origin;
      l.gradient_origin = gradient.origin;
      check_all_copies<T, G>(rule, l, wanted);
    }
  };
  for (const auto& rule : rules) {
    const shape vectors[] = {
        whole({77}, {1}, 11),    // a row
        whole({77}, {9}, 4),     // a column
        whole({77}, {2}, 1),     // every other
        whole({77}, {-1}, 78),   // reversed
        whole({77}, {-3}, 240),  // every third, reversed
    };
    for (const shape& values : vectors) {
      for (const shape& gradient : vectors) check(rule, values, gradient);
    }
    const shape cubes[] = {
        whole({5, 7, 3}, {21, 3, 1}, 0),    // row-major
        whole({5, 7, 3}, {1, 5, 35}, 2),    // column-major
        whole({5, 7, 3}, {1, 15, 5}, 2),    // permuted
        whole({5, 7, 3}, {40, -4, 1}, 30),  // a window with gaps, one dimension reversed
    };
    for (const shape& values : cubes) {
      for (const shape& gradient : cubes) check(rule, values, gradient);
    }
    // more than one chunk of work, the last of them with a tail
    const shape longs[] = {whole({8200}, {1}, 0), whole({8200}, {-1}, 8199), whole({100, 82}, {1, 100}, 0)};
    check(rule, longs[0], longs[0]);
    check(rule, longs[0], longs[1]);
    check(rule, longs[1], longs[0]);
    check(rule, longs[2], longs[2]);
  }
}

template <class T, class G, class Rules>
void sweep(const Rules& rules, agreement wanted) {
  sweep_tails<T, G>(rules, wanted);
  sweep_strides<T, G>(rules, wanted);
}

}  // namespace blockopt_tests
