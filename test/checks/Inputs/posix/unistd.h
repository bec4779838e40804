// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include <stddef.h>
extern "C" {
unsigned sleep(unsigned);
int usleep(unsigned);
long read(int, void *, size_t);
long write(int, const void *, size_t);
int close(int);
int fsync(int);
}
