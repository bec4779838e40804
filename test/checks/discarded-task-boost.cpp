// RUN: %corolint_tidy -checks=-*,coro-discarded-task -quiet %s -- -std=c++20 -DBOOST_ASIO_HAS_CO_AWAIT -DBOOST_ASIO_HAS_STD_COROUTINE > %t
// RUN: %filecheck --allow-empty '--implicit-check-not={{warning:|error:}}' %s < %t

// Boost.Asio as it is installed, if it is.


#if __has_include(<boost/asio/awaitable.hpp>)
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

using boost::asio::awaitable;
using boost::asio::use_awaitable;

awaitable<void> pause(boost::asio::steady_timer &timer) {
  co_await timer.async_wait(use_awaitable);
}

// id: discard/boost-awaitable
awaitable<void> forgets(boost::asio::steady_timer &timer) {
  (void)timer.async_wait(use_awaitable);
  // CHECK: :[[@LINE-1]]:9: warning: the task returned by 'async_wait' is discarded, and never runs
  auto p = pause(timer);
  // CHECK: :[[@LINE-1]]:8: warning: 'p' is never awaited, and never runs
  co_return;
}
awaitable<void> remembers(boost::asio::steady_timer &timer) {
  auto p = pause(timer);
  co_await timer.async_wait(use_awaitable);
  co_await std::move(p);
}
void spawns(boost::asio::io_context &io, boost::asio::steady_timer &timer) {
  co_spawn(io, pause(timer), boost::asio::detached);
  co_spawn(
      io, [&]() -> awaitable<void> { co_await pause(timer); },
      boost::asio::detached);
}

// id: discard/boost-callback
void expires(boost::asio::steady_timer &timer) {
  timer.async_wait([](boost::system::error_code) -> awaitable<void> { co_return; });
  // CHECK: :[[@LINE-1]]:20: warning: 'async_wait' drops the task that this callable returns, which then never runs
}
#endif
