#!/bin/sh
# SPDX-License-Identifier: MIT
# Part of blockopt: the cost of training. On the model of the demo (train's defaults: six layers of width 192), the counted
# flops and the seconds that block methods take to reach the held-out loss that full Adam ends at, three seeds. The rates
# are chosen by five trials for each method. R: how often a visit uses each batch, with a prefix cache, whose filling is
# charged. A method that does not reach the loss within four times Adam's steps (LONGEST) is told as such.
# Usage: sh bench/cost.sh [FOLDER]; takes some twenty minutes. Needs the program, which sh examples/quickstart.sh builds.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
program=${BLOCKOPT:-$root/build/release/examples/blockopt/blockopt}
out=${1:-$root/blockopt-out/cost}
steps=${STEPS:-200}
every=${SWITCH_EVERY:-10}
seeds=${SEEDS:-3}
longest=${LONGEST:-4}
mkdir -p "$out"
blocks="--order ascending --switch-every $every --prefix-cache 1GB"

flags_of() { # METHOD: adam, or badam with R
  case $1 in
    adam) echo "--method adam" ;;
    badam-*) echo "--method badam $blocks --reuse ${1#badam-}" ;;
  esac
}
trial() { # METHOD RATE
  # shellcheck disable=SC2046
  "$program" train $(flags_of "$1") --learning-rate "$2" --steps "$((steps / 2))" --eval-every "$((steps / 2))" \
    --seed 11 --force --out "$out/trial" >/dev/null 2>&1 || true
  loss=$(tail -n 1 "$out/trial/trace.csv" | cut -d , -f 9)
  printf '%s %s %s\n' "$1" "${loss:-inf}" "$2" | tee -a "$out/trials.txt"
}
best() { grep "^$1 " "$out/trials.txt" | sort -g -k 2,2 | head -n 1 | cut -d ' ' -f 3; }
final() { # METHOD STEPS
  # shellcheck disable=SC2046
  "$program" train $(flags_of "$1") --learning-rate "$(best "$1")" --steps "$2" --eval-every 10 --repeat "$seeds" \
    --force --out "$out/$1" >/dev/null
}

methods="adam badam-1 badam-2 badam-4 badam-8"
: >"$out/trials.txt"
for method in $methods; do
  for rate in 5e-4 1e-3 2e-3 4e-3 8e-3; do trial "$method" $rate; done
done
final adam "$steps"
for method in $methods; do
  [ "$method" = adam ] || final "$method" "$((longest * steps))"
done

# One line per seed: Adam's last loss, and what each method took to get there.
printf '\nto the held-out loss of Adam after %s steps: flops and seconds as parts of Adam'"'"'s, by seed\n' "$steps"
for method in $methods; do
  awk -F , -v method="$method" -v rate="$(best "$method")" '
    FNR == 1 { ++file; next }
    file == 1 { af[$2] += $15 + $16 + $17; as[$2] = $7; if ($9 != "") target[$2] = $9; next }
    { f[$2] += $15 + $16 + $17; s[$2] = $7 }
    $9 != "" { last[$2] = $9; n[$2] = $3 }
    $9 != "" && $9 + 0 <= target[$2] + 0 && !($2 in hit) { hit[$2] = $3; hf[$2] = f[$2] / af[$2]; hs[$2] = s[$2] / as[$2] }
    END {
      printf "%-8s rate %s:", method, rate
      for (r = 0; r in target; ++r) {
        if (r in hit) printf "  %.2f flops %.2f s (step %d)", hf[r], hs[r], hit[r]
        else printf "  not in %d steps, %.2f flops (%.3f, wanted %.3f)", n[r], f[r] / af[r], last[r], target[r]
      }
      printf "\n"
    }' "$out/adam/trace.csv" "$out/$method/trace.csv"
done
