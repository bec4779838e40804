// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Looks at arguments; see BlockingArguments.h.

#include "BlockingArguments.h"
#include "Places.h"
#include "Shapes.h"
#include "clang/AST/ASTContext.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"
#include <limits>

using namespace clang;

namespace corolint {

/// The parameter of the function that `E` is, as it was given.
static std::optional<unsigned> parameter(const Body &B, const Expr *E) {
  const auto *Ref = dyn_cast<DeclRefExpr>(core(E));
  const auto *P = Ref ? dyn_cast<ParmVarDecl>(Ref->getDecl()) : nullptr;
  if (!P || P->getDeclContext() != &B.function() || B.isModified(P))
    return std::nullopt;
  return P->getFunctionScopeIndex();
}

/// The same of what is only converted: std::chrono::seconds(n).
static std::optional<unsigned> convertedParameter(const Body &B,
                                                  const Expr *E) {
  for (unsigned Depth = 0; Depth < 8; ++Depth) {
    if (std::optional<unsigned> P = parameter(B, E))
      return P;
    E = core(E);
    const auto *C = dyn_cast<CXXConstructExpr>(E);
    if (const auto *Cast = dyn_cast<ExplicitCastExpr>(E))
      E = Cast->getSubExpr();
    else if (C && C->getNumArgs() == 1)
      E = C->getArg(0);
    else
      break;
  }
  return std::nullopt;
}

/// A variable's value where it has only one.
static const Expr *valueOf(const Body &B, const VarDecl *V) {
  if (isa<ParmVarDecl>(V) || !V->getInit() || V->getType()->isReferenceType())
    return nullptr;
  bool IsConstant = V->getType().isConstQualified() || V->isConstexpr();
  if (IsConstant || (V->hasLocalStorage() && !B.isModified(V)))
    return V->getInit();
  return nullptr;
}

//===-- Zero --------------------------------------------------------------===//

static bool isZero(const APValue &V) {
  switch (V.getKind()) {
  case APValue::Int:
    return V.getInt() == 0;
  case APValue::Float:
    return V.getFloat().isZero();
  case APValue::Struct:
    for (unsigned I = 0; I < V.getStructNumBases(); ++I)
      if (!isZero(V.getStructBase(I)))
        return false;
    for (unsigned I = 0; I < V.getStructNumFields(); ++I)
      if (!isZero(V.getStructField(I)))
        return false;
    return V.getStructNumFields() + V.getStructNumBases() > 0;
  default:
    return false;
  }
}

/// The members of a struct that the body assigns to, and what.
static bool isZeroStruct(const Body &B, const VarDecl *V);

static bool isZero(const Body &B, const Expr *E, unsigned Depth = 0) {
  if (!E || Depth > 4 || E->isValueDependent())
    return false;
  E = E->IgnoreParenImpCasts();
  if (const auto *M = dyn_cast<MaterializeTemporaryExpr>(E))
    return isZero(B, M->getSubExpr(), Depth + 1);
  if (const auto *Op = dyn_cast<UnaryOperator>(E);
      Op && Op->getOpcode() == UO_AddrOf) {
    const auto *Ref = dyn_cast<DeclRefExpr>(core(Op->getSubExpr()));
    const auto *V = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
    return V && isZeroStruct(B, V);
  }
  if (const auto *Call = dyn_cast<CallExpr>(core(E)))
    if (const FunctionDecl *F = Call->getDirectCallee();
        F && F->getIdentifier() && F->getName() == "now" && isInStd(*F))
      return true; // until now
  if (E->getType()->isPointerType() || E->getType()->isVoidType())
    return false;
  Expr::EvalResult R;
  if (E->EvaluateAsRValue(R, B.function().getASTContext()) &&
      !R.HasSideEffects && isZero(R.Val))
    return true;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(core(E)))
    if (const auto *V = dyn_cast<VarDecl>(Ref->getDecl()))
      return isZero(B, valueOf(B, V), Depth + 1);
  return false;
}

