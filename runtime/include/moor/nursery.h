// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_NURSERY_H
#define MOOR_NURSERY_H

#include <moor/detail/group.h>

namespace moor::inline MOOR_ABI {

/// A place for children whose number is not known beforehand. It ends when they
/// all have.
///
///     co_await with_nursery([&](nursery &children) -> task<> {
///       while (auto connection = co_await listener.accept())
///         children.spawn(serve(std::move(connection)));
///     });
///
/// Children run on the executor of the coroutine that opened it. If one throws,
/// all others and the body are asked to stop and awaited, and then the first
/// exception is thrown; the others go to the handler of lost exceptions. A
/// child that ends with `cancelled` just ends.
///
/// spawn and request_stop are thread-safe while the body or a child runs.
class CORO_PINS nursery {
public:
  nursery(nursery &&) = delete;

  /// Starts the task behind what is already posted.
  void spawn(CORO_CONSUMES task<> child) {
    detail::child wrapped = run_child(*this, std::move(child));
    wrapped.prepare(group_.environment(), *this);
    group_.enter();
    detail::resume(wrapped.release()); // as far as the post
  }
  /// Asks all children and the body to stop. The nursery then ends as if they
  /// had ended by themselves.
  void request_stop() noexcept { group_.request_stop(); }

private:
  friend class detail::child;
  template <class F> friend task<> with_nursery(F body);
  explicit nursery(const context &parent) : group_(parent) {}

  static detail::child run_child(nursery &in, task<> work) {
    co_await detail::reschedule();
    try {
      co_await std::move(work);
    } catch (cancelled) {
      // relaxed: read when all have ended
      in.cancelled_.store(true, detail::memory_order_relaxed);
    } catch (...) {
      in.group_.fail(std::current_exception());
    }
  }
  std::coroutine_handle<> child_ended(std::coroutine_handle<> child) noexcept {
    child.destroy();
    return group_.leave();
  }

  detail::group group_;
  detail::atomic<bool> cancelled_ = false;
};

/// Opens a nursery, runs `body` with it, and awaits all that was spawned.
template <class F> [[nodiscard]] task<> with_nursery(F body) {
  const context &parent = co_await detail::this_context();
  nursery n(parent);
  co_await n.group_.run([&] { n.spawn(body(n)); });
  n.group_.rethrow();
  // relaxed: all have ended
  if (parent.stop.stop_requested() &&
      n.cancelled_.load(detail::memory_order_relaxed))
    throw cancelled();
}

} // namespace moor::inline MOOR_ABI

#endif // MOOR_NURSERY_H
