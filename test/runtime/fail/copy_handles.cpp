// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A handle has one owner: it is moved.

#include <moor/async_generator.h>
#include <moor/generator.h>
#include <moor/mutex.h>
#include <moor/pinned.h>
#include <moor/semaphore.h>
#include <moor/task.h>
using namespace moor;

#ifdef CURED
template <class T> T &&hand_on(T &from) { return static_cast<T &&>(from); }
#else
template <class T> T &hand_on(T &from) { return from; }
#endif

void copy(task<int> from) {
  // EXPECT: deleted
  [[maybe_unused]] task<int> to = hand_on(from);
}
void copy(generator<int> from) {
  // EXPECT: deleted
  [[maybe_unused]] generator<int> to = hand_on(from);
}
void copy(async_generator<int> from) {
  // EXPECT: deleted
  [[maybe_unused]] async_generator<int> to = hand_on(from);
}
void copy(mutex::guard from) {
  // EXPECT: deleted
  [[maybe_unused]] mutex::guard to = hand_on(from);
}
void copy(semaphore::units from) {
  // EXPECT: deleted
  [[maybe_unused]] semaphore::units to = hand_on(from);
}
void copy(pin_box<int> from) {
  // EXPECT: deleted
  [[maybe_unused]] pin_box<int> to = hand_on(from);
}
