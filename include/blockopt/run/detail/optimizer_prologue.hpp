// SPDX-License-Identifier: MIT
// Part of blockopt: one spelling for the head of every definition in the block_optimizer_*.hpp; optimizer_epilogue.hpp ends
// it. Without an include guard, on purpose.

#define BLOCKOPT_OPTIMIZER_TEMPLATE                                                                       \
  template <class Parameter, update_rule Rule, selection_policy Selection, class Memory, backend Backend> \
    requires memory_strategy<Memory, Backend>
#define BLOCKOPT_OPTIMIZER block_optimizer<Parameter, Rule, Selection, Memory, Backend>
