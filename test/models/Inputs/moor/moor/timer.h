// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include <library_task.h>
namespace moor {
template <class D> library_awaiter<void> sleep_for(D);
} // namespace moor
