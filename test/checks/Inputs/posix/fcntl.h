// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#define O_RDONLY 0
#define O_NONBLOCK 04000
#define F_SETFL 4
extern "C" {
int open(const char *, int, ...);
int fcntl(int, int, ...);
}
