// SPDX-License-Identifier: MIT
// Part of blockopt: what `list` and `info` tell of the library's rules, memory strategies and backends.

#include "list/library_notes.hpp"

namespace blockopt::program {

std::vector<lab_note> rule_notes() {
  return {
      {.name = "sgd",
       .summary = "gradient descent",
       .formula = "x <- x - rate (g + lambda x); decoupled: x <- (1 - rate lambda) x - rate g",
       .cost = "no state"},
      {.name = "momentum",
       .summary = "heavy ball, or Nesterov's look-ahead",
       .formula = "u <- beta u + g; x <- x - rate u, Nesterov: x <- x - rate (g + beta u)",
       .cost = "one slot, 4 bytes per float parameter",
       .source = "Sutskever et al., ICML 2013"},
      {.name = "adam",
       .summary = "first and second moments, decay added to the gradient",
       .formula = "m <- b1 m + (1 - b1) g; v <- b2 v + (1 - b2) g^2; x <- x - rate (m/bc1) / (sqrt(v/bc2) + eps)",
       .cost = "two slots, 8 bytes per float parameter",
       .source = "Kingma & Ba, arXiv 1412.6980, Algorithm 1"},
      {.name = "adamw",
       .summary = "Adam with decoupled decay, in three published conventions",
       .formula = "x <- (1 - rate lambda) x - rate (m/bc1) / (sqrt(v/bc2) + eps)",
       .cost = "two slots, 8 bytes per float parameter",
       .source = "Loshchilov & Hutter, arXiv 1711.05101, Algorithm 2"},
      {.name = "amsgrad",
       .summary = "Adam with the largest second moment so far",
       .formula = "x <- x - rate (m/bc1) / (sqrt(max v/bc2) + eps)",
       .cost = "three slots, 12 bytes per float parameter",
       .source = "Reddi, Kale & Kumar, ICLR 2018, Algorithm 2"},
      {.name = "nadam",
       .summary = "Adam with Nesterov's momentum and a momentum schedule",
       .cost = "two slots, 8 bytes per float parameter",
       .source = "Dozat, ICLR 2016 workshop"},
      {.name = "adagrad",
       .summary = "steps divided by the root of the sum of squares",
       .formula = "s <- s + g^2; x <- x - rate_t g / (sqrt(s) + eps)",
       .cost = "one slot, 4 bytes per float parameter",
       .source = "Duchi, Hazan & Singer, JMLR 12, 2011, Figure 1"},
      {.name = "rmsprop",
       .summary = "steps divided by the root of a mean of squares",
       .formula = "v <- alpha v + (1 - alpha) g^2; x <- x - rate g / (sqrt(v) + eps)",
       .cost = "one slot, 4 bytes per float parameter",
       .source = "Tieleman & Hinton, COURSERA lecture 6.5, 2012"},
      {.name = "lion",
       .summary = "sign of an interpolated momentum",
       .formula = "x <- x - rate (sign(b1 m + (1 - b1) g) + lambda x); m <- b2 m + (1 - b2) g",
       .cost = "one slot, 4 bytes per float parameter",
       .source = "Chen et al., arXiv 2302.06675, Algorithm 2"},
      {.name = "sign_momentum",
       .summary = "sign of the averaged gradient (Signum)",
       .formula = "m <- beta m + (1 - beta) g; x <- x - rate (sign(m) + lambda x)",
       .cost = "one slot, 4 bytes per float parameter",
       .source = "Bernstein et al., arXiv 1802.04434, Algorithm 2"},
      {.name = "schedule_free_sgd",
       .summary = "SGD whose values become an average when a visit ends",
       .formula = "z <- z - rate (g + lambda y); x <- (1 - c) x + c z; gradients at y = (1 - beta) z + beta x",
       .cost = "one slot, 4 bytes per float parameter",
       .source = "Defazio et al., arXiv 2405.15682"},
      {.name = "schedule_free_adamw",
       .summary = "the same with Adam's second moment",
       .cost = "two slots, 8 bytes per float parameter",
       .source = "Defazio et al., arXiv 2405.15682, Algorithm 1"},
  };
}

std::vector<lab_note> memory_notes() {
  return {
      {.name = "keep_state", .summary = "state of every block is kept", .cost = "Adam: 8 bytes per float parameter"},
      {.name = "drop_state",
       .summary = "state is dropped when a block is left",
       .cost = "Adam: 8 bytes per parameter of the largest block only",
       .source = "BAdam, arXiv 2404.02827"},
      {.name = "decay_state",
       .summary = "kept, and on entry decayed by the steps taken elsewhere",
       .cost = "Adam: 8 bytes per float parameter"},
      {.name = "warm_state",
       .summary = "second moments are kept, the rest is dropped",
       .cost = "Adam: 4 bytes per float parameter, and 4 of the largest block"},
      {.name = "keep_bf16", .summary = "kept in bfloat16", .cost = "Adam: 4 bytes per float parameter"},
      {.name = "keep_8bit", .summary = "kept in 8-bit dynamic codes", .cost = "Adam: 2.03 bytes per float parameter"},
      {.name = "keep_fp8",
       .summary = "first moment in 8, second in 16 bits (FP8-LM)",
       .cost = "Adam: 3.03 bytes per float parameter",
       .source = "Peng et al., arXiv 2310.18313"},
      {.name = "offload_to_file",
       .summary = "kept in a scratch file, moved while other blocks are active",
       .cost = "16 bytes of the largest block; 8 per parameter on the disk"},
      {.name = "offload_to_host",
       .summary = "kept in pinned memory of the host, moved on a second stream",
       .cost = "16 bytes of the largest block; 8 per parameter on the host"},
  };
}

std::vector<lab_note> backend_notes() {
  return {
      {.name = "plain", .summary = "standard library only"},
      {.name = "eigen", .summary = "register tiles of Eigen; OpenMP where it is linked"},
      {.name = "thrust-cuda", .summary = "Thrust on CUDA"},
      {.name = "thrust-omp", .summary = "Thrust on OpenMP"},
      {.name = "thrust-tbb", .summary = "Thrust on TBB"},
      {.name = "thrust-cpp", .summary = "Thrust on one thread"},
  };
}

}  // namespace blockopt::program
