#!/bin/sh
# SPDX-License-Identifier: MIT
# Part of blockopt: builds the benchmarks in build/release, runs them, and prints a table: update rules against the
# streaming limit and against the peers that were found, on one core and on two. Times mean something on a quiet machine.
#   (nothing)         float, n = 2^12, 2^20, 2^24: about three minutes
#   --all             every storage and size, 2^8 .. 2^26, and the project's figures: about half an hour
#   --figures         the figures only
#   --json FOLDER     also JSON, to keep; two such files are compared by build/release/bench/bench_compare
#   --repeat N        each row N times: what changes from run to run then counts as noise
#   --torch FOLDER    compare with this libtorch: the folder `torch` of PyTorch's wheel
#   --deepspeed FOLDER  and with DeepSpeed's CPU Adam: the folder that holds its csrc/
#   --rules FILE      measure the rules of this header too, see registry.hpp
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=$root/build/release
filter='^float/.*/(4096|1048576|16777216)/'
rules=1
figures=
json=
repeat=1
torch=
deepspeed=
own=
folder() { CDPATH='' cd -- "$1" && pwd; }
while [ $# -gt 0 ]; do
  case "$1" in
    --all) filter=. figures=1 ;;
    --figures) rules='' figures=1 ;;
    --json) json=$(mkdir -p "$2" && folder "$2") && shift ;;
    --repeat) repeat=$2 && shift ;;
    --torch) torch=$(folder "$2") && shift ;;
    --deepspeed) deepspeed=$(folder "$2") && shift ;;
    --rules) own=$(folder "$(dirname -- "$2")")/$(basename -- "$2") && shift ;;
    *) printf '%s\n' "usage: sh bench/run.sh [--all | --figures] [--json FOLDER] [--repeat N] [--torch FOLDER]" \
         "       [--deepspeed FOLDER] [--rules FILE]" >&2 && exit 2 ;;
  esac
  shift
done

# shellcheck source=cmake/bootstrap.sh
. "$root/cmake/bootstrap.sh"
need cmake g++ ninja-build libeigen3-dev libbenchmark-dev nlohmann-json3-dev

choose_generator "$build"
(cd "$root" && cmake --preset release ${torch:+-DBLOCKOPT_TORCH_DIR="$torch"} \
  ${deepspeed:+-DBLOCKOPT_DEEPSPEED_DIR="$deepspeed"} ${own:+-DBLOCKOPT_BENCH_RULES="$own"}) | grep 'bench_rules' >&2
cmake --build "$build" --parallel "$jobs" --target bench_all >&2

# bench NAME OPTION...: one executable; its JSON goes to the folder where one is given.
bench() {
  name=$1
  file=$2
  shift 2
  $pinned "$build/bench/$name" ${json:+--benchmark_out="$json/$file.json"} "$@"
}

# bench_rules pins its rows of one thread by itself.
pinned=
if [ -n "$rules" ]; then bench bench_rules rules --benchmark_filter="$filter" --benchmark_repetitions="$repeat"; fi
if [ -n "$figures" ]; then
  printf '\n'
  # One core, the last one that this process may use, where the system can pin.
  if command -v taskset >/dev/null 2>&1; then
    core=$(taskset -cp $$ | sed 's/.*[ ,-]//')
    pinned="taskset -c $core"
  fi
  OMP_NUM_THREADS=1 && export OMP_NUM_THREADS
  bench bench_figures figures --benchmark_filter=-two_threads
  bench bench_portable portable --no-header
  pinned=
  bench bench_figures threads --no-header --benchmark_filter=two_threads
fi
