// SPDX-License-Identifier: MIT
// Part of blockopt: tests of views of DLPack's tensors and of tensors made of views.
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/adapt/dlpack.hpp>
#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/sgd.hpp>

#if __has_include(<dlpack/dlpack.h>)
#include <dlpack/dlpack.h>
#define BLOCKOPT_TEST_HAS_DLPACK
#endif

#include "support/message_of.hpp"
#include "support/skip.hpp"

namespace bo = blockopt;
namespace abi = blockopt::dlpack;
using namespace blockopt_tests;

// The layout that the specification gives on machines of 64 bits.
static_assert(sizeof(abi::data_type) == 4 && sizeof(abi::device) == 8);
static_assert(sizeof(abi::tensor) == 48 && offsetof(abi::tensor, device) == 8 && offsetof(abi::tensor, ndim) == 16 &&
              offsetof(abi::tensor, dtype) == 20 && offsetof(abi::tensor, shape) == 24 &&
              offsetof(abi::tensor, strides) == 32 && offsetof(abi::tensor, byte_offset) == 40);
static_assert(sizeof(abi::managed_tensor) == 64 && offsetof(abi::managed_tensor, manager_ctx) == 48 &&
              offsetof(abi::managed_tensor, deleter) == 56);
static_assert(sizeof(abi::managed_tensor_versioned) == 80 &&
              offsetof(abi::managed_tensor_versioned, manager_ctx) == 8 &&
              offsetof(abi::managed_tensor_versioned, deleter) == 16 &&
              offsetof(abi::managed_tensor_versioned, flags) == 24 &&
              offsetof(abi::managed_tensor_versioned, dl_tensor) == 32);

namespace {

/// A tensor of another framework: 2 x 3 floats, row-major, without strides.
struct foreign {
  std::vector<float> memory = std::vector<float>(24);
  std::array<std::int64_t, 8> shape{2, 3}, strides{};
  abi::tensor tensor{memory.data(), {abi::cpu, 0}, 2, {abi::floating, 32, 1}, shape.data(), nullptr, 0};

  foreign() { std::iota(memory.begin(), memory.end(), 0.0F); }
};

/// Why a tensor cannot be a view.
template <class T = float, class Space = bo::host_space, class D>
std::string reason(const D& tensor) {
  return blockopt_tests::message_of<bo::invalid_view>([&] { static_cast<void>(bo::dlpack_view<T, Space>(tensor)); });
}

template <class T>
void check_round_trip() {
  std::vector<T> memory(12);
  for (std::size_t i = 0; i < 12; ++i) memory[i] = static_cast<T>(static_cast<float>(i) / 4);
  const bo::tensor_view<T> mine(memory.data() + 11, {2, 3}, {-6, -2});
  const auto managed = bo::to_dlpack(mine);
  const auto back = bo::dlpack_view<T>(*managed);
  CHECK(back.data() == mine.data());
  CHECK(back.rank() == 2);
  for (std::size_t d = 0; d < 2; ++d) {
    CHECK(back.extent(d) == mine.extent(d));
    CHECK(back.stride(d) == mine.stride(d));
  }
  const auto old = bo::to_dlpack<abi::managed_tensor>(mine);
  CHECK(bo::dlpack_view<const T>(*old).data() == mine.data());
  CHECK(managed->dl_tensor.dtype.bits == 8 * sizeof(T));
  CHECK(managed->dl_tensor.dtype.code == (std::is_same_v<T, bo::bfloat16> ? 4 : 2));
  CHECK(managed->version.first == 1);
  CHECK(managed->dl_tensor.strides != nullptr);
}

}  // namespace

TEST_CASE("a compact tensor without strides is viewed where it lies") {
  foreign f;
  const auto v = bo::dlpack_view<float>(f.tensor);
  CHECK(v.data() == f.memory.data());
  CHECK(v.size() == 6);
  CHECK(v.extent(0) == 2);
  CHECK(v.extent(1) == 3);
  CHECK(v(1, 2) == 5.0F);
  v(1, 2) = 50.0F;
  CHECK(f.memory[5] == 50.0F);
}

TEST_CASE("strides and byte offset are followed") {
  foreign f;
  f.strides = {1, 4};
  f.tensor.strides = f.strides.data();
  f.tensor.byte_offset = 2 * sizeof(float);
  const auto v = bo::dlpack_view<const float>(f.tensor);
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t j = 0; j < 3; ++j) CHECK(v(i, j) == static_cast<float>(2 + i + 4 * j));
  // the first element may lie behind the others
  f.strides = {-3, -1};
  f.tensor.byte_offset = 5 * sizeof(float);
  CHECK(bo::dlpack_view<float>(f.tensor)(1, 2) == 0.0F);
}

TEST_CASE("a tensor without dimensions is one element and one without elements is empty") {
  foreign f;
  f.tensor.ndim = 0;
  f.tensor.shape = nullptr;
  CHECK(bo::dlpack_view<float>(f.tensor).size() == 1);
  CHECK(bo::dlpack_view<float>(f.tensor)(0) == 0.0F);
  foreign empty;
  empty.shape = {4, 0};
  empty.tensor.data = nullptr;
  CHECK(bo::dlpack_view<float>(empty.tensor).size() == 0);
  CHECK(bo::dlpack_view<float>(empty.tensor).rank() == 2);
}

