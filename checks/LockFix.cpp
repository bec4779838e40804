// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds the block and the statements to edit; see LockFix.h.

#include "LockFix.h"
#include "analysis/Places.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"
#include "llvm/ADT/DenseSet.h"

using namespace clang;

namespace corolint {

static bool contains(const Stmt *S, const Stmt *What) {
  return S && (S == What || llvm::any_of(S->children(), [&](const Stmt *Child) {
                 return contains(Child, What);
               }));
}

/// The block that declares the variable, and where in it.
static const CompoundStmt *blockOf(const Stmt *S, const VarDecl *V,
                                   size_t &Index) {
  if (!S)
    return nullptr;
  if (const auto *Block = dyn_cast<CompoundStmt>(S)) {
    Index = 0;
    for (const Stmt *Child : Block->body()) {
      const auto *D = dyn_cast<DeclStmt>(Child);
      if (D && D->isSingleDecl() && D->getSingleDecl() == V)
        return Block;
      ++Index;
    }
  }
  if (isa<LambdaExpr>(S))
    return nullptr;
  for (const Stmt *Child : S->children())
    if (const CompoundStmt *Found = blockOf(Child, V, Index))
      return Found;
  return nullptr;
}

/// What a statement mentions, and what it declares.
static void mentions(const Stmt *S, llvm::DenseSet<const ValueDecl *> &Used,
                     llvm::DenseSet<const ValueDecl *> &Declared) {
  if (!S)
    return;
  if (const auto *D = dyn_cast<DeclStmt>(S))
    for (const Decl *Each : D->decls())
      if (const auto *V = dyn_cast<ValueDecl>(Each)) {
        Declared.insert(V);
        if (const auto *Parts = dyn_cast<DecompositionDecl>(V))
          Declared.insert(Parts->bindings().begin(), Parts->bindings().end());
      }
  if (const auto *Ref = dyn_cast<DeclRefExpr>(S))
    Used.insert(Ref->getDecl());
  if (const auto *Member = dyn_cast<MemberExpr>(S))
    Used.insert(Member->getMemberDecl());
  for (const Stmt *Child : S->children())
    mentions(Child, Used, Declared);
}

/// A local object that nobody else can name needs no lock. What a function uses
/// is not known.
static bool isShared(const ValueDecl *D) {
  if (const auto *F = dyn_cast<FunctionDecl>(D))
    return !isInStd(*F);
  if (isa<EnumConstantDecl>(D))
    return false;
  const auto *V = dyn_cast<VarDecl>(D);
  return !V || !V->hasLocalStorage() || V->getType()->isReferenceType() ||
         V->getType()->isPointerType();
}

/// A number, or a copy that the standard library keeps.
static bool isPlainValue(QualType T) {
  if (T->isRecordType()) {
    const CXXRecordDecl *R = T->getAsCXXRecordDecl();
    return R && isInStd(*R) && R->getIdentifier() &&
           (R->getName() == "basic_string" || R->getName() == "vector");
  }
  return T->isArithmeticType() || T->isEnumeralType();
}

static bool hasUnlock(QualType Guard) {
  const CXXRecordDecl *R = Guard->getAsCXXRecordDecl();
  return R && !Guard.isConstQualified() &&
         llvm::any_of(R->methods(), [](const CXXMethodDecl *M) {
           return M->getIdentifier() && M->getName() == "unlock" &&
                  M->getAccess() == AS_public && M->getNumParams() == 0;
         });
}

std::vector<FixItHint> endLockBefore(const HeldLock &L, const FunctionDecl &F) {
  if (!L.Guard || L.From != HeldLock::Here || !L.IsCertain)
    return {};
  const SourceManager &SM = F.getASTContext().getSourceManager();
  size_t First = 0;
  const CompoundStmt *Block = blockOf(F.getBody(), L.Guard, First);
  if (!Block)
    return {};
  llvm::ArrayRef<Stmt *> Body(Block->body_begin(), Block->body_end());
  size_t Next = First + 1;
  while (Next < Body.size() && !contains(Body[Next], L.Suspensions.front()))
    ++Next;
  // It has to be an edit between statements, with something under the lock.
  if (Next >= Body.size() || Next == First + 1)
    return {};
  for (size_t I = First; I <= Next; ++I)
    if (isa<LabelStmt, SwitchCase>(Body[I]) ||
        Body[I]->getBeginLoc().isMacroID() || Body[I]->getEndLoc().isMacroID())
      return {};

  llvm::DenseSet<const ValueDecl *> Locked, Guard, UsedUnder, DeclaredUnder,
      Used, Declared;
  mentions(Body[First], Locked, Guard);
  for (size_t I = First + 1; I < Next; ++I)
    mentions(Body[I], UsedUnder, DeclaredUnder);
  for (size_t I = Next; I < Body.size(); ++I)
    mentions(Body[I], Used, Declared);
  if (Used.count(L.Guard))
    return {};
  for (const ValueDecl *D : UsedUnder)
    if (isShared(D) && Used.count(D))
      return {};
  // What refers to something may refer to what the lock protects.
  for (const ValueDecl *D : Used)
    if (isa<VarDecl, BindingDecl>(D) && !Declared.count(D)) {
      QualType T = D->getType();
      const CXXRecordDecl *R = T->getAsCXXRecordDecl();
      // A caller's reference was made without the lock; unless the mutex comes
      // with what it refers to, that is something else.
      bool IsCallers = isa<ParmVarDecl>(D) && !Locked.count(D);
      bool Refers =
          (T->isReferenceType() && !IsCallers) || (R && R->isLambda());
      if (Refers || (DeclaredUnder.count(D) && !isPlainValue(T)))
        return {};
    }

  std::string Indent =
      std::string(Lexer::getIndentationForLine(Body[Next]->getBeginLoc(), SM));
  if (hasUnlock(L.Guard->getType()))
    return {FixItHint::CreateInsertion(Body[Next]->getBeginLoc(),
                                       L.Guard->getNameAsString() +
                                           ".unlock();\n" + Indent)};
  for (size_t I = First + 1; I < Next; ++I)
    if (const auto *D = dyn_cast<DeclStmt>(Body[I]))
      for (const Decl *Each : D->decls())
        if (!isa<VarDecl>(Each))
          return {};
  for (const ValueDecl *D : DeclaredUnder) {
    const CXXRecordDecl *R = D->getType()->getAsCXXRecordDecl();
    bool EndsSomething =
        R && R->hasDefinition() && !R->hasTrivialDestructor() && !isInStd(*R);
    if (Used.count(D) || EndsSomething)
      return {};
  }
  return {
      FixItHint::CreateInsertion(Body[First]->getBeginLoc(), "{\n" + Indent),
      FixItHint::CreateInsertion(Body[Next]->getBeginLoc(), "}\n" + Indent)};
}

} // namespace corolint
