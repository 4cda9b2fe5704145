// SPDX-License-Identifier: MIT
// Part of blockopt: an optimizer and its parameters in a file, and back.
#pragma once

#include <filesystem>

#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/run/detail/checkpoint_access.hpp>

namespace blockopt {

/// Writes all that the rest of the run depends on: the values of all parameters, master copies and state of the visit, of
/// always-active parameters and of every block of which the memory strategy keeps some, accumulated gradients, the cursor of
/// the visit, the selection policy and its random numbers, all counts, running sums and hyper-parameters. A run that goes on
/// from it has the same bits as one that was never interrupted, also on another number of threads.
///
/// A safetensors file, which Python's safetensors opens: values/NAME, state/SLOT/NAME, compensation/NAME, master/NAME and
/// gradient/NAME have the shape of the parameter NAME, slices of a parameter and rows of codes (U8) are flat, and numbers
/// are small tensors; under "__metadata__" stand the version of the format and of the library, and a checksum of the data.
/// The old file is there until the new one is complete on the disk, also when the process is killed (see
/// detail::replacing_file).
///
/// To be called between steps: gradients that were added for a step that was not made are not saved. Raises file_error,
/// with the old file as it was, and invalid_call within a step that was begun by `consume`.
///
/// What the caller owns is not in it: the schedule of learning rates is a function, of which only the factors of the next
/// steps are saved; data and their order are the caller's.
template <class Parameter, class Rule, class Selection, class Memory, class Backend>
void save(block_optimizer<Parameter, Rule, Selection, Memory, Backend>& optimizer, const std::filesystem::path& file) {
  detail::checkpoint_access::save(optimizer, file);
}

/// Reads what `save` wrote into an optimizer that was made alike: same names and shapes of parameters, same blocks, rule,
/// policy, memory strategy and options; the number of threads and the backend may be others. Hyper-parameters and
/// switch_every become those of the file, the schedule must give the file's next factors. Raises file_error that names the
/// file and what is at fault, before anything is changed, for a file that is damaged, of a later version, or of another
/// optimizer. (The file is read twice, once to be checked: only a disk that fails in between could leave values half read.)
/// References from `assign` stay valid.
template <class Parameter, class Rule, class Selection, class Memory, class Backend>
void load(block_optimizer<Parameter, Rule, Selection, Memory, Backend>& optimizer, const std::filesystem::path& file) {
  detail::checkpoint_access::load(optimizer, file);
}

}  // namespace blockopt
