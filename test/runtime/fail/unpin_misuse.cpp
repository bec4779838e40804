// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whose author did not say that it may move is not taken out of its pin; an
// owning pointer is no way around it.

#include <memory>
#include <moor/event.h>
#include <moor/pinned.h>
using namespace moor;

/// An awaiter that gives its address away.
struct registers {
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> h) { waiting = h; }
  void await_resume() const noexcept {}
  std::coroutine_handle<> waiting;
#ifdef CURED
  static constexpr bool enable_unpin = true; // as if somebody knew better
#endif
};
#ifdef CURED
template <class T> using held = T;
#else
template <class T> using held = std::unique_ptr<T>;
#endif

template <unpin T> void relocate(T &) {}

void example(pinned<registers> p, pinned<held<registers>> owner, registers &r) {
  // EXPECT: take
  [[maybe_unused]] auto taken = p.take();
  // EXPECT: take
  [[maybe_unused]] auto from_owner = owner.take();
  // EXPECT: no matching function
  relocate(r);
}
#ifndef CURED
void immovable(pinned<event> p, event &e) {
  // EXPECT: take
  p.take();
  // EXPECT: no matching function
  relocate(e);
}
#endif
