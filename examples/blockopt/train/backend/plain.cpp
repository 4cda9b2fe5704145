// SPDX-License-Identifier: MIT
// Part of blockopt: plain_backend for train.

#include <blockopt/backend/plain/plain_backend.hpp>

#include "train/backend/step_backend_body.hpp"

namespace blockopt::program {

backend_makers plain_makers();

backend_makers plain_makers() { return makers_of<plain_backend>(); }

}  // namespace blockopt::program
