#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Part of blockopt: writes pytorch_trajectories.hpp, the reference that the update rules are tested against.
"""Runs torch.optim on a deterministic sequence of gradients and prints the header.

    python3 -m venv env && env/bin/pip install torch numpy
    env/bin/python export_pytorch.py > pytorch_trajectories.hpp

The numbers are committed: tests need neither Python nor PyTorch. The conventions of AdamW that PyTorch does not have
are written out here in numpy, in float64, from their published formulas.
"""
import numpy
import torch

STEPS = 50
RECORDED = [1, 2, 3, 10, 25, 50]
START = [1.0, -2.0, 0.5, 100.0, 0.0, 3.0, -0.25]

# One row per element: the gradient at step t = 1, 2, ... is 2^exponent ((t multiplier) mod modulus - offset), and 0
# after step `last`. Every value is exact in float.
GRADIENTS = [
    # exponent, multiplier, modulus, offset, last
    (-3, 7, 13, 6, STEPS),    # both signs, sometimes 0
    (0, 0, 1, 0, STEPS),      # never a gradient
    (-27, 5, 11, 5, STEPS),   # within 4e-8: epsilon matters
    (10, 3, 7, -1, STEPS),    # 1024 to 7168
    (0, 0, 1, -1, STEPS),     # always 1
    (0, 0, 1, 1, 5),          # -1 five times, then 0
    (-4, 2, 4, 1, STEPS),     # 1/16, -1/16, ...
]


def gradient(step):
    row = [
        0.0 if step > last else 2.0**exponent * ((step * multiplier) % modulus - offset)
        for exponent, multiplier, modulus, offset, last in GRADIENTS
    ]
    assert row == [float(numpy.float32(g)) for g in row]
    return row


def case(name, rule, **options):
    everything = dict(learning_rate=0.01, momentum=0.0, nesterov=False, beta1=0.9, beta2=0.999, epsilon=1e-8,
                      weight_decay=0.0, convention="pytorch")
    assert set(options) <= set(everything)
    return dict(everything, name=name, rule=rule, **options)


CASES = [
    case("sgd", "sgd"),
    case("sgd_decay", "sgd", weight_decay=0.1),
    case("momentum", "momentum", momentum=0.9),
    case("momentum_decay", "momentum", momentum=0.9, weight_decay=0.1),
    case("nesterov", "momentum", momentum=0.9, nesterov=True),
    case("nesterov_decay", "momentum", momentum=0.9, nesterov=True, weight_decay=0.1),
    case("adam", "adam", learning_rate=1e-3),
    case("adam_decay", "adam", weight_decay=0.1),
    case("adamw", "adamw", learning_rate=1e-3, weight_decay=0.01),
    case("adamw_no_decay", "adamw"),
    case("adamw_other_numbers", "adamw", learning_rate=0.1, beta1=0.8, beta2=0.95, epsilon=1e-4, weight_decay=0.3),
    case("adamw_bitsandbytes", "adamw", weight_decay=0.1, convention="bitsandbytes"),
    case("adamw_bitsandbytes_other_numbers", "adamw", learning_rate=0.1, beta1=0.8, beta2=0.95, epsilon=1e-4,
         weight_decay=0.3, convention="bitsandbytes"),
    case("adamw_epsilon_hat", "adamw", weight_decay=0.1, convention="epsilon_hat"),
    case("adamw_epsilon_hat_other_numbers", "adamw", learning_rate=0.1, beta1=0.8, beta2=0.95, epsilon=1e-4,
         weight_decay=0.3, convention="epsilon_hat"),
]


def run_torch(c, dtype):
    x = torch.nn.Parameter(torch.tensor(START, dtype=dtype))
    plain = dict(lr=c["learning_rate"], weight_decay=c["weight_decay"], foreach=False)
    if c["rule"] in ("sgd", "momentum"):
        optimizer = torch.optim.SGD([x], momentum=c["momentum"], nesterov=c["nesterov"], **plain)
    else:
        kind = torch.optim.Adam if c["rule"] == "adam" else torch.optim.AdamW
        optimizer = kind([x], betas=(c["beta1"], c["beta2"]), eps=c["epsilon"], **plain)
    rows = []
    for step in range(1, STEPS + 1):
        x.grad = torch.tensor(gradient(step), dtype=dtype)
        optimizer.step()
        if step in RECORDED:
            rows.append(x.detach().tolist())
    return rows


