// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the examples of docs/checks take for granted.
#pragma once
#include "../../runtime/include/corolint/annotations.h"
#include "../checks/Inputs/task.h"
#include <chrono>
#include <fstream>
#include <future>
#include <mutex>
#include <optional>
#include <semaphore>
#include <shared_mutex>
#include <thread>
#include <utility>
#include <vector>

inline std::mutex mu;
inline std::vector<int> cache;
inline std::counting_semaphore<1> signal(0);

task<std::vector<int>> fetch();
task<> notify();
task<> send_all(std::vector<int>);

// A mutex for coroutines, as libraries have them.
class async_mutex {
public:
  task<> lock();
  void unlock();
};
inline async_mutex async_mu;

using namespace std::chrono_literals;

// An executor whose threads are there to be blocked.
class blocking_pool {
public:
  reschedule schedule();

private:
  std::vector<std::thread> threads_;
};
