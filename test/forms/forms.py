# RUN: %python %s --build %build
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The forms of Inputs/forms.cpp, with the real headers of each library, with and
# without the models, and without the coroutine keywords: the same ids are found
# everywhere, but for what the tables below give reasons for.

import argparse
import glob
import os
import re
import subprocess
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
INPUTS = os.path.join(HERE, "Inputs")

CHECKS = {"discard": "coro-discarded-task", "blocking": "coro-blocking-call",
          "lock": "coro-lock-across-suspension",
          "twice": "coro-task-consumed-twice", "pinned": "coro-moved-pinned"}
FORM = re.compile(r"^// (loud|silent)(?:\[([a-z,]+)\])?: (([a-z]+)/[a-z-]+)$")
FINDING = re.compile(r"forms\.cpp:(\d+):\d+: warning: .* \[([\w,-]+)\]$", re.M)


def qt():
    """Qt's folders of headers, which lie below the machine's name."""
    found = glob.glob("/usr/include/*/qt6") or glob.glob("/usr/include/qt6")
    return [x for top in found for x in
            (top, top + "/QtCore", top + "/QtNetwork")] + [
        "/usr/include/qcoro6", "/usr/include/qcoro6/QCoro",
        "/usr/include/qcoro6/qcoro"]


LIBRARIES = {
    "moor": {"headers": [os.path.join(ROOT, "runtime", "include")]},
    "boost": {"headers": []},  # in /usr/include
    "qcoro": {"headers": qt()},
    "unknown": {"headers": []},
}

# The forms that a library has no words for, with their twins, and why. Its header
# does not define their macro.
ABSENT = {
    "moor": {
        "discard/operation": "all of its operations are awaiters",
        "blocking/posted": "a task is spawned, not posted",
    },
    "boost": {
        "discard/guard": "it has no mutex",
        "lock/async-mutex": "it has no mutex",
        "discard/awaiter": "its awaiters are its own business",
        "discard/async-generator": "it has no generator",
        "blocking/await-ready": "it takes no awaiters of others",
    },
    "qcoro": {
        "discard/guard": "it has no mutex",
        "lock/async-mutex": "it has no mutex",
        "discard/awaiter": "its tasks are what it gives to await",
        "discard/operation": "nothing of it is lazy",
    },
    "unknown": {
        "discard/operation": "a model says what is one",
        "blocking/posted": "a model says what posts",
        "blocking/bridge": "a model says what runs a task",
        "blocking/only-run": "a model says what runs a task",
        "blocking/runner": "a model says what runs a task",
    },
}

# What a library's own headers say, by corolint/annotations.h.
ANNOTATED = {"moor": {"blocking/bridge"}}

# Where dropping a task loses nothing, so that what is marked "loses" is silent:
# QCoro's tasks run at once, and go on.
FREE = {"qcoro"}


def functions(text):
    """(first line, loudness, condition, id, check) in the order of lines."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        match = FORM.match(line)
        if match:
            found.append((number, match[1], (match[2] or "").split(","), match[3],
                          CHECKS[match[4]]))
    return found


def compiler():
    with open(os.path.join(options.build, "CMakeCache.txt")) as cache:
        return re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", cache.read(), re.M)[1]


def compiled(text, library):
    """The numbers of the lines that the compiler sees."""
    done = subprocess.run(
        [compiler(), *flags(library), "-E",
         os.path.join(INPUTS, "forms.cpp")], text=True, check=True,
        stdout=subprocess.PIPE)
    lines, here, number = set(), False, 0
    for line in done.stdout.splitlines():
        marker = re.match(r'# (\d+) "([^"]*)"', line)
        if marker:
            here = marker[2].endswith("/forms.cpp")
            number = int(marker[1])
            continue
        if here and line.strip():
            lines.add(number)
        number += 1
    return lines


def flags(library):
    macros = ['-DLIBRARY="%s.h"' % library]
    if library == "plain":
        macros.append("-DPLAIN")
    if library in ("moor", "qcoro", "unknown"):
        macros.append("-DASYNC_GENERATOR")
    return ["-std=c++20", "-fPIC", "-w", *macros, "-I" + INPUTS,
            "-isystem" + os.path.join(ROOT, "runtime", "include"),
            *("-isystem" + h for h in
              LIBRARIES.get(library, {"headers": []})["headers"])]


class Forms(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        with open(os.path.join(INPUTS, "forms.cpp"), encoding="utf-8") as file:
            cls.text = file.read()
        cls.forms = functions(cls.text)

    def need(self, library):
        for folder in LIBRARIES[library]["headers"]:
            if not os.path.isdir(folder):
                self.skipTest("no " + folder)

    def findings(self, library, models=True):
        """The ids in the file for the library, and the checks that speak there."""
        environment = dict(os.environ)
        if not models:
            environment["CORO_MODELS"] = "none"
        done = subprocess.run(
            [os.path.join(options.build, "bin", "corolint-tidy"), "-quiet",
             "-checks=-*,coro-*", "-config={}", "-header-filter=forms.cpp",
             os.path.join(INPUTS, "forms.cpp"), "--", *flags(library)],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=environment, timeout=600)
        self.assertNotIn("error:", done.stdout, library)
        self.assertEqual(done.returncode, 0, done.stderr)
        seen = compiled(self.text, library)
        if library != "plain":
            gone = {form[3] for form in self.forms if form[0] + 1 not in seen}
            self.assertEqual(gone, {
                form[3] for form in self.forms for id in ABSENT[library]
                if re.match(id + r"(-\w+)*$", form[3])})
        found = {form[3]: set() for form in self.forms if form[0] + 1 in seen}
        for line, check in FINDING.findall(done.stdout):
            owner = [f for f in self.forms if f[0] < int(line)]
            self.assertTrue(owner, done.stdout)
            found[owner[-1][3]].add(check)
        return found

    def compare(self, found, loud):
        """Only what differs, for people to read."""
        expected = {form[3]: {form[4]}
                    if form[1] == "loud" and loud(form) else set()
                    for form in self.forms if form[3] in found}
        self.assertEqual(
            {id: sorted(found[id]) for id in found if found[id] != expected[id]},
            {id: sorted(expected[id]) for id in found
             if found[id] != expected[id]})

    def test_ids(self):
        ids = [form[3] for form in self.forms]
        self.assertEqual(sorted(ids), sorted(set(ids)))
        for check in CHECKS:
            mine = [f for f in self.forms if f[4] == CHECKS[check]]
            self.assertTrue(any(f[1] == "loud" for f in mine))
            self.assertTrue(any(f[1] == "silent" for f in mine))

    def test_libraries(self):
        for library in LIBRARIES:
            with self.subTest(library=library):
                self.need(library)
                found = self.findings(library)
                self.compare(found, lambda form: not (
                    "loses" in form[2] and library in FREE))

    def test_models_off(self):
        """What blocks is known from models alone; the rest shows."""
        for library in LIBRARIES:
            with self.subTest(library=library):
                self.need(library)
                found = self.findings(library, models=False)
                self.compare(found, lambda form: (
                    "known" not in form[2] or
                    form[3] in ANNOTATED.get(library, ())) and not (
                    "loses" in form[2] and library in FREE))

    def test_no_coroutines(self):
        found = self.findings("plain")
        self.compare(found, lambda form: False)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "llvm-22"))
    options, rest = parser.parse_known_args()
    options.build = os.path.abspath(options.build)
    unittest.main(argv=["forms.py"] + rest)
