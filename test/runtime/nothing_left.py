# RUN: %python %s --compiler %clangxx --scratch %t
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Without MOOR_DETECT nothing is left of the detectors. Compared is the code of
# moor and of a program with that of a copy of the sources from which every
# MOOR_DETECTS(…), every #if MOOR_DETECT and trace.h itself has been removed, as
# text. And code that was compiled with the detectors does not link with code
# that was not.

import argparse
import glob
import os
import re
import shutil
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
RUNTIME = ROOT + "/runtime"

PROGRAM = """
#include <moor/detect.h>
#include <moor/event.h>
#include <moor/event_loop.h>
#include <moor/mutex.h>
#include <moor/nursery.h>
#include <moor/timer.h>
#include <moor/when_all.h>
#include <cstdio>

moor::mutex mutex;
moor::task<int> part(int n) {
  auto guard = co_await mutex.lock();
  co_await moor::sleep_for(std::chrono::milliseconds(n));
  co_return n;
}
moor::task<> set(moor::event &ready) {
  ready.set();
  co_return;
}
moor::task<int> whole() {
  moor::event ready;
  co_await moor::with_nursery([&](moor::nursery &n) -> moor::task<> {
    n.spawn(set(ready));
    co_await ready;
  });
  auto [a, b] = co_await moor::when_all(part(1), part(2));
  auto [c, d] = co_await moor::when_any(part(1), part(1));
  co_return a + b + c.value_or(0) + d.value_or(0);
}
int main() {
  std::printf("%d %d\\n", moor::run(whole()),
              int(sizeof(moor::task<int>::promise_type) + sizeof(moor::context) +
                  sizeof(moor::task<int>)));
}
"""


def run(*command, **more):
    result = subprocess.run(command, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, check=False, **more)
    return result.returncode, result.stdout


def run_or_fail(*command, **more):
    status, text = run(*command, **more)
    if status:
        raise AssertionError(" ".join(command) + "\n" + text)
    return text


def without_calls(text, name):
    """Removes name(…), parentheses matched."""
    out, at = "", 0
    for found in re.finditer(r"\b%s\(" % name, text):
        if found.start() < at:
            continue
        out += text[at:found.start()]
        depth, end = 1, found.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        at = end
    return out + text[at:]


def without_hooks(text):
    lines, skipping = [], []  # of each open #if: None, or whether it is skipped
    for line in text.splitlines():
        word = line.strip()
        if re.match(r"#\s*if\s+MOOR_DETECT$", word):
            skipping.append(True)
        elif re.match(r"#\s*if", word):
            skipping.append(None)
            if not any(skipping[:-1]):
                lines.append(line)
        elif re.match(r"#\s*else", word) and skipping[-1] is not None:
            skipping[-1] = not skipping[-1]
        elif re.match(r"#\s*endif", word):
            ours = skipping.pop() is not None
            if not ours and not any(skipping):
                lines.append(line)
        elif not any(skipping) and "detail/trace.h" not in word:
            lines.append(line)
    return without_calls("\n".join(lines), "MOOR_DETECTS")


def strip_copy(where):
    shutil.rmtree(where, ignore_errors=True)
    for directory in ("include", "src"):
        for path in glob.glob(RUNTIME + "/" + directory + "/**/*.*", recursive=True):
            name = os.path.relpath(path, RUNTIME)
            base = os.path.basename(name)
            if base == "trace.h" or name.startswith("src/detect"):
                continue
            with open(path, encoding="utf-8") as file:
                text = file.read()
            if base not in ("config.h", "detect.h", "frame_pool.h"):
                text = without_hooks(text)
                if "MOOR_DETECT" in re.sub("//.*", "", text):
                    raise AssertionError("a hook is left in " + name)
            elif base == "detect.h":
                text = text.replace("#include <moor/detail/trace.h>",
                                    "#include <moor/detail/config.h>")
            os.makedirs(os.path.dirname(where + "/" + name), exist_ok=True)
            with open(where + "/" + name, "w", encoding="utf-8") as file:
                file.write(text)


