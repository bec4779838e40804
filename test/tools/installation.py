# RUN: %python %s --build %build
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# An installation works wherever it is put, with the builtin headers of the LLVM
# that it was built for; and so does the Debian package.
#
# With CORO_TEST_INSTALL=1 in the environment the package is installed on this
# machine with dpkg, tried as a user would, and removed again. That wants root.

import glob
import os
import re
import shutil
import unittest

import hosts
import lsp
from hosts import CHECK, FLAGS


class Installation(hosts.Project):
    def setUp(self):
        super().setUp()
        self.write(".clang-tidy", "Checks: '-*,coro-*'\n")

    def path(self, *parts):
        return os.path.join(self.directory, *parts)

    def assertWorks(self, installed):
        """Plugin and tidy as in the build tree, and clangd as well."""
        expected = self.run(hosts.build.tidy, self.service)
        self.assertFound(expected)
        tidy = self.run(installed.tidy, self.service)
        self.assertEqual(tidy.stdout, expected.stdout)
        load = "--load=" + installed.plugin
        plugin = self.run(installed.stock_tidy, load, self.service)
        self.assertEqual(plugin.stdout, expected.stdout)
        self.assertClangdWorks(installed.clangd)

    def assertClangdWorks(self, clangd):
        with lsp.Session([clangd], self.directory) as session:
            session.open("service.cpp", hosts.SERVICE)
            found = session.diagnostics("service.cpp")
        # Nothing about headers that it did not find.
        self.assertEqual([d.get("code") for d in found], [CHECK], found)
        return found[0]


class Relocated(Installation):
    def test_moved_after_it_was_installed(self):
        hosts.build.installed(self.path("first"))
        os.rename(self.path("first"), self.path("then moved"))
        self.assertWorks(
            hosts.Build(
                self.path("then moved"), hosts.build.major, hosts.build.llvm_bin
            )
        )

    def test_installed_beside_another_major(self):
        # The second major brings its plugin; each host still gets its own.
        for sibling in hosts.build.siblings():
            sibling.installed(self.path("prefix"), "--component", "plugin")
        self.assertWorks(hosts.build.installed(self.path("prefix")))

    def test_nothing_names_the_build_tree(self):
        installed = hosts.build.installed(self.path("prefix"))
        for parent, _, names in os.walk(installed.directory):
            for name in names:
                with open(os.path.join(parent, name), "rb") as file:
                    content = file.read()
                with self.subTest(name=name):
                    for directory in hosts.build.directory, hosts.ROOT:
                        # Not as a part of another name.
                        path = rb"(?<![\w./-])%s\b" % re.escape(directory.encode())
                        self.assertIsNone(re.search(path, content), directory)

    def test_only_the_binary_copied(self):
        tidy = shutil.copy(hosts.build.tidy, self.directory)
        self.assertFound(self.run(tidy, self.service))
        clangd = shutil.copy(hosts.build.clangd, self.directory)
        self.assertClangdWorks(clangd)

    def test_started_through_a_symbolic_link(self):
        os.symlink(hosts.build.clangd, self.path("clangd"))
        self.assertClangdWorks(self.path("clangd"))


