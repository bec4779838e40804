// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The functions of libc that block, interposed: those of the tiers wait and io
// of coro-blocking-call. Whether it matters is for blocking_matters() and
// about_to_block() to say, which detect_blocking.cpp defines for moor, and
// preload/preload.cpp for programs without it.
//
// What would not block is not reported: a zero timeout, MSG_DONTWAIT, WNOHANG,
// a descriptor that does not block, standard output and error. Not seen is what
// libc does inside: an fstream's destructor, printf to a file.

#include "detecting.h"

#if MOOR_DETECT

#include "interpose.h"
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using moor::detail::about_to_block;
using moor::detail::blocking_matters;

/// What looking does to errno is undone.
class keep_errno {
public:
  keep_errno() noexcept : kept_(errno) {}
  keep_errno(keep_errno &&) = delete;
  ~keep_errno() { errno = kept_; }

private:
  int kept_;
};

bool is_long(const timespec *t) noexcept {
  return !t || t->tv_sec > 0 || t->tv_nsec > 0;
}
bool is_long(const timeval *t) noexcept {
  return !t || t->tv_sec > 0 || t->tv_usec > 0;
}
bool is_ahead(clockid_t clock, const timespec *t) noexcept {
  timespec now{};
  clock_gettime(clock, &now);
  return t && (t->tv_sec > now.tv_sec ||
               (t->tv_sec == now.tv_sec && t->tv_nsec > now.tv_nsec));
}

bool may_wait(int fd) noexcept {
  int flags = ::fcntl(fd, F_GETFL);
  return flags >= 0 && !(flags & O_NONBLOCK);
}
/// Sockets, pipes and terminals that block.
bool waits_for_others(int fd) noexcept {
  struct stat s;
  if (fstat(fd, &s) != 0)
    return false;
  bool can = S_ISSOCK(s.st_mode) || S_ISFIFO(s.st_mode) ||
             (S_ISCHR(s.st_mode) && isatty(fd)) || !(s.st_mode & S_IFMT);
  return can && may_wait(fd);
}
bool is_file(int fd) noexcept {
  struct stat s;
  return fstat(fd, &s) == 0 && S_ISREG(s.st_mode);
}
bool reads(int fd) noexcept { return is_file(fd) || waits_for_others(fd); }
bool writes(int fd) noexcept { return fd > 2 && is_file(fd); }
bool waits_on_socket(int fd, int flags) noexcept {
  return !(flags & MSG_DONTWAIT) && waits_for_others(fd);
}

/// A file on a disk, one that is to be made, or a pipe that waits for its other
/// end.
bool opens(int directory, const char *path, int flags) noexcept {
  struct stat s;
  if (!path || !__builtin_strncmp(path, "/proc/", 6) ||
      !__builtin_strncmp(path, "/sys/", 5))
    return false;
  if (fstatat(directory, path, &s, 0) != 0)
    return flags & O_CREAT;
  return S_ISREG(s.st_mode) || (S_ISFIFO(s.st_mode) && !(flags & O_NONBLOCK));
}
bool opens(const char *path, const char *mode) noexcept {
  return opens(AT_FDCWD, path, mode && *mode != 'r' ? O_CREAT : 0);
}
bool uses_file(FILE *stream) noexcept {
  if (!stream || stream == stdout || stream == stderr)
    return false;
  int fd = ::fileno(stream);
  return fd >= 0 && reads(fd);
}
/// What is done with a buffer is not waited for; that a file is used counts.
bool writes_file(FILE *stream) noexcept {
  if (!stream || stream == stdout || stream == stderr)
    return false;
  int fd = ::fileno(stream);
  return fd >= 0 && writes(fd);
}

} // namespace

