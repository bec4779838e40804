// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_COMPUTE_POOL_H
#define MOOR_COMPUTE_POOL_H

#include <moor/detail/worker_pool.h>

namespace moor::inline MOOR_ABI {

/// Threads for computing: as many as there are processors, so that more work
/// makes nobody slower, only later.
///
///     compute_pool pool;
///     …
///     auto hash = co_await pool.run([&] { return sha256(file); });
///     auto image = co_await on(pool, render(scene));    // a task
///
/// Which one?
///
///     mostly waits: network, timers, channels     event_loop, thread_pool
///     computes for more than about 100 µs         compute_pool
///     blocks its thread: files, DNS, databases,
///     a library that knows nothing of coroutines  spawn_blocking
///
/// An event_loop that computes keeps all its coroutines waiting; so does a
/// thread_pool when all its threads compute. A compute_pool that blocks leaves
/// its processors idle. spawn_blocking has many more threads than processors,
/// which block cheaply, but get into each other's way when they compute.
///
/// Work begins in the order in which it came, pieces and coroutines alike. The
/// destructor, which no work of the pool may call, waits until nothing is left
/// that can run. A piece must not wait for another piece of the same pool.
class compute_pool final : public detail::worker_pool,
                           private detail::offload_pool {
public:
  /// 0: as many threads as the machine has. Throws std::system_error if the
  /// system has not so many.
  explicit compute_pool(unsigned threads = 0) : worker_pool(threads) {}
  ~compute_pool() { stop(); }

  /// Calls `f()`, or `f(stop_token)`, on one of the threads, and gives what it
  /// returns or throws to the coroutine, on its own executor. Allocates
  /// nothing: `f` is kept in the coroutine's frame, and may refer to its
  /// variables.
  ///
  /// If a stop is requested before it has begun, it is taken out of the queue,
  /// and `cancelled` is thrown. Once begun it has to end by itself, and its
  /// result is given; if it takes a stop_token, it can see that it should.
  template <class F>
    requires detail::can_be_called<F>
  [[nodiscard]] CORO_OFFLOADS detail::offloaded_call<F> run(F f) {
    return detail::offloaded_call<F>(*this, static_cast<F &&>(f));
  }

private:
  void prepare() override {}
  void forget() noexcept override {}
  void push(detail::piece &p) noexcept override { push_piece(p); }
  bool take_out(detail::piece &p) noexcept override {
    return take_out_piece(p);
  }
};

} // namespace moor::inline MOOR_ABI

#endif // MOOR_COMPUTE_POOL_H
