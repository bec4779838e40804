// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rules of TaskFlow.h, and how its losses become findings.

#include "TaskFlow.h"
#include "SuspensionPoints.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/DenseSet.h"

using namespace clang;

namespace corolint {

std::unique_ptr<CFG> TaskFlow::buildGraph(const FunctionDecl &F,
                                          const Stmt &Body,
                                          const HandleUses *Handles) {
  CFG::BuildOptions Options;
  Options.AddImplicitDtors = true;
  Options.PruneTriviallyFalseEdges = true;
  for (Stmt::StmtClass Class :
       {Stmt::CoawaitExprClass, Stmt::CoyieldExprClass, Stmt::DeclRefExprClass,
        Stmt::BinaryOperatorClass, Stmt::CompoundAssignOperatorClass,
        Stmt::UnaryOperatorClass, Stmt::CXXConstructExprClass,
        Stmt::ReturnStmtClass, Stmt::CoreturnStmtClass})
    Options.setAlwaysAdd(Class);
  if (Handles)
    Options.setAlwaysAdd(Stmt::CXXThisExprClass);
  return CFG::buildCFG(&F, const_cast<Stmt *>(&Body), &F.getASTContext(),
                       Options);
}

TaskFlow::TaskFlow(TaskShapes &S, const Body &B, const CFG &Graph,
                   const Stmt &Text, const TaskUses &Uses,
                   const HandleUses *Handles)
    : FlowRules(B, Graph, /*IsHelper=*/false), S(S), Uses(Uses),
      Handles(Handles), Engine(Graph, *this), Catches(Graph) {
  if (const auto *Block = dyn_cast<CompoundStmt>(&Text);
      Block && !Block->body_empty())
    Last = Block->body_back();
  // What the graph does not show cannot be followed.
  llvm::DenseSet<const Stmt *> Shown;
  for (const CFGBlock *Block : Graph)
    for (const CFGElement &E : *Block)
      if (std::optional<CFGStmt> Node = E.getAs<CFGStmt>())
        Shown.insert(Node->getStmt());
  if (Handles) {
    for (const auto &[Leaf, Mention] : Handles->Mentions)
      if (!Shown.count(Leaf))
        Hidden.insert(Mention.Of);
    for (const auto *Larger : {&Handles->Escapes, &Handles->Changes})
      for (const auto &[Leaf, Of] : *Larger)
        if (!Shown.count(Leaf))
          Hidden.insert(Of.begin(), Of.end());
    for (const auto &[Call, To] : Handles->Refills)
      if (!Shown.count(Call))
        Hidden.insert(To.Of);
    return;
  }
  llvm::DenseSet<const VarDecl *> Unseen;
  for (const auto &[Ref, Use] : Uses.Mentions)
    if (!Shown.count(Ref) && Use != TaskUse::None)
      Unseen.insert(cast<VarDecl>(Ref->getDecl()));
  for (const auto &[Call, To] : Uses.Stores)
    if (!Shown.count(Call))
      Unseen.insert(To.To);
  for (const VarDecl *V : Uses.Variables)
    if (!Unseen.count(V) && Index.try_emplace(V, Variables.size()).second)
      Variables.push_back(V);
}

//===-- What happens to variables -----------------------------------------===//

TaskWorld TaskFlow::entry() {
  World W;
  W.Tasks.resize(Handles ? Handles->Handles.size() : Variables.size());
  for (unsigned I : Hidden)
    W.Tasks[I] = {TaskState::Settled};
  for (unsigned I = 0; I < Variables.size(); ++I)
    if (isa<ParmVarDecl>(Variables[I]))
      W.Tasks[I] = {TaskState::Owing, origin(nullptr)};
  return W;
}

unsigned TaskFlow::origin(const Expr *E) {
  for (unsigned I = 0; I < Origins.size(); ++I)
    if (Origins[I] == E)
      return I;
  Origins.push_back(E);
  return unsigned(Origins.size() - 1);
}

/// The variable's object dies, or is overwritten.
void TaskFlow::drop(unsigned Variable, World &W, const Stmt *Overwrites) {
  TaskState &State = W.Tasks[Variable];
  if (State.Is == TaskState::Owing)
    Losses.insert(
        {Variable, State.Of, Overwrites, Overwrites ? nullptr : W.Leaving});
}

/// Somebody sees to what the variable holds.
void TaskFlow::take(unsigned Variable, TaskState::StateKind Then, World &W) {
  TaskState &State = W.Tasks[Variable];
  if (State.Is == TaskState::Owing)
    Taken.insert(State.Of);
  State = {Then};
}

/// The variable gets `Value`, or has it added to what it holds.
void TaskFlow::give(unsigned To, const Expr *Value, bool Adds, World &W,
                    const Stmt *At) {
  TaskState &State = W.Tasks[To];
  // Who has seen the variable before may look at it again.
  const VarDecl *From = Value ? movedVariable(Value) : nullptr;
  if (State.Is == TaskState::Settled) {
    if (From && indexOf(From))
      take(*indexOf(From), TaskState::Empty, W);
    return;
  }
  TaskState New{TaskState::Settled};
  if (Value && makesWork(Value, S))
    New = {TaskState::Owing, origin(Value)};
  else if (From && indexOf(From)) {
    New = W.Tasks[*indexOf(From)];
    if (New.Is != TaskState::Settled)
      W.Tasks[*indexOf(From)] = {};
  } else if (Adds) {
    New = {TaskState::Owing, origin(Value ? Value : cast<Expr>(At))};
  } else if (Value) {
    const auto *C = dyn_cast<CXXConstructExpr>(core(Value));
    const auto *List = dyn_cast<InitListExpr>(core(Value));
    if ((C && C->getNumArgs() == 0) || (List && List->getNumInits() == 0) ||
        isa<CXXNullPtrLiteralExpr>(core(Value)))
      New = {}; // t = {}: means to
  }
  if (Adds) {
    if (State.Is == TaskState::Empty)
      State = New;
    return;
  }
  if (New.Is == TaskState::Owing)
    drop(To, W, At);
  State = New;
}

void TaskFlow::declaration(const VarDecl *V, World &W) {
  if (Handles) {
    forget(V, W);
    return inherit(V, W);
  }
  std::optional<unsigned> I = indexOf(V);
  if (!I)
    return;
  drop(*I, W, nullptr); // of the last turn of a loop
  W.Tasks[*I] = {};
  if (const Expr *Init = V->getInit()) {
    const auto *C = dyn_cast<CXXConstructExpr>(core(Init));
    const auto *List = dyn_cast<InitListExpr>(core(Init));
    bool IsEmpty = (C && C->getNumArgs() == 0) ||
                   (List && !makesWork(List, S)) ||
                   isa<CXXScalarValueInitExpr>(core(Init));
    if (!IsEmpty)
      give(*I, Init, /*Adds=*/false, W, nullptr);
  }
}

//===-- Statements --------------------------------------------------------===//

void TaskFlow::element(const CFGElement &E, World W, WorldList &Out) {
  if (std::optional<CFGAutomaticObjDtor> D = E.getAs<CFGAutomaticObjDtor>()) {
    if (Handles) {
      forget(D->getVarDecl(), W);
    } else if (std::optional<unsigned> I = indexOf(D->getVarDecl())) {
      drop(*I, W, nullptr);
      W.Tasks[*I] = {};
    }
    return Out.push_back(std::move(W));
  }
  std::optional<CFGStmt> Statement = E.getAs<CFGStmt>();
  if (!Statement)
    return Out.push_back(std::move(W));
  const Stmt *Node = Statement->getStmt();
  if (auto Store = Uses.Stores.find(Node); Store != Uses.Stores.end()) {
    if (std::optional<unsigned> I = indexOf(Store->second.To))
      give(*I, Store->second.Value, Store->second.Adds, W, Node);
    return Out.push_back(std::move(W));
  }
  if (Handles) {
    if (isa<DeclRefExpr, CXXThisExpr>(Node))
      mention(cast<Expr>(Node), W);
    else if (auto To = Handles->Refills.find(Node);
             To != Handles->Refills.end())
      refill(To->second.Of, W);
  }
  if (const auto *Ref = dyn_cast<DeclRefExpr>(Node)) {
    std::optional<unsigned> I = indexOf(Ref->getDecl());
    if (I && W.Tasks[*I].Is != TaskState::Settled) {
      auto Use = Uses.Mentions.find(Ref);
      if (Use != Uses.Mentions.end() && Use->second != TaskUse::None)
        take(*I,
             Use->second == TaskUse::Moves ? TaskState::Empty
                                           : TaskState::Settled,
             W);
    }
  } else if (const auto *D = dyn_cast<DeclStmt>(Node)) {
    return declare(D, std::move(W), Out,
                   [&](const VarDecl *V, World &W) { declaration(V, W); });
  } else if (assign(Node, W, Out)) {
    return;
  } else if (isa<CallExpr, CXXConstructExpr>(Node)) {
    called(cast<Expr>(Node), W);
  } else if (const auto *Await = dyn_cast<CoroutineSuspendExpr>(Node)) {
    Tests.othersRan(W.Known);
    if (Handles) {
      othersRan(W, Await);
      if (mayThrow(*Await))
        raise(*Await, W);
    }
  } else if (isa<ReturnStmt, CoreturnStmt>(Node) && Node != Last) {
    W.Leaving = Node;
  }
  Out.push_back(std::move(W));
}

} // namespace corolint
