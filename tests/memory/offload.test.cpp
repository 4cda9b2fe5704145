// SPDX-License-Identifier: MIT
// Part of blockopt: tests of state in a file: what it costs, and what happens when the disk fails.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory_resource>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/block/by_matrix.hpp>
#include <blockopt/file/checksum.hpp>
#include <blockopt/memory/counting_resource.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/memory/offload_to_file.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/run/checkpoint.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/uniform_subset.hpp>
#include <blockopt/update/adamw.hpp>

#include "run/optimizer_support.hpp"
#include "support/files.hpp"
#include "support/message_of.hpp"

#if defined(__linux__)
#include <csignal>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#endif

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

constexpr std::uint64_t visit = 3;

template <class Optimizer>
void step(Optimizer& optimizer) {
  const auto active = optimizer.active();
  for (const std::size_t p : active.parameters) {
    const auto g = active.gradient(p);
    for (std::size_t i = 0; i < g.size(); ++i) g.data()[i] = static_cast<float>(noise(1, optimizer.steps(), p, i));
  }
  optimizer.step();
}

template <class Memory>
auto optimizer_of(const tensors<bo::bfloat16>& model, const Memory& memory) {
  return bo::block_optimizer{bo::by_matrix(model.parameters()),
                             bo::adamw{.learning_rate = 0.01},
                             bo::ascending{},
                             memory,
                             bo::plain_backend{},
                             {.switch_every = visit}};
}

const std::vector<std::size_t> sizes{4000, 3000, 5000, 100};

/// Memory that begins at another place within a page every time.
class shifting_resource final : public std::pmr::memory_resource {
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    void* const start = std::pmr::new_delete_resource()->allocate(bytes + 8192, 4096);
    void* const given = static_cast<std::byte*>(start) + ++count_ * std::max<std::size_t>(alignment, 64) % 4096;
    starts_[given] = start;
    return given;
  }
  void do_deallocate(void* p, std::size_t bytes, std::size_t) override {
    std::pmr::new_delete_resource()->deallocate(starts_.at(p), bytes + 8192, 4096);
    starts_.erase(p);
  }
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }
  std::size_t count_ = 0;
  std::map<void*, void*> starts_;
};

#if defined(__linux__)
/// This process's file without a name in a folder, opened once more: a direct file takes no odd places.
class scratch_file_in {
 public:
  explicit scratch_file_in(const std::filesystem::path& folder) {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code none;
      const std::string to = std::filesystem::read_symlink(entry.path(), none).string();
      if (!to.starts_with(std::filesystem::canonical(folder).string() + "/") || !to.ends_with("(deleted)")) continue;
      descriptor_ = open(entry.path().c_str(), O_RDWR | O_CLOEXEC);
      break;
    }
    REQUIRE(descriptor_ >= 0);
  }
  scratch_file_in(const scratch_file_in&) = delete;
  scratch_file_in& operator=(const scratch_file_in&) = delete;
  ~scratch_file_in() { close(descriptor_); }

  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// Changes one bit of a byte; once more: changes it back.
  void flip(off_t place) const {
    char byte = 0;
    REQUIRE(pread(descriptor_, &byte, 1, place) == 1);
    byte = static_cast<char>(byte ^ 4);
    REQUIRE(pwrite(descriptor_, &byte, 1, place) == 1);
  }

 private:
  int descriptor_ = -1;
};
#endif

}  // namespace

