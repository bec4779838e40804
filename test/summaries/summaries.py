# RUN: %python %s --build %build
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# What a function does in one translation unit, told to a coroutine in another:
# through the plugin, corolint-tidy and corolint-clangd.

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
import hosts
import lsp

HEADER = hosts.SERVICE.split("std::mutex mu;")[0] + """\
void load(const char *name);
void nap(int seconds, bool really);
void twice();
inline void inline_load() { load("settings"); }
struct Store {
  Store();
  ~Store();
  void read();
  virtual void flush();
};
void drain(int most, unsigned flags);
"""
STORE = """\
#include "store.h"
#include <chrono>
#include <fstream>
#include <thread>
static void helper(const char *name) { std::ifstream file(name); }
void load(const char *name) { helper(name); }
void nap(int seconds, bool really) {
  if (really)
    std::this_thread::sleep_for(std::chrono::seconds(seconds));
}
Store::Store() {}
Store::~Store() { load("end"); }
void Store::read() { [] { load("object"); }(); }
void Store::flush() { load("object"); }
void drain(int most, unsigned flags) {
  if (most > 0 && (flags & 4) && most % 2)
    std::this_thread::sleep_for(std::chrono::seconds(1));
}
"""
OTHER = """\
#include "../store.h"
static void helper(const char *) {}
void twice() { helper(""); }
"""
SERVICE = """\
#include "store.h"
task serve() {
  load("settings");
  co_return;
}
task rest() {
  nap(1, true);
  nap(0, true);
  nap(1, false);
  co_return;
}
task with_object(Store &known) {
  Store store;
  store.read();
  known.flush();
  co_return;
}
task harmless() {
  twice();
  co_return;
}
task through_a_header() {
  inline_load();
  co_return;
}
task drains(int most) {
  drain(most, 5);
  drain(0, 5);
  drain(most, 3);
  drain(3, 5);
  co_return;
}
"""
FOUND = [
    ("service.cpp:3:3", "call to 'load' blocks"),
    ("store.h:15:6", "'load' calls 'helper' (store.cpp:6)"),
    ("store.h:15:6", "'helper' constructs a 'std::ifstream', which blocks (store.cpp:5)"),
    ("service.cpp:7:3", "call to 'nap' blocks"),
    ("store.h:16:6", "'nap' calls 'sleep_for', which blocks (store.cpp:9)"),
    ("service.cpp:13:9", "destroying 'store' blocks"),
    ("store.h:21:3", "the destructor of 'Store' calls 'load' (store.cpp:12)"),
    ("store.h:21:3", "'load' calls 'helper' (store.cpp:6)"),
    ("store.h:21:3", "'helper' constructs a 'std::ifstream', which blocks (store.cpp:5)"),
    ("service.cpp:14:9", "call to 'read' blocks"),
    ("store.h:22:8", "'read' calls the lambda (store.cpp:13)"),
    ("store.h:22:8", "the lambda calls 'load' (store.cpp:13)"),
    ("store.h:22:8", "'load' calls 'helper' (store.cpp:6)"),
    ("store.h:22:8", "'helper' constructs a 'std::ifstream', which blocks (store.cpp:5)"),
    ("service.cpp:23:3", "call to 'inline_load' blocks"),
    ("store.h:18:29", "'inline_load' calls 'load'"),
    ("store.h:15:6", "'load' calls 'helper' (store.cpp:6)"),
    ("store.h:15:6", "'helper' constructs a 'std::ifstream', which blocks (store.cpp:5)"),
    ("service.cpp:27:3", "call to 'drain' blocks"),
    ("store.h:25:6", "'drain' calls 'sleep_for', which blocks (store.cpp:17)"),
]
# Where, of what has nothing to do with load().
LEFT = [place for place, text in FOUND if "'nap'" in text or "'drain'" in text]


