# SPDX-License-Identifier: MIT
# Part of blockopt: an overlay port that installs the checkout in which it lies.
cmake_path(ABSOLUTE_PATH CURRENT_PORT_DIR NORMALIZE OUTPUT_VARIABLE port_dir)
cmake_path(SET SOURCE_PATH NORMALIZE "${port_dir}/../../../..")
if(NOT EXISTS "${SOURCE_PATH}/include/blockopt/version.hpp")
  message(FATAL_ERROR "${PORT}: ${SOURCE_PATH} is no checkout of blockopt; use this port where it lies, by --overlay-ports")
endif()

set(VCPKG_BUILD_TYPE release)  # headers only
vcpkg_cmake_configure(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS
    -DBLOCKOPT_INSTALL=ON
    -DBLOCKOPT_BUILD_TESTS=OFF
    -DBLOCKOPT_BUILD_BENCH=OFF
    -DBLOCKOPT_BUILD_EXAMPLES=OFF
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/blockopt)
if(NOT "eigen" IN_LIST FEATURES)  # its requirement is not there
  file(REMOVE "${CURRENT_PACKAGES_DIR}/share/pkgconfig/blockopt-eigen.pc")
endif()
vcpkg_fixup_pkgconfig()

file(INSTALL "${CURRENT_PORT_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
