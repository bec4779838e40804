// RUN: %check_tidy %s coro-lock-across-suspension

// The library has no mutex to suggest instead.

#include <library_task.h>
#include <mutex>

namespace QCoro {
template <class T = void> class [[nodiscard]] Task {
public:
  using promise_type = library_promise<Task, T>;
  library_awaiter<T> operator co_await() &&;
};
} // namespace QCoro

std::mutex mutex;
QCoro::Task<> work();

QCoro::Task<> a_threads_mutex() {
  std::lock_guard guard(mutex);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

QCoro::Task<> a_threads_mutex_in_a_scope() {
  {
    std::lock_guard guard(mutex);
  }
  co_await work();
}
