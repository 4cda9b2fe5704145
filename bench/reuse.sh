#!/bin/sh
# SPDX-License-Identifier: MIT
# Part of blockopt: work per step with a prefix cache. Twelve layers of width 256, embedding and head, blocks in ascending order, each batch of
# a visit used R times, what lies below the active block computed once per batch (filling is charged to the steps that
# fill). Work and time per step are told as parts of full Adam's in the same run; the held-out loss after as many steps.
# WIDTH, STEPS, SWITCH_EVERY, BATCH, EVAL_TOKENS and PARTITION in the environment change the run.
# Usage: sh bench/reuse.sh [FOLDER]; takes some minutes on quiet cores. Needs the program, which sh examples/quickstart.sh
# builds.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
program=${BLOCKOPT:-$root/build/release/examples/blockopt/blockopt}
out=${1:-$root/blockopt-out/reuse}
steps=${STEPS:-224}
every=${SWITCH_EVERY:-16}
blocks="--partition ${PARTITION:-layers+ends} --order ascending --switch-every $every"
model="--layers 12 --width ${WIDTH:-256} --heads 4 --context 128 --batch ${BATCH:-4} --steps $steps --eval-every $steps --eval-tokens ${EVAL_TOKENS:-32768}"

# shellcheck disable=SC2086
run() { "$program" train $model --force --out "$out/$1" --method "$2" --learning-rate "$3" $4 >/dev/null; }
# Sums over a trace: flops, seconds, the last held-out loss.
sums() { awk -F , 'NR > 1 { f += $15 + $16 + $17; s = $7 } $9 != "" { l = $9 } END { print f, s, l }' "$out/$1/trace.csv"; }
row() { # NAME FOLDER
  # shellcheck disable=SC2046
  set -- "$1" $(sums "$2") $(sums adam)
  awk -v name="$1" -v f="$2" -v s="$3" -v l="$4" -v af="$5" -v as="$6" -v n="$steps" \
    'BEGIN { printf "%-22s %8.3f %9.3f %10.1f %12.3f\n", name, f / af, s / as, 1e3 * s / n, l }'
}

run adam adam 2e-3 ''
printf '%-22s %8s %9s %10s %12s\n' 'against full Adam' flops seconds 'ms/step' 'held-out'
row adam adam
for reuse in 1 2 4 8; do
  run "reuse-$reuse" badam 2e-3 "$blocks --reuse $reuse --prefix-cache 1GB"
  row "badam, R = $reuse" "reuse-$reuse"
done
for reuse in 4 8; do
  run "rounds-$reuse" badam 2e-3 "$blocks --reuse $reuse --samples round --prefix-cache 1GB"
  row "badam, R = $reuse, rounds" "rounds-$reuse"
done
run uncached badam 2e-3 "$blocks"
row 'badam, no cache' uncached
