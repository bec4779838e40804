// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Children, tokens and callbacks point to these.

#include <moor/event_loop.h>
#include <moor/manual_executor.h>
#include <moor/nursery.h>
#include <moor/thread_pool.h>
using namespace moor;

#ifdef CURED
template <class T> using own = T &;
template <class T> T &give(T &from) { return from; }
#else
template <class T> using own = T;
template <class T> T &&give(T &from) { return static_cast<T &&>(from); }
#endif

void move(stop_source &from) {
  // EXPECT: deleted.*(stop_source)
  [[maybe_unused]] own<stop_source> to = give(from);
}
void move(linked_stop_source &from) {
  // EXPECT: deleted.*(linked_stop_source)
  [[maybe_unused]] own<linked_stop_source> to = give(from);
}
void move(stop_callback<void (*)()> &from) {
  // EXPECT: deleted.*(stop_callback)
  [[maybe_unused]] own<stop_callback<void (*)()>> to = give(from);
}
void move(nursery &from) {
  // EXPECT: deleted.*(nursery)
  [[maybe_unused]] own<nursery> to = give(from);
}
void move(manual_executor &from) {
  // EXPECT: deleted.*(manual_executor|executor)
  [[maybe_unused]] own<manual_executor> to = give(from);
}
void move(thread_pool &from) {
  // EXPECT: deleted.*(thread_pool|executor)
  [[maybe_unused]] own<thread_pool> to = give(from);
}
void move(event_loop &from) {
  // EXPECT: deleted.*(event_loop|executor)
  [[maybe_unused]] own<event_loop> to = give(from);
}
