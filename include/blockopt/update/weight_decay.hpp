// SPDX-License-Identifier: MIT
// Part of blockopt: the two meanings of weight decay.
#pragma once

namespace blockopt {

/// coupled: the gradient becomes g + lambda x (L2 regularization, torch.optim.SGD and Adam).
/// decoupled: x shrinks by the factor 1 - learning_rate lambda, outside of the step (Loshchilov & Hutter,
/// arXiv 1711.05101; torch.optim.AdamW).
enum class decay_kind { coupled, decoupled };

}  // namespace blockopt
