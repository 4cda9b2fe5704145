#!/bin/sh
# SPDX-License-Identifier: MIT
# Part of blockopt: from a fresh clone to a first training run. Builds the program `blockopt` and trains a small
# transformer with Adam and with BAdam. Arguments go to the program after those of the demo.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=$root/build/release
demo='train --method adam,badam --batch 4 --steps 320 --switch-every 20'

. "$root/cmake/bootstrap.sh"
need cmake g++ ninja-build libeigen3-dev libcli11-dev nlohmann-json3-dev gnuplot-nox

choose_generator "$build"
(cd "$root" && cmake --preset release -DBLOCKOPT_BUILD_TESTS=OFF -DBLOCKOPT_BUILD_BENCH=OFF)
cmake --build "$build" --parallel "$jobs" --target blockopt
# shellcheck disable=SC2086
exec "$build/examples/blockopt/blockopt" $demo "$@"
