// SPDX-License-Identifier: MIT
// Part of blockopt: tests of views of libtorch's tensors, direct and by way of DLPack.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ATen/DLConvertor.h>
#include <doctest/doctest.h>
#include <torch/types.h>

#include <blockopt/adapt/dlpack.hpp>
#include <blockopt/adapt/libtorch/torch_view.hpp>

#include "support/message_of.hpp"

namespace bo = blockopt;

namespace {

template <class T>
std::string reason(const torch::Tensor& tensor) {
  return blockopt_tests::message_of<bo::invalid_view>([&] { static_cast<void>(bo::torch_view<T>(tensor)); });
}

/// A 3 x 4 tensor whose element (i, j) is 4 i + j, transposed: strides 1 and 4.
template <class T>
torch::Tensor transposed() {
  return torch::arange(12, torch::kFloat).to(bo::detail::torch_type<T>()).view({3, 4}).t();
}

template <class T>
void check_shape(const bo::tensor_view<T>& v, const torch::Tensor& tensor) {
  CHECK(static_cast<const void*>(v.data()) == tensor.data_ptr());
  REQUIRE(v.rank() == static_cast<std::size_t>(tensor.dim()));
  for (std::size_t d = 0; d < v.rank(); ++d) {
    CHECK(static_cast<std::int64_t>(v.extent(d)) == tensor.size(static_cast<std::int64_t>(d)));
    CHECK(v.stride(d) == tensor.stride(static_cast<std::int64_t>(d)));
  }
}

template <class T>
void check_type() {
  const torch::Tensor tensor = transposed<T>();
  const auto v = bo::torch_view<T>(tensor);
  check_shape(v, tensor);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 3; ++j) CHECK(static_cast<float>(v(i, j)) == static_cast<float>(4 * j + i));
  // libtorch sees what is written
  v(3, 2) = static_cast<T>(0.5F);
  CHECK(tensor.index({3, 2}).template item<double>() == 0.5);
  check_shape(bo::torch_view<const T>(tensor.slice(0, 1, 4, 2)), tensor.slice(0, 1, 4, 2));
}

template <class T>
void check_dlpack() {
  // from libtorch: its memory lives until the deleter is called
  std::vector<T> theirs(12, static_cast<T>(0.25F));
  bool freed = false;
  torch::Tensor tensor = torch::from_blob(
      theirs.data(), {4, 3}, {1, 4}, [&](void*) { freed = true; }, bo::detail::torch_type<T>());
  {
    const bo::dlpack_handle<DLManagedTensor> handle(at::toDLPack(tensor));
    check_shape(bo::dlpack_view<T>(*handle), tensor);
    tensor.reset();
    CHECK_FALSE(freed);
    CHECK(static_cast<float>(bo::dlpack_view<T>(*handle)(3, 2)) == 0.25F);
  }
  CHECK(freed);
  // to libtorch: the memory is ours and freed when the last tensor is gone
  auto memory = std::make_shared<std::vector<T>>(6, static_cast<T>(1.5F));
  const std::weak_ptr<std::vector<T>> watch = memory;
  T* const data = memory->data();
  {
    auto managed = bo::to_dlpack<DLManagedTensor>(bo::tensor_view<T>(data, {3, 2}, {1, 3}), std::move(memory));
    const torch::Tensor made = at::fromDLPack(managed.release());
    CHECK((made.scalar_type() == bo::detail::torch_type<T>()));
    check_shape(bo::torch_view<T>(made), made);
    CHECK(made.data_ptr() == data);
    CHECK(made.stride(1) == 3);
    made.fill_(2.0);
    CHECK(static_cast<float>(data[5]) == 2.0F);
    CHECK_FALSE(watch.expired());
  }
  CHECK(watch.expired());
}

}  // namespace

TEST_CASE("tensors of every scalar are viewed where they lie with their strides") {
  check_type<float>();
  check_type<double>();
  check_type<bo::bfloat16>();
  check_type<bo::half>();
  check_type<c10::BFloat16>();
  check_type<c10::Half>();
}

TEST_CASE("a tensor without dimensions is one element and one without elements is empty") {
  const torch::Tensor one = torch::tensor(3.5F);
  CHECK(bo::torch_view<float>(one).size() == 1);
  CHECK(bo::torch_view<float>(one)(0) == 3.5F);
  CHECK(bo::torch_view<float>(torch::zeros({3, 0})).empty());
}

TEST_CASE("tensors that cannot be views are refused with the reason") {
  CHECK(reason<float>(torch::zeros({2})) == "");
  CHECK(reason<float>(torch::Tensor()) == "blockopt: the tensor is not defined");
  CHECK(reason<float>(torch::zeros({2}, torch::kDouble)) == "blockopt: the tensor holds Double, not float");
  CHECK(reason<bo::half>(torch::zeros({2}, torch::kBFloat16)) == "blockopt: the tensor holds BFloat16, not half");
  CHECK(reason<float>(torch::zeros({2}, torch::kInt)).find("holds Int") != std::string::npos);
  CHECK(reason<float>(torch::eye(3).to_sparse()).find("layout") != std::string::npos);
  CHECK(reason<float>(torch::zeros({2}, torch::kMeta)) ==
        "blockopt: the tensor lies on device meta, not in host memory");
  CHECK(reason<float>(torch::zeros({1, 1, 1, 1, 1, 1, 1, 1, 1})) ==
        "blockopt: the tensor has 9 dimensions; 8 are supported");
  CHECK(reason<float>(torch::zeros({2})._neg_view()).find("resolve_neg") != std::string::npos);
}

TEST_CASE("tensors go through DLPack in both directions without a copy") {
  check_dlpack<float>();
  check_dlpack<double>();
  check_dlpack<bo::bfloat16>();
  check_dlpack<bo::half>();
}
