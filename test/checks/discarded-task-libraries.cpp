// RUN: %check_tidy %s coro-discarded-task

// The tasks of libraries: nearly all by their shape, some by their models.

#include "task.h"
#include <boost/asio/awaitable.hpp>
#include <folly/coro/Task.h>
#include <qcoro/qcorotask.h>
#include <seastar/core/coroutine.hh>
#include <utility>

// Asio

boost::asio::awaitable<void> echo();
namespace boost {
namespace asio {
template <class Signature, class Initiation> class deferred_async_operation {
public:
  template <class Token> void operator()(Token &&) &&;
};
template <class Executor, class Handler> void post(Executor, Handler &&);
template <class Executor, class Awaitable> void co_spawn(Executor, Awaitable &&);
} // namespace asio
} // namespace boost
struct reads {};
boost::asio::deferred_async_operation<void(int), reads> read();
boost::asio::any_io_executor executor;
void send_later();
boost::asio::awaitable<void> serve();

// id: discard/asio-awaitable
void asio_awaitable() {
  echo();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'echo' is discarded, and never runs [coro-discarded-task]
}
void asio_spawned() {
  boost::asio::co_spawn(executor, echo());
}

// id: discard/asio-deferred
void asio_deferred() {
  read();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the lazy operation returned by 'read' is discarded, and never starts [coro-discarded-task]
  auto later = read();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'later' is never started [coro-discarded-task]
}
void asio_deferred_started() {
  read()(send_later);
  auto later = read();
  std::move(later)(send_later);
}

// id: discard/asio-post
void asio_post() {
  boost::asio::post(executor, serve);
  // CHECK-NOTES: :[[@LINE-1]]:31: warning: 'post' drops the task that this callable returns, which then never runs [coro-discarded-task]
}
void asio_post_plain() {
  boost::asio::post(executor, send_later);
}

// folly

folly::coro::Task<int> ask();

// id: discard/folly-task
folly::coro::Task<> folly_task() {
  auto answer = ask();
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'answer' is never awaited, and never runs [coro-discarded-task]
  co_return;
}
folly::coro::Task<> folly_task_awaited() {
  auto answer = ask();
  (void)co_await std::move(answer);
}

// QCoro

QCoro::Task<> load();

// id: discard/qcoro-runs-by-itself
void qcoro() {
  load();
  auto t = load();
}

// Seastar

class semaphore_units {
public:
  semaphore_units(semaphore_units &&) noexcept;
  ~semaphore_units();
};
seastar::future<semaphore_units> get_units(seastar::semaphore &, unsigned long);
seastar::future<> flush();

// id: discard/seastar-units
seastar::future<> seastar_units(seastar::semaphore &s) {
  auto units = get_units(s, 1);
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'units' is never awaited: it is not the 'semaphore_units' that awaiting it would give [coro-discarded-task]
  co_await flush();
}
seastar::future<> seastar_units_held(seastar::semaphore &s) {
  auto units = co_await get_units(s, 1);
  co_await flush();
}

// id: discard/seastar-future
void seastar_future() {
  flush();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'flush' is discarded, and its result and exceptions are lost [coro-discarded-task]
  (void)flush();
}
