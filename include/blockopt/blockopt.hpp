// SPDX-License-Identifier: MIT
// Part of blockopt: the core in one include; it needs the standard library only.
#pragma once

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/block/by_bytes.hpp>
#include <blockopt/block/by_index.hpp>
#include <blockopt/block/by_layer.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/block/by_matrix.hpp>
#include <blockopt/block/by_ratio.hpp>
#include <blockopt/memory/counting_resource.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/problem/problem.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/run/minimize.hpp>
#include <blockopt/run/plateau.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/block_list.hpp>
#include <blockopt/select/descending.hpp>
#include <blockopt/select/fixed_block.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/select/uniform_subset.hpp>
#include <blockopt/update/adagrad.hpp>
#include <blockopt/update/adam.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/amsgrad.hpp>
#include <blockopt/update/lion.hpp>
#include <blockopt/update/momentum.hpp>
#include <blockopt/update/nadam.hpp>
#include <blockopt/update/rmsprop.hpp>
#include <blockopt/update/schedule_free_adamw.hpp>
#include <blockopt/update/schedule_free_sgd.hpp>
#include <blockopt/update/sgd.hpp>
#include <blockopt/update/sign_momentum.hpp>
#include <blockopt/version.hpp>
