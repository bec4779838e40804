#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Runs one test of a check through both hosts and compares what they say with
# the comments of the test.
#
#   // RUN: %check_tidy %s CHECKS [-- CLANG-TIDY-ARGS [-- COMPILER-ARGS]]
#
# 1. The stock clang-tidy with the plugin and corolint-tidy must say the same,
#    byte for byte, and exit alike.
# 2. Every warning and every note must be matched, in order, by
#        // CHECK-NOTES: :[[@LINE-1]]:3: warning: … [coro-…]
#        // CHECK-NOTES: :[[@LINE-3]]:19: note: …
#    and nothing else may be said. Errors are never expected.
# 3. Without CHECK-FIXES no fix may be offered. With them, -fix on a copy must
#    give what they say; the result must compile, nothing may be found in it, and
#    a second -fix must not change it. The copy has no CHECK lines.
#
# --bless rewrites the CHECK-NOTES lines from what is said: look at the diff, it
# is the review. Hermetic runs see Inputs/std and Inputs/posix instead of the
# system's headers; --real sees the system's.

import argparse
import difflib
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
INPUTS = os.path.join(HERE, "checks", "Inputs")
CHECK_LINE = re.compile(r"^\s*// CHECK-NOTES")
FIXES_LINE = re.compile(r"^\s*// CHECK-FIXES")
DIAGNOSTIC = re.compile(r"^(?P<file>/.*?):(?P<line>\d+):(?P<column>\d+): "
                        r"(?P<level>warning|error|note): (?P<text>.*)$")


def fail(message, *outputs):
    print(message)
    for output in outputs:
        print(output)
    sys.exit(1)


def difference(before, after):
    return "\n".join(difflib.unified_diff(
        before.splitlines(), after.splitlines(), lineterm="",
        fromfile="expected", tofile="said"))


def run(command):
    # CORO_STATS and the like are for other tests.
    environment = {k: v for k, v in os.environ.items()
                   if not k.startswith("CORO_")}
    return subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=300,
                          errors="replace", env=environment)


def filecheck_escape(text):
    # FileCheck reads {{regex}} and [[variable]].
    return text.replace("{{", "{{[{][{]}}").replace("[[", "{{\\[\\[}}")


def render(stripped, warnings):
    """Inserts CHECK-NOTES lines into text that has none.

    `warnings` are lists of (line, column, level, text), each a warning and its
    notes, in the order in which they are said; lines count from 1.
    """
    source = stripped.split("\n")
    after = {}
    for warning in warnings:
        # Never inside of a macro's definition.
        line = warning[0][0]
        while source[line - 1].endswith("\\"):
            line += 1
        after.setdefault(line, []).extend(warning)
    # Where each line of the source ends up.
    place, shift = {}, 0
    for number in range(1, len(source) + 1):
        place[number] = number + shift
        shift += len(after.get(number, ()))
    result = []
    for number, text in enumerate(source, 1):
        result.append(text)
        indent = re.match(r"\s*", text).group()
        for at, column, level, message in after.get(number, ()):
            delta = place[at] - (len(result) + 1)
            result.append("%s// CHECK-NOTES: :[[@LINE%+d]]:%d: %s: %s" % (
                indent, delta, column, level, filecheck_escape(message)))
    return "\n".join(result)


def strip(text):
    return "\n".join(line for line in text.split("\n")
                     if not CHECK_LINE.match(line))


def parse_diagnostics(output, file):
    """Warnings with their notes, each (line, column, level, text)."""
    warnings = []
    for line in output.split("\n"):
        match = DIAGNOSTIC.match(line)
        if not match:
            continue
        if match["file"] != file:
            fail("a diagnostic stands in another file: " + line)
        entry = (int(match["line"]), int(match["column"]), match["level"],
                 match["text"])
        if entry[2] != "note":
            warnings.append([entry])
        elif warnings:
            warnings[-1].append(entry)
    return warnings