static bool isZeroStruct(const Body &B, const VarDecl *V) {
  if (!V->hasLocalStorage() && !V->getType().isConstQualified())
    return false;
  const Expr *Init = V->getInit();
  const auto *C = Init ? dyn_cast<CXXConstructExpr>(core(Init)) : nullptr;
  bool HasValue =
      Init && !(C && C->getNumArgs() == 0 && !C->requiresZeroInitialization() &&
                !C->isListInitialization());
  if (HasValue && isa<ImplicitValueInitExpr>(core(Init)))
    ;
  else if (HasValue && !(C && C->getNumArgs() == 0) && !isZero(B, Init))
    return false;
  // What is assigned to its members.
  bool Assigned = false, AllZero = true;
  for (const Body::MemberStore &S : B.memberStores())
    if (S.Variable == V) {
      Assigned = true;
      AllZero = AllZero && isZero(B, S.Value);
    }
  return AllZero && (HasValue || Assigned);
}

static bool isNull(const Body &B, const Expr *E) {
  return E->IgnoreParenImpCasts()->isNullPointerConstant(
             B.function().getASTContext(), Expr::NPC_ValueDependentIsNotNull) !=
         Expr::NPCK_NotNull;
}

//===-- Names -------------------------------------------------------------===//

/// The enumerators, macros and variables that the expression mentions.
static void collectMentions(const Body &B, const Expr *E, Mentions &To,
                            unsigned Depth = 0) {
  if (!E || Depth > 8) {
    To.All = false;
    return;
  }
  const ASTContext &Context = B.function().getASTContext();
  const SourceManager &SM = Context.getSourceManager();
  E = E->IgnoreParenImpCasts();
  for (SourceLocation Loc = E->getBeginLoc(); Loc.isMacroID();
       Loc = SM.getImmediateMacroCallerLoc(Loc)) {
    if (SM.isMacroBodyExpansion(Loc))
      To.Names.push_back(
          Lexer::getImmediateMacroName(Loc, SM, Context.getLangOpts()).str());
    else if (!SM.getImmediateMacroCallerLoc(Loc).isMacroID())
      break;
  }
  if (const auto *Ref = dyn_cast<DeclRefExpr>(core(E))) {
    const ValueDecl *D = Ref->getDecl();
    if (D->getIdentifier())
      To.Names.push_back(D->getName().str());
    if (isa<EnumConstantDecl>(D))
      return;
    const auto *V = dyn_cast<VarDecl>(D);
    if (const Expr *Value = V ? valueOf(B, V) : nullptr)
      return collectMentions(B, Value, To, Depth + 1);
    To.All = false;
    return;
  }
  if (isa<IntegerLiteral, CharacterLiteral, CXXBoolLiteralExpr>(E))
    return;
  bool Any = false;
  for (const Stmt *Child : E->children())
    if (const auto *Part = dyn_cast_or_null<Expr>(Child)) {
      Any = true;
      collectMentions(B, Part, To, Depth + 1);
    }
  To.All = To.All && Any;
}

static Mentions::Answer mentions(const Body &B, const Expr *E,
                                 llvm::ArrayRef<llvm::StringRef> Names) {
  Mentions All;
  collectMentions(B, E, All);
  return All.any(Names);
}

static bool isOfClass(const Expr *E, llvm::ArrayRef<llvm::StringRef> Names) {
  std::function<bool(const CXXRecordDecl &, unsigned)> Is =
      [&](const CXXRecordDecl &R, unsigned Depth) {
        for (llvm::StringRef Name : Names)
          if (Models::isNamed(R, Name))
            return true;
        if (Depth < 8 && R.hasDefinition())
          for (const CXXBaseSpecifier &Base : R.getDefinition()->bases())
            if (const CXXRecordDecl *B = Base.getType()->getAsCXXRecordDecl();
                B && Is(*B, Depth + 1))
              return true;
        return false;
      };
  QualType T = core(E)->getType().getNonReferenceType();
  if (T->isPointerType())
    T = T->getPointeeType();
  const CXXRecordDecl *R = T->getAsCXXRecordDecl();
  return R && Is(*R, 0);
}

//===-- Descriptors -------------------------------------------------------===//

