// SPDX-License-Identifier: MIT
// Part of blockopt: what only a GPU can show: a captured step, and the bandwidth of steps against that of a copy.
//
// Usage: gpu [elements, 2^26 when left out]. Exit status 1: a difference; 77: no device.
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <thrust/device_vector.h>

#if __has_include(<cub/device/device_transform.cuh>)
#include <blockopt/backend/thrust/bulk_backend.hpp>
#endif
#include <blockopt/backend/thrust/thrust_backend.hpp>
#include <blockopt/backend/thrust/view.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/adamw.hpp>

namespace bo = blockopt;

namespace {

void check(cudaError_t status, const char* call) { bo::detail::check_cuda(status, call); }

/// A block of tensors that bring their gradients, and an optimizer on a stream.
template <class T, class Backend = bo::thrust_backend>
struct model {
  std::vector<thrust::device_vector<T>> values, gradients;
  Backend backend;

  model(std::size_t tensors, std::size_t size, cudaStream_t stream) {
    backend.stream = stream;
    for (std::size_t p = 0; p < tensors; ++p) {
      values.emplace_back(size, T(0.5F));
      gradients.emplace_back(size, T(0.25F + 0.001F * static_cast<float>(p)));
    }
  }
  [[nodiscard]] auto optimizer(const bo::optimizer_options& options = {}) {
    using parameter = bo::parameter<T, T, bo::device_space>;
    std::vector<parameter> parameters;
    for (std::size_t p = 0; p < values.size(); ++p)
      parameters.push_back({"p" + std::to_string(p), bo::view(values[p]), bo::view(std::as_const(gradients[p]))});
    return bo::block_optimizer{bo::as_one_block(parameters), bo::adamw{.learning_rate = 0.01}, bo::ascending{},
                               bo::drop_state{}, backend, options};
  }
};

/// The fourth step, captured in a graph and launched from it, has the bits of one that is launched at once.
bool captured_step_is_equal(cudaStream_t stream) {
  model<float> direct(5, 1003, stream), captured(5, 1003, stream);
  auto first = direct.optimizer({.clip_norm = 0.5});
  auto second = captured.optimizer({.clip_norm = 0.5});
  for (int step = 0; step < 4; ++step) first.step();
  for (int step = 0; step < 3; ++step) second.step();
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t runnable = nullptr;
  check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
  second.step();
  check(cudaStreamEndCapture(stream, &graph), "cudaStreamEndCapture");
  check(cudaGraphInstantiate(&runnable, graph, 0), "cudaGraphInstantiate");
  check(cudaGraphLaunch(runnable, stream), "cudaGraphLaunch");
  check(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
  check(cudaGraphExecDestroy(runnable), "cudaGraphExecDestroy");
  check(cudaGraphDestroy(graph), "cudaGraphDestroy");
  for (std::size_t p = 0; p < direct.values.size(); ++p) {
    const std::vector<float> wanted(direct.values[p].begin(), direct.values[p].end());
    const std::vector<float> got(captured.values[p].begin(), captured.values[p].end());
    if (wanted != got) return false;
  }
  return true;
}

/// Milliseconds of one call of f on the stream, the mean of 20.
template <class F>
double milliseconds(cudaStream_t stream, const F& f) {
  cudaEvent_t begin = nullptr, end = nullptr;
  check(cudaEventCreate(&begin), "cudaEventCreate");
  check(cudaEventCreate(&end), "cudaEventCreate");
  for (int warm_up = 0; warm_up < 3; ++warm_up) f();
  check(cudaEventRecord(begin, stream), "cudaEventRecord");
  for (int k = 0; k < 20; ++k) f();
  check(cudaEventRecord(end, stream), "cudaEventRecord");
  check(cudaEventSynchronize(end), "cudaEventSynchronize");
  float time = 0;
  check(cudaEventElapsedTime(&time, begin, end), "cudaEventElapsedTime");
  check(cudaEventDestroy(begin), "cudaEventDestroy");
  check(cudaEventDestroy(end), "cudaEventDestroy");
  return static_cast<double>(time) / 20;
}

template <class T, class Backend = bo::thrust_backend>
void print_bandwidth(const char* name, std::size_t tensors, std::size_t elements, std::size_t bytes_each,
                     double clip_norm, double copy, cudaStream_t stream) {
  model<T, Backend> m(tensors, elements / tensors, stream);
  auto optimizer = m.optimizer({.clip_norm = clip_norm});
  const double ms = milliseconds(stream, [&] { optimizer.step(); });
  const double rate = static_cast<double>(elements * bytes_each) / ms / 1e6;
  std::printf("%-44s %9.1f GB/s %6.2f of a device copy\n", name, rate, rate / copy);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t elements = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : std::size_t{1} << 26;
  try {
    int device = 0;
    check(cudaGetDevice(&device), "cudaGetDevice");
    cudaDeviceProp properties{};
    check(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties");
    std::printf("device: %s, sm_%d%d\n", properties.name, properties.major, properties.minor);
    cudaStream_t stream = nullptr;
    check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
    const bool equal = captured_step_is_equal(stream);
    std::printf("a captured step: %s\n", equal ? "the same bits" : "DIFFERS");
    double copy = 0;
    {
      thrust::device_vector<float> from(4 * elements), to(4 * elements);
      const std::size_t bytes = 4 * elements * sizeof(float);
      copy = static_cast<double>(2 * bytes) / milliseconds(stream, [&] {
               check(cudaMemcpyAsync(bo::view(to).data(), bo::view(from).data(), bytes, cudaMemcpyDeviceToDevice, stream),
                     "cudaMemcpyAsync");
             }) / 1e6;
    }
    std::printf("%-44s %9.1f GB/s, read and written\n", "device copy", copy);
    constexpr double none = std::numeric_limits<double>::infinity();
    print_bandwidth<float>("adamw float, 1 tensor, 28 bytes each", 1, elements, 28, none, copy, stream);
#if __has_include(<cub/device/device_transform.cuh>)
    print_bandwidth<float, bo::thrust_bulk_backend>("the same by thrust_bulk_backend", 1, elements, 28, none, copy,
                                                    stream);
#endif
    print_bandwidth<float>("adamw float, 64 tensors", 64, elements, 28, none, copy, stream);
    print_bandwidth<float>("adamw float, 1 tensor, clipped, 32 bytes", 1, elements, 32, 1, copy, stream);
    print_bandwidth<bo::bfloat16>("adamw bfloat16 with master, 28 bytes each", 1, elements, 28, none, copy, stream);
    return equal ? 0 : 1;
  } catch (const std::exception& e) {
    std::printf("%s\n", e.what());
    return 77;
  }
}
