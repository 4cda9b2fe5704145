# SPDX-License-Identifier: MIT
# Part of blockopt: the installed package, with components core, eigen and thrust.
include(GNUInstallDirs)

set(package_dir "${CMAKE_INSTALL_DATADIR}/cmake/blockopt")
set(core_targets blockopt_core)
set(eigen_targets blockopt_eigen)
set(thrust_targets blockopt_thrust blockopt_thrust_cpp blockopt_thrust_omp blockopt_thrust_tbb blockopt_thrust_cuda)
foreach(component IN ITEMS core eigen thrust)
  install(TARGETS ${${component}_targets} EXPORT blockopt-${component}-targets
          FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT blockopt_development)
  install(EXPORT blockopt-${component}-targets NAMESPACE blockopt:: DESTINATION "${package_dir}"
          COMPONENT blockopt_development)
endforeach()

# The adapter to libtorch belongs to no target: who includes it links libtorch.
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/blockopt/adapt/libtorch" COMPONENT blockopt_development
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/blockopt/adapt")

configure_file(cmake/blockopt-config-version.cmake.in blockopt-config-version.cmake @ONLY)
install(FILES "${PROJECT_SOURCE_DIR}/cmake/blockopt-config.cmake" "${PROJECT_SOURCE_DIR}/cmake/blockopt-find-thrust.cmake"
              "${PROJECT_BINARY_DIR}/blockopt-config-version.cmake"
        DESTINATION "${package_dir}" COMPONENT blockopt_development)

# For pkg-config, relative to where the file itself lies.
set(pkg_config_dir "${CMAKE_INSTALL_DATADIR}/pkgconfig")
cmake_path(ABSOLUTE_PATH pkg_config_dir BASE_DIRECTORY "/prefix" OUTPUT_VARIABLE absolute_dir)
if(IS_ABSOLUTE "${pkg_config_dir}")
  set(pkg_config_prefix "${CMAKE_INSTALL_PREFIX}")
else()
  file(RELATIVE_PATH up "${absolute_dir}" "/prefix")
  set(pkg_config_prefix "\${pcfiledir}/${up}")
  string(REGEX REPLACE "/$" "" pkg_config_prefix "${pkg_config_prefix}")
endif()
set(pkg_config_includedir "${CMAKE_INSTALL_INCLUDEDIR}")
if(NOT IS_ABSOLUTE "${pkg_config_includedir}")
  string(PREPEND pkg_config_includedir "\${prefix}/")
endif()
foreach(name IN ITEMS blockopt blockopt-eigen)
  configure_file(cmake/${name}.pc.in ${name}.pc @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/${name}.pc" DESTINATION "${pkg_config_dir}" COMPONENT blockopt_development)
endforeach()
