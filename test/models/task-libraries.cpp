// RUN: %check_tidy %s coro-discarded-task

// What the models say of tasks: what starts them, what keeps them, what is a
// lazy operation, what calls a callable for nothing.

#include <library_task.h>
#include <utility>

#define LAZY_TASK(name)                                                        \
  template <class T = void> class [[nodiscard]] name {                         \
  public:                                                                      \
    using promise_type = library_promise<name, T>;                             \
    library_awaiter<T> operator co_await();                                    \
  }

namespace cppcoro {
LAZY_TASK(task);
namespace detail {
template <class> class when_all_ready_awaitable {
public:
  when_all_ready_awaitable(when_all_ready_awaitable &&) noexcept;
  ~when_all_ready_awaitable();
  library_awaiter<void> operator co_await() && noexcept;
};
} // namespace detail
template <class... A>
detail::when_all_ready_awaitable<void> when_all_ready(A &&...);
struct async_scope {
  template <class A> void spawn(A &&) {}
};
template <class T> void sync_wait(T &&) {}
} // namespace cppcoro
namespace of_cppcoro {
cppcoro::task<> work();
void lost() {
  work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  cppcoro::when_all_ready(work(), work());
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the lazy operation returned by 'when_all_ready' is discarded, and never starts [coro-discarded-task]
  auto both = cppcoro::when_all_ready(work(), work());
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'both' is never started [coro-discarded-task]
}
cppcoro::task<> found(cppcoro::async_scope &scope) {
  co_await cppcoro::when_all_ready(work(), work());
  auto both = cppcoro::when_all_ready(work(), work());
  co_await std::move(both);
  scope.spawn(work());
  cppcoro::sync_wait(work());
}
} // namespace of_cppcoro

namespace coro {
LAZY_TASK(task);
namespace detail {
template <class> class when_all_ready_awaitable {
public:
  ~when_all_ready_awaitable();
  library_awaiter<void> operator co_await() noexcept;
};
} // namespace detail
template <class... A>
detail::when_all_ready_awaitable<void> when_all(A &&...);
struct thread_pool {
  bool spawn_detached(task<> &&) { return true; }
  task<> spawn_joinable(task<> &&);
};
struct task_group {
  bool start(task<> &&) { return true; }
};
} // namespace coro
namespace of_libcoro {
coro::task<> work();
void lost() {
  coro::when_all(work(), work());
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the lazy operation returned by 'when_all' is discarded, and never starts [coro-discarded-task]
  work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
}
coro::task<> found(coro::thread_pool &pool, coro::task_group &group) {
  co_await coro::when_all(work(), work());
  pool.spawn_detached(work());
  pool.spawn_joinable(work());
  auto join = pool.spawn_joinable(work());
  group.start(work());
}
} // namespace of_libcoro

namespace folly {
template <class T> class SemiFuture {};
class EventBase {
public:
  template <class F> void runInEventBaseThread(F &&) {}
};
namespace coro {
class [[nodiscard]] TaskWithExecutor {
public:
  TaskWithExecutor(TaskWithExecutor &&) noexcept;
  ~TaskWithExecutor();
  SemiFuture<void> start() &&;
  library_awaiter<void> operator co_await() && noexcept;
};
template <class T = void> class [[nodiscard]] Task {
public:
  struct promise_type : library_promise<Task, T> {};
  Task(Task &&) noexcept;
  ~Task();
  library_awaiter<T> operator co_await() &&;
  TaskWithExecutor scheduleOn(int) &&;
};
struct AsyncScope {
  void add(TaskWithExecutor &&) {}
};
} // namespace coro
} // namespace folly
namespace of_folly {
folly::coro::Task<> work();
void lost(folly::EventBase &base) {
  work().scheduleOn(1);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'scheduleOn' is discarded, and never runs [coro-discarded-task]
  auto scheduled = work().scheduleOn(1);
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'scheduled' is never awaited, and never runs [coro-discarded-task]
  base.runInEventBaseThread([]() -> folly::coro::Task<> { co_await work(); });
  // CHECK-NOTES: :[[@LINE-1]]:29: warning: 'runInEventBaseThread' drops the task that this callable returns, which then never runs [coro-discarded-task]
}
folly::coro::Task<> found(folly::coro::AsyncScope &scope) {
  work().scheduleOn(1).start();
  scope.add(work().scheduleOn(1));
  auto scheduled = work().scheduleOn(1);
  co_await std::move(scheduled);
}
} // namespace of_folly

namespace concurrencpp {
LAZY_TASK(lazy_result);
template <class T = void> class [[nodiscard]] result {
public:
  struct promise_type : library_promise<result, T> {
    std::suspend_never initial_suspend() noexcept;
  };
  ~result();
  library_awaiter<T> operator co_await();
};
struct executor {
  template <class F> void post(F &&) {}
  template <class F> result<> submit(F &&);
};
} // namespace concurrencpp
namespace of_concurrencpp {
concurrencpp::lazy_result<> work();
concurrencpp::result<> run();
void lost(concurrencpp::executor &e) {
  work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  e.post(work);
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: 'post' drops the task that this callable returns, which then never runs [coro-discarded-task]
}
void found(concurrencpp::executor &e) {
  run();
  e.submit(run);
  e.post(run);
}
} // namespace of_concurrencpp

