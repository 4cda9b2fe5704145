// SPDX-License-Identifier: MIT
// Part of blockopt: trains a small network block by block in device memory, on any device system of Thrust.
//
// Compiled by a C++ compiler it runs on OpenMP; main.cu is the same source for nvcc, and runs on a CUDA stream.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include <thrust/device_vector.h>

#include <blockopt/backend/thrust/thrust_backend.hpp>
#include <blockopt/block/by_layer.hpp>
#include <blockopt/error.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/update/adamw.hpp>

#include "network.hpp"
#include "queue.hpp"

namespace bo = blockopt;

namespace {

constexpr int examples = 512, batch = 64, classes = 3, visits = 24, steps_per_visit = 10;
constexpr int status_untrained = 1, status_error = 2, status_no_device = 3;

/// Three spiral arms in the plane, one a class.
void make_spirals(std::vector<float>* points, std::vector<int>* labels) {
  std::uint64_t state = 7;
  for (int i = 0; i < examples; ++i) {
    const float radius = 0.5f + 0.5f * uniform(&state);
    const float angle = 2.1f * static_cast<float>(i % classes) + 3 * radius + 0.1f * uniform(&state);
    points->insert(points->end(), {radius * std::cos(angle), radius * std::sin(angle)});
    labels->push_back(i % classes);
  }
}

int train() {
  std::vector<float> host_points;
  std::vector<int> host_labels;
  make_spirals(&host_points, &host_labels);

  const work_queue queue;
  const thrust::device_vector<float> points(host_points.begin(), host_points.end());
  const thrust::device_vector<int> labels(host_labels.begin(), host_labels.end());
  thrust::device_vector<float> losses(std::size_t{batch} * steps_per_visit);
  network net(queue, {2, 24, 24, classes}, batch);

  bo::block_optimizer optimizer{bo::by_layer(net.parameters()),
                                bo::adamw{.learning_rate = 0.02},
                                bo::random_reshuffle{.seed = 1},
                                bo::drop_state{},
                                queue.backend(),
                                {.switch_every = steps_per_visit, .borrow_gradients = true}};

  double loss = 0;
  int step = 0;
  for (int visit = 0; visit < visits; ++visit) {
    std::string name;
    for (int k = 0; k < steps_per_visit; ++k, ++step) {
      const int first = step * batch % examples;
      const float* const inputs = thrust::raw_pointer_cast(points.data()) + 2 * first;
      const auto active = optimizer.active();
      name = active.name;
      net.forward(inputs, thrust::raw_pointer_cast(labels.data()) + first,
                  thrust::raw_pointer_cast(losses.data()) + batch * k);
      net.backward(inputs, active.index);
      optimizer.step([&](std::size_t parameter) { return net.gradient(parameter); });
    }
    // the only wait of a visit
    std::vector<float> seen(losses.size());
    queue.backend().copy(seen.data(), thrust::raw_pointer_cast(losses.data()), seen.size() * sizeof(float));
    queue.backend().wait();
    loss = std::accumulate(seen.begin(), seen.end(), 0.0) / static_cast<double>(seen.size());
    std::printf("visit %2d: %s loss %.4f\n", visit, name.c_str(), loss);
  }

  std::ostringstream planned, allocated;
  planned << optimizer.plan();
  allocated << optimizer.allocated();
  std::printf("planned:   %s\nallocated: %s\ngradient of the largest block, the program's: %zu B\n",
              planned.str().c_str(), allocated.str().c_str(), net.gradient_bytes());
  return optimizer.plan() == optimizer.allocated() && loss < 0.1 ? 0 : status_untrained;
}

}  // namespace

int main() {
  try {
    return train();
  } catch (const bo::device_error& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return status_no_device;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return status_error;
  }
}
