// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where coroutines came from and what they wait for, for the detectors; nothing
// at all without them.

#ifndef MOOR_DETAIL_TRACE_H
#define MOOR_DETAIL_TRACE_H

#include <moor/detail/config.h>

#if MOOR_DETECT

#include <source_location>

// With clang this is the line of the co_await.
#define MOOR_AWAIT_SITE                                                        \
  , std::source_location moor_site = std::source_location::current()
#define MOOR_AWAIT_SITE_ARGUMENT moor_site

namespace moor::inline MOOR_ABI::detail {

class promise_trace {
public:
  /// The coroutine that awaits this one; null at the root.
  promise_trace *awaited_by = nullptr;
  std::source_location awaiting;

  void trace_await(std::source_location where) noexcept { awaiting = where; }
  void trace_parent(promise_trace &parent) noexcept { awaited_by = &parent; }
};

} // namespace moor::inline MOOR_ABI::detail

#else

#define MOOR_AWAIT_SITE
#define MOOR_AWAIT_SITE_ARGUMENT

namespace moor::inline MOOR_ABI::detail {

class promise_trace {
public:
  void trace_await() noexcept {}
  void trace_parent(promise_trace &) noexcept {}
};

} // namespace moor::inline MOOR_ABI::detail

#endif

#endif // MOOR_DETAIL_TRACE_H
