# RUN: %python %s --build %build
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# tools/dev new-check makes the four places of a check, which are what the
# repository asks of one, and which compile.

import json
import os
import shlex
import shutil
import subprocess
import sys
import unittest

import hosts

SENTENCE = "Finds coroutines that share a frame."


class NewCheck(hosts.Project):
    def setUp(self):
        super().setUp()
        self.root = os.path.join(self.directory, "source")
        for part in ("checks", "docs/checks", "test/checks", "test/repo",
                     "tools"):
            shutil.copytree(os.path.join(hosts.ROOT, part),
                            os.path.join(self.root, part),
                            ignore=shutil.ignore_patterns("__pycache__"))

    def new_check(self, *arguments):
        return self.run(os.path.join(self.root, "tools", "dev"), "new-check",
                        *arguments)

    def files(self):
        return {os.path.join(d, f): os.path.getsize(os.path.join(d, f))
                for d, _, fs in os.walk(self.root) for f in fs}

    def test_is_complete(self):
        before = self.files()
        made = self.new_check("shared-frame", SENTENCE)
        self.assertEqual(made.returncode, 0, made.stdout)
        after = self.files()
        places = ["checks/Checks.def", "checks/SharedFrameCheck.cpp",
                  "docs/checks/shared-frame.md", "test/checks/shared-frame.cpp"]
        self.assertEqual(sorted(made.stdout.split()), places)
        self.assertEqual(
            sorted(os.path.relpath(p, self.root) for p in after
                   if after[p] != before.get(p)), places)
        # Without test_options, which asks a build.
        asked = ["ChecksAreComplete.test_" + what for what in
                 ("test", "page", "first_sentence", "nothing_is_left_over",
                  "ids_are_unique")]
        done = self.run(sys.executable, os.path.join(
            self.root, "test", "repo", "checks_are_complete.py"), *asked)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_compiles(self):
        made = self.new_check("coro-shared-frame", SENTENCE)
        self.assertEqual(made.returncode, 0, made.stdout)
        like = os.path.join(hosts.ROOT, "checks", "DiscardedTaskCheck.cpp")
        with open(os.path.join(hosts.build.directory,
                               "compile_commands.json")) as file:
            entry = next(e for e in json.load(file)
                         if os.path.realpath(e["file"]) == like)
        words = shlex.split(entry["command"])
        if os.path.basename(words[0]) == "ccache":
            del words[0]
        words = words[:words.index("-o")]
        words = [w.replace(os.path.join(hosts.ROOT, "checks"),
                           os.path.join(self.root, "checks")) for w in words]
        done = subprocess.run(
            words + ["-fsyntax-only",
                     os.path.join(self.root, "checks", "SharedFrameCheck.cpp")],
            cwd=entry["directory"], text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=600)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_refuses(self):
        before = self.files()
        for arguments, reason in (
                ((), "takes a name"),
                (("shared-frame",), "takes a name"),
                (("SharedFrame", SENTENCE), "is no name"),
                (("shared-frame", "finds frames"), "begins with a capital"),
                (("discarded-task", SENTENCE), "is there already")):
            made = self.new_check(*arguments)
            self.assertEqual(made.returncode, 1, made.stdout)
            self.assertIn(reason, made.stdout)
        self.assertEqual(self.files(), before)


if __name__ == "__main__":
    hosts.main()
