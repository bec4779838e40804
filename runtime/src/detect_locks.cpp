// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Thread locks that are held over a suspension. Locking is interposed to know
// what a thread holds, and is never reported as such: whether it blocks is
// luck.
//
// A coroutine that is about to suspend notes who holds what. Whether that was a
// suspension is known when the thread is back below all coroutines: if another
// one went on instead (the task that is awaited), and that came to its end, it
// was none. By then the coroutine may run elsewhere, so that only the notes are
// looked at.

#include "detecting.h"

#if MOOR_DETECT

#include "interpose.h"
#include <cerrno>
#include <ctime>
#include <pthread.h>

namespace moor::inline MOOR_ABI::detail {

bool holds_locks() noexcept {
  const thread_state &here = this_thread_state;
  return here.lock_count && here.locks[here.lock_count - 1].depth == here.depth;
}

void note_possible_suspension(const promise_trace &suspending) noexcept {
  thread_state &here = this_thread_state;
  // The lock that was taken first speaks for all of this depth.
  unsigned first = here.lock_count - 1;
  while (first && here.locks[first - 1].depth == here.depth)
    --first;
  const promise_trace *owner = here.locks[first].owner;
  if (!owner)
    owner = &suspending;
  suspension &s = here.under_lock;
  s.possible = true;
  s.where = owner->awaiting;
  s.note_count = 0;
  const unsigned most = sizeof s.notes / sizeof *s.notes;
  if (owner != &suspending && !is_internal(suspending.awaiting.file_name()))
    s.notes[s.note_count++] = {"it suspends because this does",
                               place_of(suspending.awaiting)};
  for (const promise_trace *p = owner->awaited_by; p && s.note_count < most;
       p = p->awaited_by)
    if (!is_internal(p->awaiting.file_name()))
      s.notes[s.note_count++] = {"awaited here", place_of(p->awaiting)};
}

void report_held_locks() noexcept {
  thread_state &here = this_thread_state;
  if (!is_on(detector::lock_across_suspension))
    return;
  finding found(detector::lock_across_suspension,
                place_of(here.under_lock.where));
  found.says("the coroutine suspends while it holds a lock of the thread");
  for (unsigned i = 0; i < here.lock_count; ++i)
    if (const held_lock &l = here.locks[i]; l.depth == here.depth) {
      place where = innermost(l.taken.calls, l.taken.count);
      if (!where.file && l.taken.count)
        where.address = l.taken.calls[l.taken.count > 3 ? 3 : 0];
      found.add("locked here", where);
    }
  for (unsigned i = 0; i < here.under_lock.note_count; ++i)
    found.add(here.under_lock.notes[i].text, here.under_lock.notes[i].where);
  found.report();
}

void forget_held_locks() noexcept {
  thread_state &here = this_thread_state;
  while (here.lock_count && here.locks[here.lock_count - 1].depth >= here.depth)
    --here.lock_count;
}

void hand_over_locks(const promise_trace &from) noexcept {
  thread_state &here = this_thread_state;
  for (unsigned i = 0; i < here.lock_count; ++i)
    if (here.locks[i].owner == &from)
      here.locks[i].owner = from.awaited_by;
}

static void note_locked(const void *lock) noexcept {
  thread_state &here = this_thread_state;
  if (!here.depth || here.busy ||
      here.lock_count == sizeof here.locks / sizeof *here.locks)
    return;
  int error = errno;
  held_lock &l = here.locks[here.lock_count++];
  l.lock = lock;
  l.owner = here.current;
  l.depth = here.depth;
  l.taken.capture();
  errno = error;
}

static void note_unlocked(const void *lock) noexcept {
  thread_state &here = this_thread_state;
  if (here.busy)
    return;
  for (unsigned i = here.lock_count; i-- > 0;)
    if (here.locks[i].lock == lock) {
      for (--here.lock_count; i < here.lock_count; ++i)
        here.locks[i] = here.locks[i + 1];
      return;
    }
}

static int note_if_locked(const void *lock, int result) noexcept {
  if (result == 0 || result == EOWNERDEAD)
    note_locked(lock);
  return result;
}

} // namespace moor::inline MOOR_ABI::detail

using moor::detail::note_if_locked;
using moor::detail::note_unlocked;

#define LOCKS(name, parameters, arguments, lock)                               \
  MOOR_INTERPOSED(int, name, parameters, arguments) {                          \
    return note_if_locked(                                                     \
        const_cast<const void *>(static_cast<const volatile void *>(lock)),    \
        next_##name arguments);                                                \
  }
#define UNLOCKS(name, parameters, arguments, lock)                             \
  MOOR_INTERPOSED(int, name, parameters, arguments) {                          \
    note_unlocked(                                                             \
        const_cast<const void *>(static_cast<const volatile void *>(lock)));   \
    return next_##name arguments;                                              \
  }

LOCKS(pthread_mutex_lock, (pthread_mutex_t * m), (m), m)
LOCKS(pthread_mutex_trylock, (pthread_mutex_t * m), (m), m)
LOCKS(pthread_mutex_timedlock, (pthread_mutex_t * m, const timespec *t), (m, t),
      m)
LOCKS(pthread_mutex_clocklock,
      (pthread_mutex_t * m, clockid_t c, const timespec *t), (m, c, t), m)
UNLOCKS(pthread_mutex_unlock, (pthread_mutex_t * m), (m), m)

LOCKS(pthread_rwlock_rdlock, (pthread_rwlock_t * l), (l), l)
LOCKS(pthread_rwlock_wrlock, (pthread_rwlock_t * l), (l), l)
LOCKS(pthread_rwlock_tryrdlock, (pthread_rwlock_t * l), (l), l)
LOCKS(pthread_rwlock_trywrlock, (pthread_rwlock_t * l), (l), l)
LOCKS(pthread_rwlock_timedrdlock, (pthread_rwlock_t * l, const timespec *t),
      (l, t), l)
LOCKS(pthread_rwlock_timedwrlock, (pthread_rwlock_t * l, const timespec *t),
      (l, t), l)
LOCKS(pthread_rwlock_clockrdlock,
      (pthread_rwlock_t * l, clockid_t c, const timespec *t), (l, c, t), l)
LOCKS(pthread_rwlock_clockwrlock,
      (pthread_rwlock_t * l, clockid_t c, const timespec *t), (l, c, t), l)
UNLOCKS(pthread_rwlock_unlock, (pthread_rwlock_t * l), (l), l)

LOCKS(pthread_spin_lock, (pthread_spinlock_t * l), (l), l)
LOCKS(pthread_spin_trylock, (pthread_spinlock_t * l), (l), l)
UNLOCKS(pthread_spin_unlock, (pthread_spinlock_t * l), (l), l)

#endif // MOOR_DETECT
