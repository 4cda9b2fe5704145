// SPDX-License-Identifier: MIT
// Part of blockopt: the end of optimizer_prologue.hpp. Without an include guard, on purpose.

#undef BLOCKOPT_OPTIMIZER_TEMPLATE
#undef BLOCKOPT_OPTIMIZER
