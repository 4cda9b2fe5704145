# SPDX-License-Identifier: MIT
# Part of blockopt: find_package(blockopt [COMPONENTS core eigen thrust]).
#
# blockopt::core needs the standard library only; Eigen 3.4 or newer is looked for when the component eigen is asked
# for, or when no component is named. OpenMP is used by a target that links OpenMP::OpenMP_CXX itself.
# The component thrust is looked for only when it is asked for, and then with OpenMP and TBB for blockopt::thrust_omp and
# blockopt::thrust_tbb; see blockopt-find-thrust.cmake.

set(blockopt_wanted ${blockopt_FIND_COMPONENTS})
if(NOT blockopt_wanted)
  set(blockopt_wanted core eigen)
endif()

include("${CMAKE_CURRENT_LIST_DIR}/blockopt-core-targets.cmake")
set(blockopt_core_FOUND TRUE)

foreach(blockopt_component IN LISTS blockopt_wanted)
  if(blockopt_component STREQUAL "core")
    continue()
  elseif(blockopt_component STREQUAL "eigen")
    if(NOT TARGET Eigen3::Eigen)
      # No version: the config of Eigen 5 refuses a request for 3.4.
      find_package(Eigen3 QUIET CONFIG)
    endif()
    if(NOT TARGET Eigen3::Eigen)
      set(blockopt_eigen_FOUND FALSE)
      set(blockopt_reason "blockopt: component eigen needs Eigen 3.4 or newer (package Eigen3), which was not found")
    elseif(DEFINED Eigen3_VERSION AND Eigen3_VERSION VERSION_LESS 3.4)
      set(blockopt_eigen_FOUND FALSE)
      set(blockopt_reason "blockopt: component eigen needs Eigen 3.4 or newer; ${Eigen3_VERSION} was found in ${Eigen3_DIR}")
    else()
      include("${CMAKE_CURRENT_LIST_DIR}/blockopt-eigen-targets.cmake")
      set(blockopt_eigen_FOUND TRUE)
    endif()
  elseif(blockopt_component STREQUAL "thrust")
    include("${CMAKE_CURRENT_LIST_DIR}/blockopt-find-thrust.cmake")
    if(TARGET blockopt::thrust_headers)
      include("${CMAKE_CURRENT_LIST_DIR}/blockopt-thrust-targets.cmake")
      set(blockopt_thrust_FOUND TRUE)
    else()
      set(blockopt_thrust_FOUND FALSE)
      set(blockopt_reason "blockopt: component thrust: ${blockopt_thrust_reason}")
    endif()
    if(NOT blockopt_FIND_QUIETLY)
      foreach(blockopt_missing IN LISTS blockopt_thrust_missing)
        message(STATUS "blockopt: not to be linked here: ${blockopt_missing}")
      endforeach()
    endif()
  else()
    set(blockopt_${blockopt_component}_FOUND FALSE)
    set(blockopt_reason "blockopt: there is no component ${blockopt_component}; the components are core, eigen and thrust")
  endif()

  if(NOT blockopt_${blockopt_component}_FOUND AND
     (NOT blockopt_FIND_COMPONENTS OR blockopt_FIND_REQUIRED_${blockopt_component}))
    set(blockopt_FOUND FALSE)
    set(blockopt_NOT_FOUND_MESSAGE "${blockopt_reason}")
  endif()
endforeach()
unset(blockopt_wanted)
unset(blockopt_component)
