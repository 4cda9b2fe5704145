// SPDX-License-Identifier: MIT
// Part of blockopt: the notice of a backend that has one.
#pragma once

#include <blockopt/backend/backend.hpp>

namespace blockopt::detail {

struct no_notice {};

template <class Backend>
struct notice_type {
  using type = no_notice;
};
template <noticing_backend Backend>
struct notice_type<Backend> {
  using type = typename Backend::notice;
};

template <class Backend>
using notice_of = typename notice_type<Backend>::type;

}  // namespace blockopt::detail
