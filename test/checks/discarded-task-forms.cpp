// RUN: %check_tidy %s coro-discarded-task
// RUN: %check_tidy_real %s coro-discarded-task
// RUN: %check_tidy_real %s coro-discarded-task -- -- -DUSE_MOOR -I %source/runtime/include
// RUN: %check_tidy_real %s coro-discarded-task -- -- -DUSE_ASIO -DBOOST_ASIO_HAS_CO_AWAIT -DBOOST_ASIO_HAS_STD_COROUTINE

// Every form in which a lazy task is lost, each with its silent twin: of a
// library that no model knows, of moor, and of Boost.Asio. What is said is the
// same.

#include <functional>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>
#if defined(USE_MOOR)
#include <moor/task.h>
template <class T = void> using lazy = moor::task<T>;
#elif defined(USE_ASIO)
#include <boost/asio/awaitable.hpp>
template <class T = void> using lazy = boost::asio::awaitable<T>;
#else
#include "task.h"
template <class T = void> class lazy : public task<T> {
public:
  struct promise_type : task<T>::promise_type {
    lazy get_return_object();
  };
  lazy(lazy &&) noexcept;
  lazy &operator=(lazy &&) noexcept;
};
#endif

lazy<> notify();
lazy<int> fetch();
lazy<lazy<int>> fetch_later();
struct [[nodiscard]] status {
  bool ok;
};
lazy<status> check();
bool flag();
void spawn(lazy<>);
lazy<> all_of(std::vector<lazy<>>);

// id: discard/forms-statement
void statement() {
  notify();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'notify' is discarded, and never runs [coro-discarded-task]
  fetch();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'fetch' is discarded, and never runs [coro-discarded-task]
}
lazy<> statement_awaited() {
  co_await notify();
  (void)co_await fetch();
}

// id: discard/forms-operators
void operators(bool c) {
  notify(), flag();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'notify' is discarded, and never runs [coro-discarded-task]
  flag(), notify();
  // CHECK-NOTES: :[[@LINE-1]]:11: warning: the task returned by 'notify' is discarded, and never runs [coro-discarded-task]
  c ? notify() : notify();
  // CHECK-NOTES: :[[@LINE-1]]:7: warning: the task returned by 'notify' is discarded, and never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE-2]]:18: warning: the task returned by 'notify' is discarded, and never runs [coro-discarded-task]
  for (int i = 0; i < 3; ++i, notify())
  // CHECK-NOTES: :[[@LINE-1]]:31: warning: the task returned by 'notify' is discarded, and never runs [coro-discarded-task]
    flag();
}
lazy<> operators_awaited(bool c) {
  co_await notify(), flag();
  c ? co_await notify() : co_await notify();
  co_await (c ? notify() : notify());
  for (int i = 0; i < 3; ++i, co_await notify())
    flag();
  auto either = c ? notify() : notify();
  co_await std::move(either);
}

// id: discard/forms-explicit
void on_purpose() {
  (void)notify();
  // CHECK-NOTES: :[[@LINE-1]]:9: warning: the task returned by 'notify' is discarded, and never runs [coro-discarded-task]
  static_cast<void>(notify());
  // CHECK-NOTES: :[[@LINE-1]]:21: warning: the task returned by 'notify' is discarded, and never runs [coro-discarded-task]
  std::ignore = notify();
  // CHECK-NOTES: :[[@LINE-1]]:17: warning: the task returned by 'notify' is discarded, and never runs [coro-discarded-task]
}
lazy<> on_purpose_awaited() {
  (void)co_await fetch();
  static_cast<void>(co_await fetch());
  std::ignore = co_await fetch();
}

// id: discard/forms-local
lazy<> local() {
  auto t = notify();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is never awaited, and never runs [coro-discarded-task]
  co_return;
}
lazy<> local_awaited() {
  auto t = notify();
  co_await std::move(t);
}
void local_handed_on() {
  auto t = notify();
  spawn(std::move(t));
}

// id: discard/forms-path
lazy<> path(bool c) {
  auto t = notify();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 't' is not awaited on every path; where it is not, it never runs [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE+1]]:7: note: it is not awaited where this is false
  if (c)
    co_await std::move(t);
  flag();
}
lazy<> path_complete(bool c) {
  auto t = notify();
  if (c)
    co_await std::move(t);
  else
    spawn(std::move(t));
}

// id: discard/forms-owner
lazy<> owner() {
  std::vector<lazy<>> all;
  // CHECK-NOTES: :[[@LINE-1]]:23: warning: the tasks in 'all' are never awaited, and never run [coro-discarded-task]
  // CHECK-NOTES: :[[@LINE+1]]:17: note: made here
  all.push_back(notify());
  all.push_back(notify());
  std::optional<lazy<>> one = notify();
  // CHECK-NOTES: :[[@LINE-1]]:25: warning: the task in 'one' is never awaited, and never runs [coro-discarded-task]
  co_return;
}
lazy<> owner_awaited() {
  std::vector<lazy<>> all;
  all.push_back(notify());
  co_await all_of(std::move(all));
  std::optional<lazy<>> one = notify();
  co_await std::move(*one);
}

// id: discard/forms-nested
lazy<> nested() {
  co_await fetch_later();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: awaiting 'fetch_later' gives another task, which is discarded, and never runs [coro-discarded-task]
  auto inner = co_await fetch_later();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'inner' is never awaited, and never runs [coro-discarded-task]
}
lazy<> nested_awaited() {
  (void)co_await co_await fetch_later();
  auto inner = co_await fetch_later();
  (void)co_await std::move(inner);
}

// id: discard/forms-result
lazy<> result() {
  co_await check();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: awaiting 'check' gives a result that is marked 'nodiscard', and is discarded [coro-discarded-task]
}
lazy<> result_used() {
  (void)(co_await check()).ok;
  auto s = co_await check();
  (void)s;
}

// id: discard/forms-callable
void callable() {
  std::function<void()> on_click = []() -> lazy<> { co_await notify(); };
  // CHECK-NOTES: :[[@LINE-1]]:36: warning: 'std::function<void ()>' drops the task that this callable returns, which then never runs [coro-discarded-task]
  on_click = notify;
  // CHECK-NOTES: :[[@LINE-1]]:14: warning: 'std::function<void ()>' drops the task that this callable returns, which then never runs [coro-discarded-task]
}
void callable_kept() {
  std::function<lazy<>()> make = []() -> lazy<> { co_await notify(); };
  make = notify;
}

// id: discard/forms-named
lazy<> named() {
  auto t = notify();
  std::move(t);
  // CHECK-NOTES: :[[@LINE-1]]:13: warning: this statement only names 't', and does not await it [coro-discarded-task]
  co_return;
}

// id: discard/forms-parameter
void drop(lazy<>) {}
void parameter() { drop(notify()); }
// CHECK-NOTES: :[[@LINE-1]]:25: warning: the task returned by 'notify' is discarded, and never runs [coro-discarded-task]
// CHECK-NOTES: :[[@LINE-3]]:17: note: 'drop' does not await it
