# RUN: %python %s --compiler %clangxx --scratch %t
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Each program in detect/ makes one mistake. Built without optimisation, it has to
# be caught: by the detector that it names, with that one's exit status, at the
# line that it labels CAUSE. With this one detector switched off it runs through,
# and compiled with CURE it is clean. With clang the line is exact; g++ may give
# another one of the same statement, so there only the detector is looked at.

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

STATUS = {"blocked-worker": 101, "lock-across-suspension": 102,
          "dropped-task": 103, "moved-pinned": 104, "destroyed-pinned": 105,
          "awaited-twice": 106, "cancelled-in-loop": 107, "large-frame": 108,
          "leaked-frames": 109, "stall": 110}

PROJECT = """cmake_minimum_required(VERSION 3.20)
project(detectors LANGUAGES CXX)
add_subdirectory("{root}/runtime" moor EXCLUDE_FROM_ALL)
file(GLOB PROGRAMS "{here}/detect/*.cpp")
foreach(program IN LISTS PROGRAMS)
  get_filename_component(name "${{program}}" NAME_WE)
  foreach(kind mistake cure)
    add_executable(${{name}}-${{kind}} "${{program}}")
    target_link_libraries(${{name}}-${{kind}} PRIVATE moor::detecting)
  endforeach()
  target_compile_definitions(${{name}}-cure PRIVATE CURE)
endforeach()
"""


def run(*command, **more):
    result = subprocess.run(command, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, check=False,
                            timeout=1200, **more)
    return result.returncode, result.stdout


def build(compiler, where, project, *more):
    """Configures and builds the text of a CMake project."""
    os.makedirs(where, exist_ok=True)
    with open(where + "/CMakeLists.txt", "w", encoding="utf-8") as file:
        file.write(project)
    launcher = ("-DCMAKE_CXX_COMPILER_LAUNCHER=ccache",) if shutil.which("ccache") else ()
    for command in (
            ("cmake", "-S", where, "-B", where + "/build", "-G", "Ninja",
             "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O0 -g",
             "-DCMAKE_CXX_COMPILER=" + compiler) + launcher + more,
            ("cmake", "--build", where + "/build", "--", "-k", "0")):
        status, text = run(*command)
        if status:
            errors = [l for l in text.splitlines() if not l.startswith("[")]
            raise AssertionError("\n".join([" ".join(command)] + errors))
    return where + "/build/"


class Program:
    def __init__(self, path):
        self.path = path
        self.name = os.path.splitext(os.path.basename(path))[0]
        with open(path, encoding="utf-8") as file:
            self.lines = file.read().splitlines()
        self.detector = self.header("DETECTOR")
        self.options = self.header("OPTIONS")

    def header(self, key):
        for line in self.lines:
            found = re.match(r"// %s: (.*)" % key, line)
            if found:
                return found.group(1)
        return None

    def labelled(self, label):
        return [number for number, line in enumerate(self.lines, 1)
                if re.search(r"// %s\b" % label, line)]


class Detectors(unittest.TestCase):
    exact = True

    @classmethod
    def setUpClass(cls):
        cls.programs = [Program(p) for p in sorted(glob.glob(HERE + "/detect/*.cpp"))]
        cls.built = build(cls.compiler(), cls.scratch(),
                          PROJECT.format(root=ROOT, here=HERE))

    @classmethod
    def compiler(cls):
        return options.compiler

    @classmethod
    def scratch(cls):
        return os.path.join(options.scratch, "clang")

    def call(self, program, kind, *choice):
        words = list(choice) + ([program.options] if program.options else [])
        environment = dict(os.environ, MOOR_DETECTORS=",".join(words))
        return run(self.built + program.name + "-" + kind, env=environment)

    def each(self, test):
        for program in self.programs:
            with self.subTest(program.name):
                test(program)

    def test_each_mistake_is_caught_at_its_line(self):
        def test(p):
            status, text = self.call(p, "mistake")
            self.assertEqual(status, STATUS[p.detector], text)
            self.assertIn("[%s]" % p.detector, text)
            if not self.exact:
                return
            for line in p.labelled("CAUSE"):
                self.assertRegex(text, r"\A[^\n]*/%s\.cpp:%d: moor: " %
                                 (p.name, line))
            for label, said in (("EFFECT", ""), ("AWAITED", "awaited here")):
                for line in p.labelled(label):
                    self.assertRegex(text, r"/%s\.cpp:%d: note: %s" %
                                     (p.name, line, said))
        self.each(test)

    def test_it_alone_is_enough(self):
        def test(p):
            status, text = self.call(p, "mistake", p.detector)
            self.assertEqual(status, STATUS[p.detector], text)
        self.each(test)

    def test_without_that_detector_it_runs_through(self):
        def test(p):
            status, text = self.call(p, "mistake", "-" + p.detector)
            self.assertEqual((status, text.replace("text\n", "")), (0, ""))
        self.each(test)

    def test_cured_it_is_clean(self):
        def test(p):
            status, text = self.call(p, "cure")
            self.assertEqual((status, text.replace("text\n", "")), (0, ""))
        self.each(test)

    def test_every_detector_has_a_program(self):
        self.assertEqual({p.detector for p in self.programs}, set(STATUS))


