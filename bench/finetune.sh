#!/bin/sh
# SPDX-License-Identifier: MIT
# Part of blockopt: the fine-tuning experiment of the README. A small model is pre-trained with Adam on the C++ headers
# of Eigen and then fine-tuned on English: the licences that Debian has in /usr/share/common-licenses, in the order of
# their names. The last tenth of the English text is held out. Rates (and K) are chosen on the other nine tenths alone, of
# which the last tenth scores the trials, with six trials for each method; then the chosen ones run with three seeds.
# Adam and SGD train all parameters; the block methods train the layers and leave embedding and head as they are.
# Usage: sh bench/finetune.sh [FOLDER]; takes some ten minutes on quiet cores. Needs the program, which
# sh examples/quickstart.sh builds.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
program=${BLOCKOPT:-$root/build/release/examples/blockopt/blockopt}
out=${1:-$root/blockopt-out/finetune}
licences=${LICENCES:-/usr/share/common-licenses}
mkdir -p "$out"

find "$licences" -type f | LC_ALL=C sort | xargs cat >"$out/english.txt"
head -c "$(($(wc -c <"$out/english.txt") * 9 / 10))" "$out/english.txt" >"$out/training.txt"
printf 'English: %s bytes\n' "$(wc -c <"$out/english.txt")"

# Skipped when it is there already.
"$program" train --method adam --layers 6 --width 128 --heads 4 --learning-rate 2e-3 --schedule cosine --warmup 50 \
  --steps 1200 --eval-every 300 --eval-tokens 32768 --save --out "$out/pre"

common="--init $out/pre/adam --schedule cosine --warmup 10 --clip-norm 1"
trial() { # METHOD RATE K: held-out loss, rate and K on one line
  # shellcheck disable=SC2086
  "$program" train $common --text "$out/training.txt" --method "$1" --learning-rate "$2" ${3:+--switch-every "$3"} \
    --steps 120 --eval-every 120 --eval-tokens 65536 --seed 11 --force --out "$out/trial" >/dev/null 2>&1 || true
  loss=$(tail -n 1 "$out/trial/trace.csv" | cut -d , -f 9)
  printf '%s %s %s %s\n' "$1" "${loss:-inf}" "$2" "$3" | tee -a "$out/trials.txt"
}

: >"$out/trials.txt"
for rate in 2.5e-4 5e-4 1e-3 2e-3 4e-3 8e-3; do trial adam $rate ''; done
for rate in 0.3 0.5 0.8 1.2 1.8 2.7; do trial sgd $rate ''; done
for k in 5 10; do
  for rate in 2e-3 4e-3 8e-3; do trial badam $rate $k; done
  for rate in 0.6 1 2; do trial bsgd $rate $k; done
done
best() { grep "^$1 " "$out/trials.txt" | sort -g -k 2,2 | head -n 1 | cut -d ' ' -f "$2"; }

steps=240
final() { # METHOD STEPS FOLDER
  k=$(best "$1" 4)
  # shellcheck disable=SC2086
  "$program" train $common --text "$out/english.txt" --method "$1" --learning-rate "$(best "$1" 3)" \
    ${k:+--switch-every "$k"} --steps "$2" --eval-every "$2" --eval-tokens 65536 --repeat 3 --force \
    --out "$out/$3" >/dev/null
}
for method in adam badam sgd bsgd; do final $method $steps "$method"; done

# At equal seconds: Adam and SGD again, with as many steps, and their whole schedule, as fit into the time of BAdam.
seconds() { awk -F , -v last=$steps '$3 == last { sum += $7; ++n } END { print sum / n }' "$out/$1/trace.csv"; }
for method in adam sgd; do
  fewer=$(awk -v n=$steps -v a="$(seconds badam)" -v b="$(seconds "$method")" 'BEGIN { printf "%d", n * a / b }')
  final $method "$fewer" "$method-seconds"
done

printf '\nheld-out loss, nats per byte: mean (lowest .. highest) of three seeds; rate and K by six trials each\n'
sed -n 's/.*"eval_loss_at_start": \([0-9.]*\).*/frozen model: \1/p' "$out/adam/summary.json" | head -n 1
for run in adam badam sgd bsgd adam-seconds sgd-seconds; do
  method=${run%-seconds}
  awk -F , -v run="$run" -v rate="$(best "$method" 3)" -v k="$(best "$method" 4)" '
    NR > 1 && $9 != "" {
      sum += $9; ++n; steps = $3; time += $7
      if (n == 1 || $9 < low) low = $9
      if ($9 > high) high = $9
    }
    END {
      printf "%-13s %.3f (%.3f .. %.3f)  %d steps, %.1f s, rate %s%s\n", run ":", sum / n, low, high, steps, time / n,
             rate, (k == "" ? "" : ", K = " k)
    }' "$out/$run/trace.csv"
done