class Summaries(hosts.Project):
    def setUp(self):
        super().setUp()
        self.write("store.h", HEADER)
        self.write("service.cpp", SERVICE)
        self.sources = [self.write("store.cpp", STORE), self.write("other/store.cpp", OTHER)]
        self.compile_database(self.service, *self.sources)
        self.write(
            ".clang-tidy",
            "Checks: '-*,coro-*'\nCheckOptions: {SummaryFiles: 'all.summaries'}\n",
        )

    def writer(self, *arguments, ok=True):
        result = self.run(
            os.path.join(hosts.build.directory, "bin", "write-summaries"),
            "-p", self.directory, *arguments)
        self.assertEqual(result.returncode == 0, ok, result.stdout)
        return result.stdout

    def summarise(self, *sources, into="all.summaries"):
        self.writer("-o", os.path.join(self.directory, into), *sources)
        return self.text(into)

    def text(self, name):
        with open(os.path.join(self.directory, name)) as file:
            return file.read()

    def lint(self, *arguments):
        """What both hosts say alike."""
        arguments = ("-quiet", "-header-filter=.*", *arguments, self.service)
        stock = self.run(hosts.build.stock_tidy, "--load=" + hosts.build.plugin, *arguments)
        ours = self.run(hosts.build.tidy, *arguments)
        self.assertEqual((stock.stdout, stock.returncode), (ours.stdout, ours.returncode))
        return ours.stdout

    def said(self, *arguments):
        """(place, text) of each warning and note."""
        found = []
        for line in self.lint(*arguments).splitlines():
            place, level, text = (line.split(": ", 2) + ["", ""])[:3]
            if level in ("warning", "note"):
                text = text.replace(" the thread that runs this coroutine", "")
                text = text.replace(" [coro-blocking-call]", "")
                found.append((os.path.relpath(place, self.directory), text))
        return found


class Found(Summaries):
    def test_nothing_without_them(self):
        self.write(".clang-tidy", "Checks: '-*,coro-*'\n")
        self.assertEqual(self.said(), [])

    def test_the_chain_goes_on_in_another_unit(self):
        self.summarise(*self.sources)
        self.assertEqual(self.said(), FOUND)

    def test_a_file_of_each_unit(self):
        # What one of them calls, another knows.
        names = []
        for number, source in enumerate([*self.sources, self.service]):
            names.append("%d.summaries" % number)
            self.summarise(source, into=names[-1])
        self.write(
            ".clang-tidy",
            "Checks: '-*,coro-*'\n"
            "CheckOptions: {coro-blocking-call.SummaryFiles: '%s'}\n" % ";".join(names),
        )
        self.assertEqual(self.said(), FOUND)

    def test_merged(self):
        self.summarise(*self.sources, into="raw.summaries")
        raw = os.path.join(self.directory, "raw.summaries")
        self.writer("-o", os.path.join(self.directory, "all.summaries"), "--merge", raw)
        self.assertEqual(self.said(), FOUND)
        merged = self.text("all.summaries")
        # What leads nowhere is left out, and nothing is left to do.
        self.assertIn("twice", self.text("raw.summaries"))
        self.assertNotIn("twice", merged)
        again = os.path.join(self.directory, "again.summaries")
        self.writer("-o", again, "--merge", os.path.join(self.directory, "all.summaries"))
        self.assertEqual(self.text("again.summaries"), merged)

    def test_in_the_editor(self):
        # clangd does not look into functions of headers.
        self.summarise(*self.sources, self.service)
        with lsp.Session([hosts.build.clangd], self.directory) as session:
            session.open("service.cpp", SERVICE)
            found = session.diagnostics("service.cpp")
        lines = [d["range"]["start"]["line"] + 1 for d in found]
        self.assertEqual(sorted(lines), [3, 7, 13, 14, 23, 27], found)

    def test_written_twice_the_same(self):
        first = self.summarise(*self.sources)
        self.assertEqual(self.summarise(*self.sources), first)

    def test_one_text_wherever_it_is_compiled(self):
        # store.cpp sees the body of load(), service.cpp does not.
        def inline_load(source):
            [line] = [l for l in self.summarise(source).splitlines() if "@inline_load#" in l]
            return line

        self.assertEqual(inline_load(self.sources[0]), inline_load(self.service))