namespace async_simple {
struct Executor {
  template <class F> bool schedule(F) { return true; }
};
namespace coro {
namespace detail {
template <class L> struct LazyBase {
  template <class F> void start(F &&) {}
};
} // namespace detail
class [[nodiscard]] RescheduleLazy : public detail::LazyBase<RescheduleLazy> {
public:
  RescheduleLazy(RescheduleLazy &&) noexcept;
  ~RescheduleLazy();
  void detach() {}
};
template <class T = void>
class [[nodiscard]] Lazy : public detail::LazyBase<Lazy<T>> {
public:
  struct promise_type : library_promise<Lazy, T> {};
  Lazy(Lazy &&) noexcept;
  ~Lazy();
  library_awaiter<T> operator co_await() &&;
  RescheduleLazy via(Executor *) &&;
};
template <class L> void syncAwait(L &&) {}
} // namespace coro
} // namespace async_simple
namespace of_async_simple {
async_simple::coro::Lazy<> work();
void lost(async_simple::Executor *e) {
  work().via(e);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'via' is discarded, and never runs [coro-discarded-task]
  auto scheduled = work().via(e);
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'scheduled' is never awaited, and never runs [coro-discarded-task]
  e->schedule(work);
  // CHECK-NOTES: :[[@LINE-1]]:15: warning: 'schedule' drops the task that this callable returns, which then never runs [coro-discarded-task]
}
void found(async_simple::Executor *e) {
  work().via(e).detach();
  work().start([] {});
  work().via(e).start([] {});
  auto scheduled = work().via(e);
  std::move(scheduled).detach();
  async_simple::coro::syncAwait(work());
}
} // namespace of_async_simple

namespace unifex {
LAZY_TASK(task);
namespace _just {
template <class...> struct _sender {
  class type {};
};
} // namespace _just
_just::_sender<int>::type just(int);
template <class S> void sync_wait(S &&) {}
struct async_scope {
  template <class S> int spawn(S &&) { return 0; }
};
} // namespace unifex
namespace of_libunifex {
void lost() {
  unifex::just(1);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the lazy operation returned by 'just' is discarded, and never starts [coro-discarded-task]
  auto sender = unifex::just(1);
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'sender' is never started [coro-discarded-task]
}
void found(unifex::async_scope &scope) {
  unifex::sync_wait(unifex::just(1));
  scope.spawn(unifex::just(1));
  auto sender = unifex::just(1);
  unifex::sync_wait(std::move(sender));
}
} // namespace of_libunifex

namespace stdexec {
namespace {
template <auto> struct __sexpr {};
} // namespace
static __sexpr<1> just(int);
template <class S> void start_detached(S &&) {}
} // namespace stdexec
namespace of_stdexec {
void lost() {
  stdexec::just(1);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the lazy operation returned by 'just' is discarded, and never starts [coro-discarded-task]
  auto sender = stdexec::just(1);
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 'sender' is never started [coro-discarded-task]
}
void found() {
  stdexec::start_detached(stdexec::just(1));
  auto sender = stdexec::just(1);
  stdexec::start_detached(std::move(sender));
}
} // namespace of_stdexec

namespace boost {
namespace cobalt {
LAZY_TASK(task);
template <class T = void> struct [[nodiscard]] promise {
  struct promise_type : library_promise<promise, T> {
    std::suspend_never initial_suspend() noexcept;
  };
  promise(promise &&) noexcept;
  ~promise();
  library_awaiter<T> operator co_await();
  void operator+() && {}
  void detach() {}
};
namespace detail {
template <class...> struct join_variadic_impl {
  join_variadic_impl(join_variadic_impl &&);
  ~join_variadic_impl();
  library_awaiter<void> operator co_await() &&;
};
} // namespace detail
template <class... P> detail::join_variadic_impl<P...> join(P &&...);
template <class E, class T, class C> void spawn(E, T &&, C) {}
} // namespace cobalt
} // namespace boost
namespace of_cobalt {
boost::cobalt::promise<> start();
boost::cobalt::task<> work();
void lost() {
  start();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'start' is discarded, and its result and exceptions are lost [coro-discarded-task]
  work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
  boost::cobalt::join(work(), work());
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the lazy operation returned by 'join' is discarded, and never starts [coro-discarded-task]
}
boost::cobalt::task<> found() {
  +start();
  start().detach();
  auto running = start();
  running.detach();
  boost::cobalt::spawn(1, work(), 2);
  co_await boost::cobalt::join(work(), work());
}
} // namespace of_cobalt

namespace tmc {
LAZY_TASK(task);
template <class T> class [[nodiscard]] aw_spawn {
public:
  aw_spawn(aw_spawn &&) noexcept;
  ~aw_spawn() noexcept;
  library_awaiter<void> operator co_await() &&;
  void detach() {}
  int fork() &&;
};
template <class T> aw_spawn<T> spawn(T &&);
template <class E, class T> void post(E &, T &&) {}
} // namespace tmc
namespace of_toomanycooks {
tmc::task<> work();
void lost() {
  tmc::spawn(work());
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: the lazy operation returned by 'spawn' is discarded, and never starts [coro-discarded-task]
  auto s = tmc::spawn(work());
  // CHECK-NOTES: :[[@LINE-1]]:8: warning: 's' is never started [coro-discarded-task]
}
tmc::task<> found(int &executor) {
  tmc::post(executor, work());
  tmc::spawn(work()).detach();
  auto s = tmc::spawn(work());
  auto f = std::move(s).fork();
  co_await tmc::spawn(work());
}
} // namespace of_toomanycooks

namespace moor {
LAZY_TASK(task);
template <class T> T run(task<T>) {}
struct nursery {
  void spawn(task<>) {}
};
} // namespace moor
namespace of_moor {
moor::task<> work();
void lost() { work(); }
// CHECK-NOTES: :[[@LINE-1]]:15: warning: the task returned by 'work' is discarded, and never runs [coro-discarded-task]
void found(moor::nursery &n) {
  moor::run(work());
  n.spawn(work());
}
} // namespace of_moor
