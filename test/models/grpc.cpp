// RUN: %check_tidy %s coro-blocking-call

#include <library_task.h>

namespace grpc {
class Status {};
class CompletionQueue {
public:
  enum NextStatus { SHUTDOWN, GOT_EVENT, TIMEOUT };
  bool Next(void **tag, bool *ok);
  template <class T> NextStatus AsyncNext(void **tag, bool *ok, const T &);
};
class ServerCompletionQueue : public CompletionQueue {};
namespace internal {
template <class R> class ReaderInterface {
public:
  virtual bool Read(R *) = 0;
};
class ClientStreamingInterface {
public:
  virtual Status Finish() = 0;
};
} // namespace internal
template <class R>
class ClientReader : public internal::ClientStreamingInterface,
                     public internal::ReaderInterface<R> {
public:
  bool Read(R *) override;
  Status Finish() override;
};
template <class R> class ClientAsyncReader {
public:
  void Read(R *, void *tag);
  void Finish(Status *, void *tag);
};
} // namespace grpc

template <class T = void> struct task {
  using promise_type = library_promise<task, T>;
  library_awaiter<T> operator co_await() &&;
};

task<> waits(grpc::ServerCompletionQueue &queue, grpc::ClientReader<int> &reader) {
  void *tag;
  bool ok;
  int message;
  queue.Next(&tag, &ok);
  // CHECK-NOTES: :[[@LINE-1]]:9: warning: 'Next' blocks the thread that runs this coroutine [coro-blocking-call]
  reader.Read(&message);
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: 'Read' blocks the thread that runs this coroutine [coro-blocking-call]
  reader.Finish();
  // CHECK-NOTES: :[[@LINE-1]]:10: warning: 'Finish' blocks the thread that runs this coroutine [coro-blocking-call]
  co_return;
}
task<> does_not_wait(grpc::CompletionQueue &queue,
                     grpc::ClientAsyncReader<int> &reader) {
  void *tag;
  bool ok;
  int message;
  queue.AsyncNext(&tag, &ok, 0);
  reader.Read(&message, nullptr);
  co_return;
}
