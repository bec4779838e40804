// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef MOOR_ON_H
#define MOOR_ON_H

#include <moor/detail/group.h>

namespace moor::inline MOOR_ABI {
namespace detail {

/// Has a child run on another executor, and comes back when it has ended.
class excursion : public native_awaiter {
public:
  excursion(child &c, const context &there) noexcept
      : start_(*this), child_(c), there_(there) {
    c.prepare(there, *this);
  }
  excursion(excursion &&) = delete;

  bool await_ready() const noexcept { return false; }
  template <moor_promise P>
  void await_suspend(std::coroutine_handle<P> h) noexcept {
    back_.to(h, *h.promise().environment->where);
    there_.where->post(start_);
  }
  void await_resume() const {
    if (!begun_)
      throw cancelled();
  }

  std::coroutine_handle<> child_ended(std::coroutine_handle<>) noexcept {
    back_.post();
    return std::noop_coroutine();
  }

private:
  struct departure : work_item {
    explicit departure(excursion &of) noexcept : work_item(&depart), of(of) {}
    excursion &of;
  };
  struct way_back : resumption {
    void to(std::coroutine_handle<> h, executor &home) noexcept {
      coroutine_ = h;
      home_ = &home;
    }
  };
  static void depart(work_item &item) noexcept {
    excursion &of = static_cast<departure &>(item).of;
    of.begun_ = !of.there_.stop.stop_requested();
    if (of.begun_)
      detail::resume(of.child_.handle());
    else
      of.back_.post();
  }

  departure start_;
  way_back back_;
  child &child_;
  const context &there_;
  bool begun_ = false;
};

} // namespace detail

/// Runs the task on another executor, and comes back.
///
///     compute_pool pool;
///     event_loop loop;
///     …
///     auto thumbnail = co_await on(pool, shrink(image));  // in the pool
///     co_await connection.write(thumbnail);               // in the loop again
///
/// The task begins there, behind what was posted before, and resumes there
/// after each of its waits; the coroutine that awaits it resumes on its own
/// executor. A stop flows through: it may come while the task runs, and then
/// finds it on the other executor. If it comes before the task has begun, the
/// task does not begin, and `cancelled` is thrown. If the coroutine runs there
/// already, this is a plain co_await.
///
/// The executor has to go on running until the task has ended. For a plain
/// function, compute_pool::run() and spawn_blocking() are cheaper.
template <class T>
[[nodiscard]] task<T> on(executor &where, CORO_CONSUMES task<T> work) {
  const context &parent = co_await detail::this_context();
  if (parent.where == &where)
    co_return co_await std::move(work);
  const context there{&where, parent.stop};
  detail::result<T> ended;
  detail::child child = detail::collect(std::move(work), ended);
  co_await detail::excursion(child, there);
  co_return ended.take();
}

} // namespace moor::inline MOOR_ABI

#endif // MOOR_ON_H
