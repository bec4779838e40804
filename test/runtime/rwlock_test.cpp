// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <gtest/gtest.h>
#include <moor/manual_executor.h>
#include <moor/rwlock.h>
#include <moor/thread_pool.h>
#include <moor/timer.h>
#include <string>
#include <vector>

using namespace moor;
using namespace std::chrono_literals;

namespace {

// What happens is written down: "r" and "w" when one has the lock.
template <class Lock> class RwLocks : public testing::Test {
protected:
  task<> read() {
    auto guard = co_await lock.read();
    log += 'r';
    co_await sleep_for(1ms);
  }
  task<> write() {
    auto guard = co_await lock.write();
    log += 'w';
    co_await sleep_for(1ms);
  }
  bool is_free() { return static_cast<bool>(lock.try_write()); }

  Lock lock;
  std::string log;
  manual_executor ex;
};
using Both = testing::Types<rwlock, local::rwlock>;
TYPED_TEST_SUITE(RwLocks, Both);

TYPED_TEST(RwLocks, ManyReadAtTheSameTime) {
  auto a = this->ex.start(this->read()), b = this->ex.start(this->read());
  EXPECT_EQ(this->log, "rr");
  EXPECT_TRUE(this->lock.try_read());
  EXPECT_FALSE(this->lock.try_write());
  this->ex.advance(1ms);
  EXPECT_TRUE(b.ended());
  EXPECT_TRUE(this->is_free());
}

TYPED_TEST(RwLocks, OneWrites) {
  auto a = this->ex.start(this->write()), b = this->ex.start(this->write()),
       c = this->ex.start(this->read());
  EXPECT_EQ(this->log, "w");
  EXPECT_FALSE(this->lock.try_read());
  EXPECT_FALSE(this->lock.try_write());
  this->ex.advance(1ms);
  EXPECT_EQ(this->log, "ww");
  this->ex.advance(1ms);
  EXPECT_EQ(this->log, "wwr");
  this->ex.advance(1ms);
  EXPECT_TRUE(this->is_free());
}

TYPED_TEST(RwLocks, GuardsMoveAndUnlockOnce) {
  auto a = this->lock.try_read();
  auto b = this->lock.try_read();
  a = std::move(b);
  EXPECT_FALSE(b.owns_lock());
  EXPECT_FALSE(this->is_free()) << "one of them is still there";
  a.unlock();
  a.unlock();
  EXPECT_TRUE(this->is_free());
  auto c = this->lock.try_write();
  auto d = std::move(c);
  EXPECT_FALSE(this->is_free());
  d.unlock();
  EXPECT_TRUE(this->is_free());
}

TYPED_TEST(RwLocks, AWriterStopsTheReadersBehindIt) {
  auto reading = this->lock.try_read();
  auto writer = this->ex.start(this->write());
  auto reader = this->ex.start(this->read());
  this->ex.run_ready();
  EXPECT_EQ(this->log, "");
  EXPECT_FALSE(this->lock.try_read()) << "not even so";
  reading.unlock();
  this->ex.run_ready();
  EXPECT_EQ(this->log, "w");
  this->ex.advance(2ms);
  EXPECT_EQ(this->log, "wr");
  EXPECT_TRUE(reader.ended());
}

TYPED_TEST(RwLocks, ReadersInARowGetInTogether) {
  auto writing = this->lock.try_write();
  auto a = this->ex.start(this->read()), b = this->ex.start(this->read()),
       c = this->ex.start(this->write()), d = this->ex.start(this->read());
  writing.unlock();
  EXPECT_EQ(this->ex.ready_count(), 2u);
  this->ex.run_ready();
  EXPECT_EQ(this->log, "rr");
  this->ex.advance(1ms);
  EXPECT_EQ(this->log, "rrw");
  this->ex.advance(1ms);
  EXPECT_EQ(this->log, "rrwr");
  this->ex.advance(1ms);
  EXPECT_TRUE(d.ended());
}

TYPED_TEST(RwLocks, ACancelledWriterLetsTheReadersGo) {
  stop_source source;
  auto reading = this->lock.try_read();
  auto writer = this->ex.start(this->write(), source.token());
  auto reader = this->ex.start(this->read());
  source.request_stop();
  this->ex.run_ready();
  EXPECT_THROW(writer.result(), cancelled);
  EXPECT_EQ(this->log, "r");
  EXPECT_TRUE(this->lock.try_read());
  this->ex.advance(1ms);
  EXPECT_FALSE(this->is_free()) << "the first still reads";
  reading.unlock();
  EXPECT_TRUE(this->is_free());
}

TYPED_TEST(RwLocks, ACancelledWriterLetsNoOtherWriterGo) {
  stop_source source;
  auto reading = this->lock.try_read();
  auto writer = this->ex.start(this->write(), source.token());
  auto next = this->ex.start(this->write());
  source.request_stop();
  this->ex.run_ready();
  EXPECT_EQ(this->log, "");
  reading.unlock();
  this->ex.advance(1ms);
  EXPECT_EQ(this->log, "w");
}

TYPED_TEST(RwLocks, CancelledBeforeItBeganLeavesNoTrace) {
  stop_source source;
  source.request_stop();
  {
    auto reading = this->lock.try_read();
    auto writer = this->ex.start(this->write(), source.token());
    EXPECT_THROW(writer.result(), cancelled);
    EXPECT_TRUE(this->lock.try_read()) << "nobody waits";
  }
  EXPECT_TRUE(this->is_free());
}

TYPED_TEST(RwLocks, AWaitIsCancelledOrGrantedNeverBoth) {
  for (bool stop_first : {true, false}) {
    stop_source source;
    this->log.clear();
    auto reading = this->lock.try_read();
    auto writer = this->ex.start(this->write(), source.token());
    if (stop_first)
      source.request_stop();
    reading.unlock();
    source.request_stop();
    EXPECT_EQ(this->ex.ready_count(), 1u) << "posted once";
    this->ex.run_ready();
    EXPECT_EQ(this->log, "w");
    EXPECT_TRUE(this->is_free()) << "its sleep was cancelled";
  }
}

TEST(RwLock, KeepsThreadsApart) {
  thread_pool pool(4);
  rwlock lock;
  long a = 0, b = 0, torn = 0;
  auto use = [&](int id) -> task<> {
    for (int i = 0; i < 400; ++i)
      if ((i + id) % 4 == 0) {
        auto guard = co_await lock.write();
        ++a;
        co_await yield();
        ++b;
      } else {
        auto guard = co_await lock.read();
        if (a != b)
          __atomic_fetch_add(&torn, 1, __ATOMIC_RELAXED);
      }
  };
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&, i] { pool.run(use(i)); });
  for (std::thread &t : callers)
    t.join();
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(a, 400);
  EXPECT_EQ(b, 400);
}

} // namespace