/// What the descriptor was seen to be opened as; nothing if that is not seen,
/// or if somebody may have made it non-blocking.
static std::optional<Tier> openedAs(const CallArguments &With, const Expr *E,
                                    const Models &Known) {
  const auto *Ref = dyn_cast<DeclRefExpr>(core(E));
  const auto *V = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
  const Body &B = With.B;
  if (!V || isa<ParmVarDecl>(V) || !V->hasLocalStorage() ||
      V->getDeclContext() != &B.function())
    return std::nullopt;
  std::optional<Tier> As;
  for (const Body::Store &S : B.stores()) {
    if (S.Variable != V)
      continue;
    const auto *Open = dyn_cast<CallExpr>(core(S.Value));
    const FunctionDecl *Callee = Open ? Open->getDirectCallee() : nullptr;
    if (!Callee) {
      Expr::EvalResult R;
      if (S.Value->isValueDependent() ||
          !S.Value->EvaluateAsInt(R, B.function().getASTContext()))
        return std::nullopt;
      continue; // int fd = -1;
    }
    std::optional<Tier> This;
    for (const BlockingModel *M : Known.blocking(*Callee)) {
      if (M->Role == BlockingModel::OpensFile)
        This = Tier::Io;
      if (M->Role == BlockingModel::OpensSocket) {
        llvm::SmallVector<const Expr *, 4> Given(Open->arguments());
        CallArguments OpenedWith{B, Given, nullptr};
        if (const Expr *Flags = OpenedWith.at(M->Argument))
          if (mentions(B, Flags, M->Unless) != Mentions::No)
            return std::nullopt;
        This = Tier::Wait;
      }
    }
    if (!This || (As && As != This))
      return std::nullopt;
    As = This;
  }
  if (As == Tier::Io)
    return As; // a file does not become non-blocking
  // Whoever is given a socket may make it non-blocking.
  for (const CallExpr *Call : B.calls()) {
    bool Takes = llvm::any_of(Call->arguments(), [&](const Expr *A) {
      const auto *R = dyn_cast<DeclRefExpr>(core(A));
      return R && R->getDecl() == V;
    });
    const FunctionDecl *Callee = Call->getDirectCallee();
    if (Takes && (!Callee || Known.blocking(*Callee).empty() ||
                  (Callee->getIdentifier() && Callee->getName() == "fcntl")))
      return std::nullopt;
  }
  for (const LambdaExpr *L : B.lambdas())
    for (const LambdaCapture &C : L->captures())
      if (C.capturesVariable() && C.getCapturedVar() == V)
        return std::nullopt;
  return As;
}

//===-- Together ----------------------------------------------------------===//

bool concerns(const BlockingModel &M, const CallArguments &With) {
  const Expr *E = With.at(M.Argument);
  if (!M.Of.empty() && (!E || !isOfClass(E, M.Of)))
    return false;
  return int(With.Given.size()) >= M.MinArguments;
}

std::optional<Blocks> blocks(const BlockingModel &M, const CallArguments &With,
                             const Models &Known) {
  if (!concerns(M, With))
    return std::nullopt;
  const Body &B = With.B;
  Blocks Result{M.Level, {}};
  auto Add = [&](Need::KindType Kind, const Expr *E,
                 const BlockingModel *Model) {
    std::optional<unsigned> P =
        Kind == Need::NotZero ? convertedParameter(B, E) : parameter(B, E);
    if (P)
      Result.Needs.push_back({Kind, *P, Model});
    return P.has_value();
  };
  if (M.Zero != NoArgument)
    if (const Expr *E = With.at(M.Zero)) {
      if (isZero(B, E))
        return std::nullopt;
      Add(Need::NotZero, E, nullptr);
    }
  if (M.Null != NoArgument)
    if (const Expr *E = With.at(M.Null)) {
      if (isNull(B, E))
        return std::nullopt;
      Add(Need::NotZero, E, nullptr);
    }
  if (M.NotNull != NoArgument)
    if (const Expr *E = With.at(M.NotNull);
        E && !isNull(B, E) && !Add(Need::IsNull, E, nullptr))
      return std::nullopt;
  if (const Expr *E = With.at(M.Argument)) {
    if (!M.Unless.empty()) {
      Mentions::Answer Is = mentions(B, E, M.Unless);
      if (Is == Mentions::Yes)
        return std::nullopt;
      if (Is == Mentions::Unknown && !Add(Need::Flags, E, &M))
        return std::nullopt;
    }
    if (!M.Only.empty()) {
      Mentions::Answer Is = mentions(B, E, M.Only);
      if (Is == Mentions::No)
        return std::nullopt;
      if (Is == Mentions::Unknown && !Add(Need::Flags, E, &M))
        return std::nullopt;
    }
  }
  if (M.Stream != NoArgument)
    if (const Expr *E = With.at(M.Stream)) {
      if (mentions(B, E, {"stdin"}) == Mentions::Yes)
        Result.Level = Tier::Wait;
      else if (mentions(B, E, {"stdout", "stderr"}) == Mentions::Yes)
        Result.Level = Tier::Micro;
      else
        Add(Need::IsFile, E, nullptr);
    }
  if (M.Descriptor != NoArgument) {
    const Expr *E = With.at(M.Descriptor);
    std::optional<Tier> As =
        E ? openedAs(With, E, Known) : std::optional<Tier>();
    // What only sockets do is done to sockets.
    if (!As || (M.Level == Tier::Wait && As != Tier::Wait))
      return std::nullopt;
    Result.Level = *As;
  }
  return Result;
}

