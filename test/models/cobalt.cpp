// RUN: %check_tidy %s coro-lock-across-suspension

// The library has no mutex to suggest instead.

#include <library_task.h>
#include <mutex>

namespace boost {
namespace cobalt {
template <class T = void> class [[nodiscard]] task {
public:
  using promise_type = library_promise<task, T>;
  library_awaiter<T> operator co_await() &&;
};
} // namespace cobalt
} // namespace boost

std::mutex mutex;
boost::cobalt::task<> work();

boost::cobalt::task<> a_threads_mutex() {
  std::lock_guard guard(mutex);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

boost::cobalt::task<> a_threads_mutex_in_a_scope() {
  {
    std::lock_guard guard(mutex);
  }
  co_await work();
}
