# RUN: %python %s --build %build
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The plugin works in the stock clang-tidy, in every way that people start it;
# and the recipe for a CI notices when it is not there.

import os
import shutil
import tempfile

import hosts
from hosts import CHECK, FLAGS


class PluginLoads(hosts.Project):
    def test_load(self):
        result = self.run(hosts.build.stock_tidy, "--load=" + hosts.build.plugin, self.service)
        self.assertFound(result)
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_load_through_a_symbolic_link(self):
        link = os.path.join(self.directory, "plugin.so")
        os.symlink(hosts.build.plugin, link)
        result = self.run(hosts.build.stock_tidy, "--load=./plugin.so", self.service)
        self.assertFound(result)

    def test_load_twice(self):
        load = "--load=" + hosts.build.plugin
        once = self.run(hosts.build.stock_tidy, load, self.service)
        twice = self.run(hosts.build.stock_tidy, load, load, self.service)
        self.assertFound(twice)
        self.assertEqual(once.stdout, twice.stdout)

    def test_run_clang_tidy(self):
        result = self.run(
            hosts.build.script("run-clang-tidy"),
            "-clang-tidy-binary", hosts.build.stock_tidy,
            "-load", hosts.build.plugin,
            "-p", self.directory,
        )  # fmt: skip
        self.assertFound(result)
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_run_clang_tidy_with_our_binary(self):
        result = self.run(
            hosts.build.script("run-clang-tidy"),
            "-clang-tidy-binary", hosts.build.tidy,
            "-p", self.directory,
        )  # fmt: skip
        self.assertFound(result)

    def test_clang_tidy_diff(self):
        lines = hosts.SERVICE.splitlines()
        old = "".join(line + "\n" for line in lines[:-4])
        self.write("old.cpp", old)
        # The whole coroutine is new.
        diff = self.run("diff", "-U0", "old.cpp", "service.cpp").stdout
        result = self.run(
            hosts.build.script("clang-tidy-diff.py"),
            "-clang-tidy-binary", hosts.build.stock_tidy,
            "-load", hosts.build.plugin,
            "-p0", "-path", self.directory,
            input=diff,
        )  # fmt: skip
        self.assertFound(result)

    def cmake_project(self, tidy):
        self.write(
            "CMakeLists.txt",
            "cmake_minimum_required(VERSION 3.24)\n"
            "project(service LANGUAGES CXX)\n"
            "set(CMAKE_CXX_STANDARD 20)\n"
            "add_library(service OBJECT service.cpp)\n",
        )
        clang = os.path.join(hosts.build.llvm_bin, "clang++")
        self.run(
            "cmake", "-S", ".", "-B", "out", "-G", "Ninja",
            "-DCMAKE_CXX_COMPILER=" + clang, "-DCMAKE_CXX_CLANG_TIDY=" + tidy,
            check=True,
        )  # fmt: skip
        return self.run("cmake", "--build", "out")

    def test_cmake(self):
        result = self.cmake_project(f"{hosts.build.stock_tidy};--load={hosts.build.plugin}")
        self.assertFound(result)
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_cmake_in_a_wrong_host(self):
        for major, host in hosts.other_hosts():
            with self.subTest(host=major):
                shutil.rmtree(os.path.join(self.directory, "out"), ignore_errors=True)
                result = self.cmake_project(f"{host};--load={hosts.build.plugin}")
                self.assertNotEqual(result.returncode, 0, "the build went on")
                self.assertSaysVersions(result, major, hosts.build.major)


class PluginIsMissing(hosts.Project):
    """clang-tidy ignores a plugin that it cannot load. --verify-config, the
    first line of our CI recipe, does not."""

    def setUp(self):
        super().setUp()
        # With another check enabled there is something left to run.
        self.write(".clang-tidy", "Checks: '-*,bugprone-use-after-move,coro-*'\n")
        self.nowhere = "--load=" + os.path.join(self.directory, "nowhere.so")

    def test_the_trap_is_still_there(self):
        # Or the recipe could be shorter.
        result = self.run(hosts.build.stock_tidy, self.nowhere, self.service)
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertNotIn(CHECK, result.stdout)

    def test_verify_config_finds_it_missing(self):
        result = self.run(hosts.build.stock_tidy, self.nowhere, "--verify-config", self.service)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn("coro-*", result.stdout)

    def test_verify_config_finds_it_there(self):
        load = "--load=" + hosts.build.plugin
        result = self.run(hosts.build.stock_tidy, load, "--verify-config", self.service)
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_verify_config_knows_misspelt_checks(self):
        self.write(".clang-tidy", "Checks: '-*,coro-lock-over-suspension'\n")
        load = "--load=" + hosts.build.plugin
        result = self.run(hosts.build.stock_tidy, load, "--verify-config", self.service)
        self.assertEqual(result.returncode, 1, result.stdout)


