# SPDX-License-Identifier: MIT
# Part of blockopt: defaults of a build of blockopt itself, which a project that embeds it never sees.

get_property(is_multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(NOT CMAKE_BUILD_TYPE AND NOT is_multi_config)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
endif()

# ccache caches compilations with a precompiled header only when it is told not to mind its time stamp.
find_program(BLOCKOPT_CCACHE ccache)
mark_as_advanced(BLOCKOPT_CCACHE)
if(BLOCKOPT_CCACHE)
  foreach(language IN ITEMS CXX CUDA)
    if(NOT DEFINED CMAKE_${language}_COMPILER_LAUNCHER)
      set(CMAKE_${language}_COMPILER_LAUNCHER
          "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros "${BLOCKOPT_CCACHE}")
    endif()
  endforeach()
endif()

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
