// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the end of an object blocks: its destructor, those of its members, the
// thread or the future that it holds; see BlockingParts.h.

#include "Analysis.h"
#include "BlockingParts.h"
#include "Places.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"

using namespace clang;

namespace corolint {

bool isDeferred(const BlockingModel &M, const CallArguments &With,
                const Models &Known) {
  BlockingModel Asked = M;
  Asked.Role = BlockingModel::Blocks;
  // A callable where the policy would stand means that there is none.
  const Expr *Policy = With.at(M.Argument);
  if (!Policy || !core(Policy)->getType()->isEnumeralType())
    return false;
  return !blocks(Asked, With, Known);
}

namespace {
class EndWalker {
public:
  EndWalker(const VarDecl *V, const Body &B, BlockingKnowledge &K)
      : V(V), B(B), K(K) {}

  std::vector<BlockingEnd> Ends;

  void end(QualType T, unsigned Depth = 0) {
    const CXXRecordDecl *R =
        T->getBaseElementTypeUnsafe()->getAsCXXRecordDecl();
    R = R ? R->getDefinition() : nullptr;
    if (!R || Depth > 4 || R->isDependentContext() || R->hasTrivialDestructor())
      return;
    const CXXDestructorDecl *D = R->getDestructor();
    if (!D)
      return;
    const Models::BlockingEntries &Entries = K.entries(*D, nullptr);
    if (const BlockingModel *M = joins(*D))
      return add({M, M->Level, {}});
    if (!Entries.empty() || K.mark(*D) == BlockingKnowledge::Mark::Harmless)
      return;
    if (V && Depth == 0)
      if (const BlockingModel *M = startedIn(*V))
        return add({M, Tier::Bridge, {}});
    if (isInStd(*R))
      return owned(*R, Depth);
    BlockingCallee Own;
    if (D->isUserProvided())
      Own = K.callee(*D);
    if (Own)
      add({nullptr, Tier::Micro, Own});
    for (const FieldDecl *Field : R->fields()) {
      const auto *Its = Field->getType()->getAsCXXRecordDecl();
      if (V && Depth == 0 && holds(*Field) &&
          (!Own ||
           (Own.Definition && !names(Own.Definition->getBody(), *Field))))
        add({nullptr, Tier::Bridge, {}, Field});
      else if (Its && !isInStd(*Its) && !Own)
        end(Field->getType(), Depth + 1);
    }
    if (!Own)
      for (const CXXBaseSpecifier &Base : R->bases())
        end(Base.getType(), Depth + 1);
  }

private:
  void add(BlockingEnd E) { Ends.push_back(E); }

  const BlockingModel *joins(const CXXDestructorDecl &D) {
    for (const BlockingModel *M : K.entries(D, nullptr))
      if (M->Role == BlockingModel::Blocks)
        return M;
    return nullptr;
  }

  /// What a smart pointer or container owns ends with it.
  void owned(const CXXRecordDecl &R, unsigned Depth) {
    const auto *S = dyn_cast<ClassTemplateSpecializationDecl>(&R);
    if (!S || !R.getIdentifier() || !V ||
        (R.getName() != "unique_ptr" && R.getName() != "optional" &&
         R.getName() != "vector" && R.getName() != "array"))
      return;
    const TemplateArgument &Owned = S->getTemplateArgs()[0];
    if (Owned.getKind() != TemplateArgument::Type)
      return;
    const auto *Class = Owned.getAsType()->getAsCXXRecordDecl();
    const CXXDestructorDecl *Its = Class && Class->hasDefinition()
                                       ? Class->getDefinition()->getDestructor()
                                       : nullptr;
    if (Its && (!Its->isVirtual() || Class->isEffectivelyFinal()))
      end(Owned.getAsType(), Depth + 1);
  }

  //===-- Futures of std::async -------------------------------------------===//

  /// The entry of the call, if it starts work that its result waits for.
  const BlockingModel *starts(const Expr *Value) {
    const auto *Call = dyn_cast<CallExpr>(core(Value));
    if (const auto *C = dyn_cast<CXXConstructExpr>(core(Value));
        C && C->getNumArgs() == 1)
      Call = dyn_cast<CallExpr>(core(C->getArg(0)));
    if (!Call || !Call->getDirectCallee())
      return nullptr;
    for (const BlockingModel *M : K.entries(*Call)) {
      llvm::SmallVector<const Expr *, 4> Given(Call->arguments());
      if (M->Role == BlockingModel::Starts &&
          !isDeferred(*M, {B, Given, nullptr}, K.analysis().models()))
        return M;
    }
    return nullptr;
  }
  const BlockingModel *startedIn(const VarDecl &V) {
    for (const Body::Store &S : B.stores())
      if (S.Variable == &V)
        if (const BlockingModel *M = starts(S.Value))
          return M;
    return nullptr;
  }

