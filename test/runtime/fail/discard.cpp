// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// To call it is not yet to do it.

#include <moor/generator.h>
#include <moor/merge.h>
#include <moor/mutex.h>
#include <moor/timer.h>
#include <moor/when_all.h>
using namespace moor;
using namespace std::chrono_literals;

task<> job() { co_return; }
async_generator<int> numbers() { co_yield 1; }
generator<int> counts() { co_yield 1; }

task<> example(mutex &m, async_generator<int> &s) {
#ifdef CURED
  co_await job();
  co_await first(numbers());
  co_await for_each(numbers(), [](int) {});
  co_await merge(for_each(numbers(), [](int) {}));
  auto g = co_await m.lock();
  co_await sleep_for(1ms);
  co_await next(s);
  co_await s.next();
  co_await first(numbers());
  co_await first(once(job()));
  co_await fuse(s).next();
  co_await when_all(job(), job());
  for (int n : counts())
    (void)n;
#else
  // EXPECT: nodiscard
  job();
  // EXPECT: nodiscard
  numbers();
  // EXPECT: nodiscard
  for_each(numbers(), [](int) {});
  // EXPECT: nodiscard
  merge(for_each(numbers(), [](int) {}));
  // EXPECT: nodiscard
  m.lock();
  // EXPECT: nodiscard
  sleep_for(1ms);
  // EXPECT: nodiscard
  next(s);
  // EXPECT: nodiscard
  s.next();
  // EXPECT: nodiscard
  first(numbers());
  // EXPECT: nodiscard
  once(job());
  // EXPECT: nodiscard
  fuse(s);
  // EXPECT: nodiscard
  when_all(job(), job());
  // EXPECT: nodiscard
  counts();
  co_return;
#endif
}
