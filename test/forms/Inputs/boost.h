// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What forms.cpp is written with, in terms of Boost.Asio.
#pragma once
#include <boost/asio.hpp>

template <class T = void> using task = boost::asio::awaitable<T>;

inline boost::asio::io_context loop;
inline boost::asio::thread_pool pool;
#define NAP                                                                    \
  boost::asio::steady_timer(co_await boost::asio::this_coro::executor,         \
                            std::chrono::milliseconds(1))                      \
      .async_wait(boost::asio::use_awaitable)
#define WAIT_FOR(x)                                                            \
  boost::asio::co_spawn(pool, x, boost::asio::use_future).get()
#define ELSEWHERE(f) boost::asio::post(pool, f)
#define ON_THE_LOOP(f)                                                         \
  boost::asio::post(co_await boost::asio::this_coro::executor, f)
#define OPERATION                                                              \
  boost::asio::steady_timer(loop).async_wait(boost::asio::deferred)
