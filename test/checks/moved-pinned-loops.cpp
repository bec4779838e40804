// RUN: %check_tidy %s coro-moved-pinned

// A value that a loop moves into an await again.

#include <memory>
#include <optional>
#include <string>
#include <task.h>
#include <utility>
#include <vector>

bool flag();
struct request {
  int id = 0;
  std::string body;
};
struct position {
  int x, y;
};
task<bool> send(request r);
task<bool> try_send(request &&r);
task<> show(position p);
task<bool> look(const request &r);
task<bool> fetch(request &r);
request make();

// id: pinned/moved-in-every-turn
task<> retries(request r) {
  for (int attempt = 0; attempt < 3; ++attempt)
    if (co_await send(std::move(r)))
    // CHECK-NOTES: :[[@LINE-1]]:33: warning: 'r' is moved into an await again in the next turn of the loop [coro-moved-pinned]
    // CHECK-NOTES: :[[@LINE-4]]:24: note: declared here, outside of the loop
      co_return;
}
task<> retries_a_copy(request r) {
  for (int attempt = 0; attempt < 3; ++attempt)
    if (co_await send(r))
      co_return;
}
task<> sends_once(request r) {
  for (;;) {
    if (!flag())
      continue;
    co_await send(std::move(r));
    co_return;
  }
}
// id: pinned/moved-in-every-turn/throws
task<> retries_on_an_error(request r) {
  for (int attempt = 0; attempt < 3; ++attempt) {
    try {
      co_await send(std::move(r));
      // CHECK-NOTES: :[[@LINE-1]]:31: warning: 'r' is moved into an await again in the next turn of the loop [coro-moved-pinned]
      // CHECK-NOTES: :[[@LINE-5]]:36: note: declared here, outside of the loop
      co_return;
    } catch (...) {
    }
  }
}
// Who takes a reference may leave it as it is.
task<> only_if_there_is_room(request r) {
  while (!co_await try_send(std::move(r))) {
  }
}
task<> made_again(request r) {
  while (!co_await send(std::move(r)))
    r = make();
}
task<> filled_again() {
  request r;
  while (co_await fetch(r))
    co_await send(std::move(r));
}
task<> body_set_again(request r) {
  while (!co_await send(std::move(r)))
    r.body = "again";
}
task<> of_each_turn() {
  while (flag()) {
    request r = make();
    co_await send(std::move(r));
  }
}
task<> elements(std::vector<request> all) {
  for (request &each : all)
    co_await send(std::move(each));
}
task<> a_move_that_copies(position p) {
  while (flag())
    co_await show(std::move(p));
}
task<> for_the_last_by_choice(request r, int n) {
  for (int i = 0; i < n; ++i)
    co_await send(i + 1 == n ? std::move(r) : request(r));
}
task<> for_the_last(request r) {
  for (int i = 0; i < 3; ++i)
    if (i == 2)
      co_await send(std::move(r));
}
// id: pinned/moved-in-every-turn/into-a-lambda
template <class F> task<> run(F f) {
  f();
  co_return;
}
task<> into_a_lambda(std::string text) {
  while (flag())
    co_await run([text = std::move(text)] {});
    // CHECK-NOTES: :[[@LINE-1]]:36: warning: 'text' is moved into an await again in the next turn of the loop [coro-moved-pinned]
    // CHECK-NOTES: :[[@LINE-4]]:34: note: declared here, outside of the loop
}
// id: pinned/moved-in-every-turn/owner
task<> own(std::unique_ptr<request> r);
task<> gives_away(std::unique_ptr<request> r) {
  do
    co_await own(std::move(r));
    // CHECK-NOTES: :[[@LINE-1]]:28: warning: 'r' is moved into an await again in the next turn of the loop [coro-moved-pinned]
    // CHECK-NOTES: :[[@LINE-4]]:44: note: declared here, outside of the loop
  while (flag());
}
task<> gives_away_and_leaves(std::unique_ptr<request> r) {
  while (r) {
    co_await own(std::move(r));
  }
}

// Its own way to know that it has been done.
struct session {
  bool greeted = false;
  enum class stage { hello, talk } at = stage::hello;
  task<> greets(request hello) {
    while (flag())
      if (!greeted) {
        greeted = true;
        co_await send(std::move(hello));
      }
  }
  task<> by_stages(request hello) {
    for (stage now = stage::hello; flag();)
      switch (now) {
      case stage::hello:
        co_await send(std::move(hello));
        now = stage::talk;
        break;
      case stage::talk:
        break;
      }
  }
};
task<> once(request hello) {
  bool sent = false;
  while (flag()) {
    if (!sent)
      co_await send(std::move(hello));
    sent = true;
  }
}
// id: pinned/moved-in-every-turn/asked-for
task<> when_asked(request hello) {
  while (true)
    if (flag())
      co_await send(std::move(hello));
      // CHECK-NOTES: :[[@LINE-1]]:31: warning: 'hello' is moved into an await again in the next turn of the loop [coro-moved-pinned]
      // CHECK-NOTES: :[[@LINE-5]]:27: note: declared here, outside of the loop
}
