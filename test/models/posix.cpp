// RUN: %check_tidy %s coro-lock-across-suspension

// Functions of C: the argument is the lock.

#include "task.h"

extern "C" {
struct timespec;
typedef union { char size[40]; long align; } pthread_mutex_t;
typedef union { char size[56]; long align; } pthread_rwlock_t;
typedef volatile int pthread_spinlock_t;
typedef union { char size[48]; long align; } pthread_cond_t;
typedef union { char size[32]; long align; } sem_t;
typedef union { char size[40]; long align; } mtx_t;
typedef union { char size[48]; long align; } cnd_t;
typedef struct _IO_FILE FILE;

int pthread_mutex_lock(pthread_mutex_t *) noexcept;
int pthread_mutex_trylock(pthread_mutex_t *) noexcept;
int pthread_mutex_timedlock(pthread_mutex_t *,
                            const struct timespec *) noexcept;
int pthread_mutex_unlock(pthread_mutex_t *) noexcept;
int pthread_rwlock_rdlock(pthread_rwlock_t *) noexcept;
int pthread_rwlock_wrlock(pthread_rwlock_t *) noexcept;
int pthread_rwlock_tryrdlock(pthread_rwlock_t *) noexcept;
int pthread_rwlock_unlock(pthread_rwlock_t *) noexcept;
int pthread_spin_lock(pthread_spinlock_t *) noexcept;
int pthread_spin_unlock(pthread_spinlock_t *) noexcept;
int pthread_cond_wait(pthread_cond_t *, pthread_mutex_t *);
int sem_wait(sem_t *);
int sem_trywait(sem_t *) noexcept;
int sem_post(sem_t *) noexcept;
int mtx_lock(mtx_t *);
int mtx_trylock(mtx_t *);
int mtx_unlock(mtx_t *);
int cnd_wait(cnd_t *, mtx_t *);
void flockfile(FILE *) noexcept;
void funlockfile(FILE *) noexcept;
int flock(int, int) noexcept;
}

pthread_mutex_t mutex;
pthread_rwlock_t rwlock;
pthread_spinlock_t spin;
pthread_cond_t condition;
sem_t semaphore;
mtx_t c11;
cnd_t c11_condition;
FILE *stream;

task<> every_lock() {
  pthread_mutex_lock(&mutex);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mutex' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  pthread_mutex_unlock(&mutex);

  pthread_rwlock_rdlock(&rwlock);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'rwlock' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  pthread_rwlock_unlock(&rwlock);

  pthread_rwlock_wrlock(&rwlock);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'rwlock' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  pthread_rwlock_unlock(&rwlock);

  pthread_spin_lock(&spin);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'spin' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  pthread_spin_unlock(&spin);

  sem_wait(&semaphore);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'semaphore' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  sem_post(&semaphore);

  mtx_lock(&c11);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'c11' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  mtx_unlock(&c11);

  flockfile(stream);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'stream' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:3: note: locked here
  funlockfile(stream);

  co_await work();
}

task<> zero_is_success() {
  if (pthread_mutex_trylock(&mutex) == 0) {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'mutex' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:7: note: locked here
    pthread_mutex_unlock(&mutex);
  }
  if (pthread_mutex_timedlock(&mutex, nullptr))
    co_await work();
  else
    pthread_mutex_unlock(&mutex);
  if (sem_trywait(&semaphore) == 0) {
    co_await work();
    // CHECK-NOTES: :[[@LINE-1]]:5: warning: coroutine may suspend while 'semaphore' is locked [coro-lock-across-suspension]
    // CHECK-NOTES: :[[@LINE-3]]:7: note: locked here
    sem_post(&semaphore);
  }
  if (mtx_trylock(&c11) != 0)
    co_await work();
  else
    mtx_unlock(&c11);
  if (pthread_rwlock_tryrdlock(&rwlock) == 0)
    pthread_rwlock_unlock(&rwlock);
  co_await work();
}

task<> a_wait_leaves_it_locked() {
  pthread_mutex_lock(&mutex);
  pthread_cond_wait(&condition, &mutex);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'mutex' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:3: note: locked here
  pthread_mutex_unlock(&mutex);
  mtx_lock(&c11);
  cnd_wait(&c11_condition, &c11);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'c11' is locked [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-4]]:3: note: locked here
  mtx_unlock(&c11);
}

// Units of a semaphore that somebody else gives back are no lock.
task<> a_unit_is_taken() {
  sem_wait(&semaphore);
  co_await work();
}

// It belongs to the open file.
task<> a_file_is_locked(int file) {
  flock(file, 2);
  co_await work();
  flock(file, 8);
}
