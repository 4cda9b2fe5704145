// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: what DeepSpeed's CPU Adam needs of <torch/extension.h>, without Python.
#pragma once

#include <cmath>

#include <torch/types.h>
