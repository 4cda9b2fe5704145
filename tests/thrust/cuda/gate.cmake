# SPDX-License-Identifier: MIT
# Part of blockopt: compiles FILE by NVCC for each of ARCHITECTURES. Warnings, registers spilled to local memory and other
# uses of local memory fail. Prints, per architecture, how many kernels there are and the most registers one has.

set(generate)
foreach(architecture IN LISTS ARCHITECTURES)
  list(APPEND generate -gencode "arch=compute_${architecture},code=sm_${architecture}")
endforeach()
set(include_flags ${INCLUDES})
list(TRANSFORM include_flags PREPEND -I)
if(HOST_COMPILER)
  list(APPEND include_flags -ccbin "${HOST_COMPILER}")
endif()

string(TIMESTAMP begin "%s")
execute_process(
  COMMAND "${NVCC}" -std=c++20 -O3 -t 0 --expt-relaxed-constexpr -DTHRUST_HOST_SYSTEM=THRUST_HOST_SYSTEM_CPP
          -DTHRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_CUDA ${include_flags} -Werror=all-warnings -Xcompiler=-Wall,-Wextra
          -Xptxas=-v,--warn-on-spills,--warn-on-local-memory-usage,-Werror ${generate} -c "${FILE}" -o "${OBJECT}"
  RESULT_VARIABLE status OUTPUT_VARIABLE log ERROR_VARIABLE log)
string(TIMESTAMP end "%s")
math(EXPR seconds "${end} - ${begin}")
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${FILE} does not pass:\n${log}")
endif()

string(REPLACE "\n" ";" lines "${log}")
set(architecture)
foreach(line IN LISTS lines)
  if(line MATCHES "Compiling entry function .* for 'sm_([0-9]+)'")
    set(architecture ${CMAKE_MATCH_1})
  elseif(architecture AND line MATCHES "Used ([0-9]+) registers")
    math(EXPR kernels_${architecture} "0${kernels_${architecture}} + 1")
    if(CMAKE_MATCH_1 GREATER "0${registers_${architecture}}")
      set(registers_${architecture} ${CMAKE_MATCH_1})
    endif()
  endif()
endforeach()
foreach(architecture IN LISTS ARCHITECTURES)
  if(NOT kernels_${architecture})
    message(FATAL_ERROR "${FILE} has no kernel for sm_${architecture}: there is nothing to check")
  endif()
  message("sm_${architecture}: ${kernels_${architecture}} kernels, at most ${registers_${architecture}} registers")
endforeach()
message("${seconds} s to compile")
