// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
extern "C" {
typedef struct {
  long d[5];
} pthread_mutex_t;
typedef struct {
  long d[7];
} pthread_rwlock_t;
typedef volatile int pthread_spinlock_t;
typedef struct {
  long d[6];
} pthread_cond_t;
struct timespec;
#define PTHREAD_MUTEX_INITIALIZER {}
#define PTHREAD_RWLOCK_INITIALIZER {}
int pthread_mutex_lock(pthread_mutex_t *) noexcept;
int pthread_mutex_trylock(pthread_mutex_t *) noexcept;
int pthread_mutex_timedlock(pthread_mutex_t *, const struct timespec *) noexcept;
int pthread_mutex_unlock(pthread_mutex_t *) noexcept;
int pthread_rwlock_rdlock(pthread_rwlock_t *) noexcept;
int pthread_rwlock_tryrdlock(pthread_rwlock_t *) noexcept;
int pthread_rwlock_wrlock(pthread_rwlock_t *) noexcept;
int pthread_rwlock_trywrlock(pthread_rwlock_t *) noexcept;
int pthread_rwlock_unlock(pthread_rwlock_t *) noexcept;
int pthread_spin_lock(pthread_spinlock_t *) noexcept;
int pthread_spin_trylock(pthread_spinlock_t *) noexcept;
int pthread_spin_unlock(pthread_spinlock_t *) noexcept;
int pthread_cond_wait(pthread_cond_t *, pthread_mutex_t *);
int pthread_cond_signal(pthread_cond_t *) noexcept;
}
