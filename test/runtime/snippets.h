// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the examples of docs/runtime take for granted; guide.py adds all headers of
// moor.
#pragma once
#include <chrono>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