class Test:
    def __init__(self, options, tidy_args, compiler_args):
        self.options = options
        self.file = os.path.realpath(options.file)
        self.tidy_args = tidy_args
        with open(self.file) as f:
            self.text = f.read()
        self.expects_fixes = bool(
            re.search(r"^\s*// CHECK-FIXES", self.text, re.M))
        self.compiler = compiler_args[:]
        if not any(a.startswith("-std=") for a in self.compiler):
            self.compiler.append("-std=c++20")
        self.compiler += ["-I", INPUTS]
        # Libraries are system headers, as they are for their users.
        self.compiler += ["-isystem", os.path.join(INPUTS, "lib")]
        if not options.real:
            self.compiler += ["-nostdinc++", "-nostdlibinc",
                              "-isystem", os.path.join(INPUTS, "std"),
                              "-isystem", os.path.join(INPUTS, "posix")]

    def hosts(self):
        o = self.options
        return [("clang-tidy with the plugin",
                 [os.path.join(o.llvm_bin, "clang-tidy"),
                  "--load=" + os.path.join(o.corolint_lib, "corolint.so")]),
                ("corolint-tidy", [os.path.join(o.corolint_bin, "corolint-tidy")])]

    def tidy(self, host, file, *more):
        args = list(self.tidy_args)
        if not any(a.startswith(("-config", "--config")) for a in args):
            args.append("-config={}")
        return run(host + ["-checks=-*," + self.options.checks, "-quiet"] + args +
                   list(more) + [file, "--"] + self.compiler)

    def filecheck(self, text, pattern_file, prefix, *more):
        name = self.options.scratch + "." + prefix + ".txt"
        with open(name, "w") as f:
            f.write(text)
        result = run([os.path.join(self.options.llvm_bin, "FileCheck"),
                      "--input-file=" + name, pattern_file,
                      "--check-prefix=" + prefix, "--allow-empty",
                      "--dump-input=never"] + list(more))
        if result.returncode:
            fail("%s: %s does not match:" % (self.file, prefix), result.stderr,
                 difference(self.text, self.blessed(text))
                 if prefix == "CHECK-NOTES" else text)

    def run_hosts(self):
        """The output of both hosts on the test, which is the same."""
        outputs = []
        for name, host in self.hosts():
            fixes = self.options.scratch + ".fixes.yaml"
            if os.path.exists(fixes):
                os.remove(fixes)
            result = self.tidy(host, self.file, "--export-fixes=" + fixes)
            if result.returncode not in (0, 1):
                fail("%s exited with %d" % (name, result.returncode),
                     result.stdout, result.stderr)
            offered = ""
            if os.path.exists(fixes):
                with open(fixes) as f:
                    offered = f.read()
            outputs.append((name, result, offered))
        (name, first, offered), (other, second, offered_too) = outputs
        if (first.stdout, first.returncode, first.stderr, offered) != (
                second.stdout, second.returncode, second.stderr, offered_too):
            fail(name + " (-) and " + other + " (+) differ",
                 difference(first.stdout + first.stderr + offered,
                            second.stdout + second.stderr + offered_too))
        if re.search(r"^.*: error: ", first.stdout, re.M):
            fail("the test does not compile", first.stdout)
        if not self.expects_fixes and not self.options.bless and re.search(
                r"Replacements:\s*\n\s+- FilePath:", offered):
            fail("a fix is offered, and the test has no CHECK-FIXES", offered)
        return first.stdout

    def fix(self, text):
        """`text` after -fix, by both hosts alike."""
        directory = self.options.scratch + ".fixed"
        os.makedirs(directory, exist_ok=True)
        copy = os.path.join(directory, os.path.basename(self.file))
        results = []
        for name, host in self.hosts():
            with open(copy, "w") as f:
                f.write(text)
            result = self.tidy(host, copy, "-fix")
            if result.returncode not in (0, 1):
                fail("%s -fix exited with %d" % (name, result.returncode),
                     result.stdout, result.stderr)
            with open(copy) as f:
                results.append(f.read())
        if results[0] != results[1]:
            fail("the hosts fix differently",
                 difference(results[0], results[1]))
        result = run([self.options.clangxx, "-fsyntax-only"] + self.compiler + [copy])
        if result.returncode:
            fail("the fixed source does not compile", result.stderr, results[0])
        found = self.tidy(self.hosts()[1][1], copy)
        if parse_diagnostics(found.stdout, copy):
            fail("something is still found in the fixed source", found.stdout)
        return results[0]

    def check_fixes(self):
        bare = "\n".join(line for line in self.text.split("\n")
                         if not CHECK_LINE.match(line)
                         and not FIXES_LINE.match(line))
        fixed = self.fix(bare)
        if fixed == bare:
            fail("nothing was fixed")
        again = self.fix(fixed)
        if again != fixed:
            fail("a second -fix changes the source again",
                 difference(fixed, again))
        self.filecheck(fixed, self.file, "CHECK-FIXES")

    def blessed(self, output):
        """The test as it would have to be for this output."""
        return render(strip(self.text), self.renumbered(output))

    def bless(self, output):
        text = self.blessed(output)
        if text != self.text:
            with open(self.file, "w") as f:
                f.write(text)
            print("rewrote " + self.file)

    def renumbered(self, output):
        """The warnings, with lines as in the file without CHECK-NOTES."""
        line_in_stripped, count = {}, 0
        for number, line in enumerate(self.text.split("\n"), 1):
            if not CHECK_LINE.match(line):
                count += 1
            line_in_stripped[number] = count
        return [[(line_in_stripped[line], column, level, text)
                 for line, column, level, text in warning]
                for warning in parse_diagnostics(output, self.file)]

    def execute(self):
        output = self.run_hosts()
        if self.options.bless:
            # A test of both kinds is blessed by its hermetic run.
            if not self.options.real or "// RUN: " "%check_tidy %s" not in self.text:
                self.bless(output)
                return
        if "CHECK-NOTES" in self.text:
            self.filecheck(output, self.file, "CHECK-NOTES",
                           "--implicit-check-not={{: (warning|error|note):}}")
        elif parse_diagnostics(output, self.file):
            fail("nothing is expected, and this is said:", output)
        if self.expects_fixes:
            self.check_fixes()


def main():
    arguments, tidy_args, compiler_args = sys.argv[1:], [], []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, tidy_args = arguments[:at], arguments[at + 1:]
        if "--" in tidy_args:
            at = tidy_args.index("--")
            tidy_args, compiler_args = tidy_args[:at], tidy_args[at + 1:]
    parser = argparse.ArgumentParser()
    parser.add_argument("--llvm-bin", required=True)
    parser.add_argument("--clangxx", required=True)
    parser.add_argument("--corolint-bin", required=True)
    parser.add_argument("--corolint-lib", required=True)
    parser.add_argument("--scratch", required=True)
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--bless", action="store_true")
    parser.add_argument("file")
    parser.add_argument("checks")
    options = parser.parse_args(arguments)
    os.makedirs(os.path.dirname(options.scratch) or ".", exist_ok=True)
    Test(options, tidy_args, compiler_args).execute()


if __name__ == "__main__":
    main()