class Tasks(Summaries):
    HEADER = """\
#include <coroutine>
struct task {
  struct promise_type {
    task get_return_object() { return {}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  task() = default;
  task(task &&) noexcept;
  ~task();
  bool done() const;
  bool await_ready() const noexcept;
  void await_suspend(std::coroutine_handle<>);
  void await_resume();
};
task work();
void drop(task t);
void keep(task t);
void look(const task &t);
struct sink {
  virtual void take(task t);
};
"""
    GIVEN = """\
#include "task.h"
#include <utility>
task kept;
void drop(task) {}
void keep(task t) { static task all[9]; new (&all[0]) task(std::move(t)); }
void look(const task &t) { (void)t; }
void sink::take(task) {}
"""
    USES = """\
#include "task.h"
void dropped() { drop(work()); }
void kept() { keep(work()); }
void looked_at() {
  task t = work();
  look(t);
}
void taken(sink &s) { s.take(work()); }
"""

    def setUp(self):
        super().setUp()
        self.write("task.h", self.HEADER)
        self.given = self.write("given.cpp", self.GIVEN.replace("<utility>", "<utility>\n#include <new>"))
        self.write("service.cpp", self.USES)
        self.compile_database(self.service, self.given)

    def test_what_becomes_of_them(self):
        self.write("all.summaries", '{"corolint-summaries":1}\n')
        self.assertEqual(self.said(), [])
        text = self.summarise(self.given)
        self.assertIn('{"fate":"drops","parameter":0}', text)
        self.assertIn('{"fate":"asks","parameter":0}', text)
        self.assertEqual(
            [p for p, t in self.said() if "note" not in t and "task" in t and "does not" not in t],
            ["service.cpp:2:23", "service.cpp:5:8"], self.lint())

    def test_in_the_editor(self):
        self.summarise(self.given)
        with lsp.Session([hosts.build.clangd], self.directory) as session:
            session.open("service.cpp", self.USES)
            found = session.diagnostics("service.cpp")
        self.assertEqual(sorted(d["range"]["start"]["line"] + 1 for d in found), [2, 5], found)


