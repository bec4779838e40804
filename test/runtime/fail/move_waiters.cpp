// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A wait is part of the frame that awaits it: queues point into it.

#include <moor/async_generator.h>
#include <moor/barrier.h>
#include <moor/channel.h>
#include <moor/condition_variable.h>
#include <moor/event.h>
#include <moor/interval.h>
#include <moor/latch.h>
#include <moor/mutex.h>
#include <moor/oneshot.h>
#include <moor/rwlock.h>
#include <moor/semaphore.h>
#include <moor/shared_task.h>
#include <moor/timer.h>
using namespace moor;
using namespace std::chrono_literals;

#ifdef CURED
template <class T> using own = T &;
template <class T> T &give(T &from) { return from; }
#else
template <class T> using own = T;
template <class T> T &&give(T &from) { return static_cast<T &&>(from); }
#endif

void keep_0(event &ready) {
  auto wait = ready.operator co_await();
  // EXPECT: deleted
  [[maybe_unused]] own<decltype(wait)> kept = give(wait);
}
void keep_1(mutex &m) {
  auto wait = m.lock();
  // EXPECT: deleted
  [[maybe_unused]] own<decltype(wait)> kept = give(wait);
}
void keep_2(rwlock &m) {
  auto wait = m.read();
  // EXPECT: deleted
  [[maybe_unused]] own<decltype(wait)> kept = give(wait);
}
void keep_3(rwlock &m) {
  auto wait = m.write();
  // EXPECT: deleted
  [[maybe_unused]] own<decltype(wait)> kept = give(wait);
}
void keep_4(semaphore &s) {
  auto wait = s.acquire();
  // EXPECT: deleted
  [[maybe_unused]] own<decltype(wait)> kept = give(wait);
}
void keep_5(latch &l) {
  auto wait = l.arrive_and_wait();
  // EXPECT: deleted
  [[maybe_unused]] own<decltype(wait)> kept = give(wait);
}
void keep_6(barrier &b) {
  auto wait = b.arrive_and_wait();
  // EXPECT: deleted
  [[maybe_unused]] own<decltype(wait)> kept = give(wait);
}
void keep_7(condition_variable &c, mutex::guard &g) {
  auto wait = c.wait(g);
  // EXPECT: deleted
  [[maybe_unused]] own<decltype(wait)> kept = give(wait);
}
void keep_8(mpsc<int> &c) {
  auto wait = c.send(1);
  // EXPECT: deleted
  [[maybe_unused]] own<decltype(wait)> kept = give(wait);
}
void keep_9(mpsc<int> &c) {
  auto wait = c.receive();
  // EXPECT: deleted
  [[maybe_unused]] own<decltype(wait)> kept = give(wait);
}
void keep_10(oneshot<int> &o) {
  auto wait = o.receive();
  // EXPECT: deleted
  [[maybe_unused]] own<decltype(wait)> kept = give(wait);
}
void keep_11(local::mutex &m) {
  auto wait = m.lock();
  // EXPECT: deleted
  [[maybe_unused]] own<decltype(wait)> kept = give(wait);
}
void keep_12(local::semaphore &s) {
  auto wait = s.acquire();
  // EXPECT: deleted
  [[maybe_unused]] own<decltype(wait)> kept = give(wait);
}
void keep_13(local::mpsc<int> &c) {
  auto wait = c.receive();
  // EXPECT: deleted
  [[maybe_unused]] own<decltype(wait)> kept = give(wait);
}
void keep_14() {
  auto wait = sleep_for(1ms);
  // EXPECT: deleted
  [[maybe_unused]] own<decltype(wait)> kept = give(wait);
}
void keep_15() {
  auto wait = yield();
  // EXPECT: deleted
  [[maybe_unused]] own<decltype(wait)> kept = give(wait);
}
void keep_16(interval &every) {
  auto wait = every.tick();
  // EXPECT: deleted
  [[maybe_unused]] own<decltype(wait)> kept = give(wait);
}
void keep_17(interval &every) {
  auto wait = every.next();
  // EXPECT: deleted
  [[maybe_unused]] own<decltype(wait)> kept = give(wait);
}
void keep_18(async_generator<int> &g) {
  auto wait = g.next();
  // EXPECT: deleted
  [[maybe_unused]] own<decltype(wait)> kept = give(wait);
}
void keep_19(task<int> t) {
  auto wait = std::move(t).operator co_await();
  // EXPECT: deleted
  [[maybe_unused]] own<decltype(wait)> kept = give(wait);
}
void keep_20(shared_task<int> t) {
  auto wait = t.operator co_await();
  // EXPECT: deleted
  [[maybe_unused]] own<decltype(wait)> kept = give(wait);
}