class WrongHost(hosts.Project):
    """Nothing is ever called clean that was not checked."""

    def test_no_plugin_for_the_host(self):
        found = False
        for major, host in hosts.other_hosts():
            found = True
            with self.subTest(host=major):
                load = "--load=" + hosts.build.plugin
                result = self.run(host, load, self.service)
                self.assertRefused(result, major, hosts.build.major)
                result = self.run(host, load, "--verify-config")
                self.assertRefused(result, major, hosts.build.major)
        if not found:
            self.skipTest("no clang-tidy of another LLVM here")

    def test_the_inner_plugin_by_itself(self):
        # Not for users, but somebody will. Where the host lacks a symbol it is
        # clang-tidy that fails; it must not be silent.
        inner = hosts.build.plugin.replace("corolint.so", f"corolint-llvm{hosts.build.major}.so")
        result = self.run(hosts.build.stock_tidy, "--load=" + inner, self.service)
        self.assertFound(result)
        for major, host in hosts.other_hosts():
            with self.subTest(host=major):
                result = self.run(host, "--load=" + inner, self.service)
                self.assertNotEqual(result.returncode, 0, result.stdout)

    def test_run_clang_tidy(self):
        for major, host in hosts.other_hosts():
            with self.subTest(host=major):
                result = self.run(
                    hosts.build.script("run-clang-tidy"),
                    "-clang-tidy-binary", host,
                    "-load", hosts.build.plugin,
                    "-p", self.directory,
                )  # fmt: skip
                self.assertNotEqual(result.returncode, 0, result.stdout)
                self.assertSaysVersions(result, major, hosts.build.major)

    def test_no_plugin_at_all(self):
        alone = shutil.copy(hosts.build.plugin, self.directory)
        result = self.run(hosts.build.stock_tidy, "--load=" + alone, self.service)
        self.assertRefused(result, hosts.build.major)
        self.assertIn("none", result.stdout)

    def test_plugin_that_cannot_be_loaded(self):
        alone = shutil.copy(hosts.build.plugin, self.directory)
        self.write(f"corolint-llvm{hosts.build.major}.so", "not a library\n")
        result = self.run(hosts.build.stock_tidy, "--load=" + alone, self.service)
        self.assertRefused(result, hosts.build.major)
        self.assertIn("cannot load", result.stdout)

    def test_several_plugins_beside_one_loader(self):
        siblings = hosts.build.siblings()
        if not siblings:
            self.skipTest("only one build here")
        with tempfile.TemporaryDirectory() as prefix:
            for each in hosts.build, *siblings:
                each.installed(prefix, "--component", "plugin")
            load = f"--load={prefix}/lib/corolint.so"
            majors = [each.major for each in (hosts.build, *siblings)]
            for each in hosts.build, *siblings:
                self.assertFound(self.run(each.stock_tidy, load, self.service))
            for major, host in hosts.other_hosts():
                if major not in majors:
                    self.assertRefused(self.run(host, load, self.service), major, *majors)


class LinkedInto(hosts.Project):
    def test_same_output_as_the_plugin(self):
        plugin = self.run(hosts.build.stock_tidy, "--load=" + hosts.build.plugin, self.service)
        tidy = self.run(hosts.build.tidy, self.service)
        self.assertFound(tidy)
        self.assertEqual(plugin.stdout, tidy.stdout)

    def test_all_upstream_checks_are_there(self):
        stock = self.run(hosts.build.stock_tidy, "--list-checks", "--checks=*").stdout.split()
        ours = self.run(hosts.build.tidy, "--list-checks", "--checks=*").stdout.split()
        self.assertEqual([c for c in ours if not c.startswith("coro-")], stock)
        self.assertIn(CHECK, ours)

    def test_plugin_loaded_into_our_binary_too(self):
        plain = self.run(hosts.build.tidy, self.service)
        both = self.run(hosts.build.tidy, "--load=" + hosts.build.plugin, self.service)
        self.assertEqual(plain.stdout, both.stdout)

    def test_version(self):
        result = self.run(hosts.build.tidy, "--version")
        self.assertRegex(result.stdout, r"corolint \d+\.\d+\.\d+")
        self.assertRegex(result.stdout, rf"LLVM version {hosts.build.major}\.")

    def test_flags_after_dashes(self):
        os.remove(os.path.join(self.directory, "compile_commands.json"))
        result = self.run(hosts.build.tidy, self.service, "--", *FLAGS)
        self.assertFound(result)


class LoaderIsFreeOfClang(hosts.Project):
    def test_symbols(self):
        nm = os.path.join(hosts.build.llvm_bin, "llvm-nm")
        for each, free in ("corolint", True), (f"corolint-llvm{hosts.build.major}", False):
            library = os.path.join(os.path.dirname(hosts.build.plugin), each + ".so")
            symbols = self.run(nm, "-D", "--undefined-only", library, check=True).stdout
            # As in _ZN4llvm…, _ZN5clang…
            self.assertEqual("4llvm" not in symbols and "5clang" not in symbols, free)

    def test_libraries(self):
        readelf = os.path.join(hosts.build.llvm_bin, "llvm-readelf")
        for each in "corolint", f"corolint-llvm{hosts.build.major}":
            library = os.path.join(os.path.dirname(hosts.build.plugin), each + ".so")
            needed = self.run(readelf, "--needed-libs", library, check=True).stdout
            self.assertNotRegex(needed, "libclang|libLLVM")


if __name__ == "__main__":
    hosts.main()
