// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What coroutines wait for stays where it is; others get a reference.

#include <moor/barrier.h>
#include <moor/channel.h>
#include <moor/condition_variable.h>
#include <moor/event.h>
#include <moor/latch.h>
#include <moor/mutex.h>
#include <moor/oneshot.h>
#include <moor/rwlock.h>
#include <moor/semaphore.h>
using namespace moor;

#ifdef CURED
template <class T> using own = T &;
template <class T> T &give(T &from) { return from; }
#else
template <class T> using own = T;
template <class T> T &&give(T &from) { return static_cast<T &&>(from); }
#endif

void move(event &from) {
  // EXPECT: deleted.*event
  [[maybe_unused]] own<event> to = give(from);
}
void move(mutex &from) {
  // EXPECT: deleted.*mutex
  [[maybe_unused]] own<mutex> to = give(from);
}
void move(rwlock &from) {
  // EXPECT: deleted.*rwlock
  [[maybe_unused]] own<rwlock> to = give(from);
}
void move(semaphore &from) {
  // EXPECT: deleted.*semaphore
  [[maybe_unused]] own<semaphore> to = give(from);
}
void move(latch &from) {
  // EXPECT: deleted.*latch
  [[maybe_unused]] own<latch> to = give(from);
}
void move(barrier &from) {
  // EXPECT: deleted.*barrier
  [[maybe_unused]] own<barrier> to = give(from);
}
void move(condition_variable &from) {
  // EXPECT: deleted.*condition_variable
  [[maybe_unused]] own<condition_variable> to = give(from);
}
void move(mpsc<int> &from) {
  // EXPECT: deleted.*mpsc
  [[maybe_unused]] own<mpsc<int>> to = give(from);
}
void move(oneshot<int> &from) {
  // EXPECT: deleted.*oneshot
  [[maybe_unused]] own<oneshot<int>> to = give(from);
}
void move(local::event &from) {
  // EXPECT: deleted.*event
  [[maybe_unused]] own<local::event> to = give(from);
}
void move(local::mutex &from) {
  // EXPECT: deleted.*mutex
  [[maybe_unused]] own<local::mutex> to = give(from);
}
void move(local::rwlock &from) {
  // EXPECT: deleted.*rwlock
  [[maybe_unused]] own<local::rwlock> to = give(from);
}
void move(local::semaphore &from) {
  // EXPECT: deleted.*semaphore
  [[maybe_unused]] own<local::semaphore> to = give(from);
}
void move(local::latch &from) {
  // EXPECT: deleted.*latch
  [[maybe_unused]] own<local::latch> to = give(from);
}
void move(local::barrier &from) {
  // EXPECT: deleted.*barrier
  [[maybe_unused]] own<local::barrier> to = give(from);
}
void move(local::condition_variable &from) {
  // EXPECT: deleted.*condition_variable
  [[maybe_unused]] own<local::condition_variable> to = give(from);
}
void move(local::mpsc<int> &from) {
  // EXPECT: deleted.*mpsc
  [[maybe_unused]] own<local::mpsc<int>> to = give(from);
}
void move(local::oneshot<int> &from) {
  // EXPECT: deleted.*oneshot
  [[maybe_unused]] own<local::oneshot<int>> to = give(from);
}
