// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops over what is no stream, and bodies that do not fit.

#include <moor/for_await.h>
#include <moor/merge.h>
#include <string>
using namespace moor;

async_generator<int> numbers() { co_yield 1; }
bool is_even(int n) { return n % 2 == 0; }
task<int> one() { co_return 1; }

task<> example(const async_generator<int> &constant) {
#ifdef CURED
  auto changing = numbers();
  co_await next(changing);
  co_await for_each(numbers(), [](int n) { is_even(n); });
  co_await for_each(numbers(), [](int) { return loop::leave; });
  MOOR_FOR_AWAIT([[maybe_unused]] int n, once(one())) {}
  co_await merge(for_each(numbers(), [](int) {}));
  (void)constant;
#else
  // EXPECT: no matching function
  co_await next(constant);
  // EXPECT: does not take the items
  co_await for_each(numbers(), [](std::string) {});
  // EXPECT: returns nothing, a moor::loop
  co_await for_each(numbers(), is_even);
  // EXPECT: no matching function
  co_await for_each(one(), [](int) {});
  // EXPECT: needs a stream
  MOOR_FOR_AWAIT([[maybe_unused]] int n, one()) {}
  // EXPECT: no matching function
  co_await merge(numbers(), numbers());
  // EXPECT: no matching function
  co_await merge();
#endif
}
