// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Only what has been promised to stay is pinned.

#include <moor/event.h>
#include <moor/pinned.h>
using namespace moor;

struct operation {
  static constexpr bool enable_unpin = false;
  int n = 0;
};
operation make() { return {}; }
void look(pinned<operation>) {}
void wait_for(pinned<event>) {}

void example(operation &other) {
  event ready;
  wait_for(ready); // cannot move anyhow
#ifdef CURED
  MOOR_PIN(x, make());
  look(x);
  look(MOOR_PIN(other));
#else
  // EXPECT: no matching function|could not convert
  look(other);
  // EXPECT: no matching (constructor|function)
  pinned<operation> p(other);
  // EXPECT: no matching function|cannot bind non-const lvalue
  MOOR_PIN(make());
  // EXPECT: no matching function|cannot bind
  wait_for(event());
#endif
}