class WithGcc(Detectors):
    exact = False

    @classmethod
    def compiler(cls):
        return "g++"

    @classmethod
    def scratch(cls):
        return os.path.join(options.scratch, "gcc")


class Options(unittest.TestCase):
    """What MOOR_DETECTORS may say, by the program blocked_sleep."""

    @classmethod
    def setUpClass(cls):
        Detectors.setUpClass()
        cls.program = Detectors.built + "blocked_sleep-mistake"

    def status(self, choice):
        return run(self.program, env=dict(os.environ, MOOR_DETECTORS=choice))

    def test_words_are_read_from_left_to_right(self):
        for choice, caught in (("", True), ("all", True), ("none", False),
                               ("blocked-worker", True), ("stall", False),
                               ("none,blocked-worker", True),
                               ("-stall,-dropped-task", True),
                               ("all,-blocked-worker", False),
                               ("stall,blocked-worker", True),
                               ("stall-ms=1000,stall", False),
                               ("frame-limit=1000000", True)):
            status, text = self.status(choice)
            self.assertEqual(status, 101 if caught else 0, choice + "\n" + text)

    def test_on_report(self):
        self.assertEqual(self.status("on-report=exit")[0], 101)
        self.assertEqual(self.status("on-report=abort")[0], -6)
        status, text = self.status("on-report=continue")
        self.assertEqual(status, 0)
        self.assertIn("[blocked-worker]", text)

    def test_what_makes_no_sense_is_one_clear_error(self):
        for choice in ("blocked", "-", "all;none", "frame-limit=", "stall-ms=x",
                       "cancel-limit=0", "frame-limit=-1", "on-report=exi",
                       "on-report=", "all,,none", "ALL"):
            status, text = self.status(choice)
            self.assertEqual(status, 100, choice + "\n" + text)
            self.assertEqual(len(text.splitlines()), 1, text)
            self.assertIn("MOOR_DETECTORS: '", text)
            for allowed in ("on-report=continue", "frame-limit=N", *STATUS):
                self.assertIn(allowed, text)


class SelfTest(unittest.TestCase):
    """detect::self_test() finds what is dead, and so does the program's start."""

    PROJECT = """cmake_minimum_required(VERSION 3.20)
project(self_test LANGUAGES CXX)
add_subdirectory("{root}/runtime" moor EXCLUDE_FROM_ALL)
file(WRITE "${{PROJECT_BINARY_DIR}}/main.cpp" [[
#include <moor/detect.h>
int main() {{ return moor::detect::self_test() ? 0 : 1; }}
]])
file(WRITE "${{PROJECT_BINARY_DIR}}/hide" "{{ global: main; local: *; }};")
foreach(name alive hidden)
  add_executable(${{name}} "${{PROJECT_BINARY_DIR}}/main.cpp")
  target_link_libraries(${{name}} PRIVATE moor::detecting)
endforeach()
target_link_options(hidden PRIVATE
  "-Wl,--version-script=${{PROJECT_BINARY_DIR}}/hide")
"""

    @classmethod
    def setUpClass(cls):
        cls.built = build(options.compiler,
                          os.path.join(options.scratch, "self-test"),
                          cls.PROJECT.format(root=ROOT))

    def test_alive(self):
        self.assertEqual(run(self.built + "alive"), (0, ""))

    def test_whatever_was_chosen(self):
        self.assertEqual(run(self.built + "alive", env=dict(
            os.environ, MOOR_DETECTORS="none")), (0, ""))

    def test_hidden_from_the_shared_libraries(self):
        status, text = run(self.built + "hidden")
        self.assertEqual(status, 1)
        self.assertIn("are dead", text.splitlines()[0])
        self.assertIn("not interposed for shared libraries", text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--scratch", required=True)
    options, rest = parser.parse_known_args()
    unittest.main(argv=sys.argv[:1] + rest)
