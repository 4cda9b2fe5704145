// SPDX-License-Identifier: MIT
// Part of blockopt: Ctrl-C as a flag.

#include "common/interrupt.hpp"

#include <csignal>

namespace blockopt::program {

namespace {
// A signal handler reaches nothing but globals.
volatile std::sig_atomic_t seen = 0;

extern "C" void blockopt_on_interrupt(int) {
  seen = 1;
  std::signal(SIGINT, SIG_DFL);
}
}  // namespace

interrupt_guard::interrupt_guard() {
  seen = 0;
  std::signal(SIGINT, blockopt_on_interrupt);
}

interrupt_guard::~interrupt_guard() { std::signal(SIGINT, SIG_DFL); }

bool interrupt_guard::interrupted() noexcept { return seen != 0; }

}  // namespace blockopt::program
