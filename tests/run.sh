#!/bin/sh
# SPDX-License-Identifier: MIT
# Part of blockopt: builds everything in build/release, runs every test, and says per backend what ran and what did not.
# Arguments go to cmake, for example -DBLOCKOPT_ICML15_DIR=/path. BLOCKOPT_CTEST_FLAGS goes to ctest, for example
# "-LE long" or "-R adam"; BLOCKOPT_JOBS is the number of parallel jobs.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=$root/build/release

. "$root/cmake/bootstrap.sh"
need cmake g++ ninja-build libeigen3-dev doctest-dev libcli11-dev nlohmann-json3-dev libbenchmark-dev gnuplot-nox \
  libtbb-dev libthrust-dev  # a CUDA toolkit brings Thrust too; the toolkit itself is never installed

choose_generator "$build"
(cd "$root" && cmake --preset release "$@")
cmake --build "$build" --parallel "$jobs"

results=$build/test-results.xml
rm -f "$results"
status=0
# shellcheck disable=SC2086
ctest --test-dir "$build" --parallel "$jobs" --output-on-failure --no-tests=error --output-junit "$results" \
  ${BLOCKOPT_CTEST_FLAGS:-} || status=$?
[ -e "$results" ] || exit 1
awk -f "$root/tests/summary.awk" "$results" || status=1
exit "$status"
