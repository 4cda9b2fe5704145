// SPDX-License-Identifier: MIT
// Part of blockopt: the backend that needs the standard library only.
#pragma once

#include <blockopt/backend/host/host_backend.hpp>
#include <blockopt/backend/host/scalar_lanes.hpp>

namespace blockopt {

/// Rules run on plain scalars, one element after the other: the reference that faster backends are held against, and
/// enough wherever the gradient costs far more than the step.
struct plain_backend : host_backend<scalar_lanes> {
  static constexpr const char* name = "plain";
};

}  // namespace blockopt
