// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_THREAD_POOL_H
#define MOOR_THREAD_POOL_H

#include <cassert>
#include <moor/detail/child.h>
#include <moor/detail/worker_pool.h>

namespace moor::inline MOOR_ABI {

/// Runs coroutines on several threads, in the order in which they are posted.
///
///     thread_pool pool(4);
///     int n = pool.run(answer());    // the calling thread waits
///
/// Its destructor, which no coroutine of the pool may call, waits for the
/// threads, which end when nothing is ready; what is suspended by then stays
/// so, and nothing may be posted any more.
///
/// For coroutines that mostly wait. compute_pool.h says which is for what.
class thread_pool final : public detail::worker_pool {
public:
  /// 0: as many threads as the machine has. Throws std::system_error if the
  /// system has not so many.
  explicit thread_pool(unsigned threads = 0) : worker_pool(threads) {}
  ~thread_pool() { stop(); }

  /// Runs the task there. Blocks the calling thread, which is none of the
  /// pool's, until it has ended. Several threads may do so at the same time.
  template <class T>
  CORO_BLOCKING T run(CORO_CONSUMES task<T> main, stop_token stop = {}) {
    assert(current() != this && "run() would wait for its own thread");
    detail::result<T> ended;
    const context environment{this, stop};
    root end(*this);
    detail::child child = detail::collect(std::move(main), ended);
    child.prepare(environment, end);
    end.run(child.handle());
    return ended.take();
  }
};

} // namespace moor::inline MOOR_ABI

#endif // MOOR_THREAD_POOL_H
