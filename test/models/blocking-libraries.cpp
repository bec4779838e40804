// RUN: %check_tidy %s coro-blocking-call

// The calls of coroutine libraries that block, in the way in which each declares
// them; the bodies are out of sight, so only the models can know.

#include <chrono>
#include <coroutine>
#include <library_task.h>
#include <thread>

using namespace std::chrono_literals;

template <class T> struct base_task {
  using promise_type = library_promise<base_task, T>;
};

namespace cppcoro {
template <class T = void> struct [[nodiscard]] task {
  using promise_type = library_promise<task, T>;
  library_awaiter<T> operator co_await() &&;
};
template <class A> auto sync_wait(A &&) -> int;
struct static_thread_pool {
  library_awaiter<void> schedule();
};
} // namespace cppcoro
cppcoro::task<> cppcoro_work();
cppcoro::task<> cppcoro_waits() {
  int x = cppcoro::sync_wait(cppcoro_work());
  // CHECK-NOTES: :[[@LINE-1]]:11: warning: 'sync_wait' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-2]]:30: note: await this instead
  co_await cppcoro_work();
}
cppcoro::task<> cppcoro_pool(cppcoro::static_thread_pool &p) {
  co_await p.schedule();
  std::this_thread::sleep_for(1ms);
}

namespace folly {
namespace coro {
template <class T = void> struct [[nodiscard]] Task {
  using promise_type = library_promise<Task, T>;
  library_awaiter<T> operator co_await() &&;
};
struct blocking_wait_fn {
  template <class A> int operator()(A &&) const;
};
inline constexpr blocking_wait_fn blocking_wait{};
inline constexpr blocking_wait_fn const &blockingWait = blocking_wait;
class Baton {
public:
  library_awaiter<void> wait();
};
} // namespace coro
class Baton {
public:
  void wait();
  bool ready();
};
namespace futures::detail {
template <class T> class FutureBase {
public:
  bool isReady() const;
};
} // namespace futures::detail
template <class T> class Future : public futures::detail::FutureBase<T> {
public:
  T get() &&;
};
} // namespace folly
folly::coro::Task<> folly_work();
folly::coro::Task<> folly_waits(folly::Baton &b, folly::coro::Baton &c) {
  (void)folly::coro::blockingWait(folly_work());
  // CHECK-NOTES: :[[@LINE-1]]:9: warning: 'blockingWait' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-2]]:35: note: await this instead
  b.wait();
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'wait' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await c.wait();
}
folly::coro::Task<> folly_baton_ready(folly::Baton &b) {
  if (b.ready())
    b.wait();
  co_await folly_work();
}
folly::coro::Task<> folly_future(folly::Future<int> f, folly::Future<int> g) {
  if (f.isReady())
    (void)static_cast<folly::Future<int> &&>(f).get();
  (void)static_cast<folly::Future<int> &&>(g).get();
  // CHECK-NOTES: :[[@LINE-1]]:47: warning: 'get' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await folly_work();
}
folly::coro::Task<> folly_twin() {
  std::this_thread::sleep_for(1ms);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sleep_for' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-2]]:3: note: use 'folly::coro::sleep' instead
  co_await folly_work();
}