class Addresses(Summaries):
    HEADER = """\
#include <coroutine>
#include <functional>
struct task {
  struct promise_type {
    task get_return_object();
    std::suspend_never initial_suspend() noexcept;
    std::suspend_never final_suspend() noexcept;
    void return_void();
    void unhandled_exception();
  };
};
struct waiter;
struct queue {
  void add(waiter *w);
  void forget(waiter *w);
  void note(const waiter *w);
  void post(std::function<void()> f);
  waiter *first = nullptr;
  std::function<void()> last;
};
struct waiter {
  void start(queue &q);
  void posted(queue &q);
  void stop(queue &q);
  virtual void begin(queue &q);
  waiter *next = nullptr;
  int done = 0;
};
struct node {
  void enlist();
  node *next = nullptr;
};
struct reader : node {
  reader();
  char buffer[16];
  char *at;
};
struct settled : node {
  settled() = default;
  settled(settled &&);
  void begin();
};
"""
    NODES = """\
#include "nodes.h"
static node *head;
void node::enlist() { next = head; head = this; }
reader::reader() : at(buffer) {}
settled::settled(settled &&other) : node(other) { enlist(); }
void settled::begin() { enlist(); }
void waiter::start(queue &q) { q.add(this); }
void waiter::posted(queue &q) { q.post([this] { done = 1; }); }
void waiter::stop(queue &q) { q.forget(this); }
void waiter::begin(queue &q) { q.add(this); }
"""
    QUEUE = """\
#include "nodes.h"
#include <utility>
void queue::add(waiter *w) { w->next = first; first = w; }
void queue::forget(waiter *w) { if (first == w) first = w->next; }
void queue::note(const waiter *w) { (void)w; }
void queue::post(std::function<void()> f) { last = std::move(f); }
"""
    USES = """\
#include "nodes.h"
#include <utility>
void keep(waiter w);
void keep(node n);
void keep(settled s);
void started(queue &q) {
  waiter w;
  w.start(q);
  keep(std::move(w));
}
void stopped(queue &q) {
  waiter w;
  w.start(q);
  w.stop(q);
  keep(std::move(w));
}
void posted(queue &q) {
  waiter w;
  w.posted(q);
  keep(std::move(w));
}
void added(queue &q) {
  waiter w;
  q.add(&w);
  keep(std::move(w));
}
void noted(queue &q) {
  waiter w;
  q.note(&w);
  keep(std::move(w));
}
void not_certain(queue &q) {
  waiter w;
  w.begin(q);
  keep(std::move(w));
}
void enlisted() {
  node n;
  n.enlist();
  keep(std::move(n));
}
void says_where_it_is() {
  settled s;
  s.begin();
  keep(std::move(s));
}
void read() {
  reader r;
  reader other = std::move(r);
}
"""

    def setUp(self):
        super().setUp()
        self.write("nodes.h", self.HEADER)
        self.nodes = [self.write("nodes.cpp", self.NODES), self.write("queue.cpp", self.QUEUE)]
        self.write("service.cpp", self.USES)
        self.compile_database(self.service, *self.nodes)

    FOUND = [
        ("service.cpp:9:8", "'w' is moved after its address was registered"),
        ("service.cpp:8:5", "registered here"),
        ("nodes.h:22:8", "'start' stores its address (queue.cpp:3)"),
        ("service.cpp:20:8", "'w' is moved after its address was registered"),
        ("service.cpp:19:5", "registered here"),
        ("nodes.h:23:8", "'posted' stores its address (queue.cpp:6)"),
        ("service.cpp:25:8", "'w' is moved after its address was registered"),
        ("service.cpp:24:5", "registered here"),
        ("nodes.h:14:8", "'add' stores its address (queue.cpp:3)"),
        ("service.cpp:40:8", "'n' is moved after its address was registered"),
        ("service.cpp:39:5", "registered here"),
        ("nodes.h:30:8", "'enlist' stores its address (nodes.cpp:3)"),
        ("service.cpp:49:18", "'r' is moved, but it points into itself"),
        ("service.cpp:48:10", "here it begins to"),
        ("nodes.h:34:3", "'reader' stores its address (nodes.cpp:4)"),
    ]

    def pinned(self):
        return [(place, text.replace(" [coro-moved-pinned]", ""))
                for place, text in self.said("-checks=-*,coro-moved-pinned")
                if "can be moved" not in text and "can be copied" not in text]

    def test_where_they_go(self):
        self.write("all.summaries", '{"corolint-summaries":1}\n')
        self.assertEqual(self.pinned(), [])
        self.summarise(*self.nodes)
        self.assertEqual(self.pinned(), self.FOUND)

    def test_merged(self):
        self.summarise(*self.nodes, into="raw.summaries")
        raw = os.path.join(self.directory, "raw.summaries")
        self.writer("-o", os.path.join(self.directory, "all.summaries"), "--merge", raw)
        self.assertEqual(self.pinned(), self.FOUND)
        self.assertNotIn("'note'", self.text("all.summaries"))

    def test_half_a_chain_says_nothing(self):
        self.summarise(self.nodes[0])
        self.assertEqual([p for p, t in self.pinned() if "moved" in t],
                         ["service.cpp:40:8", "service.cpp:49:18"])

    def test_one_text_wherever_it_is_compiled(self):
        # The body of add() in sight or not.
        alone = self.summarise(self.nodes[0])
        both = self.write("both.cpp", self.QUEUE + '#include "nodes.cpp"\n')
        self.compile_database(self.service, *self.nodes, both)

        def start(text):
            [line] = [l for l in text.splitlines() if "waiter@F@start#" in l.split(',"name"')[0]
                      and "\"name\":\"'start'\"" in l]
            return line

        self.assertEqual(start(self.summarise(both)), start(alone))

    def test_in_the_editor(self):
        self.summarise(*self.nodes)
        self.write(".clang-tidy", "Checks: '-*,coro-moved-pinned'\n"
                                  "CheckOptions: {SummaryFiles: 'all.summaries'}\n")
        with lsp.Session([hosts.build.clangd], self.directory) as session:
            session.open("service.cpp", self.USES)
            found = session.diagnostics("service.cpp")
        self.assertEqual(sorted(d["range"]["start"]["line"] + 1 for d in found),
                         [9, 20, 25, 40, 49], found)


