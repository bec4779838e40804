# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# How lit runs the tests that are text: `lit -sv build/llvm-22/test`.
#
# A test is a file with a RUN line. It may use
#
#   %check_tidy FILE CHECKS [-- TIDY-ARGS [-- COMPILER-ARGS]]
#                       both hosts, hermetic headers; see check_tidy.py
#   %check_tidy_real    the same with the real headers of this machine
#   %python  %build     the interpreter, and the build directory
#   %clang_tidy  %corolint_tidy  %corolint_clangd  %plugin  %clangxx  %filecheck
#   %source             the root of the repository
#
# Parameters: --param bless=1 rewrites the expectations instead of comparing
# (tools/dev bless); --param all=1 runs the long schedules, too.

import os
import sys

import lit.util


root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(root, "test"))
from lit_format import TestsWithRunLines
if not hasattr(config, "llvm_major"):
    # `lit -sv test`, without a build's lit.site.cfg.py.
    config.llvm_major = lit_config.params.get("llvm", "22")
    config.llvm_tools_dir = "/usr/lib/llvm-%s/bin" % config.llvm_major
    config.corolint_source_dir = root
    config.corolint_build_dir = lit_config.params.get(
        "build", os.path.join(root, "build", "llvm-" + config.llvm_major))
    config.corolint_bin_dir = os.path.join(config.corolint_build_dir, "bin")
    config.corolint_lib_dir = os.path.join(config.corolint_build_dir, "lib")
    config.test_exec_root = os.path.join(config.corolint_build_dir, "test")

config.name = "corolint-llvm" + config.llvm_major
config.test_source_root = os.path.join(root, "test")
config.test_format = TestsWithRunLines(execute_external=False)
config.suffixes = [".cpp", ".py", ".test"]
config.excludes = ["Inputs", "lit.cfg.py", "lit_format.py", "check_tidy.py", "__pycache__"]
config.available_features.add("llvm-" + config.llvm_major)
if lit_config.params.get("all"):
    config.available_features.add("all")
    config.environment["CORO_TEST_ALL"] = "1"
for variable in ("LD_PRELOAD", "CCACHE_DIR", "TSAN_OPTIONS"):
    if variable in os.environ:
        config.environment[variable] = os.environ[variable]

# A compiler of the same LLVM; Debian's packages put it beside clang-tidy.
clangxx = os.path.join(config.llvm_tools_dir, "clang++")
if not os.path.exists(clangxx):
    clangxx = lit.util.which("clang++-" + config.llvm_major) or "clang++"

check_tidy = " ".join([
    sys.executable, os.path.join(config.test_source_root, "check_tidy.py"),
    "--llvm-bin", config.llvm_tools_dir, "--clangxx", clangxx,
    "--corolint-bin", config.corolint_bin_dir,
    "--corolint-lib", config.corolint_lib_dir])
if lit_config.params.get("bless"):
    check_tidy += " --bless"

# Longer names first: lit replaces them in this order, as text.
config.substitutions += [
    ("%check_tidy_real", check_tidy + " --real --scratch %t.real"),
    ("%check_tidy", check_tidy + " --scratch %t"),
    ("%corolint_tidy", os.path.join(config.corolint_bin_dir, "corolint-tidy")),
    ("%corolint_clangd", os.path.join(config.corolint_bin_dir, "corolint-clangd")),
    ("%filecheck", os.path.join(config.llvm_tools_dir, "FileCheck")),
    ("%clang_tidy", os.path.join(config.llvm_tools_dir, "clang-tidy")),
    ("%clangxx", clangxx),
    ("%plugin", os.path.join(config.corolint_lib_dir, "corolint.so")),
    ("%python", sys.executable),
    ("%build", config.corolint_build_dir),
    ("%source", config.corolint_source_dir),
]
