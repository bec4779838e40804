// RUN: %check_tidy_real %s coro-discarded-task

// Boost.Asio as it is installed, if it is.

#define BOOST_ASIO_HAS_CO_AWAIT 1
#define BOOST_ASIO_HAS_STD_COROUTINE 1

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
  auto p = pause(timer);
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
}
#endif
