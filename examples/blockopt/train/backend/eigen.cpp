// SPDX-License-Identifier: MIT
// Part of blockopt: eigen_backend for train.

#include <blockopt/backend/eigen/eigen_backend.hpp>

#include "train/backend/step_backend_body.hpp"

namespace blockopt::program {

backend_makers eigen_makers();

backend_makers eigen_makers() { return makers_of<eigen_backend>(); }

}  // namespace blockopt::program
