// SPDX-License-Identifier: MIT
// Part of blockopt: the transformer in float.

#include "train/model_body.hpp"

namespace blockopt::program {

template std::unique_ptr<model<float>> make_model<float>(const transformer_shape&, std::size_t,
                                                         std::pmr::memory_resource*, std::pmr::memory_resource*);

}  // namespace blockopt::program
