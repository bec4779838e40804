// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#define WNOHANG 1
extern "C" int waitpid(int, int *, int);
