# RUN: %python %s --build %build
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# A project's own models: where they are found, who overrides whom, and what is
# said of a bad one.

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
import hosts

# The mutex says nothing for itself: it neither locks nor unlocks by these names.
SOURCE = """\
#include "../coroutines.h"

struct Gate {
  void enter();
  void leave();
};

task held(Gate &gate) {
  gate.enter();
  co_await std::suspend_always{};
  gate.leave();
}
"""
GATE = """\
lockables:
  - {type: Gate, owner: %s, acquires: [enter], releases: [leave]}
"""
HELD = "held.cpp:10:3: warning: coroutine may suspend while 'gate' is locked"


class Files(hosts.Project):
    def setUp(self):
        super().setUp()
        self.write("coroutines.h", hosts.SERVICE.split("std::mutex mu;")[0])
        self.source = self.write("src/held.cpp", SOURCE)
        self.compile_database(self.source)

    def lint(self, *arguments):
        """What both hosts say alike."""
        arguments += (self.source,)
        stock = self.run(hosts.build.stock_tidy, "--load=" + hosts.build.plugin, *arguments)
        ours = self.run(hosts.build.tidy, *arguments)
        self.assertEqual((stock.stdout, stock.returncode), (ours.stdout, ours.returncode))
        return ours

    def option(self, value):
        return "--config={Checks: '-*,coro-*', CheckOptions: {%s.ModelFiles: '%s'}}" % (
            hosts.CHECK,
            value,
        )

    def assertSaidOnce(self, message, said):
        self.assertEqual(said.count(message), 1, said)


class UserFiles(Files):
    def test_without_a_model(self):
        self.assertNotIn("warning", self.lint().stdout)

    def test_beside_the_source(self):
        self.write("src/corolint.yaml", GATE % "thread")
        self.assertIn(HELD, self.lint().stdout)

    def test_above_the_source(self):
        self.write("corolint.yaml", GATE % "thread")
        self.assertIn(HELD, self.lint().stdout)

    def test_not_in_another_folder(self):
        self.write("other/corolint.yaml", GATE % "thread")
        self.assertNotIn("warning", self.lint().stdout)

    def test_the_nearer_file_overrides(self):
        self.write("corolint.yaml", GATE % "thread")
        self.write("src/corolint.yaml", GATE % "coroutine")
        self.assertNotIn("warning", self.lint().stdout)
        self.write("corolint.yaml", GATE % "coroutine")
        self.write("src/corolint.yaml", GATE % "thread")
        self.assertIn(HELD, self.lint().stdout)

    def test_the_option(self):
        self.write("models/gate.yaml", GATE % "thread")
        self.assertIn(HELD, self.lint(self.option("models/gate.yaml")).stdout)

    def test_the_options_later_file_overrides(self):
        self.write("corolint.yaml", GATE % "thread")
        self.write("yes.yaml", GATE % "thread")
        self.write("no.yaml", GATE % "coroutine")
        self.assertNotIn("warning", self.lint(self.option("yes.yaml;no.yaml")).stdout)
        self.assertIn(HELD, self.lint(self.option("no.yaml;yes.yaml")).stdout)

    def test_the_option_is_relative_to_its_file(self):
        self.write("src/models/gate.yaml", GATE % "thread")
        self.write(
            "src/.clang-tidy",
            "Checks: '-*,coro-*'\n"
            "CheckOptions: {%s.ModelFiles: 'models/gate.yaml'}\n" % hosts.CHECK,
        )
        self.assertIn(HELD, self.lint().stdout)

    def test_overrides_the_shipped_models(self):
        self.write(
            "src/held.cpp",
            '#include "../coroutines.h"\n'
            "std::mutex mu;\n"
            "task held() {\n"
            "  std::lock_guard<std::mutex> guard(mu);\n"
            "  co_await std::suspend_always{};\n"
            "}\n",
        )
        self.assertIn("while 'guard' holds 'mu'", self.lint().stdout)
        self.write("corolint.yaml", "lockables: [{type: std::mutex, owner: coroutine}]\n")
        self.assertNotIn("warning", self.lint().stdout)

    def test_a_mistake(self):
        path = self.write("corolint.yaml", "# Ours.\n" + GATE % "thraed")
        result = self.lint()
        self.assertSaidOnce(
            path + ":3:25: unknown owner: expected 'thread', 'coroutine' or 'none'",
            result.stdout,
        )
        self.assertEqual(result.stdout.count("clang-tidy-config"), 1, result.stdout)
        self.assertEqual(result.returncode, 1)

    def test_a_file_that_is_not_there(self):
        result = self.lint(self.option("no/such.yaml"))
        self.assertSaidOnce("no/such.yaml: cannot read model file: No such file", result.stdout)
        self.assertEqual(result.returncode, 1)


