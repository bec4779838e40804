// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Exceptions that nobody is left to catch; see detail/group.h.

#include <cstdio>
#include <moor/detail/group.h>

namespace moor::inline MOOR_ABI {

static void print(std::exception_ptr e) noexcept {
  try {
    std::rethrow_exception(e);
  } catch (const std::exception &error) {
    std::fprintf(stderr, "moor: lost an exception: %s\n", error.what());
  } catch (...) {
    std::fputs("moor: lost an exception that is no std::exception\n", stderr);
  }
}

static detail::atomic<lost_exception_handler> handler = &print;

lost_exception_handler
set_lost_exception_handler(lost_exception_handler next) noexcept {
  // acq_rel: publishes what the handler needs, and gives back the last one's
  return handler.exchange(next, detail::memory_order_acq_rel);
}

void detail::lose_exception(std::exception_ptr e) noexcept {
  handler.load(memory_order_acquire)(std::move(e)); // acquire: see above
}

} // namespace moor::inline MOOR_ABI
