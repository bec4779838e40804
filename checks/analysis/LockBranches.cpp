// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What branches mean for locks: which worlds go which way, and what is known
// after them.

#include "LockFlow.h"
#include "clang/AST/ASTContext.h"
#include <cstdlib>

using namespace clang;

namespace corolint {

//===-- Blocks and edges --------------------------------------------------===//

/// For whoever wonders why: CORO_TRACE=1 prints the worlds after each element.
void LockFlow::trace(const CFGBlock &Block, const CFGElement &E,
                     const WorldList &Now) const {
  static const bool Traces = std::getenv("CORO_TRACE") != nullptr;
  if (!Traces)
    return;
  llvm::raw_ostream &OS = llvm::errs();
  OS << "B" << Block.getBlockID() << "  ";
  if (std::optional<CFGStmt> S = E.getAs<CFGStmt>())
    S->getStmt()->printPretty(OS, nullptr,
                              PrintingPolicy(B.function().getLangOpts()));
  else
    OS << "(end of life)";
  for (const World &W : Now) {
    OS << "  {";
    for (const auto &[P, Value] : W.Locks) {
      static constexpr const char *Names[] = {"empty", "free", "held", "?"};
      OS << ' ' << (Places.name(P).empty() ? "temporary" : Places.name(P))
         << ": " << Names[unsigned(Value.State)] << " #" << Value.Of;
    }
    OS << " | " << W.Known.size() << " facts }";
  }
  OS << '\n';
}

Worlds<LockWorld> LockFlow::block(const CFGBlock &Block,
                                  const Worlds<World> &In) {
  return through(Block, In, [&](const CFGElement &E, World W, WorldList &Next) {
    element(E, std::move(W), Next);
  });
}

/// The block's last element is a throw, or a call that does not return.
static bool endsAbruptly(const CFGBlock &Block) {
  if (Block.hasNoReturnElement())
    return true;
  for (const CFGElement &E : Block)
    if (std::optional<CFGStmt> S = E.getAs<CFGStmt>())
      if (isa<CXXThrowExpr>(S->getStmt()))
        return true;
  return false;
}

/// The temporaries that are destroyed in the block that a conditional
/// destruction leads to.
static void destroyedIn(const CFGBlock *Block,
                        llvm::function_ref<void(const Expr *)> Visit) {
  if (Block)
    for (const CFGElement &E : *Block)
      if (std::optional<CFGTemporaryDtor> D = E.getAs<CFGTemporaryDtor>())
        Visit(core(D->getBindTemporaryExpr()->getSubExpr()));
}

/// Whether every exception that `Outer` handles would stop at `Inner`.
static bool catchesAllOf(const CXXTryStmt &Inner, const CXXTryStmt &Outer) {
  auto Caught = [](const CXXTryStmt &Try, unsigned I) {
    QualType T = Try.getHandler(I)->getCaughtType();
    return T.isNull() ? T
                      : T.getNonReferenceType()
                            .getCanonicalType()
                            .getUnqualifiedType();
  };
  for (unsigned O = 0; O < Outer.getNumHandlers(); ++O) {
    QualType T = Caught(Outer, O);
    bool Stops = false;
    for (unsigned I = 0; I < Inner.getNumHandlers() && !Stops; ++I) {
      QualType By = Caught(Inner, I);
      const CXXRecordDecl *Base = By.isNull() ? nullptr : classOf(By);
      const CXXRecordDecl *Derived = T.isNull() ? nullptr : classOf(T);
      Stops = By.isNull() || By == T ||
              (Base && Derived && Derived->isDerivedFrom(Base));
    }
    if (!Stops)
      return false;
  }
  return true;
}

Worlds<LockWorld> LockFlow::edge(const CFGBlock &Block, unsigned N,
                                 const Worlds<World> &Out) {
  const CFGBlock *To = (Block.succ_begin() + N)->getReachableBlock();
  const Stmt *Branch = Block.getTerminatorStmt();
  Worlds<World> Result;

  // By throw: into a handler without what the try block declared; or out of the
  // function, where there is nobody to hold anything against.
  if (Block.succ_size() == 1 && endsAbruptly(Block)) {
    const auto *Try = dyn_cast_or_null<CXXTryStmt>(To->getTerminatorStmt());
    if (!Try)
      return Result;
    for (World W : Out) {
      if (on(LockRule::Scope))
        leaveScopes(W, Try);
      Result.insert(std::move(W));
    }
    return Result;
  }

  auto Add = [&](World W) {
    if (isBackEdge(Block, *To))
      Tests.othersRan(W.Known);
    Result.insert(std::move(W));
  };

  if (Block.getTerminator().isTemporaryDtorsBranch()) {
    for (World W : Out) {
      // A temporary that exists goes the way on which it is destroyed.
      for (unsigned I = 0; I < Block.succ_size(); ++I)
        if (I != N)
          destroyedIn((Block.succ_begin() + I)->getReachableBlock(),
                      [&](const Expr *E) { erase(W, Places.temporary(E)); });
      Add(std::move(W));
    }
    return Result;
  }

  if (const auto *For = dyn_cast_or_null<CXXForRangeStmt>(Branch)) {
    for (World W : Out)
      if (enterRange(W, *For, N == 0))
        Add(std::move(W));
    return Result;
  }
  // What the inner handlers catch does not reach the outer ones.
  if (const auto *Inner = dyn_cast_or_null<CXXTryStmt>(Branch))
    if (const auto *Outer =
            dyn_cast_or_null<CXXTryStmt>(To->getTerminatorStmt());
        Outer && catchesAllOf(*Inner, *Outer))
      return Result;
  split(Block, N, Out, [&](World W) { Result.insert(std::move(W)); });
  return Result;
}

bool LockFlow::enters(World &W, const SwitchStmt &Switch, const CFGBlock &To) {
  return !on(LockRule::Correlation) || FlowRules::enters(W, Switch, To);
}

/// Only what was declared around the try statement is left in its handlers.
void LockFlow::leaveScopes(World &W, const CXXTryStmt *Try) {
  llvm::erase_if(W.Locks, [&](const auto &L) {
    return Places.rootTemporary(L.first) || !isInScope(L.first, Try);
  });
}

/// A range of guards that hold something is not empty: the loop that unlocks
/// them runs.
bool LockFlow::enterRange(World &W, const CXXForRangeStmt &For, bool Enters) {
  Subject Entered = Tests.resultOf(For.getCond());
  if (Enters) {
    W.Known.learn({Entered, 0, false});
    return true;
  }
  bool WasEntered = W.Known.equals(Entered, 0) == false;
  W.Known.forget(Entered);
  QualType T = For.getRangeInit()->getType();
  if (T->isConstantArrayType() ||
      isa<CXXStdInitializerListExpr>(core(For.getRangeInit())))
    return WasEntered;
  std::optional<Place> Range = Places.resolve(For.getRangeInit());
  return WasEntered || !Range || llvm::none_of(W.Locks, [&](const auto &L) {
           return L.second.State == LockState::Held &&
                  Places.isWithin(L.first, *Range);
         });
}

//===-- Conditions --------------------------------------------------------===//

/// The object of `lk`, `lk.owns_lock()`, `opt.has_value()`, `p`, `p !=
/// nullptr`.
const Expr *LockFlow::guardTested(const Expr *E, bool &Negated) {
  E = core(E);
  Negated = false;
  if (const auto *Call = dyn_cast<CXXMemberCallExpr>(E)) {
    const CXXMethodDecl *M = Call->getMethodDecl();
    if (!M || Call->getNumArgs() != 0)
      return nullptr;
    if (isInStd(*M) && M->getIdentifier() && M->getName() == "empty") {
      Negated = true;
      return Call->getImplicitObjectArgument();
    }
    bool Asks = isa<CXXConversionDecl>(M) ||
                (M->getIdentifier() &&
                 (M->getName() == "owns_lock" || M->getName() == "has_value" ||
                  M->getName() == "isLocked"));
    return Asks && M->getReturnType()->isBooleanType()
               ? Call->getImplicitObjectArgument()
               : nullptr;
  }
  const Expr *Object = nullptr;
  if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(E);
      Op && Op->getNumArgs() == 2 &&
      (Op->getOperator() == OO_EqualEqual ||
       Op->getOperator() == OO_ExclaimEqual)) {
    for (unsigned I = 0; I < 2; ++I)
      if (Op->getArg(I)->getType()->isNullPtrType())
        Object = Op->getArg(1 - I);
    Negated = Op->getOperator() == OO_EqualEqual;
  } else if (const auto *Op = dyn_cast<BinaryOperator>(E);
             Op && Op->isEqualityOp()) {
    for (const Expr *Side : {Op->getLHS(), Op->getRHS()})
      if (isa<CXXNullPtrLiteralExpr>(core(Side)))
        Object = Side == Op->getLHS() ? Op->getRHS() : Op->getLHS();
    Negated = Op->getOpcode() == BO_EQ;
  } else if (isa<DeclRefExpr, MemberExpr>(E) && E->getType()->isPointerType()) {
    Object = E;
  }
  return Object;
}

