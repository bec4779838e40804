// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include <stddef.h>
struct FILE;
extern "C" {
extern FILE *stdin, *stdout, *stderr;
FILE *fopen(const char *, const char *);
size_t fread(void *, size_t, size_t, FILE *);
int fclose(FILE *);
int fputs(const char *, FILE *);
char *fgets(char *, int, FILE *);
int printf(const char *, ...);
}
