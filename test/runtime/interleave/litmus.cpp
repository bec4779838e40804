// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The checker checked: small programs whose outcomes are known. Each is what
// the threads have read, in the order of the threads; all of them have to come
// out, and no other. (J. Alglave, L. Maranget, M. Tautschnig: Herding cats,
// TOPLAS 2014, has the names.)

#include <interleave/suite.h>

namespace interleave {
namespace {

constexpr order relaxed = order::relaxed, acquire = order::acquire,
                release = order::release, acq_rel = order::acq_rel,
                seq_cst = order::seq_cst;
using number = atomic<unsigned>;

template <order Store, order Load> void store_buffering() {
  number x = 0, y = 0;
  unsigned a, b;
  threads([&] { x.store(1, Store), a = y.load(Load); },
          [&] { y.store(1, Store), b = x.load(Load); });
  observe(a), observe(b);
}

void store_buffering_fences() {
  number x = 0, y = 0;
  unsigned a, b;
  auto thread = [](number &mine, number &other, unsigned &read) {
    mine.store(1, relaxed);
    fence(seq_cst, place::current());
    read = other.load(relaxed);
  };
  threads([&] { thread(x, y, a); }, [&] { thread(y, x, b); });
  observe(a), observe(b);
}

template <order Store, order Load> void message_passing() {
  number data = 0, flag = 0;
  unsigned a, b;
  threads([&] { data.store(1, relaxed), flag.store(1, Store); },
          [&] { a = flag.load(Load), b = data.load(relaxed); });
  observe(a), observe(b);
}

void message_passing_fences() {
  number data = 0, flag = 0;
  unsigned a, b;
  threads(
      [&] {
        data.store(1, relaxed);
        fence(release, place::current());
        flag.store(1, relaxed);
      },
      [&] {
        a = flag.load(relaxed);
        fence(acquire, place::current());
        b = data.load(relaxed);
      });
  observe(a), observe(b);
}

/// Do two readers see two writers in the same order?
template <order Store, order Load> void independent_reads() {
  number x = 0, y = 0;
  unsigned a, b, c, d;
  threads([&] { x.store(1, Store); }, [&] { y.store(1, Store); },
          [&] { a = x.load(Load), b = y.load(Load); },
          [&] { c = y.load(Load), d = x.load(Load); });
  observe(a), observe(b), observe(c), observe(d);
}

/// Causality over a third thread.
template <order Store, order Load> void write_to_read() {
  number x = 0, y = 0;
  unsigned a, b, c;
  threads([&] { x.store(1, Store); },
          [&] { a = x.load(Load), y.store(a + 1, Store); },
          [&] { b = y.load(Load), c = x.load(relaxed); });
  observe(a), observe(b), observe(c);
}

/// A read-modify-write in between does not end what a release began; a store
/// does, since C++20 even one of the same thread.
void release_sequence() {
  number data = 0, flag = 0;
  unsigned a, b = 9;
  threads([&] { data.store(1, relaxed), flag.store(1, release); },
          [&] { flag.fetch_add(2, relaxed); },
          [&] {
            a = flag.load(acquire);
            if (a & 1)
              b = data.load(relaxed);
          });
  observe(a), observe(b);
}
void release_sequence_of_stores() {
  number data = 0, flag = 0;
  unsigned a, b = 9;
  threads(
      [&] {
        data.store(1, relaxed);
        flag.store(1, release), flag.store(2, relaxed);
      },
      [&] {
        a = flag.load(acquire);
        if (a == 2)
          b = data.load(relaxed);
      });
  observe(a), observe(b);
}

/// One variable never goes back.
void coherence_of_reads() {
  number x = 0;
  unsigned a, b;
  threads([&] { x.store(1, relaxed), x.store(2, relaxed); },
          [&] { a = x.load(relaxed), b = x.load(relaxed); });
  observe(a), observe(b);
}
void coherence_of_a_write_and_a_read() {
  number x = 0;
  unsigned a;
  threads([&] { x.store(1, relaxed), a = x.load(relaxed); },
          [&] { x.store(2, relaxed); });
  observe(a), observe(x.load(relaxed));
}
/// What another thread has read, and told of, has been read.
void coherence_between_threads() {
  number x = 0, flag = 0;
  unsigned a, b, c;
  threads([&] { x.store(1, relaxed); },
          [&] { a = x.load(relaxed), flag.store(1, release); },
          [&] { b = flag.load(acquire), c = x.load(relaxed); });
  observe(a), observe(b), observe(c);
}

/// Read-modify-writes lose nothing, however weak.
void counting() {
  number x = 0;
  auto add = [&] { x.fetch_add(1, relaxed), x.fetch_add(1, relaxed); };
  threads(add, add, add);
  observe(x.load(relaxed));
}
/// One of them gets it; one that fails may have read something old.
void claiming() {
  number x = 0;
  unsigned expected[2]{}, won[2];
  auto claim = [&](unsigned i) {
    won[i] = x.compare_exchange_strong(expected[i], i + 1, relaxed, relaxed);
  };
  threads([&] { claim(0); }, [&] { claim(1); });
  observe(won[0]), observe(won[1]), observe(expected[0]), observe(expected[1]);
}
void failing_on_a_stale_value() {
  number x = 0;
  unsigned expected = 2;
  bool won = false;
  threads(
      [&] { x.store(1, relaxed), x.store(2, relaxed); },
      [&] { won = x.compare_exchange_strong(expected, 3, relaxed, relaxed); });
  observe(won), observe(expected);
}

// Errors.

template <order Store, order Load> void publishing() {
  int data = 0;
  atomic<bool> ready = false;
  threads([&] { data = 1, ready.store(true, Store); },
          [&] {
            if (ready.load(Load))
              check(data == 1, "it has come");
          });
}
void spinning() {
  atomic<bool> ready = false;
  threads([&] { ready.store(true, relaxed); },
          [&] {
            spin_wait wait;
            while (!ready.load(relaxed))
              wait();
          });
}
void spinning_for_ever() {
  atomic<bool> a = false, b = false;
  auto wait_for = [](atomic<bool> &first, atomic<bool> &then) {
    spin_wait wait;
    while (!first.load(acquire))
      wait();
    then.store(true, release);
  };
  threads([&] { wait_for(a, b); }, [&] { wait_for(b, a); });
}
void use_after_free() {
  auto *shared = new int(1);
  atomic<bool> gone = false;
  threads([&] { delete shared, gone.store(true, release); },
          [&] {
            if (gone.load(acquire))
              check(*shared == 1, "still there");
          });
}
void ended_twice() {
  auto *x = new int;
  atomic<bool> gone = false;
  auto end = [&] {
    if (!gone.exchange(true, acq_rel)) // the claim is right; its use is not
      delete x;
    else
      delete x;
  };
  threads(end, end);
}
void ended_atomic() {
  auto *x = new atomic<int>(0);
  threads([&] { x->store(1); }, [&] { delete x; });
}
/// Needs two preemptions of the first.
void two_preemptions() {
  atomic<unsigned> x = 0;
  bool a = false, b = false;
  threads(
      [&] {
        a = x.load(seq_cst) == 1;
        b = x.load(seq_cst) == 2;
        (void)x.load(seq_cst);
        check(!(a && b), "it needs two");
      },
      [&] {
        x.store(1, seq_cst);
        x.store(2, seq_cst);
      });
}

const litmus all_litmus[] = {
    {"store buffering, relaxed",
     store_buffering<relaxed, relaxed>,
     {"0 0", "0 1", "1 0", "1 1"}},
    {"store buffering, acquire and release",
     store_buffering<release, acquire>,
     {"0 0", "0 1", "1 0", "1 1"}},
    {"store buffering, seq_cst",
     store_buffering<seq_cst, seq_cst>,
     {"0 1", "1 0", "1 1"}},
    {"store buffering, seq_cst fences",
     store_buffering_fences,
     {"0 1", "1 0", "1 1"}},
    {"message passing, relaxed",
     message_passing<relaxed, relaxed>,
     {"0 0", "0 1", "1 0", "1 1"}},
    {"message passing, release only",
     message_passing<release, relaxed>,
     {"0 0", "0 1", "1 0", "1 1"}},
    {"message passing, acquire only",
     message_passing<relaxed, acquire>,
     {"0 0", "0 1", "1 0", "1 1"}},
    {"message passing, release and acquire",
     message_passing<release, acquire>,
     {"0 0", "0 1", "1 1"}},
    {"message passing, fences", message_passing_fences, {"0 0", "0 1", "1 1"}},
    {"independent reads, acquire and release",
     independent_reads<release, acquire>,
     {"0 0 0 0", "0 0 0 1", "0 0 1 0", "0 0 1 1", "0 1 0 0", "0 1 0 1",
      "0 1 1 0", "0 1 1 1", "1 0 0 0", "1 0 0 1", "1 0 1 0", "1 0 1 1",
      "1 1 0 0", "1 1 0 1", "1 1 1 0", "1 1 1 1"}},
    {"independent reads, seq_cst",
     independent_reads<seq_cst, seq_cst>,
     {"0 0 0 0", "0 0 0 1", "0 0 1 0", "0 0 1 1", "0 1 0 0", "0 1 0 1",
      "0 1 1 0", "0 1 1 1", "1 0 0 0", "1 0 0 1", "1 0 1 1", "1 1 0 0",
      "1 1 0 1", "1 1 1 0", "1 1 1 1"}},
    {"write to read, relaxed",
     write_to_read<relaxed, relaxed>,
     {"0 0 0", "0 0 1", "0 1 0", "0 1 1", "1 0 0", "1 0 1", "1 2 0", "1 2 1"}},
    {"write to read, acquire and release",
     write_to_read<release, acquire>,
     {"0 0 0", "0 0 1", "0 1 0", "0 1 1", "1 0 0", "1 0 1", "1 2 1"}},
    {"release sequence", release_sequence, {"0 9", "1 1", "2 9", "3 1"}},
    {"release sequence of stores",
     release_sequence_of_stores,
     {"0 9", "1 9", "2 0", "2 1"}},
    {"coherence of reads",
     coherence_of_reads,
     {"0 0", "0 1", "0 2", "1 1", "1 2", "2 2"}},
    {"coherence of a write and a read",
     coherence_of_a_write_and_a_read,
     {"1 1", "1 2", "2 2"}},
    {"coherence between threads",
     coherence_between_threads,
     {"0 0 0", "0 0 1", "0 1 0", "0 1 1", "1 0 0", "1 0 1", "1 1 1"}},
    {"counting", counting, {"6"}},
    {"claiming", claiming, {"0 1 2 0", "1 0 0 1"}},
    {"failing on a stale value",
     failing_on_a_stale_value,
     {"0 0", "0 1", "1 2"}},
};

const mistake all_mistakes[] = {
    {"publishing, release and acquire", publishing<release, acquire>, 2, ""},
    {"publishing, release only", publishing<release, relaxed>, 2, "data race"},
    {"publishing, acquire only", publishing<relaxed, acquire>, 2, "data race"},
    {"spinning", spinning, 2, ""},
    {"spinning for ever", spinning_for_ever, 2, "waits for ever"},
    {"use after free", use_after_free, 2, "reads what has been freed"},
    {"freed twice", ended_twice, 2, "data race"},
    {"an atomic that has ended", ended_atomic, 2, "data race"},
    {"two preemptions, one allowed", two_preemptions, 1, ""},
    {"two preemptions, two allowed", two_preemptions, 2, "it needs two"},
};

} // namespace

std::vector<litmus> litmus_tests() {
  return {std::begin(all_litmus), std::end(all_litmus)};
}
std::vector<mistake> mistakes() {
  return {std::begin(all_mistakes), std::end(all_mistakes)};
}

} // namespace interleave
