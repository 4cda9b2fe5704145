// SPDX-License-Identifier: MIT
// Part of blockopt: the transformer in bfloat16.

#include "train/model_body.hpp"

namespace blockopt::program {

template std::unique_ptr<model<bfloat16>> make_model<bfloat16>(const transformer_shape&, std::size_t,
                                                               std::pmr::memory_resource*, std::pmr::memory_resource*);

}  // namespace blockopt::program