BLOCKING = """\
#include "../coroutines.h"

struct Client {
  int fetch(int timeout);
  bool ready();
};
void nap(int);
template <class F> void on_a_thread(F f) { f(); }

task asks(Client &client) {
  client.fetch(1);
  client.fetch(0);
  if (client.ready())
    client.fetch(2);
  nap(1);
  on_a_thread([] { nap(2); });
  co_await std::suspend_always{};
}
"""
CLIENT = """\
blocking:
  - {tier: %s, in: Client, names: fetch, zero: 1, ready-when: ready}
  - {tier: wait, names: nap}
  - {role: offloads, names: on_a_thread}
"""


class UserFilesOfBlocking(Files):
    """The entries of coro-blocking-call, which ask for more than a name."""

    def setUp(self):
        super().setUp()
        self.write("src/held.cpp", BLOCKING)

    def found(self):
        return [line.split(" [")[0].split("held.cpp:")[1]
                for line in self.lint().stdout.splitlines()
                if "[coro-blocking-call]" in line]

    def test_entries_that_block(self):
        self.assertEqual(self.found(), [])
        self.write("corolint.yaml", CLIENT % "wait")
        says = "blocks the thread that runs this coroutine"
        self.assertEqual(self.found(), [
            "11:10: warning: 'fetch' " + says,
            "15:3: warning: 'nap' " + says,
        ])

    def test_the_tier_counts(self):
        self.write("corolint.yaml", CLIENT % "micro")
        self.assertEqual(len(self.found()), 1)

    def test_the_nearer_file_replaces_what_was_said_of_a_name(self):
        self.write("corolint.yaml", CLIENT % "wait")
        self.write("src/corolint.yaml",
                   "blocking: [{role: harmless, in: Client, names: fetch}]\n")
        self.assertEqual(len(self.found()), 1)

    def test_a_shipped_entry_is_overridden(self):
        self.write("src/held.cpp", BLOCKING.replace(
            "void nap(int);", 'extern "C" unsigned sleep(unsigned);\n'
            "void nap(int n) { sleep(n); }"))
        self.assertEqual(len(self.found()), 2)
        self.write("corolint.yaml", "blocking: [{role: harmless, names: sleep}]\n")
        self.assertEqual(self.found(), [])

    def test_mistakes_in_entries(self):
        for line, message in (
            ("blocking: [{tier: sometimes, names: nap}]",
             "unknown tier: expected 'bridge', 'wait', 'io', 'metadata' or 'micro'"),
            ("blocking: [{role: sometimes, names: nap}]",
             "unknown role: expected 'harmless', 'calls', 'offloads', 'posts'"),
            ("blocking: [{names: nap}]",
             "expected either a 'tier', of what blocks, or a 'role'"),
            ("blocking: [{tier: wait, role: calls, names: nap}]",
             "expected either a 'tier', of what blocks, or a 'role'"),
            ("blocking: [{tier: wait}]", "missing required key 'names'"),
            ("blocking: [{tier: wait, names: nap, unless: NOW}]",
             "'unless', 'only' and 'of' need 'argument'"),
            ("blocking: [{tier: wait, names: nap, when: never}]",
             "unknown key 'when'"),
            ("blocking: [{tier: wait, names: nap, zero: none}]", "argument"),
            ("twins: [{for: nap}]", "missing required key 'use'"),
            ("twins: [{use: nap}]", "missing required key 'for'"),
            ("twins: [{for: nap, use: doze, head: <doze.h>}]",
             "unknown key 'head'"),
        ):
            with self.subTest(line):
                path = self.write("corolint.yaml", "# Ours.\n" + line + "\n")
                result = self.lint()
                said = result.stdout
                self.assertEqual(said.count(path + ":2:"), 1, said)
                self.assertIn(message, said)
                self.assertEqual(said.count("clang-tidy-config"), 1, said)
                self.assertEqual(result.returncode, 1)


if __name__ == "__main__":
    hosts.main()
