// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: what it costs that state lies in a file. Adam's steps alone, without the passes that a model
// would take beside them: the worst case for the disk.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/block/by_layer.hpp>
#include <blockopt/memory/detail/page_buffer.hpp>
#include <blockopt/memory/detail/scratch_file.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/memory/offload_to_file.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/adam.hpp>

namespace {

namespace bo = blockopt;
using clock_type = std::chrono::steady_clock;

double since(clock_type::time_point start) { return std::chrono::duration<double>(clock_type::now() - start).count(); }

struct settings {
  double state_gb = 2;  ///< of one block
  std::size_t blocks = 3;
  std::uint64_t visit = 50;
  std::size_t rounds = 2;  ///< measured, after one to begin with
  std::filesystem::path folder = ".";
};

/// Bytes per second of the disk, past the page cache.
struct disk_speed {
  double write = 0, read = 0;
};
disk_speed measure_disk(const settings& s) {
  const auto bytes = static_cast<std::size_t>(s.state_gb * 1e9) / 4096 * 4096;
  const bo::detail::page_buffer buffer(bytes);
  std::byte* const data = buffer.data();
  for (std::size_t i = 0; i < bytes; i += 8) data[i] = static_cast<std::byte>(i * 0x9e3779b9U >> 24);
  const bo::detail::scratch_file file(s.folder, bytes, true);
  const auto failed = [](const std::string& reason) {
    if (!reason.empty()) throw bo::file_error(reason);
  };
  const auto size = static_cast<double>(bytes);
  auto start = clock_type::now();
  failed(file.write(0, data, bytes));
  if (!file.direct()) failed(file.drop_pages(0, bytes));
  const double writing = since(start);
  start = clock_type::now();
  failed(file.read(0, data, bytes));
  return {size / writing, size / since(start)};
}

/// Seconds per visit, of all but the first round.
template <class Memory>
double seconds_per_visit(const settings& s, std::vector<std::vector<float>>& values, const Memory& memory) {
  const std::size_t n = values.front().size();
  std::vector<float> gradient(n);
  for (std::size_t i = 0; i < n; ++i) gradient[i] = static_cast<float>(i % 1024) / 1024 - 0.5F;
  std::vector<bo::parameter<float>> parameters;
  for (std::size_t b = 0; b < s.blocks; ++b)
    parameters.push_back({"layers." + std::to_string(b) + ".w",
                          {values[b].data(), n},
                          bo::tensor_view<const float>(gradient.data(), n)});
  bo::block_optimizer optimizer{bo::by_layer(parameters), bo::adam{}, bo::ascending{}, memory, bo::eigen_backend{},
                                {.switch_every = s.visit}};
  auto start = clock_type::now();
  for (std::size_t v = 0; v < (1 + s.rounds) * s.blocks; ++v) {
    if (v == s.blocks) start = clock_type::now();
    for (std::uint64_t k = 0; k < s.visit; ++k) optimizer.step();
  }
  return since(start) / static_cast<double>(s.rounds * s.blocks);
}

int measure(const settings& s) {
  const auto n = static_cast<std::size_t>(s.state_gb * 1e9 / 8) / 16 * 16;
  std::printf("%zu blocks of %zu float parameters, %.2f GB of Adam's state each, %llu steps per visit, folder %s\n",
              s.blocks, n, static_cast<double>(8 * n) / 1e9, static_cast<unsigned long long>(s.visit),
              s.folder.string().c_str());
  std::vector<std::vector<float>> values(s.blocks, std::vector<float>(n, 0.5F));
  const double keep = seconds_per_visit(s, values, bo::keep_state{});
  std::printf("keep_state:                       %8.2f s per visit, %.2f s per step\n", keep,
              keep / static_cast<double>(s.visit));
  std::fflush(stdout);
  const double offload = seconds_per_visit(s, values, bo::offload_to_file{.folder = s.folder, .direct = true});
  std::printf("offload_to_file, direct:          %8.2f s per visit, overhead %.1f %%\n", offload,
              100 * (offload / keep - 1));
  values.clear();
  const disk_speed disk = measure_disk(s);
  const double bytes = 8.0 * static_cast<double>(n), alone = bytes / disk.write + bytes / disk.read;
  std::printf("the disk alone:                   %8.2f s to write %.2f GB (%.2f GB/s) and read as much (%.2f GB/s)\n",
              alone, bytes / 1e9, disk.write / 1e9, disk.read / 1e9);
  std::printf("time of a visit / the longer of steps and disk: %.2f\n", offload / std::max(keep, alone));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  settings s;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    const char* const value = i + 1 < argc ? argv[++i] : nullptr;
    if (value != nullptr && flag == "--state") s.state_gb = std::atof(value);
    else if (value != nullptr && flag == "--blocks") s.blocks = static_cast<std::size_t>(std::atoi(value));
    else if (value != nullptr && flag == "--visit") s.visit = static_cast<std::uint64_t>(std::atoi(value));
    else if (value != nullptr && flag == "--folder") s.folder = value;
    else {
      std::fputs("usage: bench_offload [--state GB] [--blocks N] [--visit STEPS] [--folder FOLDER]\n", stderr);
      return 2;
    }
  }
  try {
    return measure(s);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
