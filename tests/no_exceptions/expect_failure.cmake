# SPDX-License-Identifier: MIT
# Part of blockopt: runs PROGRAM so that it makes an error, and fails unless the sentence stands on stderr and the
# program ends with STATUS, "abort" for a signal.

execute_process(COMMAND "${PROGRAM}" fail RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE message)
set(expected "blockopt: sgd.learning_rate is -1; it must be finite and not negative\n")
if(NOT message STREQUAL expected)
  message(FATAL_ERROR "stderr is not the sentence alone:\n${message}\nexpected:\n${expected}")
endif()
if(NOT output STREQUAL "")
  message(FATAL_ERROR "The program went on after the error: ${output}")
endif()
if(STATUS STREQUAL "abort")
  if(status MATCHES "^[0-9]+$")
    message(FATAL_ERROR "The program ended with status ${status}; it should have been aborted")
  endif()
elseif(NOT status EQUAL STATUS)
  message(FATAL_ERROR "The program ended with ${status}; expected ${STATUS}")
endif()
