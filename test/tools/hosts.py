# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# What the tests of the plugin and the two binaries share: which build is
# tested, the LLVM that it is for, and a project to try them on.
#
#   python3 test/tools/plugin_loads.py [--build build/llvm-19] [TEST...]
#
# Needs Python's standard library only.

import argparse
import glob
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

CHECK = "coro-lock-across-suspension"

# A coroutine that anybody would call wrong, and the line that says so. It needs
# the library's headers and a builtin one.
SERVICE = """\
#include <coroutine>
#include <mutex>
#include <stddef.h>

struct task {
  struct promise_type {
    task get_return_object() { return {}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};

std::mutex mu;

task held() {
  std::lock_guard<std::mutex> guard(mu);
  co_await std::suspend_always{};
}
"""
FLAGS = ["-std=c++20"]


class Build:
    """A build tree, or a prefix into which one was installed."""

    def __init__(self, directory, major, llvm_bin):
        self.directory = directory
        self.major = major
        self.llvm_bin = llvm_bin
        self.plugin = os.path.join(directory, "lib", "corolint.so")
        self.tidy = os.path.join(directory, "bin", "corolint-tidy")
        self.clangd = os.path.join(directory, "bin", "corolint-clangd")
        self.stock_tidy = os.path.join(llvm_bin, "clang-tidy")

    @staticmethod
    def at(directory):
        directory = os.path.abspath(directory)
        with open(os.path.join(directory, "CMakeCache.txt")) as cache:
            llvm_cmake = re.search(r"^LLVM_DIR:\w+=(.*)$", cache.read(), re.M).group(1)
        llvm_bin = os.path.normpath(os.path.join(llvm_cmake, "../../../bin"))
        version = run([os.path.join(llvm_bin, "llvm-config"), "--version"]).stdout
        return Build(directory, version.split(".")[0], llvm_bin)

    def installed(self, prefix, *options):
        """This build, installed there; `options` are of `cmake --install`."""
        run(["cmake", "--install", self.directory, "--prefix", prefix, *options], check=True)
        return Build(prefix, self.major, self.llvm_bin)

    def script(self, name):
        """A script of the same LLVM, as Debian names it: run-clang-tidy-22."""
        stem, suffix = os.path.splitext(name)
        for candidate in f"{stem}-{self.major}{suffix}", f"{name}-{self.major}":
            if shutil.which(candidate):
                return candidate
        raise unittest.SkipTest(f"no {name} of LLVM {self.major}")

    def siblings(self):
        """The builds for other majors that are there already."""
        others = glob.glob(os.path.join(ROOT, "build", "llvm-*", "lib", "corolint.so"))
        builds = [Build.at(os.path.dirname(os.path.dirname(o))) for o in others]
        return [b for b in builds if b.major != self.major]


build = None  # set by main()


def run(command, **options):
    """Like subprocess.run; standard error is in the output, as a user sees it."""
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.STDOUT)
    return subprocess.run(command, text=True, **options)


def other_hosts():
    """(major, path) of each clang-tidy here that is not of the build's LLVM."""
    for major in range(10, 40):
        path = shutil.which(f"clang-tidy-{major}")
        if path and str(major) != build.major:
            yield str(major), path


class Project(unittest.TestCase):
    """A directory with service.cpp, a compilation database and .clang-tidy."""

    maxDiff = None

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="corolint test ")
        self.addCleanup(directory.cleanup)
        self.directory = os.path.realpath(directory.name)
        self.service = self.write("service.cpp", SERVICE)
        self.write(".clang-tidy", "Checks: '-*,coro-*'\n")
        self.compile_database(self.service)

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        return path

    def compile_database(self, *files):
        entries = [
            {
                "directory": self.directory,
                "file": file,
                "arguments": ["clang++", *FLAGS, "-c", file],
            }
            for file in files
        ]
        self.write("compile_commands.json", json.dumps(entries))

    def run(self, *arguments, **options):
        if not arguments or isinstance(arguments[0], unittest.TestResult):
            return super().run(*arguments)
        options.setdefault("cwd", self.directory)
        return run(list(arguments), **options)

    def assertFound(self, result):
        self.assertIn(f"[{CHECK}]", result.stdout)
        self.assertRegex(result.stdout, r"service\.cpp:\d+:\d+: warning: coroutine may suspend")

    def assertRefused(self, result, *majors):
        """It ended with 3, named these versions, and found nothing."""
        self.assertEqual(result.returncode, 3, result.stdout)
        self.assertSaysVersions(result, *majors)

    def assertSaysVersions(self, result, *majors):
        for major in majors:
            self.assertRegex(result.stdout, rf"corolint: .*(LLVM|version) {major}\b")
        self.assertNotIn("coroutine may suspend", result.stdout)


def main():
    global build
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "llvm-22"))
    options, rest = parser.parse_known_args()
    build = Build.at(options.build)
    unittest.main(module="__main__", argv=["", *rest], verbosity=2)
