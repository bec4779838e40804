// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The options for Graph.h.

#include "Graph.h"
#include "clang/AST/ASTContext.h"

using namespace clang;

namespace corolint {

std::unique_ptr<CFG> buildGraph(const FunctionDecl &F, const Stmt &Body) {
  CFG::BuildOptions Options;
  Options.AddImplicitDtors = true;
  Options.AddTemporaryDtors = true;
  Options.PruneTriviallyFalseEdges = true;
  // What has an effect of its own, however deep in an expression.
  for (Stmt::StmtClass Class :
       {Stmt::CoawaitExprClass, Stmt::CoyieldExprClass,
        Stmt::BinaryOperatorClass, Stmt::CompoundAssignOperatorClass,
        Stmt::UnaryOperatorClass, Stmt::CXXNewExprClass,
        Stmt::CXXDeleteExprClass, Stmt::LambdaExprClass,
        Stmt::InitListExprClass, Stmt::CXXParenListInitExprClass,
        Stmt::CXXConstructExprClass, Stmt::CXXTemporaryObjectExprClass,
        Stmt::ReturnStmtClass})
    Options.setAlwaysAdd(Class);
  return CFG::buildCFG(&F, const_cast<Stmt *>(&Body), &F.getASTContext(),
                       Options);
}

} // namespace corolint
