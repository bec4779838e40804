// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DETECTOR: lock-across-suspension

#include <moor/event_loop.h>
#include <moor/timer.h>
#include <pthread.h>

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

moor::task<> update() {
  pthread_mutex_lock(&mutex);
#ifdef CURE
  pthread_mutex_unlock(&mutex);
#endif
  co_await moor::yield(); // CAUSE
#ifndef CURE
  pthread_mutex_unlock(&mutex);
#endif
}

int main() {
  // Of a lock outside, no coroutine knows.
  pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&outer);
  moor::run(update());
  pthread_mutex_unlock(&outer);
}