class NothingLeft(unittest.TestCase):
    """With -O0, where a call of an empty function would be a call."""

    @classmethod
    def setUpClass(cls):
        cls.scratch = options.scratch
        os.makedirs(cls.scratch, exist_ok=True)
        cls.stripped = cls.scratch + "/stripped"
        strip_copy(cls.stripped)
        cls.program = cls.scratch + "/program.cpp"
        with open(cls.program, "w", encoding="utf-8") as file:
            file.write(PROGRAM)

    def compile(self, compiler, root, source, to, *flags):
        # Assertions would name lines, which are others in the copy.
        run_or_fail(*compiler.split(), "-std=c++20", "-DNDEBUG", *flags, "-I",
                    root + "/include", "-c", source, "-o", to)
        return to

    def code(self, path):
        """What is disassembled, without addresses of files."""
        text = run_or_fail("objdump", "-d", "-r", "-C", "--no-show-raw-insn", path)
        return text.splitlines()[3:]

    def test_same_code(self):
        sources = [os.path.relpath(s, RUNTIME) for s in glob.glob(RUNTIME + "/src/*.cpp")
                   if not os.path.basename(s).startswith("detect")]
        self.assertGreater(len(sources), 5)
        for compiler in (options.compiler + " -O0", "g++ -O1"):
            for source in sources + [None]:
                with self.subTest(compiler + " " + str(source)):
                    pair = []
                    for root, name in ((RUNTIME, "with.o"), (self.stripped, "without.o")):
                        path = root + "/" + source if source else self.program
                        pair.append(self.code(self.compile(
                            compiler, root, path, self.scratch + "/" + name)))
                    self.assertEqual(pair[0], pair[1])

    def test_no_symbols(self):
        path = self.compile(options.compiler + " -O0", RUNTIME, self.program,
                            self.scratch + "/with.o")
        symbols = run_or_fail("nm", "-C", path)
        self.assertIn("moor::plain::task", symbols)
        for word in ("trace", "detect::", "detecting", "operation_trace",
                     "running_scope", "report_", "source_location"):
            self.assertNotIn(word, symbols)

    def test_the_comparison_can_fail(self):
        """With the detectors, the code is another one."""
        plain = self.compile(options.compiler + " -O0", RUNTIME, self.program,
                             self.scratch + "/plain.o")
        detecting = self.compile(options.compiler + " -O0", RUNTIME, self.program,
                                 self.scratch + "/detecting.o", "-DMOOR_DETECT=1")
        self.assertNotEqual(self.code(plain), self.code(detecting))
        self.assertIn("promise_trace", run_or_fail("nm", "-C", detecting))

    def test_mixtures_do_not_link(self):
        objects = {}
        for kind, flag in (("plain", 0), ("detecting", 1)):
            objects[kind] = [self.compile(
                options.compiler + " -O0", RUNTIME, source,
                "%s/%s-%s.o" % (self.scratch, kind, os.path.basename(source)),
                "-DMOOR_DETECT=%d" % flag)
                for source in glob.glob(RUNTIME + "/src/*.cpp") + [self.program]]
        out = self.scratch + "/linked"
        link = options.compiler.split() + ["-pthread", "-o", out]
        for kind in ("plain", "detecting"):
            run_or_fail(*link, *objects[kind])
            # 1 + 2, and 1 of the first to end, or of both; whatever the sizes.
            self.assertRegex(run_or_fail(out), r"\A[45] \d+\n\Z")
        for ours, theirs in (("plain", "detecting"), ("detecting", "plain")):
            status, text = run(*link, objects[ours][-1], *objects[theirs][:-1])
            self.assertNotEqual(status, 0)
            self.assertIn("moor::%s::" % ours, text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--scratch", required=True)
    options, rest = parser.parse_known_args()
    unittest.main(argv=sys.argv[:1] + rest)
