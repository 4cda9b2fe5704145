// SPDX-License-Identifier: MIT
// Part of blockopt: parameters of a program in C that keeps all its tensors in one array.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <blockopt/block/parameter.hpp>
#include <blockopt/error.hpp>

namespace blockopt {

/// One tensor of the array: its name and its elements, as extents or as their product. `per_layer`: it holds the tensors
/// of all layers one after the other, and its first extent is the number of layers, as llm.c stores them: (L, C), (L, 3 C,
/// C), ...
struct c_tensor {
  std::string name;
  std::vector<std::size_t> extents;
  bool per_layer = false;
};

/// Elements that the tensors take: the length of `values` and of `gradients` below. Raises invalid_view when it
/// overflows.
[[nodiscard]] inline std::size_t c_array_size(std::span<const c_tensor> tensors) {
  constexpr std::size_t limit = static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max()) / sizeof(double);
  std::size_t sum = 0;
  for (const c_tensor& t : tensors) {
    std::size_t size = 1;
    for (const std::size_t extent : t.extents) {
      if (extent == 0) raise<invalid_view>("the array's tensor '" + t.name + "' has no elements");
      if (size > limit / extent) raise<invalid_view>("the size of the array's tensor '" + t.name + "' overflows");
      size *= extent;
    }
    if (t.extents.empty()) raise<invalid_view>("the array's tensor '" + t.name + "' has no extents");
    if (size > limit - sum) raise<invalid_view>("the array's size overflows at tensor '" + t.name + "'");
    sum += size;
  }
  return sum;
}

/// Views of the tensors that lie one after the other from `values` on, without a copy. A tensor with `per_layer` becomes
/// one parameter for each layer, named "<layer>.<number>.<name>" ("layers.0.qkvw", which by_layer understands); all
/// others keep their names. The parameters of a layer are listed together, where the first tensor with layers stands.
///
/// `gradients`, when not null, is an array of the same layout that the program's backward pass fills: the optimizer reads
/// it in `step` and never writes it. Null: the optimizer owns gradients of the active block, and the program adds them to
/// `active().gradient(i)`. Raises invalid_view for null values, sizes that overflow, and numbers of layers that differ.
template <scalar T>
[[nodiscard]] std::vector<parameter<T>> c_parameters(T* values, std::span<const c_tensor> tensors,
                                                     const T* gradients = nullptr, std::string_view layer = "layers") {
  static_cast<void>(c_array_size(tensors));
  struct place {
    const c_tensor* tensor;
    std::size_t first;
  };
  std::vector<parameter<T>> result;
  const auto add = [&](const std::string& name, std::span<const std::size_t> extents, std::size_t first) {
    parameter<T> p{name, {values == nullptr ? nullptr : values + first, extents}, {}};
    if (gradients != nullptr) p.gradient = {gradients + first, extents};
    result.push_back(std::move(p));
  };
  const auto elements = [](std::span<const std::size_t> extents) {
    std::size_t product = 1;
    for (const std::size_t e : extents) product *= e;
    return product;
  };

  std::vector<place> layered;
  std::vector<place> plain;  // those behind the first tensor with layers
  std::size_t first = 0;
  for (const c_tensor& t : tensors) {
    if (t.per_layer) {
      if (!layered.empty() && layered.front().tensor->extents[0] != t.extents[0]) {
        raise<invalid_view>("the array's tensor '" + t.name + "' has " + std::to_string(t.extents[0]) + " layers, '" +
                            layered.front().tensor->name + "' has " +
                            std::to_string(layered.front().tensor->extents[0]));
      }
      layered.push_back({&t, first});
    } else if (layered.empty()) {
      add(t.name, t.extents, first);
    } else {
      plain.push_back({&t, first});
    }
    first += elements(t.extents);
  }
  for (std::size_t l = 0; !layered.empty() && l < layered.front().tensor->extents[0]; ++l) {
    for (const place& p : layered) {
      std::vector<std::size_t> own(p.tensor->extents.begin() + 1, p.tensor->extents.end());
      if (own.empty()) own.push_back(1);
      add(std::string(layer) + "." + std::to_string(l) + "." + p.tensor->name, own, p.first + l * elements(own));
    }
  }
  for (const place& p : plain) add(p.tensor->name, p.tensor->extents, p.first);
  return result;
}

/// The same from llm.c's two arrays, `param_sizes` and a name for each: flat tensors, of which `layered(name)` tells those
/// that hold `layers` layers. Raises invalid_view also where a size is not a multiple of the number of layers.
template <scalar T, class IsLayered>
[[nodiscard]] std::vector<parameter<T>> c_parameters(T* values, std::span<const std::size_t> sizes,
                                                     std::span<const char* const> names, std::size_t layers,
                                                     const IsLayered& layered, const T* gradients = nullptr,
                                                     std::string_view layer = "layers") {
  if (sizes.size() != names.size()) {
    raise<invalid_view>("an array of " + std::to_string(sizes.size()) + " tensors was given " +
                        std::to_string(names.size()) + " names");
  }
  std::vector<c_tensor> tensors;
  for (std::size_t t = 0; t < sizes.size(); ++t) {
    const bool cut = layered(std::string_view(names[t]));
    if (cut && (layers == 0 || sizes[t] % layers != 0)) {
      raise<invalid_view>("the array's tensor '" + std::string(names[t]) + "' of " + std::to_string(sizes[t]) +
                          " elements cannot be cut into " + std::to_string(layers) + " layers");
    }
    tensors.push_back({names[t], cut ? std::vector{layers, sizes[t] / layers} : std::vector{sizes[t]}, cut});
  }
  return c_parameters(values, std::span<const c_tensor>(tensors), gradients, layer);
}

}  // namespace blockopt
