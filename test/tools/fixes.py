# RUN: %python %s --build %build
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Fix-its keep their promise. The fixes of every test that has any (it says
# CHECK-FIXES, or check_tidy.py would refuse it) are applied in each way that
# users have: `clang-tidy -fix`, with the plugin and as corolint-tidy;
# run-clang-tidy -fix; code actions in an editor. All checks are on, so that no
# fix may be lost to an overlap with another check's.
#
# The results are equal and compile; nothing is found in them that was not found
# before, or that had a fix; and fixing again changes nothing.

import collections
import glob
import json
import os
import re
import shlex
import shutil
import tempfile
import unittest

import hosts
import lsp
from clangd_session import apply

TESTS = os.path.join(hosts.ROOT, "test")
INPUTS = os.path.join(TESTS, "checks", "Inputs")
EXPECTATION = re.compile(r"^\s*// CHECK-(NOTES|FIXES).*\n", re.M)
WARNING = re.compile(r"^/.*?([^/]+)/[^/]+:\d+:\d+: (warning|error): (.*)$", re.M)


class Case:
    """A test with fixes; and where copies of it are fixed."""

    def __init__(self, path, text=None):
        if text is None:
            with open(path) as file:
                text = file.read()
        self.stem = os.path.splitext(os.path.basename(path))[0]
        self.text = EXPECTATION.sub("", text)
        line = re.search(r"RU[N]: %check_tidy %s (.*)", text)
        self.check, *rest = shlex.split(line[1]) if line else ("",)
        self.tidy, self.flags = [], []
        if rest:
            rest = rest[1:]
            at = rest.index("--") if "--" in rest else len(rest)
            self.tidy = rest[:at]
            self.flags = [
                f.replace("%source", hosts.ROOT) for f in rest[at + 1 :]
            ]
        self.flags += ["-std=c++20", "-I", INPUTS]
        self.flags += ["-isystem", os.path.join(INPUTS, "lib")]
        self.flags += ["-nostdinc++", "-nostdlibinc"]
        for name in "std", "posix":
            self.flags += ["-isystem", os.path.join(INPUTS, name)]

    @property
    def options(self):
        for argument in self.tidy:
            if argument.startswith("-config="):
                return argument[len("-config=") :]
        return "{}"


# Mistakes of several checks in one function, beside and inside each other.
TOGETHER = """\
// RUN: %check_tidy %s coro-* -- -config='{CheckOptions: {coro-lock-across-suspension.UnsafeFixes: true}}' -- -I%source/test/models/Inputs/moor
#include <moor/task.h>
#include <chrono>
#include <mutex>
#include <thread>

using namespace std::chrono_literals;

moor::task<> work();
std::mutex mu;
int counter;

moor::task<> neighbours() {
  std::this_thread::sleep_for(10ms);
  work();
  moor::run(work());
  work();
  co_await work();
}
moor::task<> under_a_lock() {
  std::lock_guard<std::mutex> guard(mu);
  int seen = ++counter;
  co_await work();
  work();
  std::this_thread::sleep_for(10ms);
}
"""


def cases():
    found = []
    for path in sorted(glob.glob(os.path.join(TESTS, "*", "*.cpp"))):
        with open(path) as file:
            if "// CHECK-FIXES" in file.read():
                found.append(Case(path))
    return found + [Case("together.cpp", TOGETHER)]


class Fixes(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="corolint-fixes-")
        self.addCleanup(directory.cleanup)
        self.directory = os.path.realpath(directory.name)
        self.cases = cases()
        self.assertGreater(len(self.cases), 2)

    # A project of copies.

    def name(self, case):
        return os.path.join(case.stem, "test.cpp")

    def project(self, way, texts=None):
        """Copies of all cases, in a directory of their own."""
        directory = os.path.join(self.directory, way)
        shutil.rmtree(directory, ignore_errors=True)
        entries = []
        for case in self.cases:
            path = os.path.join(directory, self.name(case))
            os.makedirs(os.path.dirname(path))
            with open(path, "w") as file:
                file.write(texts[case.stem] if texts else case.text)
            options = case.options.strip()[1:-1]
            with open(os.path.join(os.path.dirname(path), ".clang-tidy"), "w") as f:
                f.write("{Checks: '-*,coro-*'%s}\n" % (options and ", " + options))
            command = ["clang++", *case.flags, "-c", path]
            entries.append(
                {"directory": directory, "file": path, "arguments": command}
            )
        with open(os.path.join(directory, "compile_commands.json"), "w") as f:
            json.dump(entries, f)
        return directory

    def files(self, directory):
        return [os.path.join(directory, self.name(c)) for c in self.cases]

    def read(self, directory):
        texts = {}
        for case in self.cases:
            with open(os.path.join(directory, self.name(case))) as file:
                texts[case.stem] = file.read()
        return texts

    # The ways to fix.

    def run_tidy(self, command, directory, *options):
        result = hosts.run(
            [*command, "-p", directory, "-quiet", *options,
             *self.files(directory)])
        self.assertIn(result.returncode, (0, 1), result.stdout)
        self.assertNotIn(": error: ", result.stdout)
        return result.stdout

    def by_tidy(self, way, command, texts=None):
        directory = self.project(way, texts)
        self.run_tidy(command, directory, "-fix")
        return self.read(directory)

    def by_script(self):
        script = hosts.build.script("run-clang-tidy.py" if shutil.which(
            f"run-clang-tidy-{hosts.build.major}.py") else "run-clang-tidy")
        directory = self.project("run-clang-tidy")
        apply_tool = os.path.join(
            hosts.build.llvm_bin, "clang-apply-replacements")
        result = hosts.run(
            [script, "-p", directory, "-fix", "-quiet", "-j", "1",
             "-clang-tidy-binary", hosts.build.tidy,
             "-clang-apply-replacements-binary", apply_tool])
        self.assertNotIn("rror while", result.stdout)
        return self.read(directory)

    def by_editor(self):
        directory = self.project("editor")
        texts = {}
        with lsp.Session([hosts.build.clangd], directory) as session:
            for case in self.cases:
                session.open(self.name(case), case.text)
            for case in self.cases:
                edits = {}
                for found in session.diagnostics(self.name(case)):
                    if not str(found.get("code", "")).startswith("coro-"):
                        continue
                    for action in session.code_actions(self.name(case), found):
                        if action.get("kind") != "quickfix":
                            continue
                        [changes] = action["edit"]["changes"].values()
                        # A header that several fixes need is one edit.
                        edits.update((json.dumps(e), e) for e in changes)
                texts[case.stem] = apply(edits.values(), case.text)
        return texts

    # What is said of them.

    def findings(self, texts, way, *options):
        """By case, how often each thing is said, and the fixes."""
        directory = self.project(way, texts)
        said = {c.stem: collections.Counter() for c in self.cases}
        output = self.run_tidy([hosts.build.tidy], directory, *options)
        for stem, _, what in WARNING.findall(output):
            said[stem][what] += 1
        return said

    def offered(self, case, path, checks):
        """What is said with a fix; and the edits."""
        exported = os.path.join(self.directory, "fixes.yaml")
        if os.path.exists(exported):
            os.remove(exported)
        hosts.run([hosts.build.tidy, "-quiet", "-checks=-*," + checks,
                   "-config=" + case.options, "-export-fixes=" + exported,
                   path, "--", *case.flags])
        with open(exported) as file:
            diagnostics = file.read().split("  - DiagnosticName:")[1:]
        fixed, edits = collections.Counter(), set()
        for one in diagnostics:
            replacements = re.findall(
                r"Offset: +(\d+)\n +Length: +(\d+)\n"
                r" +ReplacementText: +(.*)", one)
            edits.update(replacements)
            if replacements:
                fixed[one.split("\n")[0].strip()] += 1
        return fixed, edits

    def test_every_fix_in_every_way(self):
        plugin = [hosts.build.stock_tidy, "--load=" + hosts.build.plugin]
        fixed = self.by_tidy("corolint-tidy", [hosts.build.tidy])
        ways = {
            "clang-tidy with the plugin": self.by_tidy("plugin", plugin),
            "run-clang-tidy": self.by_script(),
            "the editor": self.by_editor(),
        }
        for way, texts in ways.items():
            for case in self.cases:
                with self.subTest(way=way, case=case.stem):
                    self.assertEqual(fixed[case.stem], texts[case.stem])

        again = self.by_tidy("again", [hosts.build.tidy], fixed)
        before = self.findings(None, "before")
        after = self.findings(fixed, "after")
        for case in self.cases:
            with self.subTest(case=case.stem):
                self.assertNotEqual(fixed[case.stem], case.text)
                self.assertEqual(fixed[case.stem], again[case.stem])
                path = os.path.join(self.directory, "after", self.name(case))
                compiler = os.path.join(hosts.build.llvm_bin, "clang++")
                result = hosts.run(
                    [compiler, "-fsyntax-only", *case.flags, path])
                self.assertEqual(result.returncode, 0, result.stdout)

                path = os.path.join(self.directory, "before", self.name(case))
                _, own = self.offered(case, path, case.check)
                fixes, edits = self.offered(case, path, "coro-*")
                self.assertEqual(own - edits, set(), "lost with all checks on")
                # As many findings are gone as had a fix, and none is new.
                left, had = after[case.stem], before[case.stem]
                self.assertEqual(left - had, collections.Counter())
                self.assertEqual(
                    sum(had.values()) - sum(left.values()),
                    sum(fixes.values()))
                print(f"{case.stem}: {sum(fixes.values())} fixes, "
                      f"{sum(left.values())} findings without one", flush=True)


if __name__ == "__main__":
    hosts.main()
