// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A small server on Boost.Asio's coroutines, as its users write them.

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <map>
#include <mutex>
#include <string>

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;
using asio::ip::tcp;

struct Statistics {
  std::mutex Mutex;
  std::map<std::string, std::size_t> Bytes;

  void add(const std::string &Peer, std::size_t Size) {
    std::lock_guard Lock(Mutex);
    Bytes[Peer] += Size;
  }
};

awaitable<void> echo(tcp::socket Socket, Statistics &Seen) {
  try {
    std::string Peer = Socket.remote_endpoint().address().to_string();
    std::array<char, 1024> Data;
    for (;;) {
      std::size_t Size =
          co_await Socket.async_read_some(asio::buffer(Data), use_awaitable);
      Seen.add(Peer, Size);
      co_await asio::async_write(Socket, asio::buffer(Data, Size),
                                 use_awaitable);
    }
  } catch (const std::exception &E) {
    std::printf("echo: %s\n", E.what());
  }
}

awaitable<void> report(Statistics &Seen) {
  asio::steady_timer Timer(co_await asio::this_coro::executor);
  for (;;) {
    Timer.expires_after(std::chrono::seconds(1));
    co_await Timer.async_wait(use_awaitable);
    std::unique_lock Lock(Seen.Mutex);
    if (Seen.Bytes.empty()) {
      Lock.unlock();
      continue;
    }
    for (const auto &[Peer, Size] : Seen.Bytes)
      std::printf("%s %zu\n", Peer.c_str(), Size);
  }
}

awaitable<void> listen(Statistics &Seen) {
  auto Executor = co_await asio::this_coro::executor;
  tcp::acceptor Acceptor(Executor, {tcp::v4(), 55555});
  for (;;) {
    tcp::socket Socket = co_await Acceptor.async_accept(use_awaitable);
    asio::co_spawn(Executor, echo(std::move(Socket), Seen), asio::detached);
  }
}

int main() {
  asio::io_context Context(1);
  Statistics Seen;
  asio::signal_set Signals(Context, SIGINT, SIGTERM);
  Signals.async_wait([&](auto, auto) { Context.stop(); });
  asio::co_spawn(Context, listen(Seen), asio::detached);
  asio::co_spawn(Context, report(Seen), asio::detached);
  asio::co_spawn(
      Context,
      [&]() -> awaitable<void> {
        asio::steady_timer Timer(Context, std::chrono::minutes(1));
        co_await Timer.async_wait(use_awaitable);
        Context.stop();
      },
      asio::detached);
  Context.run();
}
