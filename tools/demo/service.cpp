// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A small price server with mistakes in it, for `tools/dev demo`. The mistakes
// are planted and marked; the functions beside them do the same thing right.

#include <boost/asio.hpp>
#include <map>
#include <mutex>
#include <string>

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;
using asio::ip::tcp;

class PriceServer {
public:
  awaitable<void> greet(tcp::socket &client);
  awaitable<void> publish(tcp::socket &client, std::string name);
  awaitable<void> publishRight(tcp::socket &client, std::string name);
  awaitable<void> update(tcp::socket &feed, bool exclusive);
  awaitable<void> updateRight(tcp::socket &feed, bool exclusive);
  awaitable<void> drain(tcp::socket &client);
  awaitable<void> drainRight(tcp::socket &client);
  awaitable<void> reload(tcp::socket &feed);

private:
  awaitable<double> receive(tcp::socket &feed);

  std::mutex Mutex; // guards the three below
  std::map<std::string, double> Prices;
  std::string Backlog;
  int Clients = 0;
};

awaitable<double> PriceServer::receive(tcp::socket &feed) {
  double price = 0;
  co_await asio::async_read(feed, asio::buffer(&price, sizeof price),
                            use_awaitable);
  co_return price;
}

// Planted: the guard outlives the work that needed it.
awaitable<void> PriceServer::greet(tcp::socket &client) {
  std::lock_guard guard(Mutex);
  ++Clients;
  co_await asio::async_write(client, asio::buffer("welcome\n", 8),
                             use_awaitable);
}

// Planted: unlocked on one path, and still held on the other.
awaitable<void> PriceServer::publish(tcp::socket &client, std::string name) {
  std::unique_lock lock(Mutex);
  auto found = Prices.find(name);
  if (found == Prices.end()) {
    lock.unlock();
    co_await asio::async_write(client, asio::buffer("unknown\n", 8),
                               use_awaitable);
    co_return;
  }
  std::string line = std::to_string(found->second) + "\n";
  co_await asio::async_write(client, asio::buffer(line), use_awaitable);
}

awaitable<void> PriceServer::publishRight(tcp::socket &client,
                                          std::string name) {
  std::string line = "unknown\n";
  {
    std::lock_guard guard(Mutex);
    auto found = Prices.find(name);
    if (found != Prices.end())
      line = std::to_string(found->second) + "\n";
  }
  co_await asio::async_write(client, asio::buffer(line), use_awaitable);
}

// Planted: locked by hand, while it waits for the network.
awaitable<void> PriceServer::update(tcp::socket &feed, bool exclusive) {
  if (exclusive)
    Mutex.lock();
  Prices["EUR"] = co_await receive(feed);
  if (exclusive)
    Mutex.unlock();
}

awaitable<void> PriceServer::updateRight(tcp::socket &feed, bool exclusive) {
  double price = co_await receive(feed);
  if (exclusive)
    Mutex.lock();
  Prices["EUR"] = price;
  if (exclusive)
    Mutex.unlock();
}

// Planted: `continue` skips the unlock.
awaitable<void> PriceServer::drain(tcp::socket &client) {
  std::unique_lock lock(Mutex, std::defer_lock);
  for (int turn = 0; turn < 3; ++turn) {
    co_await asio::post(client.get_executor(), use_awaitable);
    if (!lock.owns_lock())
      lock.lock();
    if (Backlog.empty())
      continue;
    Backlog.clear();
    lock.unlock();
  }
}

awaitable<void> PriceServer::drainRight(tcp::socket &client) {
  std::unique_lock lock(Mutex);
  while (!Backlog.empty()) {
    Backlog.pop_back();
    lock.unlock();
    co_await asio::post(client.get_executor(), use_awaitable);
    lock.lock();
  }
}

// Planted: no coroutine, so the lock ends before the task has begun.
awaitable<void> PriceServer::reload(tcp::socket &feed) {
  std::lock_guard guard(Mutex);
  return updateRight(feed, false);
}
