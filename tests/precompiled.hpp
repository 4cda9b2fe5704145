// SPDX-License-Identifier: MIT
// Part of blockopt: heavy headers of others, precompiled once for all tests. Headers of blockopt never belong here: a
// touched header rebuilds only what includes it. A test still includes what it uses.
#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <random>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include <Eigen/Core>
#include <doctest/doctest.h>
