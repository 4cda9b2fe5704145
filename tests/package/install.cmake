# SPDX-License-Identifier: MIT
# Part of blockopt: installs BUILD to a fresh PREFIX and checks that the package is whole and names no folder; installs it
# again and moves it to MOVED; packs what another project needs of SOURCE into ARCHIVE.

file(REMOVE_RECURSE "${PREFIX}")
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${PREFIX}" --component blockopt_development
                OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)

file(GLOB_RECURSE package_files "${PREFIX}/share/*.cmake" "${PREFIX}/share/*.pc")
foreach(file IN LISTS package_files)
  file(READ "${file}" text)
  foreach(folder IN ITEMS "${SOURCE}" "${BUILD}" "${PREFIX}")
    string(FIND "${text}" "${folder}" position)
    if(NOT position EQUAL -1)
      message(FATAL_ERROR "${file} names the folder ${folder}")
    endif()
  endforeach()
endforeach()

file(GLOB_RECURSE expected RELATIVE "${SOURCE}/include" "${SOURCE}/include/*.hpp")
file(GLOB_RECURSE installed RELATIVE "${PREFIX}/include" "${PREFIX}/include/*.hpp")
if(NOT installed STREQUAL expected)
  message(FATAL_ERROR "Installed headers differ.\nexpected: ${expected}\ninstalled: ${installed}")
endif()

file(REMOVE_RECURSE "${MOVED}" "${PREFIX}-before")
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${PREFIX}-before" --component blockopt_development
                OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(RENAME "${PREFIX}-before" "${MOVED}")

execute_process(COMMAND "${CMAKE_COMMAND}" -E tar czf "${ARCHIVE}" CMakeLists.txt LICENSE cmake include
                WORKING_DIRECTORY "${SOURCE}" COMMAND_ERROR_IS_FATAL ANY)

file(READ "${SOURCE}/cmake/vcpkg/ports/blockopt/vcpkg.json" port)
string(JSON port_version GET "${port}" version)
file(READ "${PREFIX}/share/cmake/blockopt/blockopt-config-version.cmake" text)
if(NOT text MATCHES "PACKAGE_VERSION \"${port_version}\"")
  message(FATAL_ERROR "The version of cmake/vcpkg/ports/blockopt/vcpkg.json, ${port_version}, is not that of the package")
endif()
