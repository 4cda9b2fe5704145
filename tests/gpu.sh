#!/bin/sh
# SPDX-License-Identifier: MIT
# Part of blockopt: on a machine with a CUDA device, builds everything for it in build/gpu, runs the tests of the Thrust
# backend on it, and prints the bandwidth of steps against that of a copy. Arguments go to cmake, for example
# -DCMAKE_CUDA_ARCHITECTURES=90.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=$root/build/gpu
. "$root/cmake/bootstrap.sh"
choose_generator "$build"
(cd "$root" && cmake --preset gpu "$@")
cmake --build "$build" --parallel "$jobs" --target test_thrust_cuda test_thrust_bulk test_thrust_gpu
ctest --test-dir "$build" -R '^thrust\.cuda\.' -E gate --output-on-failure --no-tests=error
"$build/tests/thrust/cuda/test_thrust_gpu"
