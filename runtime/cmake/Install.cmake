# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# What an installation of moor consists of, and how find_package(moor) finds it.
# It may be moved as a whole.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(moor_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/moor)
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h")
install(TARGETS ${moor_targets} EXPORT moorTargets
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT moorTargets NAMESPACE moor:: DESTINATION ${moor_cmake_dir})
configure_package_config_file(cmake/moorConfig.cmake.in
  ${PROJECT_BINARY_DIR}/moorConfig.cmake INSTALL_DESTINATION ${moor_cmake_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/moorConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/moorConfig.cmake
  ${PROJECT_BINARY_DIR}/moorConfigVersion.cmake DESTINATION ${moor_cmake_dir})
