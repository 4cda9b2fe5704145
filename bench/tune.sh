#!/bin/sh
# SPDX-License-Identifier: MIT
# Part of blockopt: the comparison of Adam and BAdam in the README. Learning rates, and K for BAdam, are chosen on the
# training nine tenths of the text alone (the last tenth of those is what the trials are scored on), with the same
# number of trials for both methods; then the chosen ones run with three seeds on the whole text.
# Usage: sh bench/tune.sh [FOLDER]; takes about 15 minutes on two cores. Needs the program (sh examples/quickstart.sh).
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
program=$root/build/release/examples/blockopt/blockopt
out=${1:-$root/blockopt-out/tune}
eigen=${EIGEN_FOLDER:-/usr/include/eigen3}
mkdir -p "$out"

# The program's own default text, in its order, without the last tenth.
find "$eigen/Eigen" -type f -size -500001c -printf '%f/%P\t%p\n' | awk -F '\t' '{ print tolower($1) "\t" $2 }' |
  LC_ALL=C sort | cut -f 2 | xargs cat | head -c 8000000 >"$out/all.txt"
head -c "$(($(wc -c <"$out/all.txt") * 9 / 10))" "$out/all.txt" >"$out/training.txt"

common='--schedule cosine --warmup 20'
trial() { # METHOD RATE K: held-out loss, rate and K on one line
  # shellcheck disable=SC2086
  "$program" train --text "$out/training.txt" --method "$1" --learning-rate "$2" ${3:+--switch-every "$3"} $common \
    --steps 300 --eval-every 300 --eval-tokens 65536 --seed 11 --force --out "$out/trial" >/dev/null 2>&1
  loss=$(tail -n 1 "$out/trial/trace.csv" | cut -d , -f 9)
  printf '%s %s %s\n' "$loss" "$2" "$3" | tee -a "$out/$1.txt"
}

: >"$out/adam.txt"
for rate in 3e-4 5e-4 7e-4 8.5e-4 1e-3 1.2e-3 1.4e-3 1.55e-3 1.7e-3 2e-3 2.5e-3 3e-3 4e-3 6e-3; do trial adam $rate ''; done
: >"$out/badam.txt"
for pair in 3:4e-3 5:1e-3 5:1.5e-3 5:4e-3 5:8e-3 10:1e-3 10:2e-3 10:4e-3 10:8e-3 20:5e-4 20:1e-3 20:2e-3 25:4e-3 35:1e-3; do
  trial badam "${pair#*:}" "${pair%%:*}"
done
best() { sort -g "$out/$1.txt" | head -n 1; }
adam=$(best adam | cut -d ' ' -f 2)
badam=$(best badam | cut -d ' ' -f 2)
k=$(best badam | cut -d ' ' -f 3)

# shellcheck disable=SC2086
exec "$program" train --learning-rate "adam=$adam,badam=$badam" --switch-every "$k" $common --steps 600 --eval-every 60 \
  --eval-tokens 32768 --repeat 3 --force --out "$out/final"