std::optional<bool> LockFlow::evaluateGuard(const World &W, const Expr *E) {
  bool Negated = false;
  const Expr *Object =
      on(LockRule::GuardTest) ? guardTested(E, Negated) : nullptr;
  std::optional<Place> P = Object ? Places.resolve(Object) : std::nullopt;
  if (!P)
    return std::nullopt;
  std::optional<Place> Holder = holding(W, *P);
  if (!Holder) {
    // A helper is given it: it depends on the caller, but not twice.
    auto Given = GivenGuards.find(*P);
    if (Given == GivenGuards.end())
      return std::nullopt;
    std::optional<bool> Zero = W.Known.equals(Given->second, 0);
    return Zero ? std::optional<bool>(*Zero == Negated) : std::nullopt;
  }
  LockState State = W.at(*Holder)->State;
  if (State == LockState::Unknown)
    return std::nullopt;
  bool Is = S.isGuard(core(Object)->getType()) ? State == LockState::Held
                                               : State != LockState::Empty;
  return Is != Negated;
}

std::optional<bool> LockFlow::known(const World &W, const Expr *Atom) {
  std::optional<bool> Guard = evaluateGuard(W, Atom);
  return Guard ? Guard : FlowRules::known(W, Atom);
}

void LockFlow::learn(World &W, const Expr *E, bool Holds) {
  bool Negated = false;
  if (const Expr *Object = IsSummary && on(LockRule::GuardTest)
                               ? guardTested(E, Negated)
                               : nullptr)
    if (std::optional<Place> P = Places.resolve(Object);
        P && !holding(W, *P) && Places.isVisibleOutside(*P) &&
        !S.guardWithin(core(Object)->getType()).isNull()) {
      auto [It, New] = GivenGuards.try_emplace(*P, Subject{});
      if (New)
        It->second = Tests.resultOf(Object);
      W.Known.learn({It->second, 0, Holds == Negated});
      return;
    }
  if (on(LockRule::GuardTest))
    askedInVain(W, E);
  if (on(LockRule::Correlation))
    Tests.assume(W.Known, E, Holds);
}

/// A question to a lock whose answer is not known here, such as `if
/// (spin.locked) spin.unlock();`, is presumably whether it is locked.
void LockFlow::askedInVain(World &W, const Expr *E) {
  bool Any = llvm::any_of(
      W.Locks, [](const auto &L) { return L.second.State == LockState::Held; });
  if (!Any)
    return;
  if (isa<DeclRefExpr, MemberExpr>(E))
    if (std::optional<Place> P = Places.resolve(E))
      for (auto &[Holder, Value] : W.Locks) {
        if (Value.State != LockState::Held || !Places.isWithin(*P, Holder))
          continue;
        // What the types that are known can be asked is known, too.
        const Acquisition &Of = Taken[Value.Of];
        const CXXRecordDecl *R =
            classOf(Of.IsRaw ? Of.LockableType : Of.GuardType);
        if (R && !S.models().lockable(*R) && !S.models().guard(*R))
          Value.State = LockState::Unknown;
      }
  for (const Stmt *Child : E->children())
    if (const auto *Part = dyn_cast_or_null<Expr>(Child))
      askedInVain(W, Part);
}

} // namespace corolint