TEST_CASE("what cannot be a view is refused with its reason") {
  const auto after = [](auto change, auto... other) {
    foreign f;
    change(f);
    return reason<float>(f.tensor, other...);
  };
  CHECK(after([](foreign&) {}) == "");
  CHECK(after([](foreign& f) { f.tensor.dtype.bits = 64; }) ==
        "blockopt: a DLPack tensor has type code 2 of 64 bits in 1 lanes; a view of float needs code 2 of 32 bits in 1 "
        "lane");
  CHECK(after([](foreign& f) { f.tensor.dtype.code = abi::signed_integer; }).find("type code 0") != std::string::npos);
  CHECK(after([](foreign& f) { f.tensor.dtype.lanes = 4; }).find("in 4 lanes") != std::string::npos);
  CHECK(after([](foreign& f) { f.tensor.device.device_type = abi::cuda; }) ==
        "blockopt: a DLPack tensor lies on device type 2, not in host memory");
  CHECK(after([](foreign& f) { f.tensor.ndim = 9; }) ==
        "blockopt: a DLPack tensor has 9 dimensions; 0 to 8 are supported");
  CHECK(after([](foreign& f) { f.tensor.ndim = -1; }).find("-1 dimensions") != std::string::npos);
  CHECK(after([](foreign& f) { f.tensor.shape = nullptr; }).find("no shape") != std::string::npos);
  CHECK(after([](foreign& f) { f.shape[1] = -3; }).find("negative extent -3") != std::string::npos);
  CHECK(after([](foreign& f) { f.tensor.data = nullptr; }).find("null data") != std::string::npos);
  CHECK(after([](foreign& f) { f.tensor.byte_offset = 3; }).find("misaligned") != std::string::npos);
  CHECK(after([](foreign& f) {
          f.tensor.byte_offset = std::numeric_limits<std::uint64_t>::max() - 3;
        }).find("byte offset") != std::string::npos);
  CHECK(after([](foreign& f) {
          f.shape = {std::int64_t{1} << 33, std::int64_t{1} << 33};
        }).find("overflows") != std::string::npos);
  CHECK(after([](foreign& f) { f.shape = {std::int64_t{1} << 62, 1}; }).find("overflows") != std::string::npos);
  for (const std::int64_t stride : {std::int64_t{1} << 62, std::numeric_limits<std::int64_t>::min()}) {
    CHECK(after([&](foreign& f) {
            f.strides = {stride, 1};
            f.tensor.strides = f.strides.data();
          }).find("overflows") != std::string::npos);
  }
}

TEST_CASE("memory of a device is viewed in device space only and managed memory in both") {
  foreign f;
  CHECK(reason<float, bo::device_space>(f.tensor) ==
        "blockopt: a DLPack tensor lies on device type 1, not in device memory");
  f.tensor.device.device_type = abi::cuda;
  CHECK(bo::dlpack_view<float, bo::device_space>(f.tensor).data() == f.memory.data());
  f.tensor.device.device_type = abi::cuda_managed;
  CHECK(bo::dlpack_view<float, bo::device_space>(f.tensor).size() == 6);
  CHECK(bo::dlpack_view<float>(f.tensor).size() == 6);
  f.tensor.device.device_type = abi::cuda_host;
  CHECK(bo::dlpack_view<float>(f.tensor).size() == 6);
  const auto exported = bo::to_dlpack(bo::tensor_view<float, bo::device_space>(f.memory.data(), 6), nullptr, 3);
  CHECK(exported->dl_tensor.device.device_type == abi::cuda);
  CHECK(exported->dl_tensor.device.device_id == 3);
}

TEST_CASE("every scalar makes the round trip with negative strides") {
  check_round_trip<float>();
  check_round_trip<double>();
  check_round_trip<bo::bfloat16>();
  check_round_trip<bo::half>();
}

TEST_CASE("constants are exported as read only and not imported as variables") {
  const std::vector<double> memory{1, 2, 3};
  const auto managed = bo::to_dlpack(bo::view(memory));
  CHECK((managed->flags & abi::flag_read_only) != 0);
  CHECK(reason<double>(*managed) == "blockopt: a DLPack tensor is read-only; view it as constants");
  CHECK(bo::dlpack_view<const double>(*managed)(2) == 3.0);
  std::vector<double> variables{1};
  CHECK(bo::to_dlpack(bo::view(variables))->flags == 0);
}

TEST_CASE("another major version is refused and its deleter is still called") {
  std::vector<float> memory(4);
  auto alive = std::make_shared<int>(7);
  {
    const auto managed = bo::to_dlpack(bo::view(memory), alive);
    CHECK(alive.use_count() == 2);
    managed->version = {2, 5};
    CHECK(reason<float>(*managed) == "blockopt: a DLPack tensor has version 2.5; 1 is supported");
    managed->version = {1, 99};
    CHECK(reason<float>(*managed) == "");
  }
  CHECK(alive.use_count() == 1);
}

