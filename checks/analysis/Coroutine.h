// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Is it a coroutine, and of what kind.

#ifndef COROLINT_CHECKS_ANALYSIS_COROUTINE_H
#define COROLINT_CHECKS_ANALYSIS_COROUTINE_H

#include "Shapes.h"
#include "clang/AST/Decl.h"
#include "clang/AST/StmtCXX.h"
#include <optional>

namespace corolint {

struct Coroutine {
  const clang::FunctionDecl *Function;
  const clang::CoroutineBodyStmt *Frame;
  /// What the user wrote.
  const clang::Stmt *Body;
  const clang::CXXRecordDecl *Promise;
  /// Yields to a caller that waits for it, and cannot await: to that caller it
  /// is an ordinary function.
  bool IsSynchronousGenerator;

  /// Nothing if `F` is no coroutine, or one that cannot be judged: dependent,
  /// without a body, or not understood by the compiler.
  static std::optional<Coroutine> of(const clang::FunctionDecl &F, Shapes &S);
};

/// Whether whoever has an object of the type, a generator, awaits its values.
bool isAwaitedByConsumer(clang::QualType Generator, Shapes &S);

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_COROUTINE_H
