// SPDX-License-Identifier: MIT
// Part of blockopt: the errors that the library throws, each with a sentence that names the culprit.
#pragma once

#include <stdexcept>
#include <string>

namespace blockopt {

/// Base of every exception of the library.
struct error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A view that cannot be: null data, sizes that do not match, extents that overflow.
struct invalid_view : error {
  using error::error;
};

/// A partition that cannot be: a name in two blocks, aliased parameters, an empty block, a pattern without a match.
struct invalid_partition : error {
  using error::error;
};

/// An option or a hyper-parameter out of its range.
struct invalid_option : error {
  using error::error;
};

/// A call in the wrong state: a gradient that is missing, a parameter consumed twice, a parameter that is not active.
struct invalid_call : error {
  using error::error;
};

/// A gradient with a NaN or an infinity, under `non_finite::throws`. Nothing was changed by the call.
struct non_finite_gradient : error {
  using error::error;
};

/// The one place where the library throws.
template <class Error>
[[noreturn]] inline void raise(const std::string& sentence) {
  throw Error("blockopt: " + sentence);
}

}  // namespace blockopt
