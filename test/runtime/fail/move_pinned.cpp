// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What was pinned is not moved by its name.

#include <moor/pinned.h>
#include <string>
using namespace moor;

struct operation {
  static constexpr bool enable_unpin = false;
  std::string state;
};
void consume(operation) {}
void look(pinned<operation>) {}

void example() {
  MOOR_PIN(x, operation());
  look(x);
#ifdef CURED
  pinned<operation> same = x;
  look(same);
#else
  // EXPECT: no viable conversion|conversion from .*pinned.* requested
  operation taken = std::move(x);
  // EXPECT: no viable conversion|conversion from .*pinned.* requested
  operation copied = x;
  operation assigned;
  // EXPECT: no viable overloaded|no match for .operator=
  assigned = std::move(x);
  // EXPECT: no matching function|could not convert
  consume(std::move(x));
#endif
}
