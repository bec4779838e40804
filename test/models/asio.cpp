// RUN: %check_tidy %s coro-lock-across-suspension

// The library has no mutex to suggest instead.

#include <library_task.h>
#include <mutex>

namespace boost {
namespace asio {
template <class T = void> class [[nodiscard]] awaitable {
public:
  using promise_type = library_promise<awaitable, T>;
  library_awaiter<T> operator co_await() &&;
};
} // namespace asio
} // namespace boost

std::mutex mutex;
boost::asio::awaitable<> work();

boost::asio::awaitable<> a_threads_mutex() {
  std::lock_guard guard(mutex);
  co_await work();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: coroutine may suspend while 'guard' holds 'mutex' [coro-lock-across-suspension]
  // CHECK-NOTES: :[[@LINE-3]]:19: note: locked here
}

boost::asio::awaitable<> a_threads_mutex_in_a_scope() {
  {
    std::lock_guard guard(mutex);
  }
  co_await work();
}
