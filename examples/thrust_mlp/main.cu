// SPDX-License-Identifier: MIT
// Part of blockopt: the example for nvcc, from the same source.
#include "main.cpp"
