// SPDX-License-Identifier: MIT
// Part of blockopt: the backends of train by name. CMake defines why one is missing, where one is.

#include "train/backend/backends.hpp"

#include <algorithm>
#include <string>

#include "common/failure.hpp"

namespace blockopt::program {

backend_makers eigen_makers();
backend_makers plain_makers();

// Each by thrust.cpp, compiled for its system.
#ifndef BLOCKOPT_PROGRAM_NO_THRUST_CPP
namespace thrust_on_cpp {
backend_makers thrust_makers();
}
#endif
#ifndef BLOCKOPT_PROGRAM_NO_THRUST_OMP
namespace thrust_on_omp {
backend_makers thrust_makers();
}
#endif
#ifndef BLOCKOPT_PROGRAM_NO_THRUST_TBB
namespace thrust_on_tbb {
backend_makers thrust_makers();
void use_threads(std::size_t threads);
}  // namespace thrust_on_tbb
#endif

std::span<const named_backend> backends() {
  static constexpr named_backend all[] = {
      {"eigen", nullptr, eigen_makers},
      {"plain", nullptr, plain_makers},
#ifndef BLOCKOPT_PROGRAM_NO_THRUST_OMP
      {"thrust-omp", nullptr, thrust_on_omp::thrust_makers, true},
#else
      {"thrust-omp", BLOCKOPT_PROGRAM_NO_THRUST_OMP, nullptr},
#endif
#ifndef BLOCKOPT_PROGRAM_NO_THRUST_TBB
      {"thrust-tbb", nullptr, thrust_on_tbb::thrust_makers, true, thrust_on_tbb::use_threads},
#else
      {"thrust-tbb", BLOCKOPT_PROGRAM_NO_THRUST_TBB, nullptr},
#endif
#ifndef BLOCKOPT_PROGRAM_NO_THRUST_CPP
      {"thrust-cpp", nullptr, thrust_on_cpp::thrust_makers, true},
#else
      {"thrust-cpp", BLOCKOPT_PROGRAM_NO_THRUST_CPP, nullptr},
#endif
      {"thrust-cuda", "the model of train lies in host memory, out of a device's reach", nullptr},
  };
  return all;
}

std::string backend_names() {
  std::string names;
  for (const named_backend& b : backends()) {
    if (b.missing == nullptr) names.append(names.empty() ? "" : ", ").append(b.name);
  }
  return names;
}

const named_backend& find_backend(std::string_view name) {
  const auto found = std::ranges::find(backends(), name, &named_backend::name);
  const std::string sentence = "--backend: '" + std::string(name) + "' is ";
  if (found == backends().end()) throw usage_error(sentence + "none of " + backend_names());
  if (found->missing != nullptr) throw usage_error(sentence + "not in this program: " + found->missing);
  return *found;
}

}  // namespace blockopt::program