TEST_CASE("a handle calls the deleter exactly once and what is given away keeps its memory alive") {
  struct counted : abi::managed_tensor {
    int deleted = 0;
  };
  counted tensor;
  tensor.deleter = [](abi::managed_tensor* self) { ++static_cast<counted*>(self)->deleted; };
  {
    bo::dlpack_handle<abi::managed_tensor> handle(&tensor);
    auto moved = std::move(handle);
    CHECK(tensor.deleted == 0);
  }
  CHECK(tensor.deleted == 1);
  tensor.deleter = nullptr;  // nothing to call
  bo::dlpack_handle<abi::managed_tensor>(&tensor).reset();

  auto memory = std::make_shared<std::vector<float>>(6, 2.0F);
  const std::weak_ptr<std::vector<float>> watch = memory;
  const bo::tensor_view<float> elements(memory->data(), {3, 2});
  abi::managed_tensor* given = bo::to_dlpack<abi::managed_tensor>(elements, std::move(memory)).release();
  CHECK_FALSE(watch.expired());
  CHECK(bo::dlpack_view<float>(*given)(2, 1) == 2.0F);
  given->deleter(given);
  CHECK(watch.expired());
}

TEST_CASE("an empty view is exported without data") {
  const auto managed = bo::to_dlpack(bo::tensor_view<float>{});
  CHECK(managed->dl_tensor.data == nullptr);
  CHECK(managed->dl_tensor.ndim == 1);
  CHECK(managed->dl_tensor.shape[0] == 0);
  CHECK(bo::dlpack_view<float>(*managed).empty());
}

TEST_CASE("an optimizer trains the tensors of another framework where they lie") {
  foreign values, gradient;
  values.strides = {1, 2};
  values.tensor.strides = values.strides.data();
  bo::block_optimizer optimizer{
      bo::as_one_block(std::vector{bo::parameter<float>{"w", bo::dlpack_view<float>(values.tensor),
                                                        bo::dlpack_view<const float>(gradient.tensor)}}),
      bo::sgd{.learning_rate = 0.5}, bo::ascending{}, bo::keep_state{}, bo::plain_backend{}};
  optimizer.step();
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 3; ++j)
      CHECK(values.memory[i + 2 * j] == static_cast<float>(i + 2 * j) - 0.5F * static_cast<float>(3 * i + j));
  }
}

#ifdef BLOCKOPT_TEST_HAS_DLPACK

static_assert(sizeof(DLTensor) == sizeof(abi::tensor) && offsetof(DLTensor, byte_offset) == 40 &&
              offsetof(DLTensor, dtype) == offsetof(abi::tensor, dtype));
static_assert(sizeof(DLManagedTensor) == sizeof(abi::managed_tensor) &&
              offsetof(DLManagedTensor, deleter) == offsetof(abi::managed_tensor, deleter));
static_assert(kDLCPU == 1 && kDLCUDA == 2 && kDLCUDAHost == 3 && kDLFloat == 2 && kDLBfloat == 4);
static_assert(static_cast<int>(kDLCUDAManaged) == abi::cuda_managed && static_cast<int>(kDLROCMHost) == abi::rocm_host);
#ifdef DLPACK_MAJOR_VERSION
static_assert(sizeof(DLManagedTensorVersioned) == sizeof(abi::managed_tensor_versioned) &&
              offsetof(DLManagedTensorVersioned, flags) == offsetof(abi::managed_tensor_versioned, flags));
static_assert(DLPACK_FLAG_BITMASK_READ_ONLY == abi::flag_read_only);
#endif

TEST_CASE("the structures of dlpack.h are imported and exported") {
  std::vector<float> memory{1, 2, 3, 4, 5, 6};
  auto alive = std::make_shared<int>(1);
  {
    const auto managed = bo::to_dlpack<DLManagedTensor>(bo::view(memory.data(), {2, 3}), alive);
    CHECK(managed->dl_tensor.device.device_type == kDLCPU);
    CHECK(managed->dl_tensor.dtype.code == kDLFloat);
    const auto back = bo::dlpack_view<float>(*managed);
    CHECK(back.data() == memory.data());
    CHECK(back(1, 0) == 4.0F);
    CHECK(bo::dlpack_view<const float>(managed->dl_tensor)(1, 2) == 6.0F);
    // one ABI under two names
    CHECK(bo::dlpack_view<float>(reinterpret_cast<const abi::managed_tensor&>(*managed)).data() == memory.data());
    CHECK(alive.use_count() == 2);
  }
  CHECK(alive.use_count() == 1);
#ifdef DLPACK_MAJOR_VERSION
  const std::vector<float> constants{1, 2};
  const auto versioned = bo::to_dlpack<DLManagedTensorVersioned>(bo::view(constants));
  CHECK((versioned->flags & DLPACK_FLAG_BITMASK_READ_ONLY) != 0);
  CHECK(bo::dlpack_view<const float>(*versioned)(1) == 2.0F);
#endif
}

#else

TEST_CASE("the structures of dlpack.h are imported and exported") {
  skip("dlpack/dlpack.h was not found (libdlpack-dev)");
}

#endif
