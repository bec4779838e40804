// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What can be awaited once is given up where it is awaited, for all to see; so
// that nobody awaits it again by its name.

#include <moor/boxed.h>
#include <moor/merge.h>
#include <moor/stream.h>
using namespace moor;

#ifdef CURED
#define USE_UP(x) std::move(x)
#else
#define USE_UP(x) x
#endif

task<int> once_only(task<int> t) {
  // EXPECT: co_await std::move
  co_return co_await USE_UP(t);
}
task<> again(task<> t) {
  co_await std::move(t);
#ifndef CURED
  // EXPECT: co_await std::move
  co_await t;
#endif
}
task<> in_a_box(boxed<> b) {
  // EXPECT: co_await std::move
  co_await USE_UP(b);
}
task<> in_a_loop(async_generator<int> g) {
  auto each = for_each(g, [](int) {});
  // EXPECT: co_await std::move
  co_await USE_UP(each);
}
task<> in_a_merge(async_generator<int> g) {
  auto each = for_each(g, [](int) {});
  // EXPECT: deleted
  co_await merge(USE_UP(each));
}
