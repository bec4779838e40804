// RUN: %check_tidy %s coro-blocking-call

#include "../checks/Inputs/task.h"

struct redisContext;
struct redisAsyncContext;
extern "C" {
void *redisCommand(redisContext *, const char *, ...);
int redisAsyncCommand(redisAsyncContext *, void (*)(), void *, const char *, ...);
}
namespace sw::redis {
class Redis {
public:
  long long del(const char *);
};
class AsyncRedis {
public:
  long long del(const char *);
};
} // namespace sw::redis

task<> hiredis(redisContext *c, redisAsyncContext *a) {
  redisCommand(c, "PING");
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'redisCommand' blocks the thread that runs this coroutine [coro-blocking-call]
  redisAsyncCommand(a, nullptr, nullptr, "PING");
  co_await work();
}
task<> redis_plus_plus(sw::redis::Redis &r, sw::redis::AsyncRedis &a) {
  r.del("x");
  // CHECK-NOTES: :[[@LINE-1]]:5: warning: 'del' blocks the thread that runs this coroutine [coro-blocking-call]
  a.del("x");
  co_await work();
}
