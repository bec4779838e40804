// RUN: %check_tidy %s coro-blocking-call

#include "../checks/Inputs/task.h"

typedef void CURL;
typedef void CURLM;
struct curl_waitfd;
extern "C" {
int curl_easy_perform(CURL *);
int curl_multi_perform(CURLM *, int *);
int curl_multi_poll(CURLM *, curl_waitfd *, unsigned, int, int *);
}

task<> transfers(CURL *c) {
  curl_easy_perform(c);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'curl_easy_perform' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
}
task<> drives(CURLM *m) {
  int running;
  curl_multi_perform(m, &running);
  curl_multi_poll(m, nullptr, 0, 0, nullptr);
  co_await work();
}
task<> polls(CURLM *m) {
  curl_multi_poll(m, nullptr, 0, 1000, nullptr);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'curl_multi_poll' blocks the thread that runs this coroutine [coro-blocking-call]
  co_await work();
}
