// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
extern "C" {
typedef union {
  char d[32];
  long a;
} sem_t;
int sem_init(sem_t *, int, unsigned) noexcept;
int sem_wait(sem_t *);
int sem_trywait(sem_t *) noexcept;
int sem_post(sem_t *) noexcept;
}
