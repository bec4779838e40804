// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_SPAWN_BLOCKING_H
#define MOOR_SPAWN_BLOCKING_H

#include <moor/detail/abandon.h>

namespace moor::inline MOOR_ABI {

/// How many threads may block at the same time, and how long one is kept that
/// has nothing to do. 512 threads need 4 GB of addresses, but only as much
/// memory as they touch.
struct blocking_limits {
  unsigned threads = 512; // at least 1
  clock::duration idle = std::chrono::seconds(10);
};

/// Threads for functions that block. There are none until the first is needed;
/// then a new one whenever all are busy, up to the limit, beyond which calls
/// wait for their turn, in order. Use spawn_blocking; a pool of one's own is
/// for one's own limits.
///
/// Thread-safe. The destructor waits for what was handed to the pool, but not
/// for the end of abandonable calls: those run on, without the pool.
class CORO_PINS blocking_pool final : private detail::offload_pool {
public:
  blocking_pool() : blocking_pool(blocking_limits()) {}
  explicit blocking_pool(blocking_limits limits);
  blocking_pool(blocking_pool &&) = delete;
  ~blocking_pool();

  /// Threads above the new limit end when they have nothing to do.
  void set_limits(blocking_limits limits) noexcept;
  /// How many there are now.
  unsigned threads() const noexcept;

  /// As spawn_blocking, and as spawn_blocking_abandonable, in this pool.
  template <class F>
    requires detail::can_be_called<F>
  [[nodiscard]] CORO_OFFLOADS detail::offloaded_call<F> run(F f) {
    return detail::offloaded_call<F>(*this, static_cast<F &&>(f));
  }
  template <class F, class... A>
    requires detail::can_be_called<F, A...>
  [[nodiscard]] CORO_OFFLOADS detail::abandonable_call<F, A...>
  run_abandonable(F f, A... arguments) {
    static_assert(detail::touches_arguments_only<F>,
                  "it may outlive what it captures: capture nothing, and hand "
                  "what it needs over as arguments");
    static_assert((owns_what_it_touches<A> && ...),
                  "it may outlive what an argument refers to: hand over an "
                  "object that owns it");
    return detail::abandonable_call<F, A...>(*this, static_cast<F &&>(f),
                                             static_cast<A &&>(arguments)...);
  }

private:
  struct shared;
  struct worker;

  void prepare() override;
  void push(detail::piece &p) noexcept override;
  void forget() noexcept override;
  bool take_out(detail::piece &p) noexcept override;

  shared *const shared_;
};

/// The one of the process. It ends, with its threads, when the process exits.
blocking_pool &default_blocking_pool();

/// Calls `f()`, or `f(stop_token)`, where blocking does no harm, and gives what
/// it returns or throws.
///
///     auto text = co_await spawn_blocking([&] { return read_file(path); });
///
/// The coroutine resumes on its own executor. It is suspended until `f` has
/// ended, whatever happens, so `f` may refer to its variables. Nothing is
/// allocated: `f` and its result are kept in the coroutine's frame. Throws
/// std::system_error if there is no thread and none can be started.
///
/// A function cannot be stopped from outside. If a stop is requested before `f`
/// has begun, it is not called, and `cancelled` is thrown; once it has begun,
/// its result is given. An `f` that takes a stop_token can see the stop and end
/// early. For what may hang, there is spawn_blocking_abandonable. For long
/// computations use compute_pool, which has as many threads as processors.
template <class F>
  requires detail::can_be_called<F>
[[nodiscard]] CORO_OFFLOADS detail::offloaded_call<F> spawn_blocking(F f) {
  return default_blocking_pool().run(static_cast<F &&>(f));
}

/// The same for a function whose end is not worth waiting for if a stop is
/// requested.
///
///     auto address = co_await timeout(5s, [](std::string host) -> task<ip> {
///       co_return co_await spawn_blocking_abandonable(&look_up, host);
///     }(host));
///
/// Then `cancelled` is thrown at once; `f`, if it has begun, goes on alone, and
/// its result is thrown away (an exception goes to the handler of lost
/// exceptions). So it must own all that it touches: it captures nothing, and
/// its arguments, which are copied or moved, refer to nothing of others;
/// reference parameters refer to these copies. The stop token that it may take
/// tells that it was abandoned.
///
/// Allocates what the two share. At the exit of the process, what was abandoned
/// is not waited for either, and may see global objects destroyed.
template <class F, class... A>
  requires detail::can_be_called<F, A...>
[[nodiscard]] CORO_OFFLOADS detail::abandonable_call<F, A...>
spawn_blocking_abandonable(F f, A... arguments) {
  return default_blocking_pool().run_abandonable(
      static_cast<F &&>(f), static_cast<A &&>(arguments)...);
}

} // namespace moor::inline MOOR_ABI

#endif // MOOR_SPAWN_BLOCKING_H
