# RUN: %python %s --compiler %clangxx --compiler g++
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# What moor's types forbid. In fail/*.cpp the statement behind `// EXPECT: regex` is
# an error, what the compiler says of it matches, and no other line is one. With
# CURED defined the file compiles: so it failed for that reason and for no other.

import argparse
import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
INCLUDE = os.path.join(HERE, "..", "..", "runtime", "include")
FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra",
         "-Werror=unused-result", "-fdiagnostics-color=never", "-I" + INCLUDE]
EXPECT = re.compile(r"^ *// EXPECT: (.*)")
STATEMENT_ENDS = re.compile(r"[;{}]$")
ERROR = re.compile(r"^(?:.*/)?([\w]+\.cpp):(\d+):\d+: error: ", re.M)


def compile(compiler, path, *flags):
    if "clang" in compiler:
        flags += ("-ferror-limit=0",)
    result = subprocess.run([compiler, *FLAGS, *flags, path], check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, env={**os.environ, "LC_ALL": "C"})
    return result.returncode, result.stdout


def about(output, name, lines):
    """What is said of these lines: errors in them, or in a header on their behalf."""
    # An error, and the notes and instantiations that belong to it. clang tells
    # the way to it behind the error, g++ before it.
    diagnostics = re.split(r"^(?=In file included|.*: In |.*: error: )", output, flags=re.M)
    joined, here = [], ""
    for part in diagnostics:
        here += part
        if ": error: " in part:
            joined.append(here)
            here = ""
    place = re.compile(r"\b%s:(%s):" % (re.escape(name), "|".join(map(str, lines))))
    return "\n".join(d for d in joined if place.search(d))


def problems(compiler, path):
    name = os.path.basename(path)
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    expected = []
    for number, text in enumerate(lines, 1):
        match = EXPECT.search(text)
        if match:
            last = number
            while not STATEMENT_ENDS.search(lines[last]):
                last += 1
            expected.append((range(number + 1, last + 2), match.group(1)))
    if not expected:
        yield "expects nothing"
    status, output = compile(compiler, path)
    if status == 0:
        yield "compiles"
    for where, regex in expected:
        if not re.search(regex, about(output, name, where)):
            yield "line %d: no error that says '%s'" % (where[0], regex)
    for file, number in ERROR.findall(output):
        if file == name and not any(int(number) in where for where, _ in expected):
            yield "line %s: an error that is not expected" % number
    status, output = compile(compiler, path, "-DCURED", "-Werror")
    if status != 0:
        yield "the cure does not compile:\n" + output


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", action="append")
    parser.add_argument("files", nargs="*")
    args = parser.parse_args()
    files = args.files or sorted(glob.glob(os.path.join(HERE, "fail", "*.cpp")))
    compilers = [c for c in args.compiler if shutil.which(c)]
    jobs = [(c, f) for c in compilers for f in files]
    if not jobs:
        sys.exit("nothing to do")
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda job: list(problems(*job)), jobs)
        for (compiler, path), what in zip(jobs, found):
            for p in what:
                failed += 1
                print("%s: %s: %s" % (compiler, os.path.basename(path), p))
    print("%d files, %d compilers, %d problems" % (len(files), len(compilers), failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
