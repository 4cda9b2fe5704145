#!/bin/sh
# SPDX-License-Identifier: MIT
# Part of blockopt: builds the benchmarks in build/release, runs them on one core, and prints two tables: update rules
# against the streaming limit, and the project's figures. With --all every size of 2^8 .. 2^26 is measured, else six
# of them. JSON, to keep: sh bench/run.sh --json FOLDER. Times mean something on a quiet machine only.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=$root/build/release
sizes='/(256|4096|65536|1048576|16777216|67108864)/'
json=
while [ $# -gt 0 ]; do
  case "$1" in
    --all) sizes='.' ;;
    --json) json=$(mkdir -p "$2" && CDPATH='' cd -- "$2" && pwd) && shift ;;
    *) printf '%s\n' "usage: sh bench/run.sh [--all] [--json FOLDER]" >&2 && exit 2 ;;
  esac
  shift
done

# shellcheck source=cmake/bootstrap.sh
. "$root/cmake/bootstrap.sh"
need cmake g++ ninja-build libeigen3-dev libbenchmark-dev

choose_generator "$build"
(cd "$root" && cmake --preset release) >/dev/null
cmake --build "$build" --parallel "$jobs" --target bench_all >&2

# One core, the last one that this process may use, where the system can pin.
pinned=
if command -v taskset >/dev/null 2>&1; then
  core=$(taskset -cp $$ | sed 's/.*[ ,-]//')
  pinned="taskset -c $core"
fi
export OMP_NUM_THREADS=1

# bench NAME OPTION...: one executable; its JSON goes to the folder where one is given.
bench() {
  name=$1
  file=$2
  shift 2
  $pinned "$build/bench/$name" ${json:+--benchmark_out="$json/$file.json"} "$@"
}

bench bench_update update --benchmark_filter="$sizes"
printf '\n'
bench bench_figures figures --benchmark_filter=-two_threads
bench bench_portable portable --no-header
pinned=
bench bench_figures threads --no-header --benchmark_filter=two_threads
