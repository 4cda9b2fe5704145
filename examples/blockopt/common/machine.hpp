// SPDX-License-Identifier: MIT
// Part of blockopt: what the program knows of the machine and of its own process.
#pragma once

#include <cstddef>
#include <string>

namespace blockopt::program {

[[nodiscard]] std::string processor_name();  ///< "unknown" where the system does not say
[[nodiscard]] std::size_t core_count();
[[nodiscard]] std::string compiler_name();

/// The most memory that the process ever held, in bytes, since its start or the last `reset_peak_resident`; 0: unknown.
[[nodiscard]] std::size_t peak_resident_bytes();
/// Starts a new peak where the system allows it (Linux); nothing else changes.
void reset_peak_resident();

}  // namespace blockopt::program
