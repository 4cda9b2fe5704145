# SPDX-License-Identifier: MIT
# Part of blockopt: compiles SOURCE into the folder BUILD with COMPILER and what pkg-config says of MODULE, as installed
# in PREFIX, and runs it.

find_program(pkg_config NAMES pkg-config pkgconf)
if(NOT pkg_config)
  message("blockopt test skipped: pkg-config was not found")
  return()
endif()
set(ENV{PKG_CONFIG_PATH} "${PREFIX}/share/pkgconfig")
if(MODULE MATCHES "eigen")
  execute_process(COMMAND "${pkg_config}" --exists "eigen3 >= 3.4" RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message("blockopt test skipped: pkg-config knows no eigen3 of version 3.4 or newer")
    return()
  endif()
endif()
execute_process(COMMAND "${pkg_config}" --modversion "${MODULE}" OUTPUT_VARIABLE version
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${pkg_config}" --cflags "${MODULE}" OUTPUT_VARIABLE flags
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(flags UNIX_COMMAND "${flags}")
file(REMOVE_RECURSE "${BUILD}")
file(MAKE_DIRECTORY "${BUILD}")
execute_process(COMMAND "${COMPILER}" -std=c++20 "-DPACKAGE_VERSION=\"${version}\"" ${flags} "${SOURCE}" -o "${BUILD}/consumer"
                COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${BUILD}/consumer" COMMAND_ERROR_IS_FATAL ANY)
