// SPDX-License-Identifier: MIT
// Part of blockopt: runs of the optimizer on either side of the border, as bytes that can be compared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/block/by_layer.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/block/parameter.hpp>
#include <blockopt/block/partition.hpp>
#include <blockopt/run/block_optimizer.hpp>

#include "support/border_backend.hpp"
#include "support/device_array.hpp"
#include "support/guarded.hpp"

namespace blockopt_tests {

/// How a run hands over its gradients.
enum class gradients { owned, brought, borrowed, consumed };

template <class T>
using device_parameter = blockopt::parameter<T, T, blockopt::device_space>;

struct run_settings {
  std::vector<std::size_t> sizes{33, 8193, 1, 100, 64, 17};  ///< two tensors a layer
  std::size_t shift = 0;                                     ///< elements past an aligned address
  gradients how = gradients::owned;
  std::uint64_t steps = 24;
  double gradient_size = 1;
  std::uint64_t bad_step = static_cast<std::uint64_t>(-1);  ///< of which one gradient holds a NaN
  bool columns = false;                                     ///< tensors are windows on wider matrices
  bool copies = false;                                      ///< half way, a copy of the optimizer goes on
  blockopt::optimizer_options options{.switch_every = 4};
};

/// What a run leaves; everything but memory is the same on every backend.
struct run_result {
  std::vector<unsigned char> bytes;  ///< values and state at every end of a visit, and at the end
  std::vector<double> norms;         ///< of every step
  std::vector<std::size_t> blocks;   ///< of every step
  std::vector<std::string> errors;
  std::uint64_t skipped = 0;
  bool planned = true;  ///< plan == allocated == measured

  bool operator==(const run_result&) const = default;
};

/// One NaN for all: its bits are the processor's choice.
template <class T>
void append(std::vector<unsigned char>& to, std::vector<T> elements) {
  for (T& e : elements) {
    const auto value = static_cast<blockopt::compute_type_t<T>>(e);
    if (value != value) e = stored<T>(std::numeric_limits<double>::quiet_NaN());
  }
  const auto* first = reinterpret_cast<const unsigned char*>(elements.data());
  to.insert(to.end(), first, first + elements.size() * sizeof(T));
}

/// `make` turns parameters into a partition.
template <class T, class Rule, class Selection, class Memory>
run_result run_optimizer(
    side which, const run_settings& s, const Rule& rule, const Selection& selection, const Memory& memory,
    const std::function<blockopt::partition<device_parameter<T>>(std::vector<device_parameter<T>>)>& make = {}) {
  namespace bo = blockopt;
  using S = bo::compute_type_t<T>;
  const border_backend backend{which};
  run_result result;
  std::vector<device_array<T>> values, brought;
  std::vector<device_parameter<T>> parameters;
  for (std::size_t p = 0; p < s.sizes.size(); ++p) {
    const std::size_t size = s.sizes[p];
    const std::size_t memory_size = s.columns ? 3 * size : size;
    values.emplace_back(backend, memory_size, s.shift);
    brought.emplace_back(backend, memory_size, (s.shift * 3) % 4);
    std::vector<T> start(memory_size);
    for (std::size_t i = 0; i < memory_size; ++i) start[i] = stored<T>(noise(1, 7, p, i));
    values[p].set(start);
    device_parameter<T> parameter{"layers." + std::to_string(p / 2) + "." + std::to_string(p % 2), {}, {}};
    using window = bo::tensor_view<T, bo::device_space>;
    using gradient_window = bo::tensor_view<const T, bo::device_space>;
    parameter.values = s.columns ? window(values[p].data(), {size}, {3}) : values[p].view();
    if (s.how == gradients::brought)
      parameter.gradient = s.columns ? gradient_window(brought[p].data(), {size}, {2}) : brought[p].view();
    parameters.push_back(parameter);
  }
  bo::partition<device_parameter<T>> parts = make ? make(parameters) : bo::by_layer(parameters);
  const auto own_bytes = [&, before = backend.bytes()] { return backend.bytes() - before; };
  bo::block_optimizer first{std::move(parts), rule, selection, memory, backend, s.options};
  auto* optimizer = &first;
  std::optional<decltype(first)> copy;
  for (std::uint64_t step = 0; step < s.steps; ++step) {
    if (s.copies && step == s.steps / 2) optimizer = &copy.emplace(first);
    const auto active = optimizer->active();
    result.blocks.push_back(active.index);
    for (const std::size_t p : active.parameters) {
      const std::size_t size = s.sizes[p];
      std::vector<double> g(size);
      for (std::size_t i = 0; i < size; ++i) g[i] = s.gradient_size * noise(99, step, p, i);
      if (step == s.bad_step && p == active.parameters.back()) g[size / 2] = std::numeric_limits<double>::quiet_NaN();
      if (s.how == gradients::owned) {
        std::vector<S> own(size);
        for (std::size_t i = 0; i < size; ++i) own[i] = static_cast<S>(g[i]);
        backend.copy(active.gradient(p).data(), own.data(), size * sizeof(S));
      } else {
        const std::size_t stride = s.columns ? 2 : 1;
        std::vector<T> there(brought[p].size());
        for (std::size_t i = 0; i < size; ++i) there[i * stride] = stored<T>(g[i]);
        brought[p].set(there);
      }
      backend.wait();
    }
    const auto gradient_of = [&](std::size_t p) {
      return bo::tensor_view<const T, bo::device_space>(brought[p].data(), {s.sizes[p]}, {s.columns ? 2 : 1});
    };
    bo::step_result done;
    try {
      if (s.how == gradients::consumed) {
        const std::vector<std::size_t> members(active.parameters.begin(), active.parameters.end());
        for (const std::size_t p : members) optimizer->consume(p, gradient_of(p));
      }
      if (s.how == gradients::borrowed) done = optimizer->step(gradient_of);
      else done = optimizer->step();
    } catch (const bo::error& e) {
      result.errors.push_back(e.what());
      optimizer->discard_gradients();
    }
    result.norms.push_back(optimizer->gradient_norm());
    if (!s.copies)
      result.planned =
          result.planned && optimizer->plan() == optimizer->allocated() && own_bytes() == optimizer->plan().allocated();
    if (step % 5 == 0 && !done.visit_ended) {
      for (const std::size_t p : active.parameters) {
        for (std::size_t k = 0; k < bo::slot_count<Rule>; ++k) {
          append(result.bytes, optimizer->state_numbers(p, k));
        }
      }
    }
    if (done.visit_ended) {
      for (const auto& v : values) append(result.bytes, v.get());
    }
  }
  optimizer->evaluation_point();
  for (const auto& v : values) append(result.bytes, v.get());
  result.skipped = optimizer->skipped();
  // NaN differs from itself
  for (double& norm : result.norms) norm = norm == norm ? norm : -1;
  return result;
}

}  // namespace blockopt_tests
