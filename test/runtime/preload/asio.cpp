// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A program that knows nothing of moor: coroutines on asio.

#include <asio.hpp>
#include <chrono>
#include <cstring>
#include <thread>

using namespace std::chrono_literals;

void block() { std::this_thread::sleep_for(2ms); }

asio::awaitable<void> sleep_in_a_coroutine() {
  asio::steady_timer timer(co_await asio::this_coro::executor, 1ms);
  co_await timer.async_wait(asio::use_awaitable);
  std::this_thread::sleep_for(2ms); // SLEEP
}

asio::awaitable<void> sleep_in_a_helper() {
  block(); // HELPER
  co_return;
}

asio::awaitable<void> wait_for_a_timer() {
  for (int i = 0; i < 3; ++i) {
    asio::steady_timer timer(co_await asio::this_coro::executor, 2ms);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

int main(int count, char **words) {
  asio::io_context context;
  auto is = [&](const char *word) {
    return count > 1 && !std::strcmp(words[1], word);
  };
  if (is("sleep"))
    asio::co_spawn(context, sleep_in_a_coroutine(), asio::detached);
  else if (is("helper"))
    asio::co_spawn(context, sleep_in_a_helper(), asio::detached);
  else
    asio::co_spawn(context, wait_for_a_timer(), asio::detached);
  // Other threads may sleep, and so may this one when no coroutine runs.
  std::thread other(block);
  block();
  context.run();
  other.join();
}
