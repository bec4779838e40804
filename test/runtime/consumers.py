# RUN: %python %s --compiler %clangxx --scratch %t
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# moor is used by add_subdirectory, and by find_package after it was installed and
# moved; neither needs LLVM. Both with this build's compiler and with g++.

import argparse
import os
import shutil
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

PROJECT = """cmake_minimum_required(VERSION 3.20)
project(consumer LANGUAGES CXX)
%s
add_executable(hello "%s/runtime/examples/hello.cpp")
target_link_libraries(hello PRIVATE moor::moor)
"""


def run(*command):
    result = subprocess.run(command, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, check=False)
    if result.returncode:
        raise AssertionError("%s\n%s" % (" ".join(command), result.stdout))
    return result.stdout


class Consumers(unittest.TestCase):
    def build(self, where, compiler, *more):
        # As on a machine where there is no LLVM to be found.
        run("cmake", "-S", where, "-B", where + "/build", "-G", "Ninja",
            "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_COMPILER=" + compiler,
            "-DCMAKE_DISABLE_FIND_PACKAGE_LLVM=ON",
            "-DCMAKE_DISABLE_FIND_PACKAGE_Clang=ON", *more)
        run("cmake", "--build", where + "/build")

    def consumer(self, name, how):
        where = os.path.join(options.scratch, name)
        shutil.rmtree(where, ignore_errors=True)
        os.makedirs(where)
        with open(where + "/CMakeLists.txt", "w", encoding="utf-8") as file:
            file.write(PROJECT % (how, ROOT))
        return where

    def test_add_subdirectory(self):
        where = self.consumer(
            "subdirectory", 'add_subdirectory("%s/runtime" moor)' % ROOT)
        self.build(where, "g++")
        self.assertEqual(run(where + "/build/hello"), "hello, world\n")

    def test_find_package(self):
        built = os.path.join(options.scratch, "built")
        shutil.rmtree(built, ignore_errors=True)
        shutil.copytree(os.path.join(ROOT, "runtime"), built)
        self.build(built, options.compiler)
        first = os.path.join(options.scratch, "installed")
        moved = os.path.join(options.scratch, "moved here")
        for directory in (first, moved):
            shutil.rmtree(directory, ignore_errors=True)
        run("cmake", "--install", built + "/build", "--prefix", first)
        os.rename(first, moved)
        shutil.rmtree(built)
        for header in ("moor/task.h", "moor/detail/wait.h", "corolint/annotations.h"):
            self.assertTrue(os.path.exists(os.path.join(moved, "include", header)))

        where = self.consumer("package", "find_package(moor 0.1 REQUIRED)")
        self.build(where, options.compiler, "-DCMAKE_PREFIX_PATH=" + moved)
        self.assertEqual(run(where + "/build/hello"), "hello, world\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--scratch", required=True)
    options, rest = parser.parse_known_args()
    unittest.main(argv=sys.argv[:1] + rest)
