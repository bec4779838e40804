// RUN: %check_tidy_real %s coro-discarded-task -- -- -I %source/runtime/include

// moor, the reference runtime, with its own headers.

#include <moor/event.h>
#include <moor/mutex.h>
#include <moor/nursery.h>
#include <moor/task.h>
#include <moor/when_all.h>
#include <utility>

moor::task<> work();
moor::task<int> get();

// id: discard/moor-task
moor::task<> discarded() {
  get();
  auto t = work();
  co_return;
}
moor::task<> awaited() {
  (void)co_await get();
  auto t = work();
  co_await std::move(t);
}
moor::task<> one_path(bool c) {
  auto t = work();
  if (c)
    co_await std::move(t);
}
moor::task<> together() {
  auto a = work(), b = work();
  co_await moor::when_all(std::move(a), std::move(b));
}

// id: discard/moor-mutex
moor::task<> not_locked(moor::mutex &mutex) {
  mutex.lock();
  co_await work();
}

// id: discard/moor-event
moor::task<> not_waited_for(moor::event &ready) {
  ready.set();
  co_await ready;
}
