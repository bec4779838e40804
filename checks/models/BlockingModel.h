// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What corolint knows about calls that block the thread: which, how badly, and
// on which arguments it depends; what runs callables elsewhere, and where.

#ifndef COROLINT_CHECKS_MODELS_BLOCKINGMODEL_H
#define COROLINT_CHECKS_MODELS_BLOCKINGMODEL_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace corolint {

/// How a call blocks, worst first.
enum class Tier : unsigned char {
  Bridge,   ///< Waits for other asynchronous work: can deadlock the executor.
  Wait,     ///< Waits for time, other threads, the network, a person.
  Io,       ///< Reads or writes files.
  Metadata, ///< Asks the file system, loads libraries.
  Micro,    ///< Short, as a rule: an uncontended lock, a line of log.
};
inline constexpr unsigned NumTiers = 5;
/// As users write them.
inline constexpr llvm::StringLiteral TierNames[NumTiers] = {
    "bridge", "wait", "io", "metadata", "micro"};

/// Marks an argument that a model does not mention. Others are indices from 0;
/// ImplicitObject and EveryArgument as in Models.h.
inline constexpr int NoArgument = -3;

struct BlockingModel {
  llvm::StringRef Name; ///< "std::future::get", "std::jthread::~jthread"
  enum RoleKind : unsigned char {
    Blocks,   ///< the call
    Harmless, ///< is known not to block, nor to change what others do
    Calls,    ///< calls the callables among its arguments, before it returns
    Offloads, ///< runs the callables among its arguments on other threads
    Posts,    ///< runs them later, on a loop: one that `Argument` is (`Of`), or
              ///< the coroutine's own, if that is what `Argument` is
    IsOwnExecutor, ///< awaited, it gives the coroutine its own executor
    Switches, ///< awaited, it moves the coroutine to where blocking is fine
    Returns,  ///< awaited, it moves the coroutine to where it is not
    OpensFile,
    OpensSocket,
    Starts, ///< makes an object whose end waits: std::async
  } Role = Blocks;
  Tier Level = Tier::Micro;
  /// It does not block if this integer, duration or timespec is zero.
  int Zero = NoArgument;
  /// It does not block if this pointer is null, or is not.
  int Null = NoArgument, NotNull = NoArgument;
  /// A descriptor: blocks only where it is seen how it was opened.
  int Descriptor = NoArgument;
  /// A FILE: standard input and output are of another tier.
  int Stream = NoArgument;
  /// The argument that Unless, Only and Of are about.
  int Argument = NoArgument;
  /// Enumerators, macros or variables of which a mention means that it does not
  /// block, or without which it does not.
  llvm::ArrayRef<llvm::StringRef> Unless, Only;
  /// Classes of which the argument has to be, or to derive from.
  llvm::ArrayRef<llvm::StringRef> Of;
  /// It blocks only with so many arguments.
  int MinArguments = 0;
  /// What a coroutine could await instead: an argument, or the object.
  int Awaits = NoArgument;
  /// Methods of the object that say, by returning true or `ready`, that it will
  /// not block; and methods of it, or of what it was got from, after which it
  /// does not.
  llvm::ArrayRef<llvm::StringRef> ReadyWhen, After;
};

/// A library's awaitable twin of a function that blocks.
struct TwinModel {
  llvm::StringRef Library;
  llvm::StringRef For;    ///< "std::this_thread::sleep_for"
  llvm::StringRef Use;    ///< "moor::sleep_for"
  llvm::StringRef Header; ///< "<moor/timer.h>"
  /// `co_await Use(the same arguments)` does what the author meant.
  bool SameArguments = false;
};

} // namespace corolint

#endif // COROLINT_CHECKS_MODELS_BLOCKINGMODEL_H
