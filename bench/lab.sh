#!/bin/sh
# SPDX-License-Identifier: MIT
# Part of blockopt: the solvers against those of others, in turn with them in one run, on one thread. Sparse texts of 20,000
# documents and 100,000 terms: logistic regression to (P - P*) / P* <= 1e-6, against liblinear (liblinear-dev), and the lasso
# to a gap of 1e-6 ||y||^2 / 2, against scikit-learn, celer and skglm. Each peer runs with the loosest tolerance
# 10^(-k/4) that reaches the accuracy, which is found first. Peers that are not there are named and left out. Times are
# those of the call: without reading, starting and compiling.
#   ROWS, COLUMNS, REPETITIONS in the environment: 20000, 100000 and 5 without; 1000, 5000 and 3 take two minutes
#   PYTHON  the interpreter that has the lasso's peers: python3 without. One of its own:
#             python3 -m venv build/peers && build/peers/bin/pip install scikit-learn==1.9.1 celer==0.7.4 skglm==0.5
#             PYTHON=build/peers/bin/python sh bench/lab.sh
# Usage: sh bench/lab.sh [FOLDER], where the peers find the data (blockopt-out/lab); some 15 minutes, most of them the
# peers'. Needs cmake, a compiler and Eigen; installs nothing.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=$root/build/release
out=${1:-$root/blockopt-out/lab}
python=${PYTHON:-python3}
OMP_NUM_THREADS=1 && export OMP_NUM_THREADS

# shellcheck source=cmake/bootstrap.sh
. "$root/cmake/bootstrap.sh"
choose_generator "$build"
(cd "$root" && cmake --preset release) | grep 'bench_logistic\|bench/lab' >&2 || true
cmake --build "$build" --parallel "$jobs" --target bench_logistic bench_lasso >&2
set -- --rows "${ROWS:-20000}" --columns "${COLUMNS:-100000}" --repetitions "${REPETITIONS:-5}"

"$build/bench/lab/bench_logistic" "$@"
if ! command -v "$python" >/dev/null 2>&1; then
  say "$python was not found (PYTHON in the environment): the lasso without peers"
  exec "$build/bench/lab/bench_lasso" "$@"
fi
mkdir -p "$out"
rm -f "$out/requests" "$out/answers"
mkfifo "$out/requests" "$out/answers"
"$python" "$root/bench/lab/lasso_peers.py" "$out" <"$out/requests" >"$out/answers" &
peers=$!
trap 'kill "$peers" 2>/dev/null || true; rm -f "$out/requests" "$out/answers"' EXIT
"$build/bench/lab/bench_lasso" "$@" --peers "$out"
