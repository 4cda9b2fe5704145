// SPDX-License-Identifier: MIT
// Part of blockopt: the plots of train.
#pragma once

#include <filesystem>
#include <ostream>
#include <span>

#include "train/record.hpp"

namespace blockopt::program {

/// Writes loss.dat, loss.gp, memory.dat and memory.gp into the folder, and runs gnuplot on them where it is found:
/// loss.svg and memory.svg. Says on `out` what is there, in one line.
void write_plots(const std::filesystem::path& folder, std::span<const method_record> records, std::ostream& out);

}  // namespace blockopt::program
