// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What forms.cpp is written with, without coroutines: the keywords are gone, and a
// task is its result.
#pragma once
#include <thread>

template <class T = void> using task = T;
#define co_await
#define co_return return
inline void nap() {}
#define NAP nap()
#define ELSEWHERE(f) std::thread(f).detach()
