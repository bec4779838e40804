// RUN: %check_tidy %s coro-blocking-call

#include "../checks/Inputs/task.h"

struct MYSQL;
extern "C" {
int mysql_query(MYSQL *, const char *);
int mysql_real_query_nonblocking(MYSQL *, const char *, unsigned long);
}

task<> blocks(MYSQL *m) {
  mysql_query(m, "select 1");
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'mysql_query' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
}
task<> does_not(MYSQL *m) {
  mysql_real_query_nonblocking(m, "select 1", 8);
  co_await work();
}
