# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Checkouts of public repositories, and corolint-tidy over their files.

import collections
import concurrent.futures
import json
import os
import re
import shlex
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))

Finding = collections.namedtuple("Finding", "file line column check message")

# What `parsed` is False for: an error of the compiler, in whatever file.
_ERROR = re.compile(r"^.*(?:error|fatal error): .*\[clang-diagnostic-error\]$",
                    re.M)
_FINDING = re.compile(r"^(/[^:\n]+):(\d+):(\d+): (?:warning|error): "
                      r"(.*) \[(coro-[a-z-]+)(?:,[^\]]*)?\]$", re.M)
# CORO_STATS: functions that were looked at, those given up, and how many
# coroutines there are at all.
_STATS = re.compile(r"(\d+) functions analysed, (\d+) given up "
                    r"\((\d+) coroutines seen\)")


class Checkout:
    """One repository, with compile_commands.json at its root."""

    def __init__(self, directory):
        self.root = os.path.realpath(directory)
        self.name = os.path.basename(self.root)
        self.commands = {}
        path = os.path.join(self.root, "compile_commands.json")
        with open(path, encoding="utf-8") as database:
            for entry in json.load(database):
                file = os.path.normpath(os.path.join(entry["directory"],
                                                     entry["file"]))
                if file.startswith(self.root + os.sep):
                    self.commands.setdefault(file, entry)

    def files(self):
        return sorted(self.commands)

    def commit(self):
        """What is checked out; nothing if that cannot be told."""
        done = subprocess.run(["git", "-C", self.root, "rev-parse", "HEAD"],
                              capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else None

    def relative(self, file):
        return os.path.relpath(file, self.root)

    def syntax_only(self, compiler, file, extra=()):
        """Whether the compiler by itself takes the file."""
        entry = self.commands[file]
        arguments = entry.get("arguments") or shlex.split(entry["command"])
        kept, rest = [compiler], iter(arguments[1:])
        for argument in rest:
            if argument == "-o":
                next(rest)
            elif argument != "-c" and not argument.startswith("-W"):
                kept.append(argument)
        return subprocess.run(kept + ["-fsyntax-only", "-w", *extra],
                              cwd=entry["directory"],
                              capture_output=True).returncode == 0


class Run:
    """What corolint-tidy said about one file."""

    def __init__(self, checkout, output, code):
        self.findings = set()
        for file, line, column, message, check in _FINDING.findall(output):
            if os.path.realpath(file).startswith(checkout.root + os.sep):
                self.findings.add(Finding(
                    checkout.relative(os.path.realpath(file)), int(line),
                    int(column), check, message))
        stats = _STATS.search(output)
        self.functions, self.given_up, self.coroutines = (
            map(int, stats.groups()) if stats else (0, 0, 0))
        # Printed at exit: without it, there was none.
        self.crashed = not stats or code < 0 or "PLEASE submit a bug" in output
        self.parsed = not self.crashed and not _ERROR.search(output)


def tidy(binary, checkout, file, checks="-*,coro-*", overlay=None,
         timeout=600):
    # The repository's own .clang-tidy is not asked.
    command = [binary, "-p", checkout.root, "--quiet", "--header-filter=.*",
               "--config={Checks: '%s'}" % checks]
    if overlay:
        command.append("--vfsoverlay=" + overlay)
    try:
        done = subprocess.run(command + [file], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True,
                              errors="replace", timeout=timeout,
                              env={**os.environ, "CORO_STATS": "1"})
    except subprocess.TimeoutExpired:
        return Run(checkout, "hang", -1)
    return Run(checkout, done.stdout, done.returncode)


def each(jobs, todo, work, after):
    """Does `work` on every one of a list, `jobs` at a time; `after` is called
    with how many are done."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for done, result in enumerate(pool.map(work, todo), 1):
            after(done)
            yield result
