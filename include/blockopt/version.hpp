// SPDX-License-Identifier: MIT
// Part of blockopt: the version, read by CMakeLists.txt from here.
#pragma once

/// While the major version is 0, a minor version may break what was.
#define BLOCKOPT_VERSION_MAJOR 0
#define BLOCKOPT_VERSION_MINOR 1
#define BLOCKOPT_VERSION_PATCH 0

/// One integer to compare, major * 10000 + minor * 100 + patch: `#if BLOCKOPT_VERSION >= 100` is 0.1.0 or newer.
#define BLOCKOPT_VERSION (BLOCKOPT_VERSION_MAJOR * 10000 + BLOCKOPT_VERSION_MINOR * 100 + BLOCKOPT_VERSION_PATCH)

/// "major.minor.patch".
#define BLOCKOPT_VERSION_STRING "0.1.0"