/// A function that is reported when `blocks`.
#define BLOCKS(returned, name, parameters, arguments, blocks)                  \
  MOOR_INTERPOSED(returned, name, parameters, arguments) {                     \
    if (blocking_matters()) {                                                  \
      keep_errno kept;                                                         \
      if (blocks)                                                              \
        about_to_block(#name);                                                 \
    }                                                                          \
    return next_##name arguments;                                              \
  }

// Sleeping, and waiting for descriptors.

BLOCKS(unsigned, sleep, (unsigned s), (s), s > 0)
BLOCKS(int, usleep, (useconds_t t), (t), t > 0)
BLOCKS(int, nanosleep, (const timespec *t, timespec *left), (t, left),
       is_long(t))
BLOCKS(int, clock_nanosleep,
       (clockid_t c, int flags, const timespec *t, timespec *left),
       (c, flags, t, left), flags &TIMER_ABSTIME ? is_ahead(c, t) : is_long(t))
BLOCKS(int, pause, (), (), true)
BLOCKS(int, sigwait, (const sigset_t *set, int *sig), (set, sig), true)
BLOCKS(int, sigwaitinfo, (const sigset_t *set, siginfo_t *info), (set, info),
       true)
BLOCKS(int, sigtimedwait,
       (const sigset_t *set, siginfo_t *info, const timespec *t),
       (set, info, t), is_long(t))
BLOCKS(int, poll, (pollfd * fds, nfds_t n, int t), (fds, n, t), t != 0)
BLOCKS(int, __poll_chk, (pollfd * fds, nfds_t n, int t, size_t size),
       (fds, n, t, size), t != 0)
BLOCKS(int, ppoll,
       (pollfd * fds, nfds_t n, const timespec *t, const sigset_t *mask),
       (fds, n, t, mask), is_long(t))
BLOCKS(int, select, (int n, fd_set *r, fd_set *w, fd_set *e, timeval *t),
       (n, r, w, e, t), is_long(t))
BLOCKS(int, pselect,
       (int n, fd_set *r, fd_set *w, fd_set *e, const timespec *t,
        const sigset_t *mask),
       (n, r, w, e, t, mask), is_long(t))
BLOCKS(int, epoll_wait, (int fd, epoll_event *events, int n, int t),
       (fd, events, n, t), t != 0)
BLOCKS(int, epoll_pwait,
       (int fd, epoll_event *events, int n, int t, const sigset_t *mask),
       (fd, events, n, t, mask), t != 0)
BLOCKS(int, epoll_pwait2,
       (int fd, epoll_event *events, int n, const timespec *t,
        const sigset_t *mask),
       (fd, events, n, t, mask), is_long(t))

// Waiting for threads. Never pthread_mutex_lock: whether it waits is luck.

BLOCKS(int, pthread_cond_wait, (pthread_cond_t * c, pthread_mutex_t *m), (c, m),
       true)
BLOCKS(int, pthread_cond_timedwait,
       (pthread_cond_t * c, pthread_mutex_t *m, const timespec *t), (c, m, t),
       true)
BLOCKS(int, pthread_cond_clockwait,
       (pthread_cond_t * c, pthread_mutex_t *m, clockid_t clock,
        const timespec *t),
       (c, m, clock, t), is_ahead(clock, t))
BLOCKS(int, pthread_join, (pthread_t t, void **result), (t, result), true)
BLOCKS(int, pthread_timedjoin_np,
       (pthread_t t, void **result, const timespec *until), (t, result, until),
       is_ahead(CLOCK_REALTIME, until))
BLOCKS(int, pthread_barrier_wait, (pthread_barrier_t * b), (b), true)
BLOCKS(int, sem_wait, (sem_t * s), (s), true)
BLOCKS(int, sem_timedwait, (sem_t * s, const timespec *t), (s, t),
       is_ahead(CLOCK_REALTIME, t))
BLOCKS(int, sem_clockwait, (sem_t * s, clockid_t c, const timespec *t),
       (s, c, t), is_ahead(c, t))

// The futex of std::atomic::wait, latch, semaphore and future; io_uring.
static bool syscall_waits(long number, long b, long c) noexcept {
  if (number == SYS_futex) {
    const long operation = b & 127; // without FUTEX_PRIVATE, FUTEX_CLOCK
    return operation == 0 || operation == 9; // FUTEX_WAIT, FUTEX_WAIT_BITSET
  }
#ifdef SYS_io_uring_enter
  if (number == SYS_io_uring_enter)
    return c > 0; // min_complete
#endif
  return false;
}
BLOCKS(long, syscall,
       (long number, long a, long b, long c, long d, long e, long f),
       (number, a, b, c, d, e, f), syscall_waits(number, b, c))

// Waiting for processes, and for locks on files.

BLOCKS(pid_t, wait, (int *status), (status), true)
BLOCKS(pid_t, waitpid, (pid_t p, int *status, int options),
       (p, status, options), !(options & WNOHANG))
BLOCKS(pid_t, wait3, (int *status, int options, void *usage),
       (status, options, usage), !(options & WNOHANG))
BLOCKS(pid_t, wait4, (pid_t p, int *status, int options, void *usage),
       (p, status, options, usage), !(options & WNOHANG))
BLOCKS(int, waitid, (idtype_t type, id_t id, siginfo_t *info, int options),
       (type, id, info, options), !(options & WNOHANG))
BLOCKS(int, system, (const char *command), (command), command)
BLOCKS(FILE *, popen, (const char *command, const char *mode), (command, mode),
       true)
BLOCKS(int, pclose, (FILE * stream), (stream), true)
BLOCKS(int, flock, (int fd, int operation), (fd, operation),
       !(operation & (LOCK_NB | LOCK_UN)))
BLOCKS(int, lockf, (int fd, int operation, off_t size), (fd, operation, size),
       operation == F_LOCK)
BLOCKS(int, lockf64, (int fd, int operation, off64_t size),
       (fd, operation, size), operation == F_LOCK)
BLOCKS(int, msgsnd, (int id, const void *message, size_t size, int flags),
       (id, message, size, flags), !(flags & IPC_NOWAIT))
BLOCKS(ssize_t, msgrcv, (int id, void *message, size_t size, long type, int f),
       (id, message, size, type, f), !(f & IPC_NOWAIT))

// The network.

BLOCKS(int, getaddrinfo,
       (const char *host, const char *service, const addrinfo *hints,
        addrinfo **result),
       (host, service, hints, result),
       host && !(hints && (hints->ai_flags & AI_NUMERICHOST)))
BLOCKS(int, getnameinfo,
       (const sockaddr *a, socklen_t size, char *host, socklen_t host_size,
        char *service, socklen_t service_size, int flags),
       (a, size, host, host_size, service, service_size, flags),
       host && !(flags & NI_NUMERICHOST))
BLOCKS(hostent *, gethostbyname, (const char *name), (name), true)
BLOCKS(hostent *, gethostbyname2, (const char *name, int family),
       (name, family), true)
BLOCKS(hostent *, gethostbyaddr, (const void *a, socklen_t size, int type),
       (a, size, type), true)
BLOCKS(int, accept, (int fd, sockaddr *a, socklen_t *size), (fd, a, size),
       may_wait(fd))
BLOCKS(int, accept4, (int fd, sockaddr *a, socklen_t *size, int flags),
       (fd, a, size, flags), may_wait(fd))
BLOCKS(int, connect, (int fd, const sockaddr *a, socklen_t size), (fd, a, size),
       may_wait(fd) && a && a->sa_family != AF_UNIX)
BLOCKS(ssize_t, recv, (int fd, void *to, size_t size, int flags),
       (fd, to, size, flags), waits_on_socket(fd, flags))
BLOCKS(ssize_t, __recv_chk,
       (int fd, void *to, size_t size, size_t room, int flags),
       (fd, to, size, room, flags), waits_on_socket(fd, flags))
BLOCKS(ssize_t, recvfrom,
       (int fd, void *to, size_t size, int flags, sockaddr *a, socklen_t *as),
       (fd, to, size, flags, a, as), waits_on_socket(fd, flags))
BLOCKS(ssize_t, recvmsg, (int fd, msghdr *message, int flags),
       (fd, message, flags), waits_on_socket(fd, flags))

// Files.

BLOCKS(int, open, (const char *path, int flags, mode_t mode),
       (path, flags, mode), opens(AT_FDCWD, path, flags))
BLOCKS(int, open64, (const char *path, int flags, mode_t mode),
       (path, flags, mode), opens(AT_FDCWD, path, flags))
BLOCKS(int, __open_2, (const char *path, int flags), (path, flags),
       opens(AT_FDCWD, path, flags))
BLOCKS(int, __open64_2, (const char *path, int flags), (path, flags),
       opens(AT_FDCWD, path, flags))
BLOCKS(int, openat, (int in, const char *path, int flags, mode_t mode),
       (in, path, flags, mode), opens(in, path, flags))
BLOCKS(int, openat64, (int in, const char *path, int flags, mode_t mode),
       (in, path, flags, mode), opens(in, path, flags))
BLOCKS(int, creat, (const char *path, mode_t mode), (path, mode),
       opens(AT_FDCWD, path, O_CREAT))
BLOCKS(ssize_t, read, (int fd, void *to, size_t size), (fd, to, size),
       reads(fd))
BLOCKS(ssize_t, __read_chk, (int fd, void *to, size_t size, size_t room),
       (fd, to, size, room), reads(fd))
BLOCKS(ssize_t, readv, (int fd, const void *parts, int n), (fd, parts, n),
       reads(fd))
BLOCKS(ssize_t, pread, (int fd, void *to, size_t size, off_t at),
       (fd, to, size, at), is_file(fd))
BLOCKS(ssize_t, pread64, (int fd, void *to, size_t size, off64_t at),
       (fd, to, size, at), is_file(fd))
BLOCKS(ssize_t, write, (int fd, const void *from, size_t size),
       (fd, from, size), writes(fd))
BLOCKS(ssize_t, writev, (int fd, const void *parts, int n), (fd, parts, n),
       writes(fd))
BLOCKS(ssize_t, pwrite, (int fd, const void *from, size_t size, off_t at),
       (fd, from, size, at), writes(fd))
BLOCKS(ssize_t, pwrite64, (int fd, const void *from, size_t size, off64_t at),
       (fd, from, size, at), writes(fd))
BLOCKS(int, fsync, (int fd), (fd), true)
BLOCKS(int, fdatasync, (int fd), (fd), true)
BLOCKS(int, syncfs, (int fd), (fd), true)
BLOCKS(int, msync, (void *at, size_t size, int flags), (at, size, flags),
       flags &MS_SYNC)
BLOCKS(FILE *, fopen, (const char *path, const char *mode), (path, mode),
       opens(path, mode))
BLOCKS(FILE *, fopen64, (const char *path, const char *mode), (path, mode),
       opens(path, mode))
BLOCKS(size_t, fread, (void *to, size_t size, size_t n, FILE *f),
       (to, size, n, f), uses_file(f))
BLOCKS(size_t, __fread_chk,
       (void *to, size_t room, size_t size, size_t n, FILE *f),
       (to, room, size, n, f), uses_file(f))
BLOCKS(size_t, fwrite, (const void *from, size_t size, size_t n, FILE *f),
       (from, size, n, f), writes_file(f))
BLOCKS(char *, fgets, (char *to, int size, FILE *f), (to, size, f),
       uses_file(f))
BLOCKS(char *, __fgets_chk, (char *to, size_t room, int size, FILE *f),
       (to, room, size, f), uses_file(f))
BLOCKS(ssize_t, getline, (char **line, size_t *size, FILE *f), (line, size, f),
       uses_file(f))
BLOCKS(int, fputs, (const char *text, FILE *f), (text, f), writes_file(f))
BLOCKS(int, fflush, (FILE * f), (f), writes_file(f))

namespace moor::inline MOOR_ABI::detail {

bool interposer_is_alive() noexcept {
  // What a shared library, libstdc++ for one, gets when it calls nanosleep.
  return ::dlsym(RTLD_DEFAULT, "nanosleep") ==
         reinterpret_cast<void *>(&interposed_nanosleep);
}

} // namespace moor::inline MOOR_ABI::detail

#endif // MOOR_DETECT
