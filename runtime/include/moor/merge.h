// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_MERGE_H
#define MOOR_MERGE_H

#include <moor/detail/group.h>
#include <moor/mutex.h>
#include <moor/stream.h>

namespace moor::inline MOOR_ABI {
namespace detail {

/// Waits for the turn even if a stop is requested: who has an item keeps it.
class turn_awaiter : public basic_mutex<many_threads>::awaiter {
public:
  using basic_mutex<many_threads>::awaiter::awaiter;
  template <moor_promise P> bool await_suspend(std::coroutine_handle<P> h) {
    context unstoppable = *h.promise().environment;
    unstoppable.stop = {};
    return this->suspend(h, unstoppable);
  }
};

template <class T> task<T> as_task(task<T> arm) { return arm; }
template <awaitable A> task<await_result_t<A>> as_task(A arm) {
  co_return co_await static_cast<A &&>(arm);
}

/// What a merge() consists of.
///
///     stream a ── next() ──┐            the streams are pulled at the same
///     stream b ── next() ──┼── turn ── arm   time, under the group's stop
///     stream c ── next() ──┘            token; the arms run under the parent's
struct merging {
  explicit merging(const context &c) : parent(c), all(c) {}

  /// One stream, from its first item to its last.
  template <class S, class F> child pull(loop_over<S, F> &arm) {
    try {
      while (auto item = co_await arm.stream_.next()) {
        auto guard = co_await turn_awaiter(turn);
        if (failed)
          break;
        loop verdict;
        try {
          using result = arm_result_t<F, decltype(item)>;
          if constexpr (plain_verdict<result>) {
            verdict = decide(arm.f_, item);
          } else if constexpr (std::is_void_v<await_result_t<result>>) {
            co_await as_task(arm.f_(*std::move(item))).in(parent);
            verdict = loop::go_on;
          } else {
            verdict = co_await as_task(arm.f_(*std::move(item))).in(parent);
          }
        } catch (...) {
          failed = true; // before anybody else has a turn
          throw;
        }
        if (verdict == loop::leave) {
          left = true;
          all.request_stop();
        }
        if (left)
          break;
        guard.unlock();
        co_await reschedule(); // so that the others get theirs
        if (all.environment().stop.stop_requested())
          throw cancelled();
      }
    } catch (cancelled) {
      // relaxed: read when all have ended
      was_cancelled.store(true, memory_order_relaxed);
      all.request_stop();
    } catch (...) {
      all.fail(std::current_exception());
    }
  }

  const context &parent;
  group all;
  basic_mutex<many_threads> turn;
  bool left = false, failed = false; // of whoever has the turn
  atomic<bool> was_cancelled = false;
};

} // namespace detail

/// Pulls items from all streams at the same time, and does with each what is to
/// be done with it, until all have ended.
///
///     co_await merge(
///         for_each(requests, [&](request r) -> task<> { co_await serve(r); }),
///         for_each(interval(1s), [&](auto) { report(served); }),
///         for_each(once(shutdown()), [](auto) { return loop::leave; }));
///
/// This is what a loop around when_any is often written for. It cancels nothing
/// between two items, so that nothing is lost or begun again; and nothing has
/// to be hoisted out of the loop or pinned: temporaries are kept, what has a
/// name is referred to.
///
/// One arm runs at a time, on a thread_pool, too; others wait also while it is
/// suspended. So arms share variables without a lock. Who has an item waits for
/// its turn in line, and asks for the next one behind all that is ready, so no
/// source starves another, however quick it is. While an arm runs, each stream
/// is at most one item ahead.
///
/// It ends when all streams have ended; or when an arm says loop::leave, or one
/// throws, or a stream does. Then whatever is still pulling is asked to stop,
/// and awaited; after that the first exception is thrown. An item that was
/// there by then is not lost: its arm still runs, once, unless it was an arm
/// that threw. A stop of the parent stops pulls and arms alike, and comes out
/// as `cancelled`; an arm is not stopped because another one leaves.
///
/// It is no stream of items itself, because its consumer might leave a loop
/// over that while pulls are under way. Somebody has to await those, and a
/// destructor cannot. Here they end before it returns.
template <class... S, class... F>
  requires(sizeof...(S) > 0)
[[nodiscard]] task<> merge(CORO_CONSUMES loop_over<S, F>... arms) {
  const context &parent = co_await detail::this_context();
  detail::merging m(parent);
  detail::child pulls[] = {m.pull(arms)...};
  co_await m.all.run([&] {
    for (detail::child &c : pulls) {
      c.prepare(m.all.environment(), m.all);
      m.all.enter();
    }
    for (detail::child &c : pulls)
      detail::resume(c.handle());
  });
  m.all.rethrow();
  // relaxed: all have ended
  if (m.was_cancelled.load(detail::memory_order_relaxed) &&
      (m.failed || !m.left))
    throw cancelled();
}

} // namespace moor::inline MOOR_ABI

#endif // MOOR_MERGE_H
