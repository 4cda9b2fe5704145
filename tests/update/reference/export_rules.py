#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Part of blockopt: writes rule_trajectories.hpp, the reference of the rules that export_pytorch.py does not have.
"""Runs torch.optim, optax and schedulefree on the gradients of export_pytorch.py and prints the header.

    python3 -m venv env && env/bin/pip install torch numpy optax schedulefree==1.4.1
    env/bin/python export_rules.py > rule_trajectories.hpp

The numbers are committed: tests need neither Python nor these packages.
"""
import jax
import numpy
import optax
import schedulefree
import torch

from export_pytorch import START, STEPS, gradient, table

jax.config.update("jax_enable_x64", True)
torch.set_default_dtype(torch.float64)  # NAdam's product of momenta is kept in the default type
RECORDED = [1, 3, 12, STEPS]


def run_torch(make, evaluate=False):
    def run(dtype):
        x = torch.nn.Parameter(torch.tensor(START, dtype=dtype))
        optimizer = make([x])
        rows = []
        for step in range(1, STEPS + 1):
            if hasattr(optimizer, "train"):
                optimizer.train()
            x.grad = torch.tensor(gradient(step), dtype=dtype)
            optimizer.step()
            if step in RECORDED:
                y = x.detach().clone()
                if evaluate:
                    optimizer.eval()
                rows.append(x.tolist())
                if evaluate:
                    optimizer.train()
                    x.data.copy_(y)  # so that the run is not rounded by going there and back
        return rows

    return lambda kind: run({"float64": torch.float64, "float32": torch.float32}[kind])


def run_optax(optimizer):
    def run(kind):
        x = jax.numpy.array(START, dtype=kind)
        state = optimizer.init(x)
        rows = []
        for step in range(1, STEPS + 1):
            g = jax.numpy.array(gradient(step), dtype=kind)
            change, state = optimizer.update(g, state, x)
            x = optax.apply_updates(x, change)
            assert x.dtype == kind
            if step in RECORDED:
                rows.append(numpy.asarray(x).tolist())
        return rows

    return run


def from_torch(kind, **options):
    return run_torch(lambda x: kind(x, foreach=False, **options))


def signum(rate, beta, decay):
    return optax.chain(optax.ema(beta, debias=False), optax.scale_by_sign(), optax.add_decayed_weights(decay),
                       optax.scale_by_learning_rate(rate))


OTHER = dict(lr=0.1, betas=(0.8, 0.95), eps=1e-4, weight_decay=0.3)
FREE_SGD = dict(lr=0.05, momentum=0.8, weight_decay=0.1, warmup_steps=4, r=0.75, weight_lr_power=1.5)
FREE_ADAMW = dict(lr=0.1, betas=(0.8, 0.95), eps=1e-4, weight_decay=0.3, warmup_steps=5, r=0.75, weight_lr_power=1.5)
SGD, ADAMW = schedulefree.SGDScheduleFree, schedulefree.AdamWScheduleFree

CASES = {
    "adagrad": from_torch(torch.optim.Adagrad),
    "adagrad_others": from_torch(torch.optim.Adagrad, lr=0.1, lr_decay=0.05, weight_decay=0.3, eps=1e-4,
                                 initial_accumulator_value=0.1),
    "rmsprop": from_torch(torch.optim.RMSprop),
    "rmsprop_others": from_torch(torch.optim.RMSprop, lr=0.1, alpha=0.9, eps=1e-4, weight_decay=0.3),
    "amsgrad": from_torch(torch.optim.Adam, amsgrad=True),
    "amsgrad_coupled": from_torch(torch.optim.Adam, amsgrad=True, **OTHER),
    "amsgrad_decoupled": from_torch(torch.optim.AdamW, amsgrad=True, **OTHER),
    "nadam": from_torch(torch.optim.NAdam),
    "nadam_coupled": from_torch(torch.optim.NAdam, momentum_decay=0.02, **OTHER),
    "nadam_decoupled": from_torch(torch.optim.NAdam, decoupled_weight_decay=True, **OTHER),
    "lion": run_optax(optax.lion(1e-2, weight_decay=0)),
    "lion_decay": run_optax(optax.lion(1e-2, b1=0.8, b2=0.95, weight_decay=0.3)),
    "sign_momentum": run_optax(optax.signum(1e-2)),
    "sign_momentum_decay": run_optax(signum(1e-2, 0.75, 0.3)),
    "free_sgd": from_torch(SGD, lr=0.05),
    "free_sgd_average": run_torch(lambda x: SGD(x, lr=0.05, foreach=False), evaluate=True),
    "free_sgd_others": from_torch(SGD, **FREE_SGD),
    "free_sgd_others_average": run_torch(lambda x: SGD(x, foreach=False, **FREE_SGD), evaluate=True),
    "free_adamw": from_torch(ADAMW),
    "free_adamw_average": run_torch(lambda x: ADAMW(x, foreach=False), evaluate=True),
    "free_adamw_others": from_torch(ADAMW, **FREE_ADAMW),
    "free_adamw_others_average": run_torch(lambda x: ADAMW(x, foreach=False, **FREE_ADAMW), evaluate=True),
}


VERSIONS = f"torch.optim {torch.__version__.split('+')[0]}, optax {optax.__version__} and schedulefree 1.4.1"

HEADER = f"""// SPDX-License-Identifier: MIT
// Part of blockopt: trajectories of torch.optim, optax and schedulefree that update rules are tested against.
//
// Written by export_rules.py, where the options are, from {VERSIONS}
// (all on the CPU); do not edit. Start and gradients are those of pytorch_trajectories.hpp. Each trajectory has the
// values after the steps in `recorded_steps`; those named `average` are what schedulefree shows in evaluation mode.
#pragma once

#include <array>

#include <update/reference/pytorch_trajectories.hpp>

namespace blockopt_tests::rules {{

inline constexpr std::array<int, {len(RECORDED)}> recorded_steps{{{", ".join(map(str, RECORDED))}}};

template <class S>
using rows = std::array<std::array<S, pytorch::elements>, recorded_steps.size()>;

struct trajectory {{
  const char* name;
  rows<double> float64;
  rows<float> float32;
}};
"""


def main():
    torch.set_num_threads(1)
    print(HEADER)
    for name, run in CASES.items():
        print(f"inline constexpr trajectory {name}{{")
        print(f'    .name = "{name}",')
        print("    .float64 = " + table(run("float64"), "") + ",")
        print("    .float32 = " + table(run("float32"), "F") + ",")
        print("};\n")
    print("}  // namespace blockopt_tests::rules")


if __name__ == "__main__":
    main()
