// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The options for Graph.h.

#include "Graph.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"

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

HandlerBlocks::HandlerBlocks(const CFG &Graph) {
  for (const CFGBlock *Block : Graph)
    if (const auto *Try =
            dyn_cast_or_null<CXXTryStmt>(Block->getTerminatorStmt()))
      for (const CFGBlock *Each : Block->succs())
        if (Each && isa_and_nonnull<CXXCatchStmt>(Each->getLabel()))
          Blocks[Try].push_back(Each);
}

llvm::ArrayRef<const CFGBlock *>
HandlerBlocks::of(const CXXTryStmt *Try) const {
  auto It = Blocks.find(Try);
  if (It == Blocks.end())
    return {};
  return It->second;
}

bool isNoThrow(const FunctionDecl *F) {
  const auto *Type = F ? F->getType()->getAs<FunctionProtoType>() : nullptr;
  return Type && !isUnresolvedExceptionSpec(Type->getExceptionSpecType()) &&
         Type->isNothrow();
}

} // namespace corolint
