// RUN: %check_tidy %s coro-blocking-call

#include <library_task.h>

extern "C" {
typedef struct request *MPI_Request;
typedef int MPI_Status;
int MPI_Recv(void *, int, int, int, int, int, MPI_Status *);
int MPI_Irecv(void *, int, int, int, int, int, MPI_Request *);
int MPI_Wait(MPI_Request *, MPI_Status *);
int MPI_Test(MPI_Request *, int *, MPI_Status *);
int MPI_Barrier(int);
}

template <class T = void> struct task {
  using promise_type = library_promise<task, T>;
  library_awaiter<T> operator co_await() &&;
};

task<> waits(void *to, MPI_Request request) {
  MPI_Recv(to, 1, 0, 0, 0, 0, nullptr);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'MPI_Recv' blocks the thread that runs this coroutine [coro-blocking-call]
  MPI_Wait(&request, nullptr);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'MPI_Wait' blocks the thread that runs this coroutine [coro-blocking-call]
  MPI_Barrier(0);
  // CHECK-NOTES: :[[@LINE-1]]:3: warning: 'MPI_Barrier' blocks the thread that runs this coroutine [coro-blocking-call]
  co_return;
}
task<> begins(void *to) {
  MPI_Request request;
  int done;
  MPI_Irecv(to, 1, 0, 0, 0, 0, &request);
  MPI_Test(&request, &done, nullptr);
  co_return;
}