def run_formula(c):
    """AdamW in float64.

    bitsandbytes (csrc/kernels.cu, blockwise optimizers): epsilon multiplied by sqrt(bc2) beside an uncorrected root,
    which is PyTorch's value; decay after the step.
    epsilon_hat (Kingma and Ba, section 2; GaLore and APOLLO): epsilon beside the uncorrected root as it is; decay after
    the step.
    """
    x, m, v = numpy.array(START), numpy.zeros(len(START)), numpy.zeros(len(START))
    rows = []
    for step in range(1, STEPS + 1):
        g = numpy.array(gradient(step))
        m = c["beta1"] * m + (1 - c["beta1"]) * g
        v = c["beta2"] * v + (1 - c["beta2"]) * g * g
        c1, c2 = 1 - c["beta1"]**step, numpy.sqrt(1 - c["beta2"]**step)
        epsilon = {"bitsandbytes": c2 * c["epsilon"], "epsilon_hat": c["epsilon"]}[c["convention"]]
        x = x - c["learning_rate"] * c2 / c1 * m / (numpy.sqrt(v) + epsilon)
        x = x - c["learning_rate"] * c["weight_decay"] * x
        if step in RECORDED:
            rows.append(x.tolist())
    return rows


def literal(value, suffix):
    text = float(value).hex()
    mantissa, exponent = text.split("p")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return mantissa + "p" + exponent + suffix


def table(rows, suffix):
    lines = []
    for row in rows:
        numbers = [literal(value, suffix) for value in row]
        parts = [", ".join(part) for part in (numbers[:4], numbers[4:])]
        lines.append("      {{" + ",\n        ".join(parts) + "}},")
    return "{{\n" + "\n".join(lines) + "\n    }}"


def print_case(c):
    from_torch = c["convention"] == "pytorch"
    print("    {")
    print(f'    .name = "{c["name"]}",')
    print(f"    .which = rule::{c['rule']},")
    for option in ("learning_rate", "momentum", "nesterov", "beta1", "beta2", "epsilon", "weight_decay"):
        value = c[option]
        print(f"    .{option} = {str(value).lower() if isinstance(value, bool) else repr(value)},")
    print(f"    .form = convention::{c['convention']},")
    print("    .float64 = " + table(run_torch(c, torch.float64) if from_torch else run_formula(c), "") + ",")
    if from_torch:
        print("    .has_float32 = true,")
        print("    .float32 = " + table(run_torch(c, torch.float32), "F") + ",")
    else:
        print("    .has_float32 = false,")
        print("    .float32 = {},")
    print("    },")


def joined(values):
    return ", ".join(repr(value) for value in values)


VERSION = torch.__version__.split("+")[0]

HEADER = f"""// SPDX-License-Identifier: MIT
// Part of blockopt: trajectories of torch.optim {VERSION} (CPU) that the update rules are tested against.
//
// Written by export_pytorch.py; do not edit. Each case starts at `start`, takes {STEPS} steps with
// gradient(element, step), and records the values after the steps in `recorded_steps`; the state is never reset.
// Members are named as the options of the rules: learning_rate, weight_decay (coupled in sgd, momentum and adam;
// decoupled in adamw), beta1, beta2, epsilon; `momentum` is the beta of the rule momentum. The cases whose form is not
// pytorch are no runs of PyTorch but of the published formulas in float64 (see run_formula in the script); they have no
// float32 numbers.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace blockopt_tests::pytorch {{

inline constexpr std::size_t elements = {len(START)};
inline constexpr int steps = {STEPS};
inline constexpr std::array<int, {len(RECORDED)}> recorded_steps{{{joined(RECORDED)}}};
inline constexpr std::array<double, elements> start{{{joined(START)}}};

/// The gradient of an element at step 1, 2, ..., {STEPS}: exact in float.
inline double gradient(std::size_t element, int step) {{
  struct term {{
    int exponent, multiplier, modulus, offset, last;
  }};
  constexpr std::array<term, elements> terms{{{{
"""

MIDDLE = """  }};
  const term& g = terms[element];
  return step > g.last ? 0.0 : std::ldexp((step * g.multiplier) % g.modulus - g.offset, g.exponent);
}

enum class rule { sgd, momentum, adam, adamw };
enum class convention { pytorch, bitsandbytes, epsilon_hat };

/// One row for each recorded step, one number for each element.
template <class S>
using rows = std::array<std::array<S, elements>, recorded_steps.size()>;

struct trajectory {
  const char* name;
  rule which;
  double learning_rate, momentum;
  bool nesterov;
  double beta1, beta2, epsilon, weight_decay;
  convention form;
  rows<double> float64;
  bool has_float32;
  rows<float> float32;
};
"""


def main():
    torch.set_num_threads(1)
    print(HEADER, end="")
    for exponent, multiplier, modulus, offset, last in GRADIENTS:
        print(f"      {{{exponent}, {multiplier}, {modulus}, {offset}, {last}}},")
    print(MIDDLE)
    print(f"inline constexpr std::array<trajectory, {len(CASES)}> trajectories{{{{")
    for c in CASES:
        print_case(c)
    print("}};\n\n}  // namespace blockopt_tests::pytorch")


if __name__ == "__main__":
    main()
