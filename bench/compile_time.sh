#!/bin/sh
# SPDX-License-Identifier: MIT
# Part of blockopt: the time to compile a translation unit with the core, against one that includes <Eigen/Core> and
# evaluates one array expression. Usage: sh bench/compile_time.sh [REPEATS]; CXX and CXXFLAGS as usual.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
repeats=${1:-9}

cat >"$folder/eigen_expression.cpp" <<'END'
#include <Eigen/Core>
void step(float* x, const float* g, Eigen::Index n, float rate) {
  Eigen::Map<Eigen::ArrayXf> values(x, n);
  Eigen::Map<const Eigen::ArrayXf> gradient(g, n);
  values -= rate * gradient / (gradient.square().sqrt() + 1e-8f);
}
END
cat >"$folder/core_rule.cpp" <<'END'
#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/update/adamw.hpp>
namespace bo = blockopt;
void step(std::span<const bo::rule_constants<bo::adamw, float>> constants, std::span<const bo::parameter_job<float, float, 2>> jobs) {
  bo::plain_backend{}.update<bo::adamw>(constants, jobs, bo::step_options<float>{});
}
END
cat >"$folder/core_optimizer.cpp" <<'END'
#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/block/by_layer.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/adamw.hpp>
namespace bo = blockopt;
void step(float* x, const float* g, std::size_t n) {
  const std::vector<bo::parameter<float>> parameters{{"layers.0.weight", bo::view(x, {n}), bo::view(g, {n})}};
  bo::block_optimizer optimizer{bo::by_layer(parameters), bo::adamw{}, bo::ascending{}, bo::keep_state{}, bo::plain_backend{}};
  optimizer.step();
}
END

names='eigen_expression core_rule core_optimizer'
i=0
while [ "$i" -lt "$repeats" ]; do  # in turn, so that what else the machine does falls on all alike
  for name in $names; do
    start=$(date +%s%N)
    # shellcheck disable=SC2086
    "${CXX:-g++}" -std=c++20 ${CXXFLAGS:--O2} -I"$root/include" -isystem /usr/include/eigen3 -c "$folder/$name.cpp" -o "$folder/$name.o"
    echo $((($(date +%s%N) - start) / 1000000)) >>"$folder/$name.ms"
  done
  i=$((i + 1))
done
for name in $names; do
  median=$(sort -n "$folder/$name.ms" | sed -n "$((repeats / 2 + 1))p")
  [ "$name" = eigen_expression ] && base=$median
  awk -v n="$name" -v m="$median" -v b="$base" -v lo="$(sort -n "$folder/$name.ms" | head -1)" \
    -v hi="$(sort -n "$folder/$name.ms" | tail -1)" \
    'BEGIN { printf "%-18s %5.2f s (%.2f .. %.2f)  %.2f x\n", n, m / 1000, lo / 1000, hi / 1000, m / b }'
done
