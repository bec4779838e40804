// RUN: %check_tidy %s coro-blocking-call

#include <library_task.h>

extern "C" {
typedef struct stream *cudaStream_t;
int cudaDeviceSynchronize();
int cudaStreamSynchronize(cudaStream_t);
int cudaStreamQuery(cudaStream_t);
int cudaMemcpy(void *, const void *, unsigned long, int);
int cudaMemcpyAsync(void *, const void *, unsigned long, int, cudaStream_t);
}

template <class T = void> struct task {
  using promise_type = library_promise<task, T>;
  library_awaiter<T> operator co_await() &&;
};

task<> waits(cudaStream_t stream, void *to, const void *from) {
  cudaMemcpy(to, from, 1, 0);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'cudaMemcpy' blocks the thread that runs this coroutine [coro-blocking-call]
  cudaStreamSynchronize(stream);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'cudaStreamSynchronize' blocks the thread that runs this coroutine [coro-blocking-call]
  cudaDeviceSynchronize();
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'cudaDeviceSynchronize' blocks the thread that runs this coroutine [coro-blocking-call]
  co_return;
}
task<> begins(cudaStream_t stream, void *to, const void *from) {
  cudaMemcpyAsync(to, from, 1, 0, stream);
  cudaStreamQuery(stream);
  co_return;
}