TEST_CASE("state in a file gives the bits of state in memory, and takes what was planned") {
  const temporary_folder folder;
  const tensors<bo::bfloat16> kept(sizes), offloaded(sizes);
  auto reference = optimizer_of(kept, bo::keep_state{});
  bo::counting_resource counter;
  bo::plain_backend backend;
  backend.resource = &counter;
  bo::block_optimizer optimizer{bo::by_matrix(offloaded.parameters()),
                                bo::adamw{.learning_rate = 0.01},
                                bo::ascending{},
                                bo::offload_to_file{.folder = folder.path(), .direct = true},
                                backend,
                                {.switch_every = visit}};
  const auto plan = optimizer.plan();
  const std::size_t largest = 5000 * 4 / 64 * 64 + 64, block[4] = {16000, 12032, largest, 448};
  CHECK(plan.gradients == largest);
  CHECK(plan.master == 2 * largest);
  CHECK(plan.state == 4 * largest);
  CHECK(plan.moved == 6 * largest);
  CHECK(plan.offloaded == 3 * (block[0] + block[1] + block[2] + block[3]));
  for (std::uint64_t k = 0; k < 9 * visit + 1; ++k) {
    step(reference);
    step(optimizer);
    CHECK(counter.bytes() == plan.allocated());
    CHECK(optimizer.allocated() == plan);
  }
  CHECK(kept.image() == offloaded.image());
  // a copy has a file of its own
  auto copy = optimizer;
  const tensors<bo::bfloat16> none(sizes);
  for (std::uint64_t k = 0; k < 5 * visit; ++k) step(optimizer);
  for (std::size_t s = 0; s < sizes.size(); ++s)
    std::memcpy(offloaded.values[s].data(), kept.values[s].data(), 2 * sizes[s]);
  for (std::uint64_t k = 0; k < 5 * visit; ++k) {
    step(reference);
    step(copy);
  }
  CHECK(kept.image() == offloaded.image());
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("large state goes past the page cache, from where it lies and by way of pages, with the same bits") {
  // a block of more than one piece of a transfer, one that ends within a page, a small one; one and two at a time
  const std::vector<std::size_t> large{700'001, 300'000, 5, 65'536};
  for (const std::size_t together : {1U, 2U}) {
    const temporary_folder folder;
    const tensors<bo::bfloat16> kept(large), offloaded(large);
    const auto make = [&](const tensors<bo::bfloat16>& model, const auto& memory, const bo::plain_backend& backend) {
      return bo::block_optimizer{bo::by_matrix(model.parameters()),
                                 bo::adamw{.learning_rate = 0.01},
                                 bo::uniform_subset{.size = together},
                                 memory,
                                 backend,
                                 {.switch_every = 1}};
    };
    bo::counting_resource counter;
    bo::plain_backend counted;
    counted.resource = &counter;
    auto reference = make(kept, bo::keep_state{}, {});
    auto optimizer = make(offloaded, bo::offload_to_file{.folder = folder.path(), .direct = true}, counted);
    const auto plan = optimizer.plan();
    for (std::uint64_t k = 0; k < 9; ++k) {
      step(reference);
      step(optimizer);
      CHECK(counter.bytes() == plan.allocated());
      CHECK(optimizer.allocated() == plan);
    }
    CHECK(kept.image() == offloaded.image());
    auto copy = optimizer;
    for (std::uint64_t k = 0; k < 5; ++k) {
      step(reference);
      step(copy);
    }
    CHECK(kept.image() == offloaded.image());
  }
}

TEST_CASE("a copy of an optimizer has its large state where the copy looks for it") {
  const std::vector<std::size_t> large{300'000, 299'990, 200'000};
  const temporary_folder folder;
  const tensors<bo::bfloat16> kept(large), offloaded(large);
  shifting_resource resource;
  bo::plain_backend shifted;
  shifted.resource = &resource;
  for (const std::uint64_t steps_before : {visit + 1, 2 * visit}) {  // in the middle of a visit, and between two
    auto reference = optimizer_of(kept, bo::keep_state{});
    bo::block_optimizer optimizer{bo::by_matrix(offloaded.parameters()),
                                  bo::adamw{.learning_rate = 0.01},
                                  bo::ascending{},
                                  bo::offload_to_file{.folder = folder.path()},
                                  shifted,
                                  {.switch_every = visit}};
    for (std::uint64_t k = 0; k < steps_before; ++k) step(reference), step(optimizer);
    auto copy = optimizer;
    for (std::uint64_t k = 0; k < 4 * visit; ++k) step(reference), step(copy);
    CHECK(kept.image() == offloaded.image());
  }
}

TEST_CASE("a folder that is not there is named") {
  const tensors<bo::bfloat16> model(sizes);
  auto optimizer = optimizer_of(model, bo::offload_to_file{.folder = "/nowhere/at/all"});
  const auto before = model.image();
  CHECK(message_of<bo::file_error>([&] { static_cast<void>(optimizer.active()); }).find("'/nowhere/at/all'") !=
        std::string::npos);
  CHECK(before == model.image());
}

#if defined(__linux__)

TEST_CASE("a wrong checksum and a short read are found, and change nothing") {
  bool direct = false;
  SUBCASE("by the page cache") {}
  SUBCASE("past it") { direct = true; }
  const temporary_folder folder;
  const tensors<bo::bfloat16> model(sizes), twin(sizes);
  auto optimizer = optimizer_of(model, bo::offload_to_file{.folder = folder.path(), .direct = direct});
  auto reference = optimizer_of(twin, bo::keep_state{});
  // With four blocks the last visit of a round leaves blocks 0 and 1 in the file alone.
  for (std::uint64_t k = 0; k < 3 * visit; ++k) step(optimizer), step(reference);
  const scratch_file_in scratch(folder.path());
  const int file = scratch.descriptor();
  std::vector<char> block(static_cast<std::size_t>(lseek(file, 0, SEEK_END)));
  const auto size = static_cast<off_t>(block.size());
  // Wait for what the thread writes: a copy finishes it.
  { const auto copy = optimizer; }
  scratch.flip(777);
  step(optimizer), step(reference);  // block 3; block 0 is read meanwhile
  for (std::uint64_t k = 1; k < visit; ++k) step(optimizer), step(reference);
  const auto before = model.image();
  for (int trial = 0; trial < 2; ++trial) {
    const std::string message = message_of<bo::file_error>([&] { step(optimizer); });
    CHECK(message.find("block 0") != std::string::npos);
    CHECK(message.find("checksum") != std::string::npos);
    CHECK(message.find(folder.path().string()) != std::string::npos);
    CHECK(optimizer.steps() == 4 * visit);
    CHECK(before == model.image());
  }
  scratch.flip(777);
  REQUIRE(pread(file, block.data(), block.size(), 0) == static_cast<ssize_t>(block.size()));
  REQUIRE(ftruncate(file, 100) == 0);
  CHECK(message_of<bo::file_error>([&] { step(optimizer); }).find("the file ends before it, 100 of ") !=
        std::string::npos);
  CHECK(before == model.image());
  // What was in the file is there again: the run goes on as if nothing had been.
  REQUIRE(ftruncate(file, size) == 0);
  REQUIRE(pwrite(file, block.data(), block.size(), 0) == static_cast<ssize_t>(block.size()));
  for (std::uint64_t k = 0; k < 3 * visit; ++k) step(optimizer), step(reference);
  CHECK(model.image() == twin.image());
}

TEST_CASE("a checkpoint that cannot read the file says so, and the run goes on") {
  bool direct = false;
  SUBCASE("by the page cache") {}
  SUBCASE("past it") { direct = true; }
  const temporary_folder folder;
  const tensors<bo::bfloat16> model(sizes), twin(sizes);
  auto optimizer = optimizer_of(model, bo::offload_to_file{.folder = folder.path(), .direct = direct});
  auto reference = optimizer_of(twin, bo::keep_state{});
  for (std::uint64_t k = 0; k < 3 * visit + 1; ++k) step(optimizer), step(reference);  // block 1 is in the file alone
  { const auto copy = optimizer; }                                                     // waits for the thread
  const scratch_file_in scratch(folder.path());
  const off_t place = (direct ? 49152 : 48000) + 777;
  scratch.flip(place);
  for (int trial = 0; trial < 2; ++trial) {
    const std::string message = message_of<bo::file_error>([&] { bo::save(optimizer, folder / "saved"); });
    CHECK(message.find("block 1") != std::string::npos);
    CHECK(message.find("checksum") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder / "saved"));
  }
  scratch.flip(place);
  for (std::uint64_t k = 0; k < 5 * visit; ++k) step(optimizer), step(reference);
  CHECK(model.image() == twin.image());
}

TEST_CASE("a full disk is told, and the run goes on when there is space again") {
  bool direct = false;
  SUBCASE("by the page cache") {}
  SUBCASE("past it") { direct = true; }
  const temporary_folder folder;
  const tensors<bo::bfloat16> model(sizes), twin(sizes);
  auto optimizer = optimizer_of(model, bo::offload_to_file{.folder = folder.path(), .direct = direct});
  auto reference = optimizer_of(twin, bo::keep_state{});
  struct file_limit {  // of this process, in place of a disk that is full
    rlimit before{};
    void (*handler)(int) = std::signal(SIGXFSZ, SIG_IGN);
    file_limit() { getrlimit(RLIMIT_FSIZE, &before); }
    void set(rlim_t bytes) const {
      const rlimit limit{bytes, before.rlim_max};
      REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    }
    ~file_limit() {
      setrlimit(RLIMIT_FSIZE, &before);
      std::signal(SIGXFSZ, handler);
    }
  } const limit;

  limit.set(1000);
  const auto untouched = model.image();
  const std::string message = message_of<bo::file_error>([&] { step(optimizer); });
  CHECK(message.find("no scratch file of ") != std::string::npos);
  CHECK(message.find(folder.path().string()) != std::string::npos);
  CHECK(model.image() == untouched);
  CHECK(optimizer.visits() == 0);
  limit.set(limit.before.rlim_cur);

  for (std::uint64_t k = 0; k < 2 * visit; ++k) step(optimizer), step(reference);
  { const auto copy = optimizer; }
  limit.set(1000);
  for (std::uint64_t k = 0; k < visit; ++k) step(optimizer), step(reference);  // block 2, whose state has no place then
  const auto before = model.image();
  for (int trial = 0; trial < 2; ++trial) {
    const std::string full = message_of<bo::file_error>([&] { step(optimizer); });
    CHECK(full.find("cannot be written") != std::string::npos);
    CHECK(full.find("it is still in memory") != std::string::npos);
    CHECK(before == model.image());
  }
  limit.set(limit.before.rlim_cur);
  for (std::uint64_t k = 0; k < 5 * visit; ++k) step(optimizer), step(reference);
  CHECK(model.image() == twin.image());
}

#endif

TEST_CASE("a checksum depends on every bit and not on how the bytes are cut") {
  std::vector<unsigned char> bytes(300);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<unsigned char>(i * i % 251);
  for (const std::size_t n : {0, 1, 7, 63, 64, 65, 128, 200, 300}) {
    const std::uint64_t whole = bo::checksum::of(bytes.data(), n);
    for (std::size_t cut = 0; cut <= n; ++cut) {
      bo::checksum sum;
      sum.add(bytes.data(), cut / 2);
      sum.add(bytes.data() + cut / 2, cut - cut / 2);
      sum.add(bytes.data() + cut, n - cut);
      CHECK(sum.value() == whole);
    }
    for (std::size_t bit = 0; bit < 8 * n; ++bit) {
      bytes[bit / 8] = static_cast<unsigned char>(bytes[bit / 8] ^ (1U << bit % 8));
      CHECK(bo::checksum::of(bytes.data(), n) != whole);
      bytes[bit / 8] = static_cast<unsigned char>(bytes[bit / 8] ^ (1U << bit % 8));
    }
    if (n > 0) CHECK(bo::checksum::of(bytes.data(), n - 1) != whole);
  }
  CHECK(bo::checksum::of("blockopt", 8) == bo::checksum::of(std::string("blockopt").data(), 8));
}
