# SPDX-License-Identifier: MIT
# Part of blockopt: what is looked for on this machine, and the flags of the project's own executables.

# Eigen, without a version first: the config of Eigen 5 refuses a request for 3.4.
if(NOT TARGET Eigen3::Eigen)
  find_package(Eigen3 QUIET CONFIG)
endif()
if(TARGET Eigen3::Eigen)
  if(DEFINED Eigen3_VERSION AND Eigen3_VERSION VERSION_LESS 3.4)
    message(FATAL_ERROR "blockopt: Eigen ${Eigen3_VERSION} was found in ${Eigen3_DIR}; blockopt::eigen needs 3.4 or newer")
  endif()
elseif(PROJECT_IS_TOP_LEVEL)
  message(STATUS "blockopt: Eigen was not found; blockopt::eigen and what is built with it are left out (libeigen3-dev)")
endif()

# Thrust, and OpenMP and TBB for its systems.
include("${CMAKE_CURRENT_LIST_DIR}/blockopt-find-thrust.cmake")
if(PROJECT_IS_TOP_LEVEL)
  if(NOT TARGET blockopt::thrust_headers)
    message(STATUS "blockopt: blockopt::thrust and what is built with it are left out: ${blockopt_thrust_reason}")
  endif()
  foreach(missing IN LISTS blockopt_thrust_missing)
    message(STATUS "blockopt: left out: ${missing}")
  endforeach()
endif()

# Flags of tests, benchmarks and program. The library's targets carry none of them.
if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  set(blockopt_warning_flags -Wall -Wextra -Wpedantic -Wconversion -Werror)
endif()
# GCC 12 takes the undefined lanes inside its own AVX-512 intrinsics for a fault (its bug 105593).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  list(APPEND blockopt_warning_flags -Wno-maybe-uninitialized -Wno-uninitialized)
endif()
add_library(blockopt_compile_options INTERFACE)
target_compile_options(blockopt_compile_options INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:${blockopt_warning_flags}>")
if(BLOCKOPT_NATIVE AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  target_compile_options(blockopt_compile_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-march=native>)
endif()
# nvcc writes line directives that -Wpedantic refuses.
target_compile_options(blockopt_compile_options INTERFACE
  "$<$<COMPILE_LANG_AND_ID:CUDA,NVIDIA>:-Werror=all-warnings;-Xcompiler=-Wall,-Wextra>")
add_library(blockopt_executable_options INTERFACE)
target_link_libraries(blockopt_executable_options INTERFACE blockopt_compile_options)

if(BLOCKOPT_BUILD_TESTS OR BLOCKOPT_BUILD_BENCH OR BLOCKOPT_BUILD_EXAMPLES)
  find_package(OpenMP QUIET COMPONENTS CXX)
  if(OpenMP_CXX_FOUND)
    target_link_libraries(blockopt_executable_options INTERFACE OpenMP::OpenMP_CXX)
  else()
    message(STATUS "blockopt: OpenMP was not found; tests, benchmarks and program use one thread")
  endif()
endif()

if(BLOCKOPT_BUILD_EXAMPLES)
  find_program(BLOCKOPT_GNUPLOT gnuplot)
  mark_as_advanced(BLOCKOPT_GNUPLOT)
  if(NOT BLOCKOPT_GNUPLOT)
    message(STATUS "blockopt: gnuplot was not found; the program writes its tables without plots (gnuplot-nox)")
  endif()
endif()