  //===-- Members ---------------------------------------------------------===//

  /// What the member of `V` is made from, as far as that is seen.
  const Expr *initialiser(const FieldDecl &Field) {
    const Expr *Init = V->getInit() ? core(V->getInit()) : nullptr;
    llvm::ArrayRef<Expr *> Given;
    if (const auto *List = dyn_cast_or_null<InitListExpr>(Init))
      Given = List->inits();
    else if (const auto *List = dyn_cast_or_null<CXXParenListInitExpr>(Init))
      Given = List->getInitExprs();
    const auto *R = cast<CXXRecordDecl>(Field.getParent());
    if (!Given.empty()) {
      unsigned Index = R->getNumBases() + Field.getFieldIndex();
      return Index < Given.size() ? Given[Index] : nullptr;
    }
    const auto *C = dyn_cast_or_null<CXXConstructExpr>(Init);
    const FunctionDecl *Definition = nullptr;
    if (!C || C->getConstructor()->isCopyOrMoveConstructor() ||
        !C->getConstructor()->hasBody(Definition) || !Definition)
      return nullptr;
    for (const CXXCtorInitializer *Each :
         cast<CXXConstructorDecl>(Definition)->inits())
      if (Each->getAnyMember() == &Field)
        return Each->getInit();
    return nullptr;
  }

  /// Whether the member has a thread or a future to wait for from the
  /// beginning, and nobody takes it away.
  bool holds(const FieldDecl &Field) {
    const CXXRecordDecl *Its = Field.getType()->getAsCXXRecordDecl();
    Its = Its ? Its->getDefinition() : nullptr;
    if (!Its || !isInStd(*Its) || !Its->getDestructor())
      return false;
    const Expr *Init = initialiser(Field);
    if (!Init)
      return false;
    const auto *C = dyn_cast<CXXConstructExpr>(core(Init));
    bool Runs = joins(*Its->getDestructor())
                    ? C && C->getNumArgs() > 0 &&
                          !C->getConstructor()->isCopyOrMoveConstructor() &&
                          !isa<CXXDefaultArgExpr>(C->getArg(0))
                    : starts(Init) != nullptr;
    const Stmt *Code = B.function().getBody();
    if (const auto *Frame = dyn_cast<CoroutineBodyStmt>(Code))
      Code = Frame->getBody();
    return Runs && !mayTake(Code, Field);
  }

  static bool names(const Stmt *S, const FieldDecl &Field) {
    if (!S)
      return false;
    if (const auto *M = dyn_cast<MemberExpr>(S))
      if (M->getMemberDecl() == &Field)
        return true;
    return llvm::any_of(S->children(),
                        [&](const Stmt *Child) { return names(Child, Field); });
  }

  /// Whether somebody here may join, detach or move the member of `V`.
  bool mayTake(const Stmt *S, const FieldDecl &Field) {
    if (!S)
      return false;
    if (const auto *M = dyn_cast<MemberExpr>(S)) {
      const auto *Ref = dyn_cast<DeclRefExpr>(core(M->getBase()));
      if (Ref && Ref->getDecl() == V) {
        const auto *Method = dyn_cast<CXXMethodDecl>(M->getMemberDecl());
        if (!Method)
          return M->getMemberDecl() == &Field;
        if (Method->isConst() || isa<CXXDestructorDecl>(Method))
          return false;
        const FunctionDecl *Definition = nullptr;
        return !Method->hasBody(Definition) || !Definition ||
               names(Definition->getBody(), Field);
      }
    }
    if (const auto *Ref = dyn_cast<DeclRefExpr>(S))
      return Ref->getDecl() == V;
    return llvm::any_of(S->children(), [&](const Stmt *Child) {
      return mayTake(Child, Field);
    });
  }

  const VarDecl *V;
  const Body &B;
  BlockingKnowledge &K;
};
} // namespace

std::vector<BlockingEnd> blockingEnds(QualType T, const VarDecl *V,
                                      const Body &B, BlockingKnowledge &K) {
  EndWalker W(V, B, K);
  W.end(T);
  return std::move(W.Ends);
}

} // namespace corolint
