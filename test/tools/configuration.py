# RUN: %python %s --build %build
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# A build that could not work is refused when it is configured, with one message
# that says what to do.

import os
import re
import shutil
import unittest

import hosts


class Configuration(hosts.Project):
    def configure(self, compiler):
        with open(os.path.join(hosts.build.directory, "CMakeCache.txt")) as c:
            cache = c.read()
        found = [
            "-D" + re.search(rf"^{name}:\w+=.*$", cache, re.M).group(0)
            for name in ("LLVM_DIR", "Clang_DIR")
        ]
        return self.run(
            "cmake", "-S", hosts.ROOT, "-B", self.directory + "/build",
            "-G", "Ninja", "-DCMAKE_CXX_COMPILER=" + compiler, *found,
        )  # fmt: skip

    def assertSaysWhatToDo(self, result):
        self.assertNotEqual(result.returncode, 0, result.stdout)
        self.assertEqual(result.stdout.count("CMake Error"), 1, result.stdout)
        said = " ".join(result.stdout.split())
        self.assertIn(f"needs clang++-{hosts.build.major}", said)
        self.assertIn(f"tools/dev build --llvm {hosts.build.major}", said)

    @unittest.skipUnless(shutil.which("g++"), "no g++ here")
    def test_another_compiler(self):
        result = self.configure("g++")
        self.assertSaysWhatToDo(result)
        self.assertIn("GNU", result.stdout)

    def test_clang_of_another_llvm(self):
        others = [m for m in range(10, 40) if str(m) != hosts.build.major]
        others = [c for m in others if (c := shutil.which(f"clang++-{m}"))]
        if not others:
            self.skipTest("no other clang++ here")
        for compiler in others:
            shutil.rmtree(self.directory + "/build", ignore_errors=True)
            self.assertSaysWhatToDo(self.configure(compiler))


class ToolsDev(hosts.Project):
    def dev(self, *arguments):
        return self.run(os.path.join(hosts.ROOT, "tools", "dev"), *arguments)

    def test_lists_its_commands(self):
        listed = self.dev()
        self.assertEqual(listed.returncode, 0, listed.stdout)
        commands = os.path.join(hosts.ROOT, "tools", "dev-commands")
        for command in ["build", *os.listdir(commands)]:
            if command == "build" or os.access(f"{commands}/{command}", os.X_OK):
                self.assertRegex(listed.stdout, rf"tools/dev {command}\b.*\S\n")

    def test_unknown_command(self):
        result = self.dev("frobnicate")
        self.assertEqual(result.returncode, 2)
        self.assertIn("no such command: frobnicate", result.stdout)

    def test_llvm_that_is_not_here(self):
        result = self.dev("build", "--llvm", "99")
        self.assertEqual(result.returncode, 2)
        self.assertIn("clang-99 libclang-99-dev llvm-99-dev", result.stdout)


if __name__ == "__main__":
    hosts.main()
