// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the compiler can do, and what was asked for when moor was built.

#ifndef MOOR_DETAIL_CONFIG_H
#define MOOR_DETAIL_CONFIG_H

#include <corolint/annotations.h>

#ifndef __cpp_impl_coroutine
#error "moor needs C++20: compile with -std=c++20"
#endif

// 1: with the detectors of detect.h. Everything lives in an inline namespace of
// its own, so that code with and code without them does not link.
#ifndef MOOR_DETECT
#define MOOR_DETECT 0
#endif
#if defined(MOOR_MODEL_CHECK)
#define MOOR_ABI modelled
#elif MOOR_DETECT
#define MOOR_ABI detecting
#else
#define MOOR_ABI plain
#endif

#if defined(__SANITIZE_ADDRESS__)
#define MOOR_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MOOR_ASAN 1
#endif
#endif
#ifndef MOOR_ASAN
#define MOOR_ASAN 0
#endif

// Symmetric transfer is a tail call with clang, at every optimisation level.
// With g++ 12 it is none at -O0, -O1 and -Og, nor under the sanitizers, and
// nothing tells a header which of them it is compiled with.
#ifndef MOOR_TRAMPOLINE
#ifdef __clang__
#define MOOR_TRAMPOLINE 0
#else
#define MOOR_TRAMPOLINE 1
#endif
#endif

// The frame of a callee that is awaited at once becomes part of its caller's.
#if defined(__has_cpp_attribute)
#if __has_cpp_attribute(clang::coro_await_elidable)
#define MOOR_AWAIT_ELIDABLE [[clang::coro_await_elidable]]
#endif
#endif
#ifndef MOOR_AWAIT_ELIDABLE
#define MOOR_AWAIT_ELIDABLE
#endif

#endif // MOOR_DETAIL_CONFIG_H
