// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a declaration means to corolint's checks, said in the source. Depends on
// nothing, and is nothing to a compiler that does not know it.
//
//     CORO_BLOCKING void flush(int fd);      // not for coroutines
//     class CORO_ASYNC_MUTEX strand { … };   // may be held over co_await
//     void spawn(CORO_CONSUMES task<> work); // the task will run
//
// A model file (docs/contributing/adding-a-model.md) says the same of code that
// cannot be changed.

#ifndef COROLINT_ANNOTATIONS_H
#define COROLINT_ANNOTATIONS_H

#ifdef __clang__
#define CORO_ANNOTATE(what) __attribute__((annotate("corolint::" what)))
#else
#define CORO_ANNOTATE(what)
#endif

// Functions.

/// Blocks the calling thread until something else has happened.
#define CORO_BLOCKING CORO_ANNOTATE("blocking")
/// A coroutine, or a function that one calls, that may block: its thread is
/// there for it.
#define CORO_MAY_BLOCK_HERE CORO_ANNOTATE("may_block_here")
/// Runs the callable that it is given where blocking does no harm.
#define CORO_OFFLOADS CORO_ANNOTATE("offloads")
/// Starts the object that it is called on, or the argument that is so marked:
/// from here on it must not move.
#define CORO_STARTS CORO_ANNOTATE("starts")
/// Lets the task run on without anybody waiting for it, and means to.
#define CORO_DETACHES CORO_ANNOTATE("detaches")

// Parameters.

/// The callee sees to it that the task runs. On a member function: of the
/// object.
#define CORO_CONSUMES CORO_ANNOTATE("consumes")

// Types.

/// Its address must not change once it is in use.
#define CORO_PINS CORO_ANNOTATE("pins")
/// Work that does nothing, or whose outcome is lost, unless it is awaited.
#define CORO_TASK CORO_ANNOTATE("task")
/// A lock that belongs to no thread: it may be held over a suspension.
#define CORO_ASYNC_MUTEX CORO_ANNOTATE("async_mutex")
/// A lock that the thread has to release that took it.
#define CORO_THREAD_LOCK CORO_ANNOTATE("thread_lock")
/// A wait that loses nothing when it is cancelled and begun again.
#define CORO_CANCEL_SAFE CORO_ANNOTATE("cancel_safe")

#endif // COROLINT_ANNOTATIONS_H
