// RUN: %check_tidy %s coro-blocking-call

#include "../checks/Inputs/task.h"

struct sqlite3;
struct sqlite3_stmt;
extern "C" {
int sqlite3_step(sqlite3_stmt *);
int sqlite3_column_int(sqlite3_stmt *, int);
int sqlite3_sleep(int);
}

task<int> reads(sqlite3_stmt *s) {
  sqlite3_step(s);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sqlite3_step' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
  co_return sqlite3_column_int(s, 0);
}
task<> sleeps() {
  sqlite3_sleep(0);
  sqlite3_sleep(10);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'sqlite3_sleep' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
}
