// SPDX-License-Identifier: MIT
// Part of blockopt: the structures of DLPack, under names of their own.
#pragma once

#include <cstdint>

/// The binary interface of DLPack (https://dmlc.github.io/dlpack/latest/c_api.html, major version 1 and the unversioned
/// structure before it), written from its specification. The names differ from those of <dlpack/dlpack.h>, so a program
/// may include both; the functions of dlpack.hpp take either. Fields are named as there.
namespace blockopt::dlpack {

enum device_type : std::int32_t {
  cpu = 1,
  cuda = 2,
  cuda_host = 3,  ///< pinned memory of the host
  rocm_host = 11,
  cuda_managed = 13,  ///< read and written by host and device
};

enum type_code : std::uint8_t {
  signed_integer = 0,
  unsigned_integer = 1,
  floating = 2,
  brain_floating = 4,
  complex = 5
};

struct device {
  std::int32_t device_type;
  std::int32_t device_id;
};

struct data_type {
  std::uint8_t code;
  std::uint8_t bits;
  std::uint16_t lanes;
};

/// `strides` count elements and may be null where the tensor is compact and row-major; `byte_offset` is from `data` to
/// the first element.
struct tensor {
  void* data;
  dlpack::device device;
  std::int32_t ndim;
  data_type dtype;
  std::int64_t* shape;
  std::int64_t* strides;
  std::uint64_t byte_offset;
};

/// DLManagedTensor: what frameworks exchanged before version 1.
struct managed_tensor {
  tensor dl_tensor;
  void* manager_ctx;
  void (*deleter)(managed_tensor*);
};

/// Major and minor number, which have other names here: those are macros on some systems.
struct version {
  std::uint32_t first;
  std::uint32_t second;
};

/// The major version that managed_tensor_versioned has the layout of, and the minor one whose rules exports follow.
inline constexpr version abi_version{1, 2};

inline constexpr std::uint64_t flag_read_only = 1;
inline constexpr std::uint64_t flag_is_copied = 2;

/// DLManagedTensorVersioned.
struct managed_tensor_versioned {
  dlpack::version version;
  void* manager_ctx;
  void (*deleter)(managed_tensor_versioned*);
  std::uint64_t flags;
  tensor dl_tensor;
};

}  // namespace blockopt::dlpack
