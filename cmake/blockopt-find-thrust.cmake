# SPDX-License-Identifier: MIT
# Part of blockopt: looks for Thrust, and for what its systems need; the same in this build and where the package is used.
#
# Makes the target blockopt::thrust_headers, or sets blockopt_thrust_reason to a sentence that says why not. A machine may
# have two Thrusts: that of a CUDA toolkit, which nvcc takes in any case, and that of the system (Debian's libthrust-dev).
# Only one of them may meet in a program, so the toolkit's is taken where there is one, for C++ sources too.
# BLOCKOPT_THRUST_INCLUDE_DIR, the folder that has thrust/version.h, names another.
# blockopt_thrust_missing lists the systems that cannot be linked here, with what they lack.

set(blockopt_thrust_missing "")
if(NOT TARGET blockopt::thrust_headers)
  set(blockopt_thrust_folder "${BLOCKOPT_THRUST_INCLUDE_DIR}")
  if(NOT blockopt_thrust_folder)
    unset(blockopt_thrust_folder)  # find_path looks only for what is not set
    find_program(blockopt_nvcc nvcc NO_CACHE)
    set(blockopt_toolkits "${CUDAToolkit_ROOT}" "$ENV{CUDAToolkit_ROOT}" "$ENV{CUDA_PATH}" "$ENV{CUDA_HOME}")
    if(blockopt_nvcc)
      file(REAL_PATH "${blockopt_nvcc}" blockopt_nvcc)
      cmake_path(GET blockopt_nvcc PARENT_PATH blockopt_nvcc)
      cmake_path(GET blockopt_nvcc PARENT_PATH blockopt_nvcc)
      list(APPEND blockopt_toolkits "${blockopt_nvcc}")
    endif()
    list(APPEND blockopt_toolkits /usr/local/cuda /opt/cuda)
    list(FILTER blockopt_toolkits EXCLUDE REGEX "^(/usr)?$")  # a distribution's nvcc: its Thrust is the system's
    list(TRANSFORM blockopt_toolkits APPEND /include)
    # CUDA 13 keeps Thrust in include/cccl, earlier toolkits in include.
    find_path(blockopt_thrust_folder thrust/version.h NO_CACHE PATH_SUFFIXES cccl NO_DEFAULT_PATH
              PATHS ${CMAKE_CUDA_TOOLKIT_INCLUDE_DIRECTORIES} ${blockopt_toolkits})
    find_path(blockopt_thrust_folder thrust/version.h NO_CACHE PATH_SUFFIXES cccl)
  endif()

  unset(blockopt_thrust_reason)
  if(NOT blockopt_thrust_folder)
    set(blockopt_thrust_reason "Thrust was found neither in a CUDA toolkit nor elsewhere (package libthrust-dev)")
  elseif(NOT EXISTS "${blockopt_thrust_folder}/thrust/version.h")
    set(blockopt_thrust_reason "there is no thrust/version.h in BLOCKOPT_THRUST_INCLUDE_DIR, ${blockopt_thrust_folder}")
  else()
    file(STRINGS "${blockopt_thrust_folder}/thrust/version.h" blockopt_thrust_version
         REGEX "^#[ \t]*define[ \t]+THRUST_VERSION[ \t]+[0-9]+")
    string(REGEX REPLACE ".*THRUST_VERSION[ \t]+([0-9]+).*" "\\1" blockopt_thrust_version "${blockopt_thrust_version}")
    if(blockopt_thrust_version LESS 101700)
      set(blockopt_thrust_reason
          "Thrust 1.17 or newer is needed; ${blockopt_thrust_folder} has THRUST_VERSION ${blockopt_thrust_version}")
    endif()
  endif()

  if(NOT DEFINED blockopt_thrust_reason)
    add_library(blockopt::thrust_headers INTERFACE IMPORTED)
    target_include_directories(blockopt::thrust_headers SYSTEM INTERFACE "${blockopt_thrust_folder}")
  endif()
  unset(blockopt_nvcc)
  unset(blockopt_toolkits)
  unset(blockopt_thrust_version)
endif()

if(TARGET blockopt::thrust_headers)
  get_property(blockopt_languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if(NOT TARGET OpenMP::OpenMP_CXX AND "CXX" IN_LIST blockopt_languages)
    find_package(OpenMP QUIET COMPONENTS CXX)
  endif()
  if(NOT TARGET OpenMP::OpenMP_CXX)
    list(APPEND blockopt_thrust_missing "blockopt::thrust_omp, for which OpenMP for C++ was not found")
  endif()
  if(NOT TARGET TBB::tbb)
    find_package(TBB QUIET CONFIG)
  endif()
  if(NOT TARGET TBB::tbb)
    list(APPEND blockopt_thrust_missing "blockopt::thrust_tbb, for which TBB was not found (package libtbb-dev)")
  endif()
  unset(blockopt_languages)
endif()
