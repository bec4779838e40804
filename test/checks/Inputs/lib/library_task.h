// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A lazy task, for the libraries whose own is much the same. Each derives its
// type from this one.
#pragma once
#include <coroutine>

template <class Task, class T> struct library_promise_result {
  void return_value(T);
};
template <class Task> struct library_promise_result<Task, void> {
  void return_void();
};
template <class Task, class T> struct library_promise : library_promise_result<Task, T> {
  Task get_return_object();
  std::suspend_always initial_suspend() noexcept;
  std::suspend_always final_suspend() noexcept;
  void unhandled_exception();
};
template <class T> struct library_awaiter {
  bool await_ready() noexcept;
  void await_suspend(std::coroutine_handle<>) noexcept;
  T await_resume();
};
