// RUN: %check_tidy %s coro-lock-across-suspension
// RUN: %check_tidy_real %s coro-lock-across-suspension

// The units of a semaphore may be given back by anybody: it counts as a lock only
// where the function that takes a unit gives it back.

#include "task.h"
#include <semaphore>
#include <semaphore.h>

std::counting_semaphore<4> slots(4);
std::binary_semaphore done(0);
sem_t old_slots;
int counter;

// id: lock/semaphore
task<> acquired_and_released() {
  slots.acquire();
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'slots' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:9: note: locked here
  slots.release();
}

// id: lock/semaphore-released-before
task<> released_before() {
  slots.acquire();
  ++counter;
  slots.release();
  co_await work();
}

// id: lock/semaphore-not-released
task<> somebody_else_releases() {
  done.acquire();
  co_await work();
}

// id: lock/semaphore-released-only
task<> releases_what_somebody_else_took() {
  co_await work();
  done.release();
}

// id: lock/semaphore-try
task<> tried() {
  if (!slots.try_acquire())
    co_return;
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'slots' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:14: note: locked here
  slots.release();
}

// id: lock/semaphore-try-failed
task<> tried_and_failed() {
  while (!slots.try_acquire())
    co_await reschedule();
  ++counter;
  slots.release();
}

// id: lock/sem_wait
task<> posix() {
  sem_wait(&old_slots);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'old_slots' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  sem_post(&old_slots);
}

// id: lock/sem_wait-posted-before
task<> posix_posted_before() {
  sem_wait(&old_slots);
  sem_post(&old_slots);
  co_await work();
}

// id: lock/sem_wait-not-posted
task<> posix_somebody_else_posts() {
  sem_wait(&old_slots);
  co_await work();
}

// id: lock/sem_trywait
task<> posix_tried() {
  if (sem_trywait(&old_slots) == 0) {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'old_slots' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:7: note: locked here
    sem_post(&old_slots);
  }
}

// id: lock/sem_trywait-failed
task<> posix_tried_and_failed() {
  while (sem_trywait(&old_slots) != 0)
    co_await reschedule();
  sem_post(&old_slots);
}

// id: lock/semaphore-another
task<> another_is_released() {
  slots.acquire();
  co_await work();
  done.release();
}
