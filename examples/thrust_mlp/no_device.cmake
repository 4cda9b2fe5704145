# SPDX-License-Identifier: MIT
# Part of blockopt: PROGRAM, which sees no device, must end with status 3, one sentence, and nothing else.

cmake_policy(VERSION 3.25)
execute_process(COMMAND "${PROGRAM}" RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors)
if(NOT status STREQUAL "3")
  message(FATAL_ERROR "It ends with status ${status}:\n${output}${errors}")
endif()
if(output OR NOT errors MATCHES "^[^\n]*there is no CUDA device to run on[^\n]*\n$")
  message(FATAL_ERROR "It does not say in one sentence that there is no device:\n${output}${errors}")
endif()
