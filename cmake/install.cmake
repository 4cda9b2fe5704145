# SPDX-License-Identifier: MIT
# Part of blockopt: the installed package, with components core and eigen.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_DATADIR}/cmake/blockopt")
foreach(component IN ITEMS core eigen)
  install(TARGETS blockopt_${component} EXPORT blockopt-${component}-targets
          FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT blockopt_development)
  install(EXPORT blockopt-${component}-targets NAMESPACE blockopt:: DESTINATION "${package_dir}"
          COMPONENT blockopt_development)
endforeach()

# While the version is 0.x, a minor version may break.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/blockopt-config-version.cmake"
                                 COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES "${PROJECT_SOURCE_DIR}/cmake/blockopt-config.cmake" "${PROJECT_BINARY_DIR}/blockopt-config-version.cmake"
        DESTINATION "${package_dir}" COMPONENT blockopt_development)
