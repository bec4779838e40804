// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What forms.cpp is written with, in terms of QCoro 6.
#pragma once
#include <QCoroAsyncGenerator>
#include <QCoroGenerator>
#include <QCoroTask>
#include <QCoroTimer>
#include <QObject>
#include <QThread>
#include <QTimer>

template <class T = void> using task = QCoro::Task<T>;
template <class T> using generator = QCoro::Generator<T>;
template <class T> using async_generator = QCoro::AsyncGenerator<T>;

#define AWAITS_ANYTHING
#define NAP QCoro::sleepFor(std::chrono::milliseconds(1))
#define WAIT_FOR(x) QCoro::waitFor(x)
#define ELSEWHERE(f) QThread::create(f)->start()
#define ON_THE_LOOP(f) QTimer::singleShot(0, f)
