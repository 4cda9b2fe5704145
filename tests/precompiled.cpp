// SPDX-License-Identifier: MIT
// Part of blockopt: the translation unit that owns the precompiled header.
#include "precompiled.hpp"
