# RUN: %python %s --build %build
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The pages of docs/checks keep their word, and so do those that are about all of
# the checks. Every C++ block compiles. A block that a text block follows in its
# section gets exactly these messages; every block under "Found" has one, and none
# under "Not found". Blocks of YAML are valid options.

import argparse
import os
import re
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGES = os.path.join(ROOT, "docs", "checks")
PRELUDE = os.path.join(ROOT, "test", "repo", "prelude.h")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
MESSAGE = re.compile(r"^.*?:\d+:\d+: ((?:warning|note|error): .*?)(?: \[[\w,.-]+\])?$", re.M)


class Block:
    def __init__(self, section, line, language, text):
        self.section, self.line = section, line
        self.language, self.text = language, text


def blocks(page):
    with open(page) as f:
        text = f.read()
    for match in BLOCK.finditer(text):
        before = text[:match.start()]
        sections = re.findall(r"^## (.*)$", before, re.M)
        yield Block(sections[-1] if sections else "", before.count("\n") + 1,
                    match[1], match[2])


class DocsExamples(unittest.TestCase):
    def tidy(self, check, *arguments):
        return subprocess.run(
            [os.path.join(options.build, "bin", "corolint-tidy"),
             "-checks=-*," + check, *arguments], text=True, timeout=120,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def messages(self, check, text, model=""):
        """What is said of a file, beside a corolint.yaml."""
        with tempfile.TemporaryDirectory() as directory:
            with open(os.path.join(directory, "corolint.yaml"), "w") as f:
                f.write(model)
            file = os.path.join(directory, "example.cpp")
            with open(file, "w") as f:
                f.write(text)
            result = self.tidy(check, "-quiet", "-config={}", file, "--",
                               "-std=c++20", "-include", PRELUDE)
        self.assertIn(result.returncode, (0, 1), result.stderr)
        refused = re.findall(r"^(error: ).*(corolint\.yaml:.*?) \[clang-tidy-config",
                             result.stdout, re.M)
        if refused:
            return ["".join(words) for words in refused]
        return MESSAGE.findall(result.stdout)

    def test_pages(self):
        pages = sorted(os.listdir(PAGES))
        self.assertTrue(pages)
        for name in pages + ["../annotations.md", "../pinning.md",
                             "../summaries.md", "../contributing/adding-a-check.md"]:
            check = "coro-" + os.path.splitext(name)[0]
            if name.startswith("../"):
                check = "coro-*"
            found = list(blocks(os.path.join(PAGES, name)))
            for block, following in zip(found, found[1:] + [None]):
                with self.subTest(page=name, line=block.line):
                    if block.language == "cpp":
                        expected = []
                        if (following and following.language == "text" and
                                following.section == block.section):
                            expected = following.text.splitlines()
                        self.assertEqual(self.messages(check, block.text), expected)
                        if block.section in ("Found", "Not found"):
                            self.assertEqual(bool(expected),
                                             block.section == "Found")
                    elif block.language == "yaml":
                        result = self.tidy(check, "--verify-config",
                                           "-config=" + block.text)
                        self.assertEqual(result.returncode, 0,
                                         result.stdout + result.stderr)
                    else:
                        self.assertIn(block.language, ("text", "sh"))

    def test_models(self):
        """Each model is read, with the C++ and the text that follow it."""
        found = list(blocks(os.path.join(PAGES, "..", "contributing",
                                         "adding-a-model.md")))
        self.assertTrue(found)
        for i, block in enumerate(found):
            if block.language != "yaml":
                self.assertIn(block.language, ("cpp", "text", "sh"))
                continue
            following = {}
            for other in found[i + 1:]:
                if other.language not in ("cpp", "text"):
                    break
                following[other.language] = other.text
            with self.subTest(line=block.line):
                said = self.messages("coro-*", following.get("cpp", ""),
                                     block.text)
                self.assertEqual(said, following.get("text", "").splitlines())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "llvm-22"))
    options, rest = parser.parse_known_args()
    options.build = os.path.abspath(options.build)
    unittest.main(argv=["docs_examples.py"] + rest)
