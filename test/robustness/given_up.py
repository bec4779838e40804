# RUN: %python %s --build %build
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# An analysis that gives up says nothing, and is counted: with CORO_STATS=1 in
# the environment, corolint-tidy ends with
#
#   corolint: 12 functions analysed, 1 given up (30 coroutines seen)
#
# on standard error. Analysed are those in which anything can be locked at all.

import argparse
import os
import re
import subprocess
import tempfile
import unittest

import broken_sources
from broken_sources import FLAGS, ROOT

STATISTICS = re.compile(r"^corolint: (\d+) functions? analysed, (\d+) given up "
                        r"\(\d+ coroutines? seen\)$", re.M)
CHECK = "coro-lock-across-suspension"


def too_much(conditions):
    """A coroutine in which every subset of so many mutexes may be locked."""
    numbers = range(conditions)
    return "task<> too_much(%s) {\n%s  co_await work();\n%s}\n" % (
        ", ".join("bool b%d" % n for n in numbers),
        "".join("  if (b%d)\n    m%d.lock();\n" % (n, n) for n in numbers),
        "".join("  if (b%d)\n    m%d.unlock();\n" % (n, n) for n in numbers))


class GivenUp(unittest.TestCase):
    def lint(self, *files, statistics=True):
        environment = {k: v for k, v in os.environ.items() if k != "CORO_STATS"}
        if statistics:
            environment["CORO_STATS"] = "1"
        return subprocess.run(
            [os.path.join(options.build, "bin", "corolint-tidy"), "-quiet",
             "-checks=-*," + CHECK, "-config={}", *files, "--"] + FLAGS,
            env=environment, text=True, timeout=300, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)

    def statistics(self, result):
        match = STATISTICS.search(result.stderr)
        self.assertTrue(match, "no statistics in: " + result.stderr)
        return int(match[1]), int(match[2])

    def lint_text(self, text, **more):
        with tempfile.TemporaryDirectory() as directory:
            file = os.path.join(directory, "service.cpp")
            with open(file, "w") as f:
                f.write(text)
            return self.lint(file, **more)

    HEAD = '#include "task.h"\n#include <mutex>\nstd::mutex %s;\n' % (
        ", ".join("m%d" % n for n in range(16)))
    HELD = ("task<> held() {\n  std::lock_guard guard(m0);\n"
            "  co_await work();\n}\n")

    def test_counts(self):
        result = self.lint_text(self.HEAD + self.HELD)
        analysed, given_up = self.statistics(result)
        self.assertGreaterEqual(analysed, 1)
        self.assertEqual(given_up, 0)
        self.assertIn("[%s]" % CHECK, result.stdout)

    def test_gives_up_says_nothing_and_goes_on(self):
        result = self.lint_text(self.HEAD + too_much(16) + self.HELD)
        self.assertEqual(self.statistics(result)[1], 1)
        # Only the function that is not too much is reported.
        self.assertEqual(result.stdout.count("[%s]" % CHECK), 1, result.stdout)
        self.assertIn("'guard' holds 'm0'", result.stdout)

    def test_quiet_unless_asked(self):
        result = self.lint_text(self.HEAD + self.HELD, statistics=False)
        self.assertNotIn("corolint:", result.stderr + result.stdout)

    def test_no_test_of_a_check_is_given_up(self):
        files = list(broken_sources.sources())
        self.assertEqual(self.statistics(self.lint(*files))[1], 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "llvm-22"))
    options, rest = parser.parse_known_args()
    options.build = os.path.abspath(options.build)
    unittest.main(argv=["given_up.py"] + rest)
