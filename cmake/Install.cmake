# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# bin/, lib/ and share/ of an installation, which finds its parts relative to
# its binaries. The build tree has the same shape.

include(GNUInstallDirs)

# Several majors' plugins live beside one loader; the binaries are of one major.
install(TARGETS corolint corolint-plugin LIBRARY DESTINATION lib
  COMPONENT plugin)
install(TARGETS corolint-tidy corolint-clangd RUNTIME DESTINATION bin)
install(DIRECTORY docs/checks DESTINATION share/doc/corolint
  FILES_MATCHING PATTERN "*.md")
install(FILES LICENSE DESTINATION share/doc/corolint)

file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/share/doc)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/docs
  ${PROJECT_BINARY_DIR}/share/doc/corolint SYMBOLIC)