class Silent(Summaries):
    def test_functions_with_two_definitions(self):
        self.write("twin.cpp", '#include "store.h"\nvoid load(const char *) {}\n'
                               'void use() { load(""); }\n')
        twin = self.write("third.cpp", '#include "store.h"\n#include <unistd.h>\n'
                                       "void load(const char *) { sleep(1); }\n")
        self.compile_database(self.service, *self.sources, twin)
        self.summarise(*self.sources, twin)
        self.assertNotIn("load", str([t for p, t in self.said() if "warning" in t]))
        self.assertEqual([p for p, _ in self.said()], LEFT)
        # Merging does not make one of them right.
        merged = os.path.join(self.directory, "merged.summaries")
        self.writer("-o", merged, "--merge", os.path.join(self.directory, "all.summaries"))
        self.summarise(self.sources[0], into="one.summaries")
        self.assertEqual(
            [p for p, _ in self.said(
                "-config={Checks: '-*,coro-*', CheckOptions: {SummaryFiles: "
                "'%s/one.summaries;%s'}}" % (self.directory, merged))],
            LEFT)

    def test_functions_of_other_files_with_the_same_name(self):
        # other/store.cpp has a helper() as well, which does nothing.
        text = self.summarise(*self.sources)
        self.assertIn("helper#*1C#@store.cpp:", text)
        self.assertNotIn(("service.cpp:19:3", "call to 'twice' blocks"), self.said())

    def test_a_body_that_is_here_is_believed(self):
        self.summarise(*self.sources)
        self.write("service.cpp", '#include "store.h"\nvoid load(const char *) {}\n'
                                  'task serve() {\n  load("");\n  co_return;\n}\n')
        self.assertEqual(self.said(), [])

    def test_a_virtual_function(self):
        self.summarise(*self.sources)
        self.assertNotIn("service.cpp:15", str(self.said()))


class Wrong(Summaries):
    def assertSays(self, text):
        said = self.lint()
        self.assertEqual(said.count(text), 1, said)
        self.assertNotIn("blocks", said)
        self.assertNotIn("Stack dump", said)

    def path(self):
        return os.path.join(self.directory, "all.summaries")

    def test_no_file(self):
        self.assertSays(self.path() + ": cannot read summaries: No such file")

    def test_an_empty_file(self):
        self.write("all.summaries", "")
        self.assertSays(self.path() + ":1: no summaries: the file is empty")

    def test_another_version(self):
        self.write("all.summaries", '{"corolint-summaries":7}\n')
        self.assertSays(self.path() + ":1: summaries of version 7; this corolint reads "
                                      "version 1: write them again")

    def test_another_file(self):
        self.write("all.summaries", "Checks: '*'\n")
        self.assertSays(self.path() + ":1: no summaries: the first line is not "
                                      '{"corolint-summaries":1}')

    def test_a_broken_line(self):
        text = self.summarise(*self.sources)
        self.write("all.summaries", text[:-20])
        self.assertSays(self.path() + ":%d: " % text.count("\n"))

    def test_a_wrong_member(self):
        self.write("all.summaries", '{"corolint-summaries":1}\n'
                   '{"function":"c:@F@f#","name":"f","sites":'
                   '[{"at":"a:1","kind":"call","name":"g","tier":"slow"}]}\n')
        self.assertSays(self.path() + ":2: unknown word at summary.sites[0].tier")


if __name__ == "__main__":
    hosts.main()
