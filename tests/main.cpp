// SPDX-License-Identifier: MIT
// Part of blockopt: the main of every test executable.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
