// SPDX-License-Identifier: MIT
// Part of blockopt: a step by thrust_bulk_backend has the bits of one by thrust_backend, is one launch, and copies in
// bulk where the architecture has that. Compiled without contraction.
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <blockopt/backend/thrust/bulk_backend.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/sgd.hpp>

#if __has_include(<ptxemu.h>)
#include <ptxemu.h>
#endif

namespace bo = blockopt;

namespace {

const bo::thrust_backend pack_backend;
const bo::thrust_bulk_backend bulk_backend;
int comparisons = 0;
int failures = 0;

void expect(bool good, const std::string& what) {
  ++comparisons;
  if (good) return;
  ++failures;
  std::printf("DIFFERS: %s\n", what.c_str());
}

struct give_back {
  std::size_t bytes;
  void operator()(std::byte* p) const noexcept { pack_backend.deallocate(p, bytes); }
};
using device_bytes = std::unique_ptr<std::byte, give_back>;

device_bytes allocate(std::size_t bytes) {
  bytes += bytes == 0 ? 1 : 0;
  return {static_cast<std::byte*>(pack_backend.allocate(bytes)), give_back{bytes}};
}

/// Numbers in device memory, the first of them `shift` elements behind an aligned address; none behind the last.
template <class T>
class device_numbers {
 public:
  device_numbers(std::span<const T> numbers, std::size_t shift)
      : memory_(allocate((numbers.size() + shift) * sizeof(T))), shift_(shift), size_(numbers.size()) {
    pack_backend.copy(data(), numbers.data(), numbers.size_bytes());
    pack_backend.wait();
  }
  [[nodiscard]] T* data() const { return reinterpret_cast<T*>(memory_.get()) + shift_; }
  [[nodiscard]] std::vector<T> fetch() const {
    std::vector<T> r(size_);
    pack_backend.copy(r.data(), data(), size_ * sizeof(T));
    pack_backend.wait();
    return r;
  }

 private:
  device_bytes memory_;
  std::size_t shift_, size_;
};

template <class T>
bool same_bits(const device_numbers<T>& a, const device_numbers<T>& b) {
  const std::vector<T> x = a.fetch(), y = b.fetch();
  return x.size() == y.size() && (x.empty() || std::memcmp(x.data(), y.data(), x.size() * sizeof(T)) == 0);
}

/// As many numbers, some of them zeros and tiny, for arrays that a rule may take roots of.
template <class T>
std::vector<T> random_numbers(std::size_t count, unsigned seed, bool negative) {
  std::mt19937 random(seed);
  std::vector<T> r(count);
  for (T& x : r) {
    const T u = static_cast<T>(random()) / static_cast<T>(4294967296.0);
    x = random() % 50 == 0 ? T(0) : random() % 50 == 0 ? u * T(1e-30) : u;
    if (negative && random() % 2 == 0) x = -x;
  }
  return r;
}

/// A tensor with state; of the same arguments, the same numbers. Arrays lie `shifts[k % 4]` elements off an aligned address.
template <class Rule, class T>
struct tensor {
  static constexpr std::size_t slots = bo::slot_count<Rule>;
  std::vector<device_numbers<T>> arrays;  // values, gradient, slots
  bo::parameter_job<T, T, slots> job;

  tensor(std::size_t size, const std::array<std::size_t, 4>& shifts, std::size_t stride = 1) {
    for (unsigned k = 0; k < 2 + slots; ++k) {
      const std::size_t count = k < 2 ? size * stride : size;
      arrays.emplace_back(random_numbers<T>(count, 7 * k + 1, k < 3), shifts[k % 4]);
    }
    job.values = arrays[0].data();
    job.gradient = arrays[1].data();
    for (std::size_t k = 0; k != slots; ++k) job.slots[k] = arrays[2 + k].data();
    job.size = size;
    if (stride == 1) return;
    job.values_order.rank = 1;
    job.values_order.strides[0] = static_cast<std::ptrdiff_t>(stride);
    job.values_order.extents[0] = size;
    job.gradient_order = job.values_order;
  }
};

template <class Rule, class T>
bool same_bits(const tensor<Rule, T>& a, const tensor<Rule, T>& b) {
  for (std::size_t k = 0; k < a.arrays.size(); ++k) {
    if (!same_bits(a.arrays[k], b.arrays[k])) return false;
  }
  return true;
}

[[nodiscard]] bool has_bulk_copies() {
  int device = 0, major = 0;
  bo::detail::check_cuda(cudaGetDevice(&device), "cudaGetDevice");
  bo::detail::check_cuda(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device),
                         "cudaDeviceGetAttribute");
  return major >= 9;
}

