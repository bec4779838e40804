# RUN: %python %s --compiler %clangxx --scratch %t
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# libmoor-preload.so finds a coroutine that blocks in programs that do not use
# moor, and says nothing of what may block. The programs are in preload/.

import argparse
import os
import sys
import unittest

import detectors
from detectors import HERE, ROOT, Program, build, run

PROJECT = """cmake_minimum_required(VERSION 3.20)
project(preload LANGUAGES CXX)
set(CMAKE_CXX_STANDARD 20)
find_package(Threads REQUIRED)
add_subdirectory("{root}/runtime" moor EXCLUDE_FROM_ALL)
add_executable(generator "{here}/preload/generator.cpp")
target_link_libraries(generator PRIVATE Threads::Threads)
add_dependencies(generator moor-preload)
include(CheckIncludeFileCXX)
check_include_file_cxx(asio.hpp ASIO)
if(ASIO)
  add_executable(asio "{here}/preload/asio.cpp")
  target_link_libraries(asio PRIVATE Threads::Threads)
  # asio 1.22 does not know that clang has coroutines.
  target_compile_definitions(asio PRIVATE ASIO_HAS_CO_AWAIT ASIO_HAS_STD_COROUTINE)
endif()
"""


class WithClang(unittest.TestCase):
    @classmethod
    def compiler(cls):
        return options.compiler, "clang"

    @classmethod
    def setUpClass(cls):
        compiler, name = cls.compiler()
        cls.built = build(compiler, os.path.join(options.scratch, name),
                          PROJECT.format(root=ROOT, here=HERE))

    def call(self, program, *words, **environment):
        return run(self.built + program, *words, env=dict(
            os.environ, LD_PRELOAD=self.built + "moor/libmoor-preload.so",
            **environment))

    def is_caught(self, program, word, label):
        status, text = self.call(program, word)
        self.assertEqual(status, 101, text)
        line, = Program(HERE + "/preload/%s.cpp" % program).labelled(label)
        self.assertRegex(text, r"\A[^\n]*/%s\.cpp:%d: moor: .*nanosleep.*"
                         r"\[blocked-worker\]" % (program, line))
        return text

    def is_clean(self, program, *words, **environment):
        self.assertEqual(self.call(program, *words, **environment), (0, ""))

    def with_asio(self):
        if not os.path.exists(self.built + "asio"):
            self.skipTest("there is no asio")

    def test_asio_sleep(self):
        self.with_asio()
        self.is_caught("asio", "sleep", "SLEEP")

    def test_asio_sleep_in_a_helper(self):
        self.with_asio()
        text = self.is_caught("asio", "helper", "HELPER")
        self.assertRegex(text, r"asio\.cpp:\d+: note: called here")

    def test_asio_timer(self):
        self.with_asio()
        self.is_clean("asio", "timer")

    def test_switched_off(self):
        self.with_asio()
        self.is_clean("asio", "sleep", MOOR_DETECTORS="none")
        self.assertEqual(
            self.call("asio", "sleep", MOOR_DETECTORS="on-report=continue")[0], 0)

    def test_a_generator_may_block(self):
        self.is_clean("generator")

    def test_unless_a_task_asks_it(self):
        self.is_caught("generator", "task", "IN_A_TASK")

    def test_programs_without_coroutines(self):
        for command in (("sleep", "0.01"), ("sh", "-c", "sleep 0.01; echo a | cat"),
                        (sys.executable, "-c", "import time; time.sleep(0.01)")):
            self.assertEqual(run(*command, env=dict(
                os.environ, LD_PRELOAD=self.built + "moor/libmoor-preload.so"))[0], 0)


class WithGcc(WithClang):
    @classmethod
    def compiler(cls):
        return "g++", "gcc"


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--scratch", required=True)
    options, rest = parser.parse_known_args()
    detectors.options = options
    unittest.main(argv=sys.argv[:1] + rest)
