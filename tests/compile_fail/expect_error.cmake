# SPDX-License-Identifier: MIT
# Part of blockopt: compiles FILE with COMPILER and FLAGS, and fails unless the compiler refuses it with the message
# that its first line names, and accepts it with -DFIXED.

file(STRINGS "${FILE}" first_line LIMIT_COUNT 1)
if(NOT first_line MATCHES "^// error: (.+)$")
  message(FATAL_ERROR "${FILE} must begin with a line `// error: REGEX`")
endif()
set(expected "${CMAKE_MATCH_1}")

execute_process(COMMAND "${COMPILER}" ${FLAGS} -DFIXED -fsyntax-only "${FILE}" RESULT_VARIABLE status ERROR_VARIABLE message)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "The compiler refuses ${FILE} with -DFIXED too:\n${message}")
endif()
execute_process(COMMAND "${COMPILER}" ${FLAGS} -fsyntax-only "${FILE}" RESULT_VARIABLE status ERROR_VARIABLE message)
if(status EQUAL 0)
  message(FATAL_ERROR "${FILE} compiles; expected: ${expected}")
endif()
if(NOT message MATCHES "${expected}")
  message(FATAL_ERROR "${FILE} is refused with another message than: ${expected}\n${message}")
endif()
