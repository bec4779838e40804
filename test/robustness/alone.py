# RUN: %python %s --build %build
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# What is said of a function does not depend on the other functions of the file:
# each coroutine of the tests of a check, left alone with the declarations and with
# what it names, gets the same messages as among the others. (A class template that
# nobody else instantiates is only a pattern; a summary may be made in another order.)
#
# A sample by default; every function with --all, or CORO_TEST_ALL=1.

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile

from broken_sources import FLAGS, ROOT, sources, stripped

DIAGNOSTIC = re.compile(r"^/.*?:(\d+):\d+: (warning|error): (.*)$", re.M)
# From the line with the id to the end of the function.
FUNCTION = re.compile(r"^// id: (\S+)\n(?:.*\n)*?\};?\n", re.M)


# What an example declares at its top level.
NAME = re.compile(r"^(?:template <[^\n]*>\s+)?(?:(?:struct|class|enum|union|concept|using) (\w+)"
                  r"|[^\s#/}][^\n=;{]*?([~\w]+)\()", re.M)


def needed_by(function, functions, rest):
    """The ids of it, and of those of the others that it names, or that the rest of
    the file names, and of those that these name."""
    names = {f: {n for pair in NAME.findall(f[0]) for n in pair if n} for f in functions}
    needed, new = set(), [function[0], rest]
    if "template <" in function[0]: # whoever instantiates it
        new += [f[0] for f in functions
                if names[function] & set(re.findall(r"\w+", f[0]))]
        needed |= {f[1] for f in functions if f[0] in new}
    while new:
        words = set(re.findall(r"\w+", new.pop()))
        for other in functions:
            if other[1] not in needed and (other is function or names[other] & words):
                needed.add(other[1])
                new.append(other[0])
    return needed


def lint(tidy, text, directory, name):
    file = os.path.join(directory, name)
    with open(file, "w") as f:
        f.write(text)
    result = subprocess.run([tidy, "-quiet", "-config={}", "-checks=-*,coro-*", file,
                             "--"] + FLAGS, timeout=120, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return [(int(line), level, text)
            for line, level, text in DIAGNOSTIC.findall(result.stdout)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "llvm-22"))
    parser.add_argument("--all", action="store_true",
                        default=bool(os.environ.get("CORO_TEST_ALL")))
    options = parser.parse_args()
    tidy = os.path.join(os.path.abspath(options.build), "bin", "corolint-tidy")
    tried, skipped, wrong = 0, 0, []
    with tempfile.TemporaryDirectory(prefix="corolint-alone-") as directory:
        for source in sources():
            with open(source) as f:
                text = stripped(f.read())
            functions = list(FUNCTION.finditer(text))
            if not functions:
                continue
            among = lint(tidy, text, directory, "among.cpp")
            some = functions
            if not options.all:
                some = random.Random(os.path.basename(source)).sample(
                    functions, min(8, len(functions)))
            for function in some:
                begin = text.count("\n", 0, function.start()) + 1
                end = text.count("\n", 0, function.end()) + 1
                expected = [t for line, _, t in among if begin <= line < end]
                kept = needed_by(function, functions, FUNCTION.sub("", text))
                alone = FUNCTION.sub(
                    lambda m: m[0] if m[1] in kept else "", text)
                said = lint(tidy, alone, directory, "alone.cpp")
                if any(level == "error" for _, level, _ in said):
                    skipped += 1 # it needs one of the others
                    continue
                begin = alone.count("\n", 0, alone.index(function[0])) + 1
                end = begin + function[0].count("\n")
                got = [t for line, _, t in said if begin <= line < end]
                tried += 1
                if got != expected:
                    wrong.append("%s: %s\n  among others: %s\n  alone:        %s" % (
                        os.path.basename(source), function[1], expected, got))
    print("%d functions alone, %d that need another" % (tried, skipped))
    print("\n".join(wrong))
    if tried <= 2 * skipped:
        sys.exit("too few could be tried")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
