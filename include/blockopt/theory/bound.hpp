// SPDX-License-Identifier: MIT
// Part of blockopt: all theorems, each a function of namespace bounds that gives a theorem.
#pragma once

#include <blockopt/theory/bounds/accelerated.hpp>
#include <blockopt/theory/bounds/composite.hpp>
#include <blockopt/theory/bounds/cyclic.hpp>
#include <blockopt/theory/bounds/descent.hpp>
#include <blockopt/theory/bounds/greedy.hpp>
#include <blockopt/theory/bounds/parallel.hpp>
#include <blockopt/theory/bounds/random.hpp>
#include <blockopt/theory/sun_ye_rates.hpp>
#include <blockopt/theory/theorem.hpp>
