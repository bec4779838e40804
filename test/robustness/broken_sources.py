# RUN: %python %s --build %build
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The checks survive code as it is while somebody types it: every test of a check
# cut off in the middle, or with something deleted, doubled or not included,
# through corolint-tidy and corolint-clangd. Nothing may crash or hang; what is
# reported does not matter.
#
# A sample by default; everything with --all, or CORO_TEST_ALL=1. --keep DIR
# keeps the variants that crash or hang.

import argparse
import glob
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
INPUTS = os.path.join(ROOT, "test", "checks", "Inputs")
FLAGS = ["-std=c++20", "-nostdinc++", "-nostdlibinc", "-I" + INPUTS,
         "-isystem" + os.path.join(INPUTS, "lib"),
         "-isystem" + os.path.join(INPUTS, "std"),
         "-isystem" + os.path.join(INPUTS, "posix"),
         "-I" + os.path.join(ROOT, "runtime", "include"), "-ferror-limit=0"]
TOKEN = re.compile(r'//[^\n]*|"(?:\\.|[^"\\\n])*"|\w+|::|->|\[\[|\]\]|[^\w\s]')
SECONDS_PER_FILE = 20
BATCH = 20


def sources():
    for directory in ("checks", "models"):
        yield from sorted(glob.glob(os.path.join(ROOT, "test", directory, "*.cpp")))


def stripped(text):
    """Without the expectations: cuts in comments are no test."""
    return re.sub(r"^\s*// (CHECK|RUN).*\n", "", text, flags=re.M)


def variants(text, rng, cuts, breaks):
    """Pairs of a name and a broken text."""
    tokens = [m for m in TOKEN.finditer(text) if not m[0].startswith("//")]
    for n in range(cuts):
        # Spread over the file; between two tokens, or in the middle of one.
        token = tokens[min(len(tokens) - 1,
                           int((n + rng.random()) * len(tokens) / cuts))]
        inside = n % 2 and len(token[0]) > 1
        at = token.start() + (len(token[0]) // 2 if inside else 0)
        yield "cut-%d" % at, text[:at]

    def without(match):
        return text[:match.start()] + text[match.end():]

    kinds = [
        ("brace", lambda: without(rng.choice([t for t in tokens if t[0] in "{}"]))),
        ("twice", lambda: (lambda t: text[:t.end()] + " " + t[0] + text[t.end():])(
            rng.choice(tokens))),
        ("include", lambda: without(rng.choice(
            list(re.finditer(r"#include.*\n", text))))),
        ("token", lambda: without(rng.choice(tokens))),
        ("parenthesis", lambda: without(rng.choice(
            [t for t in tokens if t[0] in "()<>"]))),
        ("swap", lambda: (lambda i: text[:tokens[i].start()] + tokens[i + 1][0] + " " +
                          tokens[i][0] + text[tokens[i + 1].end():])(
            rng.randrange(len(tokens) - 1))),
        ("line", lambda: without(rng.choice(list(re.finditer(r".+\n", text))))),
    ]
    for n in range(breaks):
        name, make = kinds[(n + rng.randrange(2)) % len(kinds)]
        yield "%s-%d" % (name, n), make()


class Failure(Exception):
    pass


def died(returncode, stderr):
    if returncode < 0:
        return "killed by " + signal.Signals(-returncode).name
    if returncode >= 128:
        return "exit code %d" % returncode
    for sign in ("PLEASE submit a bug report", "Assertion `", "runtime error:",
                 "ERROR: AddressSanitizer", "Stack dump:"):
        if sign in stderr:
            return "says " + sign
    return None


def run(command, directory, seconds):
    # A child of clangd must not outlive it.
    process = subprocess.Popen(command, cwd=directory, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True,
                               errors="replace", start_new_session=True)
    try:
        _, stderr = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return "hangs: more than %d seconds" % seconds
    why = died(process.returncode, stderr)
    if not why:
        return None
    # The functions of ours, where there is a stack.
    frames = re.findall(r"^\s*#\d+ \w+ (corolint::.*?)(?: \(/\S+\)| \w+\.cpp:.*)?$",
                        stderr, re.M)
    return "\n    ".join([why] + (frames[:12] or [stderr[-2000:]]))


def clangd_check(clangd, file):
    return [clangd, "--check=" + file, "--check-lines=1-1", "--log=error"]


def survive(command, files, directory):
    """Runs command(files); finds out which file it was if it fails."""
    why = run(command(files), directory, 10 + SECONDS_PER_FILE * len(files))
    if not why:
        return []
    if len(files) == 1:
        return [(files[0], why)]
    half = len(files) // 2
    found = (survive(command, files[:half], directory) +
             survive(command, files[half:], directory))
    return found or [(",".join(files), why + "\n(only together)")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "llvm-22"))
    parser.add_argument("--all", action="store_true",
                        default=bool(os.environ.get("CORO_TEST_ALL")))
    parser.add_argument("--keep")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    tidy = os.path.join(options.build, "bin", "corolint-tidy")
    clangd = os.path.join(options.build, "bin", "corolint-clangd")
    cuts, breaks = (40, 40) if options.all else (6, 6)
    # corolint-clangd parses twice and starts slowly.
    every = 4 if options.all else 12

    directory = tempfile.mkdtemp(prefix="corolint-robustness-")
    try:
        with open(os.path.join(directory, "compile_flags.txt"), "w") as f:
            f.write("\n".join(FLAGS) + "\n")
        with open(os.path.join(directory, ".clang-tidy"), "w") as f:
            # clangd --check prints errors only.
            f.write("Checks: '-*,coro-*'\nWarningsAsErrors: '*'\n")
        files = []
        for source in sources():
            with open(source) as f:
                text = stripped(f.read())
            rng = random.Random("%d %s" % (options.seed, os.path.basename(source)))
            for name, broken in variants(text, rng, cuts, breaks):
                parts = os.path.splitext(os.path.basename(source))[0], name
                files.append("%s.%s.cpp" % parts)
                with open(os.path.join(directory, files[-1]), "w") as f:
                    f.write(broken)

        failures, start = [], time.time()
        for at in range(0, len(files), BATCH):
            failures += survive(
                lambda some: [tidy, "-quiet"] + some + ["--"] + FLAGS,
                files[at:at + BATCH], directory)
        print("corolint-tidy: %d broken files in %.0f s" % (
            len(files), time.time() - start))

        start, some = time.time(), files[::every]
        for file in some:
            failures += survive(
                lambda one: clangd_check(clangd, os.path.join(directory, one[0])),
                [file], directory)
        print("corolint-clangd: %d broken files in %.0f s" % (
            len(some), time.time() - start))

        places = {}
        for file, why in failures:
            places.setdefault(why.split("(")[0], []).append((file, why))
        for some in places.values():
            print("\n%d files, for instance %s: %s" % (len(some), *some[0]))
        for file, why in failures:
            if options.keep:
                os.makedirs(options.keep, exist_ok=True)
                for one in file.split(","):
                    shutil.copy(os.path.join(directory, one), options.keep)
        # A tool that does not run the check survives everything.
        intact = os.path.join(directory, "intact.cpp")
        shutil.copy(os.path.join(ROOT, "test", "checks", "lock-across-suspension.cpp"),
                    intact)
        for command in ([tidy, "-quiet", intact, "--"] + FLAGS,
                        clangd_check(clangd, intact)):
            result = subprocess.run(command, cwd=directory, text=True, timeout=120,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            if "coro-lock-across-suspension" not in result.stdout:
                sys.exit("nothing is found in an intact file:\n" + result.stdout)
        sys.exit(bool(failures))
    finally:
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
