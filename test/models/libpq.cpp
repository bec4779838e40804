// RUN: %check_tidy %s coro-blocking-call

#include "../checks/Inputs/task.h"

struct PGconn;
struct PGresult;
extern "C" {
PGresult *PQexec(PGconn *, const char *);
int PQsendQuery(PGconn *, const char *);
int PQconsumeInput(PGconn *);
int PQisBusy(PGconn *);
PGresult *PQgetResult(PGconn *);
}
task<> readable(PGconn *);

task<> executes(PGconn *c) {
  PQexec(c, "select 1");
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'PQexec' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
}
task<> asks(PGconn *c) {
  PQsendQuery(c, "select 1");
  while (PQisBusy(c)) {
    co_await work();
    PQconsumeInput(c);
  }
  PQgetResult(c);
}
task<> does_not_ask(PGconn *c, PGconn *other) {
  PQsendQuery(c, "select 1");
  PQconsumeInput(other);
  PQgetResult(c);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'PQgetResult' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
}
task<> is_told(PGconn *c) {
  co_await readable(c);
  PQgetResult(c);
}
task<> reads_itself(PGconn *c) {
  PQconsumeInput(c);
  PQgetResult(c);
  co_await work();
}
