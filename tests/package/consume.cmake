# SPDX-License-Identifier: MIT
# Part of blockopt: configures SOURCE in a fresh BUILD with GENERATOR, COMPILER and FLAGS, builds and runs it. With EXPECT,
# the configuration must fail with a message that matches.

set(ENV{CXX} "${COMPILER}")
execute_process(COMMAND "${CMAKE_COMMAND}" --fresh -S "${SOURCE}" -B "${BUILD}" -G "${GENERATOR}" ${FLAGS}
                RESULT_VARIABLE status OUTPUT_VARIABLE log ERROR_VARIABLE log)
if(EXPECT)
  string(REGEX REPLACE "[ \n]+" " " log_line "${log}")
  if(status EQUAL 0)
    message(FATAL_ERROR "The configuration succeeds; expected: ${EXPECT}")
  elseif(NOT log_line MATCHES "${EXPECT}")
    message(FATAL_ERROR "The configuration fails with another message than: ${EXPECT}\n${log}")
  endif()
  return()
endif()
if(NOT status EQUAL 0)
  message(FATAL_ERROR "The configuration fails:\n${log}")
endif()
execute_process(COMMAND "${CMAKE_COMMAND}" --build "${BUILD}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${BUILD}/consumer" COMMAND_ERROR_IS_FATAL ANY)