namespace boost::asio {
template <class T = void, class E = int> struct awaitable {
  using promise_type = library_promise<awaitable, T>;
  library_awaiter<T> operator co_await() &&;
};
struct use_awaitable_t {};
inline constexpr use_awaitable_t use_awaitable;
template <class P> class basic_socket {
public:
  void connect(int);
  awaitable<> async_wait(int, use_awaitable_t);
  void non_blocking(bool);
};
template <class P> class basic_stream_socket : public basic_socket<P> {
public:
  template <class B> int read_some(const B &);
  template <class B> awaitable<int> async_read_some(const B &, use_awaitable_t);
};
template <class S, class B> int read(S &, const B &);
template <class S, class B, class T> awaitable<int> async_read(S &, const B &, T);
class io_context {
public:
  int run();
  int poll();
  template <class A, unsigned long Bits> class basic_executor_type {};
  using executor_type = basic_executor_type<int, 0>;
  executor_type get_executor() noexcept;
};
class any_io_executor {};
namespace this_coro {
struct executor_t {
  library_awaiter<any_io_executor> operator co_await() const;
};
inline constexpr executor_t executor;
} // namespace this_coro
template <class F> void post(F &&) {}
template <class E, class F> void post(E &&, F &&) {}
template <class E, class F> void dispatch(E &&, F &&) {}
class thread_pool {
public:
  ~thread_pool();
  void join();
};
awaitable<> post(thread_pool &, use_awaitable_t);
template <class E> struct bound {};
template <class E> bound<E> bind_executor(E &, use_awaitable_t);
template <class E> awaitable<> post(bound<E>);
template <class E> void co_spawn(E &, awaitable<>, int);
} // namespace boost::asio
namespace net = boost::asio;
using tcp_socket = net::basic_stream_socket<struct tcp>;
net::awaitable<> asio_synchronous(tcp_socket s, net::io_context &io) {
  s.connect(1);
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'connect' blocks the thread that runs this coroutine [coro-blocking-call]
  s.read_some(1);
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'read_some' blocks the thread that runs this coroutine [coro-blocking-call]
  net::read(s, 1);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'read' blocks the thread that runs this coroutine [coro-blocking-call]
  io.run();
  // CHECK-NOTES: :[[@LINE-1]]:6: warning: 'run' blocks the thread that runs this coroutine [coro-blocking-call]
  io.poll();
  co_await net::async_read(s, 1, net::use_awaitable);
  co_await s.async_read_some(1, net::use_awaitable);
}
net::awaitable<> asio_when_ready(tcp_socket s) {
  co_await s.async_wait(1, net::use_awaitable);
  s.read_some(1);
}
net::awaitable<> asio_non_blocking(tcp_socket s) {
  s.non_blocking(true);
  s.read_some(1);
  co_return;
}
net::awaitable<> asio_comes_back(net::thread_pool &p) {
  co_await net::post(p, net::use_awaitable);
  std::this_thread::sleep_for(1ms);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sleep_for' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-2]]:3: note: use 'boost::asio::steady_timer' instead
}
// id: blocking/posted
net::awaitable<> asio_posts(net::io_context &io, net::thread_pool &pool,
                            net::any_io_executor any) {
  net::post(io, [] { std::this_thread::sleep_for(1ms); });
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the callable given to 'post' blocks the thread of the event loop that runs it [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-2]]:22: note: the lambda calls 'sleep_for', which blocks
  // CHECK-NOTES: :[[@LINE-3]]:22: note: use 'boost::asio::steady_timer' instead
  net::dispatch(io.get_executor(), [] { std::this_thread::sleep_for(1ms); });
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the callable given to 'dispatch' blocks the thread of the event loop that runs it [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-2]]:41: note: the lambda calls 'sleep_for', which blocks
  // CHECK-NOTES: :[[@LINE-3]]:41: note: use 'boost::asio::steady_timer' instead
  auto own = co_await net::this_coro::executor;
  net::post(own, [] { std::this_thread::sleep_for(1ms); });
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the callable given to 'post' blocks the thread of the event loop that runs it [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-2]]:23: note: the lambda calls 'sleep_for', which blocks
  // CHECK-NOTES: :[[@LINE-3]]:23: note: use 'boost::asio::steady_timer' instead
  net::post(own, [] {});
  net::post(any, [] { std::this_thread::sleep_for(1ms); });
  net::post(pool, [] { std::this_thread::sleep_for(1ms); });
  net::post([] { std::this_thread::sleep_for(1ms); });
}
void asio_posts_for_others(net::io_context &io) {
  net::post(io, [] { std::this_thread::sleep_for(1ms); });
}
net::awaitable<> asio_posts_by_another(net::io_context &io) {
  asio_posts_for_others(io);
  co_return;
}
net::awaitable<> asio_moves(net::thread_pool &p) {
  co_await net::post(net::bind_executor(p, net::use_awaitable));
  std::this_thread::sleep_for(1ms);
}
void asio_spawns(net::thread_pool &p) {
  net::co_spawn(p, []() -> net::awaitable<> {
    std::this_thread::sleep_for(1ms);
    co_return;
  }(), 1);
}

namespace seastar {
template <class T = void> class future {
public:
  using promise_type = library_promise<future, T>;
  library_awaiter<T> operator co_await() &&;
  T get();
  bool available() const noexcept;
  template <class F> future<> then(F &&) { return {}; }
};
template <class F> future<> async(F &&) { return {}; }
} // namespace seastar
seastar::future<> seastar_work();
// id: blocking/then
seastar::future<> seastar_then() {
  co_await seastar_work().then([] { std::this_thread::sleep_for(1ms); });
  // CHECK-NOTES: :[[@LINE-1]]:27: warning: the callable given to 'then' blocks the thread of the event loop that runs it [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-2]]:37: note: the lambda calls 'sleep_for', which blocks
  // CHECK-NOTES: :[[@LINE-3]]:37: note: use 'seastar::sleep' instead
  co_await seastar_work().then([] {});
  co_await seastar::async([] { seastar_work().get(); });
}
seastar::future<> seastar_gets() {
  auto f = seastar_work();
  if (f.available())
    f.get();
  seastar_work().get();
  // CHECK-NOTES: :[[@LINE-1]]:18: warning: 'get' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-2]]:3: note: await this instead
  co_await seastar_work();
}

template <class T> class QFuture {
public:
  T result() const;
  void waitForFinished();
  bool isFinished() const;
};
class QThread {
public:
  static void msleep(unsigned long);
  bool wait(unsigned long time = 10);
};
namespace QCoro {
template <class T = void> struct Task {
  using promise_type = library_promise<Task, T>;
  library_awaiter<T> operator co_await() &&;
};
template <class T> T waitFor(Task<T> &&);
} // namespace QCoro
QCoro::Task<> qt_work();
QCoro::Task<> qt(QFuture<int> f, QFuture<int> g, QThread &t) {
  f.waitForFinished();
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'waitForFinished' blocks the thread that runs this coroutine [coro-blocking-call]
  f.result();
  if (g.isFinished())
    g.result();
  QThread::msleep(1);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'msleep' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-2]]:3: note: use 'QCoro::sleepFor' instead
  QThread::msleep(0);
  t.wait();
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'wait' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await qt_work();
}
