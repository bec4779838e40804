# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# What lit takes for a test. A module of its own, because lit hands it to other
# processes by name.

import lit.formats


class TestsWithRunLines(lit.formats.ShTest):
    """Modules that tests import, and other files beside them, are not tests."""

    def getTestsInDirectory(self, suite, path_in_suite, lit_config, local_config):
        for test in super().getTestsInDirectory(
                suite, path_in_suite, lit_config, local_config):
            with open(test.getSourcePath(), "rb") as f:
                if b"RUN:" in f.read():
                    yield test
