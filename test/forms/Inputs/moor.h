// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What forms.cpp is written with, in terms of moor.
#pragma once
#include <moor/async_generator.h>
#include <moor/event_loop.h>
#include <moor/generator.h>
#include <moor/mutex.h>
#include <moor/spawn_blocking.h>
#include <moor/task.h>
#include <moor/thread_pool.h>
#include <moor/timer.h>
#include <moor/when_all.h>

template <class T = void> using task = moor::task<T>;
template <class T> using generator = moor::generator<T>;
template <class T> using async_generator = moor::async_generator<T>;

inline moor::mutex async_mutex;
#define GUARD async_mutex.lock()
#define AWAITER moor::yield()
#define AWAITS_ANYTHING
#define NAP moor::sleep_for(std::chrono::milliseconds(1))
#define WAIT_FOR(x) moor::run(x)
#define ELSEWHERE(f) co_await moor::spawn_blocking(f)