class BuiltinHeaders(Installation):
    """Debian's clang also looks in /usr/include/clang, so there the headers are
    found by luck. Elsewhere they are not: look at the search path."""

    def directories(self, *command):
        text = self.run(*command).stdout
        listed = re.search(
            r"search starts here:\n(.*)End of search", text, re.S
        )
        self.assertTrue(listed, text)
        found = [line.strip() for line in listed.group(1).splitlines()]
        return [d for d in found if os.path.exists(d + "/stddef.h")]

    def test_of_the_llvm_that_it_was_built_for(self):
        tidy = shutil.copy(hosts.build.tidy, self.directory)
        found = self.directories(tidy, self.service, "--", *FLAGS, "-v")
        theirs = f"/lib/clang/{hosts.build.major}/include"
        self.assertTrue(found and found[0].endswith(theirs), found)

    def test_own_copy_comes_first(self):
        installed = hosts.build.installed(self.path("prefix"))
        own = f"prefix/lib/clang/{hosts.build.major}/include"
        self.write(own + "/stddef.h", "#define FROM_OWN_COPY 1\n")
        source = self.write(
            "own.cpp",
            "#include <stddef.h>\n#ifdef FROM_OWN_COPY\n#error own copy\n"
            "#endif\n",
        )
        result = self.run(installed.tidy, source, "--")
        self.assertIn("own copy", result.stdout)
        with lsp.Session([installed.clangd], self.directory) as session:
            with open(source) as file:
                session.open("own.cpp", file.read())
            found = str(session.diagnostics("own.cpp"))
        self.assertIn("own copy", found.lower())

    def test_the_user_decides(self):
        self.write("chosen/include/stddef.h", "#define CHOSEN 1\n")
        source = self.write(
            "chosen.cpp",
            "#include <stddef.h>\n#ifdef CHOSEN\n#error chosen\n#endif\n",
        )
        option = "-resource-dir=" + self.path("chosen")
        for command in (
            [source, "--", option],
            [source, "--extra-arg=" + option, "--"],
            [source, "--extra-arg-before=" + option, "--"],
        ):
            result = self.run(hosts.build.tidy, *command)
            self.assertIn("error: chosen", result.stdout)

    def test_without_the_directory_that_debian_adds(self):
        hide = 'mount -t tmpfs none /usr/include/clang && exec "$@"'
        hidden = ["unshare", "-m", "sh", "-c", hide, "sh"]
        try:
            works = self.run(*hidden, "true").returncode == 0
        except FileNotFoundError:
            works = False
        if not works:
            self.skipTest("cannot hide a directory here")
        tidy = shutil.copy(hosts.build.tidy, self.directory)
        result = self.run(*hidden, tidy, self.service)
        self.assertFound(result)
        self.assertNotIn("error:", result.stdout)
        clangd = shutil.copy(hosts.build.clangd, self.directory)
        with lsp.Session([*hidden, clangd], self.directory) as session:
            session.open("service.cpp", hosts.SERVICE)
            found = session.diagnostics("service.cpp")
        self.assertEqual([d.get("code") for d in found], [CHECK], found)


class DebianPackage(Installation):
    @classmethod
    def setUpClass(cls):
        if not shutil.which("dpkg-shlibdeps"):
            raise unittest.SkipTest("no dpkg-dev here")

    def package(self):
        config = os.path.join(hosts.build.directory, "CPackConfig.cmake")
        self.run(
            "cpack", "--config", config, "-B", self.path("package"), check=True
        )
        [package] = glob.glob(self.path("package", "*.deb"))
        return package

    def test_extracted_anywhere(self):
        package = self.package()
        self.run("dpkg-deb", "-x", package, self.path("root"), check=True)
        self.assertWorks(
            hosts.Build(
                self.path("root", "usr"),
                hosts.build.major,
                hosts.build.llvm_bin,
            )
        )
        depends = self.run("dpkg-deb", "-f", package, "Depends").stdout
        major = hosts.build.major
        for needed in f"libclang-cpp{major}", f"libclang-common-{major}-dev":
            self.assertRegex(depends, rf"\b{needed}\b")
        # clang-tidy of other LLVMs is refused by the packaged plugin, too.
        load = "--load=" + self.path("root", "usr", "lib", "corolint.so")
        for other, host in hosts.other_hosts():
            self.assertRefused(self.run(host, load, self.service), other, major)

    @unittest.skipUnless(
        os.environ.get("CORO_TEST_INSTALL"), "CORO_TEST_INSTALL is not set"
    )
    def test_installed(self):
        if self.run("dpkg", "-s", "corolint").returncode == 0:
            self.skipTest("corolint is installed already")
        self.run("dpkg", "-i", self.package(), check=True)
        self.addCleanup(self.run, "dpkg", "-P", "corolint", check=True)
        self.assertWorks(
            hosts.Build("/usr", hosts.build.major, hosts.build.llvm_bin)
        )
        # As it is typed.
        self.assertFound(self.run("corolint-tidy", self.service))


if __name__ == "__main__":
    hosts.main()
