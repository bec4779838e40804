# RUN: %python %s --build %build
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Every line of checks/Checks.def has its four places: source, test, page, and the
# same first sentence in source and page. The page's sections and options are those
# that it should have.

import argparse
import glob
import os
import re
import subprocess
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SECTIONS = ["Why", "Found", "Not found", "Limits", "Options"]
FRONT_MATTER = ["name", "summary", "since", "default", "fixes"]


def read(*path):
    with open(os.path.join(ROOT, *path)) as f:
        return f.read()


def checks():
    """Pairs of a check's name and its class."""
    text = re.sub(r"//.*", "", read("checks", "Checks.def"))
    return re.findall(r'^CORO_CHECK\("(coro-[a-z-]+)",\s*(\w+)\)', text, re.M)


def first_sentence(text):
    return re.match(r"\s*(.*?\.)(\s|$)", " ".join(text.split()))[1]


def opening_comment(source):
    lines = []
    for line in source.splitlines():
        if not line.startswith("//"):
            break
        line = line[2:].strip()
        if not line.startswith("SPDX-"):
            lines.append(line)
    return "\n".join(lines)


class ChecksAreComplete(unittest.TestCase):
    def each(self):
        found = checks()
        self.assertTrue(found, "no check is listed")
        return [(name, name[len("coro-"):], class_name) for name, class_name in found]

    def test_test(self):
        for _, short, _ in self.each():
            text = read("test", "checks", short + ".cpp")
            # In two parts: lit takes every RUN line for its own.
            self.assertIn("// RUN" ": %check_tidy %s coro-" + short, text)
            self.assertIn("// CHECK-NOTES", text)

    def test_page(self):
        for name, short, _ in self.each():
            page = read("docs", "checks", short + ".md")
            match = re.match(r"---\n(.*?)\n---\n\n# ([^\n]*)\n\n", page, re.S)
            self.assertTrue(match, "no front matter, or no title after it")
            front = dict(line.split(": ", 1) for line in match[1].splitlines())
            self.assertEqual(list(front), FRONT_MATTER)
            self.assertEqual(front["name"], name)
            self.assertEqual(match[2], name)
            self.assertIn(front["default"], ("recommended", "strict"))
            self.assertIn(front["fixes"], ("safe", "unsafe-only", "none"))
            self.assertEqual(re.findall(r"^## (.*)$", page, re.M), SECTIONS)
            self.assertEqual(first_sentence(page[match.end():]), front["summary"])
            self.assertNotIn("this check", page.lower())

    def test_first_sentence(self):
        for name, short, class_name in self.each():
            source = read("checks", class_name + ".cpp")
            page = read("docs", "checks", short + ".md")
            summary = re.search(r"^summary: (.*)$", page, re.M)[1]
            self.assertEqual(first_sentence(opening_comment(source)), summary)

    def test_options(self):
        for name, short, _ in self.each():
            dumped = subprocess.run(
                [os.path.join(options.build, "bin", "corolint-tidy"), "--dump-config",
                 "-checks=-*," + name], check=True, text=True,
                stdout=subprocess.PIPE, timeout=60).stdout
            page = read("docs", "checks", short + ".md")
            documented = re.findall(r"^### (\w+)$", page, re.M)
            # With "key: a.b" and "value:" (16) or as a map (19 and later).
            offered = re.findall(r"\b%s\.(\w+)\b" % re.escape(name), dumped)
            self.assertEqual(sorted(documented), sorted(offered))

    def test_nothing_is_left_over(self):
        shorts = {short for _, short, _ in self.each()}
        pages = {os.path.basename(p)[:-3]
                 for p in glob.glob(os.path.join(ROOT, "docs", "checks", "*.md"))}
        self.assertEqual(pages, shorts)
        for test in glob.glob(os.path.join(ROOT, "test", "checks", "*.cpp")):
            test = os.path.basename(test)[:-4]
            self.assertTrue(any(test == s or test.startswith(s + "-") for s in shorts),
                            test + " belongs to no check")

    def test_ids_are_unique(self):
        seen = {}
        for test in sorted(glob.glob(os.path.join(ROOT, "test", "checks", "*.cpp"))):
            with open(test) as f:
                for id in re.findall(r"^\s*// id: (.*)$", f.read(), re.M):
                    self.assertNotIn(id, seen, "also in %s" % seen.get(id))
                    seen[id] = os.path.basename(test)
        self.assertTrue(seen)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "llvm-22"))
    options, rest = parser.parse_known_args()
    options.build = os.path.abspath(options.build)
    unittest.main(argv=["checks_are_complete.py"] + rest)