/// One tensor, stepped by both.
template <class Rule, class T>
void compare(const Rule& rule, const std::string& name, std::size_t size, const std::array<std::size_t, 4>& shifts,
             const bo::step_options<T>& options, bool applies = true) {
  using job = bo::parameter_job<T, T, bo::slot_count<Rule>>;
  const tensor<Rule, T> before(size, shifts), packs(size, shifts), bulk(size, shifts);
  const auto constants = rule.template at<T>(bo::step_count{3});
  const std::span once(&constants, 1);
  pack_backend.update<Rule>(once, std::span<const job>(&packs.job, 1), options);
  pack_backend.wait();
#ifdef PTXEMU_H
  ptxemu_reset_counters();
#endif
  bulk_backend.update<Rule>(once, std::span<const job>(&bulk.job, 1), options);
  const std::string what = name + ", " + std::to_string(size) + " elements, shifts " + std::to_string(shifts[0]) + " " +
                           std::to_string(shifts[1]) + (options.control != nullptr ? ", with a control" : "");
#ifdef PTXEMU_H
  ptxemu_counters c;
  ptxemu_get_counters(&c);
  expect(c.host_synchronizations + c.implicit_synchronizations == 0, what + ": waits");
  bulk_backend.wait();
  ptxemu_get_counters(&c);
  expect(c.kernels_launched == (size == 0 ? 0 : 1), what + ": launches");
  const std::size_t bytes = (2 + bo::slot_count<Rule>)*size * sizeof(T);
  // the first tile and the last two are copied otherwise
  if (has_bulk_copies() && size >= 20000) expect(c.bulk_copy_bytes > bytes / 2, what + ": few bulk copies");
  if (!has_bulk_copies() || size < 256) expect(c.bulk_copy_bytes == 0, what + ": bulk copies");
#endif
  bulk_backend.wait();
  expect(same_bits(packs, bulk), what);
  expect(same_bits(before, bulk) == (size == 0 || !applies), what + ": changes");
}

template <class Rule, class T>
void compare_sizes(const Rule& rule, const std::string& name) {
  const std::array<bo::step_control, 2> controls{bo::step_control{.gradient_norm = 5, .scale = 0.37, .applies = 1},
                                                 bo::step_control{.gradient_norm = 5, .scale = 0.37, .applies = 0}};
  const device_bytes there = allocate(sizeof controls);
  pack_backend.copy(there.get(), controls.data(), sizeof controls);
  pack_backend.wait();
  const auto* const control = reinterpret_cast<const bo::step_control*>(there.get());
  // Large ones first: CUB fits its tiles to the first.
  compare<Rule, T>(rule, name, 70000, {1, 1, 1, 1}, {.gradient_scale = T(0.3), .clip_value = T(0.2)});
  for (const std::size_t size : {4097, 1000, 256, 255, 31, 2, 1, 0}) {
    compare<Rule, T>(rule, name, size, {0, 0, 0, 0}, {});
    compare<Rule, T>(rule, name, size, {1, 1, 1, 1}, {.gradient_scale = T(0.3), .clip_value = T(0.2)});
    compare<Rule, T>(rule, name, size, {1, 0, 3, 2}, {.clip_value = T(0.3), .control = control});
  }
  compare<Rule, T>(rule, name, 1000, {0, 0, 0, 0}, {.control = control + 1}, false);
}

/// Jobs of one step that only partly suit bulk copies, of two sets of constants, with and without a table.
void compare_mixed_jobs() {
  using rule = bo::adamw;
  using job = bo::parameter_job<float, float, 2>;
  using mixed = std::vector<tensor<rule, float>>;
  const std::array constants{rule{}.at<float>({3}), rule{.learning_rate = 0.2}.at<float>({5})};
  for (const bool with_table : {true, false}) {
    std::array<mixed, 2> tensors;
    std::array<std::vector<job>, 2> jobs;
    const device_numbers<float> owned(random_numbers<float>(900, 77, true), 0);
    for (std::size_t side = 0; side < 2; ++side) {
      std::size_t chunk = 0, number = 0;
      for (const std::size_t size : {300, 10000, 0, 900, 500, 40}) {
        // without a table nothing may be strided; with one, values, gradients or both are
        const std::size_t stride = with_table && (size == 10000 || size == 500 || size == 40) ? 2 : 1;
        tensors[side].emplace_back(size, std::array<std::size_t, 4>{0, 0, 0, 0}, stride);
        jobs[side].push_back(tensors[side].back().job);
        job& j = jobs[side].back();
        j.first_chunk = chunk;
        j.rule = number++ % 2;
        if (size == 900) j.owned_gradient = owned.data();
        if (size == 500) j.gradient_order = {};
        if (size == 40) j.values_order = {};
        chunk += bo::chunk_count(size);
      }
    }
    const auto step = [&](const auto& backend, const std::vector<job>& all) {
      const bo::table_request need{all.size(), all.back().first_chunk + bo::chunk_count(all.back().size), 0};
      const device_bytes table = allocate(backend.template table_bytes<job>(need));
      const std::span<const job> list(all);
      if (with_table) backend.bind(list, table.get());
      backend.template update<rule>(std::span<const rule::constants<float>>(constants), list, bo::step_options<float>{},
                                    with_table ? table.get() : nullptr);
      backend.wait();
    };
    step(pack_backend, jobs[0]);
    step(bulk_backend, jobs[1]);
    for (std::size_t p = 0; p < tensors[0].size(); ++p)
      expect(same_bits(tensors[0][p], tensors[1][p]),
             std::string("mixed jobs, number ") + std::to_string(p) + (with_table ? ", with a table" : ""));
  }
}

}  // namespace

int main() {
  try {
    std::printf("bulk copies: %s\n", has_bulk_copies() ? "yes" : "no, the device is older than sm_90");
    compare_sizes<bo::adamw, float>({.learning_rate = 0.01}, "adamw float");
    compare_sizes<bo::adamw, double>({.learning_rate = 0.01}, "adamw double");
    compare_sizes<bo::sgd, float>({.learning_rate = 0.1, .weight_decay = 0.01}, "sgd float");
    compare_sizes<bo::sgd, double>({.learning_rate = 0.1, .weight_decay = 0.01}, "sgd double");
    compare_mixed_jobs();
  } catch (const std::exception& e) {
    std::printf("%s\n", e.what());
    return 1;
  }
  std::printf("%d comparisons, %d differences\n", comparisons, failures);
  return failures == 0 && comparisons > 300 ? 0 : 1;
}
