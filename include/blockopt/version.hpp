// SPDX-License-Identifier: MIT
// Part of blockopt: the version, read by CMakeLists.txt from here.
#pragma once

#define BLOCKOPT_VERSION_MAJOR 0
#define BLOCKOPT_VERSION_MINOR 1
#define BLOCKOPT_VERSION_PATCH 0
#define BLOCKOPT_VERSION (BLOCKOPT_VERSION_MAJOR * 10000 + BLOCKOPT_VERSION_MINOR * 100 + BLOCKOPT_VERSION_PATCH)
#define BLOCKOPT_VERSION_STRING "0.1.0"
