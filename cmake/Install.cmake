# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# bin/, lib/ and share/ of an installation, which finds its parts relative to
# its binaries; the build tree has the same shape. And the Debian package.

# Plugins for several LLVMs live beside one loader; the binaries are of one.
install(TARGETS corolint corolint-plugin
  LIBRARY DESTINATION lib COMPONENT plugin)
install(TARGETS corolint-tidy corolint-clangd RUNTIME DESTINATION bin)
install(DIRECTORY docs/checks DESTINATION share/doc/corolint
  FILES_MATCHING PATTERN "*.md")
install(DIRECTORY checks/models DESTINATION share/corolint
  FILES_MATCHING PATTERN "*.yaml" PATTERN generator EXCLUDE)
install(FILES LICENSE DESTINATION share/doc/corolint RENAME copyright)

file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/share/doc)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/docs
  ${PROJECT_BINARY_DIR}/share/doc/corolint SYMBOLIC)

# `tools/dev package` adds the plugins of other builds.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME corolint)
set(CPACK_PACKAGE_CONTACT "the corolint authors")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS # builtin headers
  libclang-common-${LLVM_VERSION_MAJOR}-dev)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS # run-clang-tidy and others; <coroutine>
  "clang-tidy-${LLVM_VERSION_MAJOR}, libstdc++-dev | libc++-dev")
include(CPack)
