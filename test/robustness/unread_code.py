# RUN: %python %s --build %build
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# While somebody writes, his code does not compile, and Clang leaves out of the
# tree what it cannot read. What stands only there is not reported as missing.

import argparse
import os
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
INPUTS = os.path.join(ROOT, "test", "checks", "Inputs")
USES = [
    "co_await undeclared(t);",
    "co_await all(t, undeclared);",
    "co_await t.undeclared();",
    "keep(std::move(t), 1);",
    "int n = co_await std::move(t);",
    "co_await unread(t);",
]


class UnreadCode(unittest.TestCase):
    def said(self, use, returns="task<>"):
        with tempfile.TemporaryDirectory() as directory:
            file = os.path.join(directory, "unread.cpp")
            with open(file, "w") as f:
                f.write('#include "task.h"\n#include <utility>\nvoid keep(task<>);\n'
                        "template <class T> auto unread(T &t) { return t.undeclared; }\n"
                        "template <class T> struct bad { struct promise_type {\n"
                        "  bad get_return_object(); void return_value(T);\n"
                        "  no_such_type<T> value; }; };\n"
                        "%s run() {\n  auto t = work();\n  co_await work();\n"
                        "  %s\n}\n" % (returns, use))
            return subprocess.run(
                [os.path.join(options.build, "bin", "corolint-tidy"), "-quiet",
                 "-checks=-*,coro-*", file, "--", "-std=c++20", "-I" + INPUTS],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                timeout=60).stdout

    def test_a_use_that_does_not_compile_is_one(self):
        for use in USES:
            with self.subTest(use=use):
                said = self.said(use)
                self.assertIn("clang-diagnostic-error", said)
                self.assertNotIn("coro-", said)

    def test_a_coroutine_without_a_promise_has_no_awaits(self):
        said = self.said("co_await std::move(t);", returns="bad<int>")
        self.assertIn("clang-diagnostic-error", said)
        self.assertNotIn("coro-", said)

    def test_without_it_nobody_awaits_the_task(self):
        self.assertIn("'t' is never awaited", self.said(""))
        # The error is somewhere else.
        said = self.said("undeclared();")
        self.assertIn("clang-diagnostic-error", said)
        self.assertIn("'t' is never awaited", said)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "llvm-22"))
    options, rest = parser.parse_known_args()
    options.build = os.path.abspath(options.build)
    unittest.main(argv=["unread_code.py"] + rest)
