# RUN: %python %s --build %build --compiler %clangxx --scratch %t
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The guide in docs/runtime keeps its word. Every C++ block compiles and runs, and
# none has findings. A block with a main() is a program; of the others each is a
# namespace, in which there may be a task<> example() to run. The text block that
# follows one is what it prints.
#
#   cpp error     does not compile; the text is a regular expression for why
#   cpp detect    a program with the detectors on; the text is what they say, and
#                 "…" stands for anything

import argparse
import glob
import os
import re
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGES = os.path.join(ROOT, "docs", "runtime")
INCLUDE = os.path.join(ROOT, "runtime", "include")
BLOCK = re.compile(r"^```([\w ]*)\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Block:
    def __init__(self, page, line, language, text):
        self.line, self.language = line, language
        self.text = '#line %d "%s"\n%s' % (line + 1, page, text)
        self.prints = None  # the text after it
        self.is_program = re.search(r"^int main\(", text, re.M)
        self.is_example = re.search(r"^task<> example\(", text, re.M)


def blocks(page):
    text = read(os.path.join(PAGES, page))
    found = []
    for match in BLOCK.finditer(text):
        if match[1] == "text":
            if found and found[-1].language.startswith("cpp"):
                found[-1].prints = match[2]
        else:
            line = text.count("\n", 0, match.start()) + 1
            found.append(Block(page, line, match[1], match[2]))
    return found


def prelude():
    headers = sorted(glob.glob(INCLUDE + "/moor/*.h"))
    assert headers
    return ('#include "%s"\n' % os.path.join(ROOT, "test", "runtime", "snippets.h") +
            "".join("#include <moor/%s>\n" % os.path.basename(h) for h in headers) +
            "using namespace moor;\n")


class Guide(unittest.TestCase):
    maxDiff = None

    def compile(self, name, text, *arguments):
        os.makedirs(options.scratch, exist_ok=True)
        source = os.path.join(options.scratch, name + ".cpp")
        with open(source, "w", encoding="utf-8") as file:
            file.write(text)
        program = os.path.join(options.scratch, name)
        result = subprocess.run(
            [options.compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror",
             "-I" + INCLUDE, source, "-o", program, *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return source, program, result

    def library(self, name):
        return os.path.join(options.build, "runtime", name)

    def build(self, name, text, *arguments):
        source, program, result = self.compile(
            name, text, *arguments, "-Wno-unused-function",
            self.library("libmoor.a"), "-pthread")
        self.assertEqual(result.returncode, 0, result.stdout)
        lint = subprocess.run(
            [os.path.join(options.build, "bin", "corolint-tidy"), "-quiet",
             "-checks=-*,coro-*", "-config={}", source, "--", "-std=c++20",
             "-I" + INCLUDE], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, check=False)
        self.assertEqual((lint.returncode, lint.stdout), (0, ""), lint.stderr)
        return program

    def run_program(self, program):
        result = subprocess.run([program], stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, check=False,
                                timeout=60)
        self.assertEqual(result.returncode, 0, result.stdout)
        return result.stdout

    def examples(self, name, page_blocks):
        """All of a page in one program, which says what comes."""
        text, main = prelude(), "int main() {\n"
        for block in page_blocks:
            text += "namespace block_%d {\n%s}\n" % (block.line, block.text)
            if block.is_example:
                main += '  std::puts("@%d"); run(block_%d::example());\n' % (
                    block.line, block.line)
        printed = self.run_program(self.build(name, text + main + "}\n"))
        sections = re.split(r"^@(\d+)\n", printed, flags=re.M)
        printed_by = dict(zip(map(int, sections[1::2]), sections[2::2]))
        for block in page_blocks:
            with self.subTest(page=name, line=block.line):
                self.assertEqual(printed_by.get(block.line, ""), block.prints or "")

    def fails(self, name, block):
        self.assertTrue(block.prints, "an error has a text")
        _, _, result = self.compile(name, prelude() + block.text, "-fsyntax-only")
        self.assertNotEqual(result.returncode, 0)
        self.assertRegex(result.stdout, block.prints.strip())

    def detects(self, name, block):
        _, program, result = self.compile(
            name, prelude() + block.text, "-DMOOR_DETECT=1", "-O0", "-g",
            "-Wno-unused-function", "-Wno-unused-result", "-Wno-unused-value",
            self.library("libmoor-detecting.a"), "-lbacktrace", "-pthread")
        self.assertEqual(result.returncode, 0, result.stdout)
        run = subprocess.run([program], stdout=subprocess.PIPE, check=False,
                             stderr=subprocess.STDOUT, text=True, timeout=60)
        expected = ".*".join(map(re.escape, (block.prints or "").split("…")))
        printed = run.stdout.replace(os.getcwd() + os.sep, "")
        self.assertRegex(printed, re.compile("^%s$" % expected, re.S))

    def test_pages(self):
        pages = sorted(os.listdir(PAGES))
        self.assertIn("01-tasks.md", pages)
        for page in pages:
            name = os.path.splitext(page)[0]
            together = []
            for block in blocks(page):
                unique = "%s-%d" % (name, block.line)
                with self.subTest(page=page, line=block.line):
                    if block.language == "cpp error":
                        self.fails(unique, block)
                    elif block.language == "cpp detect":
                        self.detects(unique, block)
                    elif block.language == "cpp" and block.is_program:
                        printed = self.run_program(self.build(unique, block.text))
                        self.assertEqual(printed, block.prints or "")
                    elif block.language == "cpp":
                        together.append(block)
                    else:
                        self.assertIn(block.language, ("cmake", "sh", ""))
            if together:
                with self.subTest(page=page):
                    self.examples(name, together)

    def test_links(self):
        for page in sorted(os.listdir(PAGES)):
            text = BLOCK.sub("", read(os.path.join(PAGES, page)))
            for target in LINK.findall(text):
                with self.subTest(page=page, target=target):
                    self.assertTrue(os.path.exists(os.path.join(PAGES, target)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--scratch", required=True)
    options, rest = parser.parse_known_args()
    unittest.main(argv=sys.argv[:1] + rest)
