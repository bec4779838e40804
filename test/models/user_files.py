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


class UserFiles(hosts.Project):
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

    def assertSaidOnce(self, message, said):
        self.assertEqual(said.count(message), 1, said)

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


if __name__ == "__main__":
    hosts.main()