ArgumentFacts seen(const Body &B, const Expr *E) {
  ArgumentFacts Facts;
  if (const auto *Default = dyn_cast<CXXDefaultArgExpr>(E))
    E = Default->getExpr();
  if (std::optional<unsigned> P = parameter(B, E)) {
    Facts.Parameter = P;
    return Facts;
  }
  const ASTContext &Context = B.function().getASTContext();
  Facts.IsZero = isZero(B, E);
  Facts.IsNull = isNull(B, E);
  if (!E->isValueDependent()) {
    Expr::EvalResult R;
    bool IsTrue = false;
    if (E->getType()->isIntegralOrEnumerationType()) {
      if (E->EvaluateAsInt(R, Context))
        Facts.Value = R.Val.getInt().getExtValue();
    } else if (E->getType()->isScalarType() &&
               E->EvaluateAsBooleanCondition(IsTrue, Context)) {
      Facts.Truth = IsTrue;
    }
  }
  collectMentions(B, E, Facts.Names);
  return Facts;
}

static std::optional<int64_t> integer(const Body &B, const Expr *E) {
  Expr::EvalResult R;
  if (E->isValueDependent() || !E->getType()->isIntegralOrEnumerationType() ||
      !E->EvaluateAsInt(R, B.function().getASTContext()))
    return std::nullopt;
  return R.Val.getInt().getExtValue();
}

Need need(const Body &B, const Question &Asked, const Fact &Answer) {
  Need N{Answer.Equal ? Need::IsEqual : Need::IsUnequal,
         Asked.Of->getFunctionScopeIndex(), nullptr, Answer.Value};
  if (!Asked.By)
    return N;
  Need Unclear{Need::Depends, N.Parameter};
  const auto *Op = dyn_cast<BinaryOperator>(core(Asked.By));
  if (!Op || !Op->getLHS()->getType()->isIntegralOrEnumerationType())
    return Unclear;
  bool Flipped = !parameter(B, Op->getLHS());
  const Expr *Side = Flipped ? Op->getRHS() : Op->getLHS();
  std::optional<int64_t> C = integer(B, Flipped ? Op->getLHS() : Op->getRHS());
  if (!C || !parameter(B, Side))
    return Unclear;
  if (Op->getOpcode() == BO_And) {
    N.Mask = *C;
    return N;
  }
  if (!Op->isRelationalOp() || Answer.Value != 0 ||
      *C == std::numeric_limits<int64_t>::max())
    return Unclear;
  // All of them are "parameter < Value", or not.
  BinaryOperatorKind Is = Op->getOpcode();
  if (Flipped)
    Is = BinaryOperator::reverseComparisonOp(Is);
  bool Less = (Is == BO_LT || Is == BO_LE) == !Answer.Equal;
  N.Kind = Less ? Need::IsLess : Need::IsNotLess;
  N.Value = Is == BO_LE || Is == BO_GT ? *C + 1 : *C;
  return N;
}

} // namespace corolint
