# SPDX-License-Identifier: MIT
# Part of blockopt: compiles FILE by NVCC for each of ARCHITECTURES. Warnings, registers spilled to local memory and other
# uses of local memory fail, and so does an update kernel whose PTX has global accesses to values, gradients or state that
# are not 16 bytes wide. Prints, per architecture, how many kernels there are and the most registers one has.

set(generate)
foreach(architecture IN LISTS ARCHITECTURES)
  list(APPEND generate -gencode "arch=compute_${architecture},code=sm_${architecture}")
endforeach()
set(include_flags ${INCLUDES})
list(TRANSFORM include_flags PREPEND -I)
if(HOST_COMPILER)
  list(APPEND include_flags -ccbin "${HOST_COMPILER}")
endif()

cmake_path(REPLACE_EXTENSION OBJECT "" OUTPUT_VARIABLE intermediates)
file(REMOVE_RECURSE "${intermediates}")
file(MAKE_DIRECTORY "${intermediates}")
string(TIMESTAMP begin "%s")
execute_process(
  COMMAND "${NVCC}" -std=c++20 -O3 -t 0 --expt-relaxed-constexpr -DTHRUST_HOST_SYSTEM=THRUST_HOST_SYSTEM_CPP
          -DTHRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_CUDA ${include_flags} -Werror=all-warnings -Xcompiler=-Wall,-Wextra
          -Xptxas=-v,--warn-on-spills,--warn-on-local-memory-usage,-Werror ${generate}
          --keep --keep-dir "${intermediates}" -c "${FILE}" -o "${OBJECT}"
  RESULT_VARIABLE status OUTPUT_VARIABLE log ERROR_VARIABLE log)
string(TIMESTAMP end "%s")
math(EXPR seconds "${end} - ${begin}")
if(NOT status EQUAL 0)
  string(REGEX REPLACE "ptxas info [^\n]*\n|[^\n]* 0 bytes stack frame, 0 bytes spill[^\n]*\n" "" log "${log}")
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

# The table of jobs is read in words of 8 or 16 bytes, the norm as a double. Elements that fill no pack are read through
# pointers whose space the compiler does not know: what is known to be global and narrower is a pack that was torn apart.
foreach(architecture IN LISTS ARCHITECTURES)
  file(GLOB ptx "${intermediates}/*compute_${architecture}.ptx")
  file(READ "${ptx}" text)
  string(REGEX REPLACE "[][;]" " " text "${text}")
  string(REPLACE ".entry" ";" kernels "${text}")
  set(updates 0)
  foreach(kernel IN LISTS kernels)
    if(kernel MATCHES "^ [A-Za-z0-9_]*update_parts[A-Za-z0-9_]*")
      set(name "${CMAKE_MATCH_0}")
      string(REGEX MATCHALL "[ \t]ld\\.global[A-Za-z0-9_.:]*\\.v[48]\\.[fbu]32" loads "${kernel}")
      string(REGEX MATCHALL "[ \t]st\\.global[A-Za-z0-9_.:]*\\.v[48]\\.[fbu]32" stores "${kernel}")
      string(REGEX MATCHALL "[ \t](ld|st)\\.global[A-Za-z_.:]*(\\.v2)?\\.[fbsu](8|16|32)[ \t]" narrow "${kernel}")
      list(LENGTH loads load_count)
      list(LENGTH stores store_count)
      if(load_count LESS 4 OR store_count LESS 3 OR narrow)  # values, gradient and two slots; all but the gradient
        message(FATAL_ERROR "compute_${architecture}:${name} has ${load_count} loads and ${store_count} stores of 16 bytes, "
                            "and narrower ones: ${narrow}")
      endif()
      math(EXPR updates "${updates} + 1")
    endif()
  endforeach()
  if(updates EQUAL 0)
    message(FATAL_ERROR "${FILE} has no update kernel for compute_${architecture}: there are no accesses to check")
  endif()
  message("compute_${architecture}: ${updates} update kernels access 16 bytes at a time")
endforeach()
message("${seconds} s to compile")
