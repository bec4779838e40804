// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include <stddef.h>
enum { SOCK_STREAM = 1, SOCK_NONBLOCK = 04000 };
enum { MSG_DONTWAIT = 0x40 };
#define AF_INET 2
struct sockaddr;
extern "C" {
int socket(int, int, int);
int connect(int, const sockaddr *, unsigned);
long recv(int, void *, size_t, int);
}
