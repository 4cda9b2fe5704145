// SPDX-License-Identifier: MIT
// Part of blockopt: the errors that the library throws, each with a sentence that names the culprit.
#pragma once

#include <stdexcept>
#include <string>

#include <blockopt/config.hpp>

#ifndef BLOCKOPT_EXCEPTIONS
#include <cstdio>
#include <cstdlib>
#ifdef BLOCKOPT_ON_ERROR
void BLOCKOPT_ON_ERROR(const char* sentence);  // the user's own, see raise
#endif
#endif

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
///
/// Compiled with -fno-exceptions the sentence goes to stderr and the program is aborted. Where BLOCKOPT_ON_ERROR names a
/// function of the global namespace, `void f(const char* sentence)`, that function is called instead (the library
/// declares it, you define it once); if it returns, the program is aborted. All translation units of a program that
/// include the library should be compiled with the same choice.
template <class Error>
[[noreturn]] BLOCKOPT_COLD void raise(const std::string& sentence) {
  const std::string text = "blockopt: " + sentence;
#ifdef BLOCKOPT_EXCEPTIONS
  throw Error(text);
#else
#ifdef BLOCKOPT_ON_ERROR
  BLOCKOPT_ON_ERROR(text.c_str());
#else
  std::fputs((text + '\n').c_str(), stderr);
#endif
  std::abort();
#endif
}

}  // namespace blockopt
