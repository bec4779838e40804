// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// The locks of other libraries, known by their models.

#include "task.h"
#include <QtCore/QMutex>
#include <QtCore/QReadWriteLock>
#include <absl/synchronization/mutex.h>
#include <boost/thread/mutex.hpp>
#include <folly/SharedMutex.h>
#include <folly/SpinLock.h>
#include <folly/Synchronized.h>
#include <mutex>
#include <qcoro/qcorotask.h>
#include <utility>
#include <vector>

int counter;

// abseil

absl::Mutex absl_mu;

// id: lock/absl-MutexLock
task<> absl_lock() {
  absl::MutexLock lock(&absl_mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'absl_mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

// id: lock/absl-MutexLock-scope-ended
task<> absl_lock_scope_ended() {
  {
    absl::MutexLock lock(&absl_mu);
    ++counter;
  }
  co_await work();
}

// id: lock/absl-ReaderMutexLock
task<> absl_reader() {
  absl::ReaderMutexLock lock(&absl_mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'absl_mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:25: note: locked here
}

// id: lock/absl-MutexLockMaybe
task<> absl_maybe() {
  absl::MutexLockMaybe lock(&absl_mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'absl_mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:24: note: locked here
}

// id: lock/absl-MutexLockMaybe-null
task<> absl_maybe_not() {
  absl::MutexLockMaybe lock(nullptr);
  co_await work();
}

// id: lock/absl-ReleasableMutexLock
task<> absl_releasable() {
  absl::ReleasableMutexLock lock(&absl_mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'absl_mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:29: note: locked here
}

// id: lock/absl-ReleasableMutexLock-released
task<> absl_released() {
  absl::ReleasableMutexLock lock(&absl_mu);
  lock.Release();
  co_await work();
}

// id: lock/absl-raw
task<> absl_by_hand() {
  absl_mu.Lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'absl_mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:11: note: locked here
  absl_mu.Unlock();
}

// id: lock/absl-raw-unlocked
task<> absl_by_hand_unlocked() {
  absl_mu.ReaderLock();
  absl_mu.ReaderUnlock();
  co_await work();
}

// id: lock/absl-raw-TryLock
task<> absl_tried() {
  if (absl_mu.TryLock()) {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'absl_mu' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:15: note: locked here
    absl_mu.Unlock();
  }
}

// id: lock/absl-raw-TryLock-failed
task<> absl_tried_and_failed() {
  while (!absl_mu.TryLock())
    co_await reschedule();
  absl_mu.Unlock();
}

// folly

folly::SharedMutex folly_mu;
folly::SpinLock folly_spin;
folly::Synchronized<std::vector<int>> rows;

// id: lock/folly-SharedMutex
task<> folly_shared() {
  std::shared_lock lock(folly_mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'folly_mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:20: note: locked here
  // CHECK-NOTES: :[[@LINE-4]]:20: note: end the scope of 'lock' before suspending, or use 'folly::coro::SharedMutex'
}

// id: lock/folly-SharedMutex-unlocked
task<> folly_shared_unlocked() {
  std::unique_lock lock(folly_mu);
  lock.unlock();
  co_await work();
}

// id: lock/folly-SpinLock
task<> folly_spin_guard() {
  folly::SpinLockGuard guard(folly_spin);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'folly_spin' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:24: note: locked here
}

// id: lock/folly-Synchronized
task<> folly_synchronized() {
  auto locked = rows.wlock();
  locked->push_back(co_await get());
  // CHECK-NOTES: :[[@LINE-1]]:21: warning: coroutine may suspend while 'locked' holds a 'folly::SharedMutexImpl<false>' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:22: note: locked here
  // CHECK-NOTES: :[[@LINE-4]]:22: note: end the scope of 'locked' before suspending, or use 'folly::coro::SharedMutex'
}

// id: lock/folly-Synchronized-scope-ended
task<> folly_synchronized_scope_ended() {
  int n = co_await get();
  {
    auto locked = rows.wlock();
    locked->push_back(n);
  }
  co_await work();
}

// id: lock/folly-Synchronized-unlocked
task<> folly_synchronized_unlocked() {
  auto locked = rows.wlock();
  locked->push_back(1);
  locked.unlock();
  co_await work();
}

// id: lock/folly-Synchronized-statement
task<> folly_synchronized_in_one_statement() {
  int n = co_await get();
  rows.wlock()->push_back(n);
  co_await work();
}

// id: lock/folly-Synchronized-callback
task<> folly_synchronized_callback() {
  rows.withWLock([](auto &v) { v.push_back(1); });
  co_await work();
}

// Boost

boost::mutex boost_mu;
boost::shared_mutex boost_shared;

// id: lock/boost-scoped_lock
task<> boost_scoped() {
  boost::mutex::scoped_lock lock(boost_mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'boost_mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:29: note: locked here
}

// id: lock/boost-scoped_lock-unlocked
task<> boost_scoped_unlocked() {
  boost::mutex::scoped_lock lock(boost_mu);
  lock.unlock();
  co_await work();
}

// id: lock/boost-lock_guard
task<> boost_guard() {
  boost::lock_guard<boost::mutex> guard(boost_mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'boost_mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:35: note: locked here
}

// id: lock/boost-defer
task<> boost_deferred() {
  boost::unique_lock<boost::mutex> lock(boost_mu, boost::defer_lock);
  co_await work();
  lock.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'boost_mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:8: note: locked here
}

// id: lock/boost-moved
task<> boost_moved() {
  boost::unique_lock<boost::mutex> lock(boost_mu);
  {
    auto inner = std::move(lock);
    ++counter;
  }
  co_await work();
}

// id: lock/boost-shared_lock
task<> boost_reader() {
  boost::shared_lock<boost::shared_mutex> lock(boost_shared);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'lock' holds 'boost_shared' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:43: note: locked here
}

// id: lock/boost-reverse_lock
task<> boost_unlocked_for_a_while() {
  boost::unique_lock<boost::mutex> lock(boost_mu);
  {
    boost::reverse_lock<boost::unique_lock<boost::mutex>> unlocked(lock);
    co_await work();
  }
  ++counter;
}

// id: lock/boost-raw
task<> boost_by_hand() {
  boost_mu.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'boost_mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:12: note: locked here
  boost_mu.unlock();
}

// Qt. One thread runs the loop: whoever wants the mutex next waits for itself.

QMutex qt_mu;
QReadWriteLock qt_rw;

// id: lock/qt-QMutexLocker
QCoro::Task<> qt_locker() {
  QMutexLocker locker(&qt_mu);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'locker' holds 'qt_mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:16: note: locked here
}

// id: lock/qt-QMutexLocker-scope-ended
QCoro::Task<> qt_locker_scope_ended() {
  {
    QMutexLocker locker(&qt_mu);
    ++counter;
  }
  co_await work();
}

// id: lock/qt-QMutexLocker-relocked
QCoro::Task<> qt_relocked() {
  QMutexLocker locker(&qt_mu);
  locker.unlock();
  co_await work();
  locker.relock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'locker' holds 'qt_mu' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:10: note: locked here
}

// id: lock/qt-QMutex
QCoro::Task<> qt_by_hand() {
  qt_mu.lock();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'qt_mu' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
  qt_mu.unlock();
}

// id: lock/qt-QMutex-tryLock
QCoro::Task<> qt_tried() {
  if (!qt_mu.tryLock())
    co_await work();
  else
    qt_mu.unlock();
}

// id: lock/qt-QReadLocker
QCoro::Task<> qt_reader() {
  QReadLocker locker(&qt_rw);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'locker' holds 'qt_rw' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:15: note: locked here
}

// id: lock/qt-QWriteLocker-unlocked
QCoro::Task<> qt_writer_unlocked() {
  QWriteLocker locker(&qt_rw);
  locker.unlock();
  co_await work();
}

// id: lock/qt-QReadWriteLock
QCoro::Task<> qt_rw_by_hand() {
  qt_rw.lockForWrite();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'qt_rw' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
  qt_rw.unlock();
}

// id: lock/qt-QReadWriteLock-unlocked
QCoro::Task<> qt_rw_by_hand_unlocked() {
  qt_rw.lockForRead();
  qt_rw.unlock();
  co_await work();
}
