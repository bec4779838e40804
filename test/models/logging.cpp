// RUN: %check_tidy_real %s coro-blocking-call

// A logger opens a file now and then. Of one that a model names, that is known.

#include "../checks/Inputs/task.h"
#include <cstdio>

#define LOGGER                                                                 \
  class logger {                                                               \
  public:                                                                      \
    void info(const char *text) {                                              \
      if (++lines % 1000 == 0)                                                 \
        file = std::fopen("log.1", "w");                                       \
      std::fputs(text, file);                                                  \
    }                                                                          \
    logger &operator+=(const char *text) {                                     \
      info(text);                                                              \
      return *this;                                                            \
    }                                                                          \
                                                                               \
  private:                                                                     \
    unsigned lines = 0;                                                        \
    std::FILE *file = nullptr;                                                 \
  };

namespace spdlog {
LOGGER
}
namespace easylog {
LOGGER
}
namespace nobody {
LOGGER
}

// id: models/logging-known
task<> known(spdlog::logger &a, easylog::logger &b) {
  a.info("here");
  b += "here";
  co_await work();
}

// id: models/logging-unknown
task<> unknown(nobody::logger &a) {
  a.info("here");
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: call to 'info' blocks the thread that runs this coroutine [coro-blocking-call]
  // CHECK-NOTES: :[[@LINE-14]]:1: note: 'info' calls 'fopen', which blocks
  // CHECK-NOTES: :[[@LINE-35]]:16: note: expanded from macro 'LOGGER'
  co_await work();
}
