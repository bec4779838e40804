# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# moor::detecting is moor with the detectors of detect.h. What interposes libc's
# functions is asked for by every coroutine, so the linker takes it out of the
# archive; at the start of the program it is verified that it is in effect.
#
# moor-preload is the detector blocked-worker alone, for LD_PRELOAD.

# Lines come from libbacktrace, which belongs to g++: where the compiler finds it.
include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_LIBRARIES backtrace)
check_cxx_source_compiles([[
  extern "C" void *backtrace_create_state(const char *, int, void *, void *);
  int main() { return !backtrace_create_state(nullptr, 1, nullptr, nullptr); }
  ]] MOOR_LIBBACKTRACE)
unset(CMAKE_REQUIRED_LIBRARIES)
if(NOT MOOR_LIBBACKTRACE)
  message(STATUS "moor: no libbacktrace; the detectors print addresses for "
    "lines (on Debian it is in libgcc-12-dev)")
endif()

add_library(moor-detecting STATIC ${SOURCES} ${DETECTORS})
add_library(moor::detecting ALIAS moor-detecting)
set_target_properties(moor-detecting PROPERTIES EXPORT_NAME detecting)
moor_target(moor-detecting)
target_compile_definitions(moor-detecting PUBLIC MOOR_DETECT=1)

file(GLOB PRELOAD CONFIGURE_DEPENDS preload/*.cpp)
add_library(moor-preload SHARED ${PRELOAD} src/detect_calls.cpp
  src/detect_options.cpp src/detect_places.cpp src/detect_report.cpp)
set_target_properties(moor-preload PROPERTIES EXPORT_NAME preload
  CXX_VISIBILITY_PRESET hidden
  VISIBILITY_INLINES_HIDDEN ON)
moor_target(moor-preload)
target_compile_definitions(moor-preload PRIVATE MOOR_DETECT=1)
target_compile_options(moor-preload PRIVATE -ftls-model=initial-exec)
target_link_options(moor-preload PRIVATE -Wl,--exclude-libs,ALL)
if(MOOR_LIBBACKTRACE)
  foreach(target moor-detecting moor-preload)
    target_compile_definitions(${target} PRIVATE MOOR_LIBBACKTRACE=1)
    target_link_libraries(${target} PRIVATE backtrace)
  endforeach()
endif()
