// SPDX-License-Identifier: MIT
// Part of blockopt: tests of the counting resource and of the arena.
#include <cstring>
#include <new>
#include <utility>

#include <doctest/doctest.h>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/memory/arena.hpp>
#include <blockopt/memory/counting_resource.hpp>

namespace bo = blockopt;

TEST_CASE("bytes go up and down and the peak stays") {
  bo::counting_resource r;
  void* a = r.allocate(100);
  void* b = r.allocate(50);
  CHECK(r.bytes() == 150);
  r.deallocate(a, 100);
  CHECK(r.bytes() == 50);
  CHECK(r.peak_bytes() == 150);
  CHECK(r.allocations() == 2);
  r.deallocate(b, 50);
  CHECK(r.bytes() == 0);
}

TEST_CASE("an allocation that fails is not counted") {
  bo::counting_resource r(std::pmr::null_memory_resource());
  CHECK_THROWS_AS((void)r.allocate(8), std::bad_alloc);
  CHECK(r.bytes() == 0);
  CHECK(r.allocations() == 0);
}

TEST_CASE("an arena copies its bytes and moves its address and frees once") {
  bo::counting_resource r;
  bo::plain_backend backend;
  backend.resource = &r;
  {
    bo::arena a(backend, 128);
    std::memset(a.data(), 7, 128);
    bo::arena b = a;
    CHECK(b.data() != a.data());
    CHECK(std::memcmp(a.data(), b.data(), 128) == 0);
    CHECK(r.bytes() == 256);
    const std::byte* const where = a.data();
    bo::arena c = std::move(a);
    CHECK(c.data() == where);
    CHECK(a.data() == nullptr);
    c = b;
    CHECK(std::memcmp(c.data(), b.data(), 128) == 0);
    b = bo::arena<bo::plain_backend>{};
    CHECK(r.bytes() == 128);
  }
  CHECK(r.bytes() == 0);
}

TEST_CASE("granules round up") {
  CHECK(bo::round_to_granule(0) == 0);
  CHECK(bo::round_to_granule(1) == 64);
  CHECK(bo::round_to_granule(64) == 64);
  CHECK(bo::round_to_granule(65) == 128);
}
