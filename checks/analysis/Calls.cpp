// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Calls.h.

#include "Calls.h"
#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace corolint {

llvm::ArrayRef<const Expr *> givenTo(const Expr *Call) {
  if (const auto *C = dyn_cast<CXXConstructExpr>(Call))
    return llvm::ArrayRef(C->getArgs(), C->getNumArgs());
  const auto *AsCall = cast<CallExpr>(Call);
  llvm::ArrayRef<const Expr *> Given(AsCall->getArgs(), AsCall->getNumArgs());
  if (isa<CXXOperatorCallExpr>(Call) &&
      isa_and_nonnull<CXXMethodDecl>(AsCall->getDirectCallee()) &&
      !Given.empty())
    return Given.drop_front();
  return Given;
}

const Expr *receiverOf(const Expr *Call) {
  if (const auto *Member = dyn_cast<CXXMemberCallExpr>(Call))
    return Member->getImplicitObjectArgument();
  if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call);
      Op && Op->getNumArgs() &&
      isa_and_nonnull<CXXMethodDecl>(Op->getDirectCallee()))
    return Op->getArg(0);
  return nullptr;
}

const FunctionDecl *calleeOf(const Expr *Call) {
  if (const auto *C = dyn_cast<CXXConstructExpr>(Call))
    return C->getConstructor();
  return cast<CallExpr>(Call)->getDirectCallee();
}

} // namespace corolint
