// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every flow problem (Flow.h) does in the same way: with the elements of a
// block, the declarations of a statement, the branches, and the scalars that
// conditions ask for again (Conditions.h).
//
//     class TaskFlow : FlowRules<TaskFlow, TaskWorld> {
//       Worlds<World> edge(…) { … split(Block, N, Out, Add); … }
//
// A problem that has a rule of its own hides ours by one of the same name.

#ifndef COROLINT_CHECKS_ANALYSIS_FLOWRULES_H
#define COROLINT_CHECKS_ANALYSIS_FLOWRULES_H

#include "Calls.h"
#include "Conditions.h"
#include "Flow.h"
#include "Places.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"

namespace corolint {

/// `WorldType` has the member `Facts Known`. All pointers are non-null.
template <class Problem, class WorldType> class FlowRules {
public:
  using World = WorldType;

protected:
  using WorldList = std::vector<World>;

  FlowRules(const Body &B, const clang::CFG &Graph, bool IsHelper,
            PlaceTable::Elements How = PlaceTable::AreOne, bool InLoops = false)
      : B(B), Graph(Graph), Places(B, How),
        Tests(B, Places, Graph, IsHelper, InLoops) {}

  /// The worlds after a block, where `Element(E, W, Out)` adds to `Out` those
  /// after one element.
  template <class ElementFn>
  Worlds<World> through(const clang::CFGBlock &Block, const Worlds<World> &In,
                        ElementFn Element) {
    WorldList Now(In.begin(), In.end()), Next;
    for (const clang::CFGElement &E : Block) {
      Next.clear();
      for (World &W : Now)
        Element(E, std::move(W), Next);
      if (Next.size() > 2 * Solver<Problem>::MaxWorlds) {
        Worlds<World> Different = asSet(Next);
        if (Different.size() > Solver<Problem>::MaxWorlds)
          return Different; // the solver sees it and gives up
        Next.assign(Different.begin(), Different.end());
      }
      std::swap(Now, Next);
      self().trace(Block, E, Now);
    }
    return asSet(Now);
  }

  /// The worlds after a declaration, where `Begin(V, W)` says what that is for
  /// one variable.
  template <class BeginFn>
  void declare(const clang::DeclStmt *D, World W, WorldList &Out,
               BeginFn Begin) {
    WorldList Now{std::move(W)}, Next;
    for (const clang::Decl *Each : D->decls()) {
      const auto *V = llvm::dyn_cast<clang::VarDecl>(Each);
      if (!V || V->isStaticLocal() || V->isInvalidDecl())
        continue;
      Next.clear();
      for (World &W : Now) {
        Begin(V, W);
        if (V->getInit()) {
          self().store(Places.variable(V), V->getInit(), std::move(W), Next);
          continue;
        }
        self().changed(W, Places.variable(V));
        Next.push_back(std::move(W));
      }
      std::swap(Now, Next);
    }
    for (World &W : Now)
      Out.push_back(std::move(W));
  }

  /// Gives to `Add(W)` those worlds that can go to the block's successor number
  /// `N`, each with what that says of it.
  template <class AddFn>
  void split(const clang::CFGBlock &Block, unsigned N, const Worlds<World> &Out,
             AddFn Add) {
    const clang::CFGBlock *To = (Block.succ_begin() + N)->getReachableBlock();
    const clang::Stmt *Branch = Block.getTerminatorStmt();
    const bool IsBackEdge = isBackEdge(Block, *To);
    const auto *Switch = llvm::dyn_cast_or_null<clang::SwitchStmt>(Branch);
    const bool HasCondition =
        Branch && Block.succ_size() == 2 &&
        !Block.getTerminator().isTemporaryDtorsBranch() &&
        !llvm::isa<clang::CXXForRangeStmt, clang::CXXTryStmt>(Branch);
    const auto *Condition = llvm::dyn_cast_or_null<clang::Expr>(
        HasCondition ? Block.getTerminatorCondition() : nullptr);
    for (World W : Out) {
      if (Switch ? !self().enters(W, *Switch, *To)
                 : Condition && !self().assume(W, decisive(Condition), N == 0))
        continue;
      if (IsBackEdge)
        Tests.othersRan(W.Known);
      Add(std::move(W));
    }
  }
  static bool isBackEdge(const clang::CFGBlock &From,
                         const clang::CFGBlock &To) {
    return To.getBlockID() >= From.getBlockID();
  }

  /// `x = 1`, `++x`; false if the statement is nothing of that kind. Otherwise
  /// the worlds after it are added to `Out`.
  bool assign(const clang::Stmt *S, World &W, WorldList &Out) {
    const clang::Expr *To = nullptr, *Value = nullptr;
    if (const auto *Op = llvm::dyn_cast<clang::BinaryOperator>(S);
        Op && Op->isAssignmentOp()) {
      To = Op->getLHS();
      Value = Op->getOpcode() == clang::BO_Assign ? Op->getRHS() : nullptr;
    } else if (const auto *Op = llvm::dyn_cast<clang::UnaryOperator>(S);
               Op && Op->isIncrementDecrementOp()) {
      To = Op->getSubExpr();
    }
    if (!To)
      return false;
    std::optional<Place> P = Places.resolve(To);
    if (P && Value) {
      self().store(*P, Value, std::move(W), Out);
      return true;
    }
    if (P)
      self().changed(W, *P);
    Out.push_back(std::move(W));
    return true;
  }

  /// A scalar gets a value. An unknown one that is tested again makes two
  /// worlds.
  void store(Place To, const clang::Expr *Value, World W, WorldList &Out) {
    std::optional<Subject> Of = Tests.valueOf(To);
    if (Of && core(Value)->getType()->isBooleanType()) {
      for (bool Is : {true, false}) {
        World Branch = W;
        if (!self().assume(Branch, Value, Is))
          continue;
        self().changed(Branch, To);
        Branch.Known.learn({*Of, 0, !Is});
        Out.push_back(std::move(Branch));
      }
      return;
    }
    std::optional<int64_t> Known =
        Of ? Tests.evaluateInteger(W.Known, Value) : std::nullopt;
    self().changed(W, To);
    if (Known)
      W.Known.learn({*Of, *Known, true});
    else if (Of && isNeverNull(core(Value)))
      W.Known.learn({*Of, 0, false});
    Out.push_back(std::move(W));
  }

  /// What a call or construction may change is not known any more.
  void called(const clang::Expr *Call, World &W) {
    const clang::FunctionDecl *Callee = calleeOf(Call);
    const clang::Expr *Object = receiverOf(Call);
    const auto *Method = llvm::dyn_cast_or_null<clang::CXXMethodDecl>(Callee);
    if (Object && Method && !Method->isConst())
      if (std::optional<Place> P = Places.resolve(Object);
          P && *P != Places.thisObject())
        self().changed(W, *P);
    llvm::ArrayRef<const clang::Expr *> Given = givenTo(Call);
    for (unsigned I = 0; I < Given.size(); ++I) {
      clang::QualType T = Callee && I < Callee->getNumParams()
                              ? Callee->getParamDecl(I)->getType()
                              : Given[I]->getType();
      if ((!T->isReferenceType() && !T->isPointerType()) ||
          T->getPointeeType().isConstQualified())
        continue;
      if (std::optional<Place> P = Places.resolve(Given[I]))
        self().changed(W, *P);
    }
  }

  std::optional<bool> evaluate(const World &W, const clang::Expr *E) {
    return evaluateLogic(
        E, [&](const clang::Expr *Atom) { return self().known(W, Atom); });
  }
  /// False if `E` cannot have that outcome in this world.
  bool assume(World &W, const clang::Expr *E, bool Holds) {
    return assumeLogic(
        E, Holds, [&](const clang::Expr *Any) { return evaluate(W, Any); },
        [&](const clang::Expr *Atom, bool Is) { self().learn(W, Atom, Is); });
  }

  //===-- Rules that problems have more to say of ------------------------===//

  std::optional<bool> known(const World &W, const clang::Expr *Atom) {
    return Tests.evaluate(W.Known, Atom);
  }
  void learn(World &W, const clang::Expr *Atom, bool Holds) {
    Tests.assume(W.Known, Atom, Holds);
  }
  bool enters(World &W, const clang::SwitchStmt &Switch,
              const clang::CFGBlock &To) {
    return Tests.enterCase(W.Known, Switch, To);
  }
  void changed(World &W, Place P) { Tests.changed(W.Known, P); }
  void trace(const clang::CFGBlock &, const clang::CFGElement &,
             const WorldList &) const {}

  const Body &B;
  const clang::CFG &Graph;
  PlaceTable Places;
  Conditions Tests;

private:
  /// `"text"`, `&x`, `new T`, `this`.
  static bool isNeverNull(const clang::Expr *E) {
    const auto *Op = llvm::dyn_cast<clang::UnaryOperator>(E);
    return llvm::isa<clang::StringLiteral, clang::CXXThisExpr,
                     clang::CXXNewExpr>(E) ||
           (Op && Op->getOpcode() == clang::UO_AddrOf);
  }
  Problem &self() { return static_cast<Problem &>(*this); }
  static Worlds<World> asSet(WorldList &List) {
    Worlds<World> Set;
    for (World &W : List)
      Set.insert(std::move(W));
    return Set;
  }
};

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_FLOWRULES_H
