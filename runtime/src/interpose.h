// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Standing between a program and libc. A function that is defined in the
// program, or in a preloaded library, is the one that all shared libraries
// call; it does what it has to, and goes on to the next of that name:
//
//     MOOR_INTERPOSED(unsigned, sleep, (unsigned seconds), (seconds)) {
//       …
//       return next_sleep(seconds);
//     }
//
// Defined under another name for C++, so that no declaration of the system's
// disagrees about noexcept. The sanitizers' own interceptors go first: without
// them ThreadSanitizer reports races that are none.

#ifndef MOOR_INTERPOSE_H
#define MOOR_INTERPOSE_H

#include <cstdlib>
#include <dlfcn.h>
#include <moor/detail/atomic.h>

namespace moor::inline MOOR_ABI::detail {

inline void *find_next(atomic<void *> &found, void *sanitizers,
                       const char *name) noexcept {
  // relaxed: everybody finds the same
  void *next = found.load(memory_order_relaxed);
  if (next)
    return next;
  next = sanitizers;
  // The default version of the condition variables'; dlsym may find the old
  // one.
  if (!next)
    next = ::dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2");
  if (!next)
    next = ::dlsym(RTLD_NEXT, name);
  if (!next)
    std::abort(); // called, and nowhere defined
  found.store(next, memory_order_relaxed);
  return next;
}

} // namespace moor::inline MOOR_ABI::detail

#define MOOR_INTERPOSED(returned, name, parameters, arguments)                 \
  extern "C" returned interposed_##name parameters __asm__(#name);             \
  extern "C"                                                                   \
      __attribute__((weak)) returned sanitizers_##name parameters __asm__(     \
          "__interceptor_" #name);                                             \
  static returned next_##name parameters {                                     \
    static constinit moor::detail::atomic<void *> found = nullptr;             \
    using function = returned(*) parameters;                                   \
    return reinterpret_cast<function>(moor::detail::find_next(                 \
        found, reinterpret_cast<void *>(&sanitizers_##name), #name))           \
        arguments;                                                             \
  }                                                                            \
  extern "C" __attribute__((visibility("default"),                             \
                            used)) returned interposed_##name parameters

#endif // MOOR_INTERPOSE_H
