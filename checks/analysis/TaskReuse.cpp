// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Along the paths of TaskFlow.h: which handles are used when they are spent;
// see TaskReuse.h.

#include "TaskReuse.h"
#include "Analysis.h"
#include "Body.h"
#include "TaskFlow.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace clang;

namespace corolint {

llvm::raw_ostream &operator<<(llvm::raw_ostream &OS, const SecondUse &U) {
  return OS << U.Name << ' ' << unsigned(U.First) << ' ' << unsigned(U.Again);
}

/// Whether a use of that kind is wrong for what was used so before.
static bool isWrong(HandleUse First, HandleUse Again) {
  switch (Again) {
  case HandleUse::Awaited:
    // What was started may be awaited.
    return First != HandleUse::Started;
  case HandleUse::AwaitedFreely:
  case HandleUse::Resumed:
  case HandleUse::Entered:
    return First == HandleUse::Moved || First == HandleUse::Parked ||
           First == HandleUse::Destroyed;
  case HandleUse::Moved:
    // A task that has ended may be kept, with what it gave.
    return First == HandleUse::Moved || First == HandleUse::Parked;
  case HandleUse::Started:
  case HandleUse::Destroyed:
    return true;
  default:
    return false;
  }
}

/// Whether it gets another task somewhere in the loop: that is for the next
/// turn, under the condition that there will be one:
///
///     for (int i = 0; i < n; ++i) {
///       co_await std::move(next);
///       if (i + 1 < n)
///         next = fetch(i + 1);
///     }
bool TaskFlow::isRefilled(const HandleUses::Mention &M) const {
  return llvm::any_of(Handles->Refills, [&](const auto &Each) {
    return Each.second.Loop == M.Loop &&
           (Each.second.Of == M.Of ||
            llvm::is_contained(Handles->Handles[M.Of].Overlaps,
                               Each.second.Of));
  });
}

/// Whether the condition asks for what changes, so that it may well go together
/// with what was done before. (Scalars that are local, the flow follows; and
/// who asks for `Own` asks whether it is there at all.)
static bool mentionsChanging(const Stmt *S, const Body &B,
                             const ValueDecl *Own) {
  if (!S)
    return false;
  if (const auto *M = dyn_cast<MemberExpr>(S);
      M && isa<FieldDecl>(M->getMemberDecl()))
    return M->getMemberDecl() != Own;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(S))
    if (const auto *V = dyn_cast<VarDecl>(Ref->getDecl()); V && V != Own) {
      QualType T = V->getType();
      if (T->isRecordType() || T->isArrayType())
        return V->hasLocalStorage() && !isa<ParmVarDecl>(V) &&
               !T.isConstQualified();
      if (T->isBooleanType() ? B.isShared(V) : B.isModified(V))
        return true;
    }
  return llvm::any_of(S->children(), [&](const Stmt *Child) {
    return mentionsChanging(Child, B, Own);
  });
}

/// The variables that it mentions whose values the flow may not tell apart.
static void variablesIn(const Stmt *S,
                        llvm::SmallPtrSetImpl<const VarDecl *> &Into) {
  if (!S)
    return;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(S))
    if (const auto *V = dyn_cast<VarDecl>(Ref->getDecl());
        V && !V->getType()->isBooleanType())
      Into.insert(V);
  for (const Stmt *Child : S->children())
    variablesIn(Child, Into);
}

/// Two questions about the same thing whose answers may go together: `n > 0`
/// and `n == 2`.
static bool mayGoTogether(const Expr *X, const Expr *Y, const ValueDecl *Own) {
  llvm::SmallPtrSet<const VarDecl *, 4> OfX, OfY;
  variablesIn(X, OfX);
  variablesIn(Y, OfY);
  auto Both = llvm::find_if(
      OfX, [&](const VarDecl *V) { return V != Own && OfY.contains(V); });
  if (Both == OfX.end())
    return false;
  if ((*Both)->getType()->isRecordType())
    return true;
  llvm::FoldingSetNodeID IdX, IdY;
  const ASTContext &Context = (*Both)->getASTContext();
  core(X)->Profile(IdX, Context, /*Canonical=*/true);
  core(Y)->Profile(IdY, Context, /*Canonical=*/true);
  return IdX != IdY;
}

/// The conditions under which the mention is reached, but for those of loops.
static bool conditionsAround(const Expr *Mention, const Stmt *S,
                             llvm::SmallVectorImpl<const Expr *> &Into) {
  if (!S)
    return false;
  if (S == Mention)
    return true;
  const Expr *Condition = nullptr;
  if (const auto *If = dyn_cast<IfStmt>(S))
    Condition = If->getCond();
  else if (const auto *Switch = dyn_cast<SwitchStmt>(S))
    Condition = Switch->getCond();
  else if (const auto *C = dyn_cast<AbstractConditionalOperator>(S))
    Condition = C->getCond();
  else if (const auto *Op = dyn_cast<BinaryOperator>(S);
           Op && Op->isLogicalOp())
    Condition = Op->getLHS();
  for (const Stmt *Child : S->children())
    if (conditionsAround(Mention, Child, Into)) {
      if (Condition && Child != Condition)
        Into.push_back(Condition);
      return true;
    }
  return false;
}

namespace {
/// Looks for a mention, and for what it depends on in the loop around it.
class InLoop {
public:
  InLoop(const Body &B, const Expr *Mention, const ValueDecl *Own)
      : B(B), Mention(Mention), Own(Own) {}

  /// Whether it is found in `S`.
  bool find(const Stmt *S) {
    if (!S || Found)
      return Found;
    if (S == Mention)
      return Found = true;
    size_t Before = Conditions.size();
    bool IsLoop = isa<ForStmt, WhileStmt, DoStmt, CXXForRangeStmt>(S);
    std::vector<const Expr *> Outer;
    if (IsLoop)
      std::swap(Outer, Conditions);
    const Expr *Condition = nullptr;
    if (const auto *If = dyn_cast<IfStmt>(S))
      Condition = If->getCond();
    else if (const auto *Switch = dyn_cast<SwitchStmt>(S))
      Condition = Switch->getCond();
    else if (const auto *C = dyn_cast<AbstractConditionalOperator>(S))
      Condition = C->getCond();
    else if (const auto *Op = dyn_cast<BinaryOperator>(S);
             Op && Op->isLogicalOp())
      Condition = Op->getLHS();
    if (Condition && find(Condition))
      return true;
    if (Condition)
      Conditions.push_back(Condition);
    for (const Stmt *Child : S->children())
      if (Child != Condition && find(Child))
        return true;
    if (IsLoop)
      Conditions = std::move(Outer);
    else
      Conditions.resize(Before);
    return false;
  }
  bool dependsOnChanges() const {
    return llvm::any_of(
        Conditions, [&](const Expr *E) { return mentionsChanging(E, B, Own); });
  }

private:
  const Body &B;
  const Expr *Mention;
  const ValueDecl *Own;
  bool Found = false;
  /// That decide whether the mention is reached in a turn of the loop.
  std::vector<const Expr *> Conditions;
};
} // namespace

/// `if (i + 1 == n)`: perhaps in one turn only.
bool TaskFlow::isInSomeTurns(const Expr *Mention) const {
  InLoop Search(B, Mention, nameOf(Mention));
  const Stmt *Text = B.function().getBody();
  if (const auto *Frame = dyn_cast_or_null<CoroutineBodyStmt>(Text))
    Text = Frame->getBody();
  return Search.find(Text) && Search.dependsOnChanges();
}

/// What the programmer calls the handle: a member, a variable; null otherwise.
const ValueDecl *TaskFlow::nameOf(const Expr *Mention) const {
  return Handles->Handles[Handles->Mentions.find(Mention)->second.Of].Named;
}

/// Whether the second use is made under a condition that may know of the first.
bool TaskFlow::isInDoubt(const Expr *First, const Expr *Again) const {
  const Stmt *Text = B.function().getBody();
  if (const auto *Frame = dyn_cast_or_null<CoroutineBodyStmt>(Text))
    Text = Frame->getBody();
  llvm::SmallVector<const Expr *, 4> Before, Now;
  conditionsAround(First, Text, Before);
  conditionsAround(Again, Text, Now);
  return llvm::any_of(Now, [&](const Expr *E) {
    return !llvm::is_contained(Before, E) &&
           (mentionsChanging(E, B, nameOf(Again)) ||
            llvm::any_of(Before, [&](const Expr *Other) {
              return !llvm::is_contained(Now, Other) &&
                     mayGoTogether(E, Other, nameOf(Again));
            }));
  });
}

void TaskFlow::mention(const Expr *E, World &W) {
  if (auto Escape = Handles->Escapes.find(E); Escape != Handles->Escapes.end())
    for (unsigned I : Escape->second)
      W.Tasks[I] = {TaskState::Settled};
  if (auto Change = Handles->Changes.find(E); Change != Handles->Changes.end())
    for (unsigned I : Change->second)
      if (W.Tasks[I].Is != TaskState::Settled)
        W.Tasks[I] = {};
  auto Mention = Handles->Mentions.find(E);
  if (Mention == Handles->Mentions.end())
    return;
  use(E, Mention->second, W);
  // Whoever is resumed may do anything to what he can reach.
  if (Mention->second.Use == HandleUse::Resumed)
    othersRan(W, E);
}

void TaskFlow::use(const Expr *E, const HandleUses::Mention &M, World &W) {
  const HandleUse Kind = M.Use;
  TaskState &State = W.Tasks[M.Of];
  if (State.Is == TaskState::Settled)
    return;
  if (State.Is == TaskState::Spent) {
    const Expr *First = Spending[State.Of];
    // The graph shows the operand of a co_await more than once.
    if (First == E && !State.InLastTurn)
      return;
    if (isWrong(Handles->Mentions.find(First)->second.Use, Kind)) {
      if (State.InLastTurn ? !isRefilled(M) && !isInSomeTurns(E)
                           : !isInDoubt(First, E))
        Again.insert({E, State.Of});
      State = {TaskState::Settled};
      return;
    }
    if (Kind == HandleUse::Asked)
      State = {TaskState::Settled};
    if (Kind == HandleUse::Parked)
      return; // what it was spent by before counts
  }
  if (Kind == HandleUse::Escapes) {
    State = {TaskState::Settled};
  } else if (Kind <= HandleUse::Destroyed || Kind == HandleUse::Parked) {
    auto Spends = llvm::find(Spending, E);
    if (Spends == Spending.end())
      Spends = Spending.insert(Spends, E);
    State = {TaskState::Spent, unsigned(Spends - Spending.begin())};
  }
}

/// It has another task now; what may be the same, perhaps.
void TaskFlow::refill(unsigned Handle, World &W) {
  if (W.Tasks[Handle].Is != TaskState::Settled)
    W.Tasks[Handle] = {};
  for (unsigned Other : Handles->Handles[Handle].Overlaps)
    W.Tasks[Other] = {TaskState::Settled};
}

/// The function was suspended by `By`: what others can reach they may have
/// changed, but for what they were just given.
void TaskFlow::othersRan(World &W, const Expr *By) const {
  for (unsigned I = 0; I < W.Tasks.size(); ++I)
    if (Handles->Handles[I].IsShared && W.Tasks[I].Is == TaskState::Spent) {
      const Expr *First = Spending[W.Tasks[I].Of];
      if (First != By && Handles->Mentions.find(First)->second.Await != By)
        W.Tasks[I] = {TaskState::Settled};
    }
}

/// The variable begins, or has come to an end.
void TaskFlow::forget(const VarDecl *V, World &W) const {
  for (unsigned I = 0; I < W.Tasks.size(); ++I)
    if (Handles->Handles[I].In == V && !Hidden.count(I))
      W.Tasks[I] = {};
}

/// A variable that is made from a handle that was spent is spent, too.
void TaskFlow::inherit(const VarDecl *V, World &W) const {
  auto Heir = Handles->Heirs.find(V);
  if (Heir == Handles->Heirs.end() || Hidden.count(Heir->second.To))
    return;
  const auto &[To, From, Mention] = Heir->second;
  const TaskState &State = W.Tasks[From];
  if (State.Is == TaskState::Settled ||
      (State.InLastTurn && isRefilled(Handles->Mentions.find(Mention)->second)))
    W.Tasks[To] = {TaskState::Settled};
  else if (State.Is == TaskState::Spent &&
           (Spending[State.Of] != Mention || State.InLastTurn))
    W.Tasks[To] = {TaskState::Spent, State.Of};
}

/// A loop turns.
void TaskFlow::turn(World &W) const {
  for (unsigned I = 0; I < W.Tasks.size(); ++I) {
    TaskState &State = W.Tasks[I];
    if (State.Is != TaskState::Spent)
      continue;
    State.InLastTurn = true;
    if (Handles->Handles[I].IsSomeElement)
      State = {};
    else if (Handles->Handles[I].IsShared)
      State = {TaskState::Settled};
  }
}

std::vector<SecondUse> TaskFlow::usedAgain() const {
  const SourceManager &SM = B.function().getASTContext().getSourceManager();
  auto IsBefore = [&](SourceLocation A, SourceLocation B) {
    return SM.isBeforeInTranslationUnit(A, B);
  };
  std::vector<SecondUse> All;
  for (auto [E, Of] : Again) {
    const HandleUses::Mention &Now = Handles->Mentions.find(E)->second;
    const HandleUses::Mention &First =
        Handles->Mentions.find(Spending[Of])->second;
    SecondUse U;
    U.Name = Handles->Handles[Now.Of].Name;
    if (First.Of != Now.Of)
      U.From = Handles->Handles[First.Of].Name;
    U.Again = Now.Use;
    U.First = First.Use;
    U.At = Now.At;
    U.FirstAt = First.At;
    U.Declared = Handles->Handles[Now.Of].Declared;
    // With the use before it that comes first.
    auto Same =
        llvm::find_if(All, [&](const SecondUse &O) { return O.At == U.At; });
    if (Same == All.end())
      All.push_back(std::move(U));
    else if (IsBefore(U.FirstAt, Same->FirstAt))
      *Same = std::move(U);
  }
  llvm::sort(All, [&](const SecondUse &A, const SecondUse &B) {
    return IsBefore(A.At, B.At);
  });
  // What follows one first use is one mistake.
  std::vector<SecondUse> Mistakes;
  for (SecondUse &U : All)
    if (llvm::none_of(Mistakes, [&](const SecondUse &O) {
          return O.FirstAt == U.FirstAt;
        }))
      Mistakes.push_back(std::move(U));
  return Mistakes;
}

//===-- From a function to its second uses --------------------------------===//

static std::vector<SecondUse> follow(const FunctionDecl &F, Analysis &A,
                                     Followed What) {
  if (!F.doesThisDeclarationHaveABody() || F.hasSkippedBody() ||
      F.isDependentContext() || !A.tasks().hasCoroutines(F.getASTContext()))
    return {};
  const Stmt *Text = F.getBody();
  if (const auto *Frame = dyn_cast_or_null<CoroutineBodyStmt>(Text))
    Text = Frame->getBody();
  if (!Text)
    return {};
  // What a library does in its own bodies is its own affair.
  if (!mayUseHandles(*Text, A, What) || TaskShapes::isPlumbing(F) ||
      A.models().library(F))
    return {};
  Body B(F, *Text);
  HandleUses Handles = findHandleUses(B, *Text, A, What);
  if (Handles.Mentions.empty())
    return {};
  Analysis::countAnalysed();
  std::unique_ptr<CFG> Graph = TaskFlow::buildGraph(F, *Text, &Handles);
  TaskUses None;
  if (Graph) {
    TaskFlow Flow(A.tasks(), B, *Graph, *Text, None, &Handles);
    if (Flow.run())
      return Flow.usedAgain();
  }
  Analysis::gaveUp();
  return {};
}

std::vector<SecondUse> findSecondUses(const FunctionDecl &F, Analysis &A) {
  return follow(F, A, Followed::Handles);
}

std::vector<SecondUse> findMovedInEveryTurn(const FunctionDecl &F,
                                            Analysis &A) {
  if (!isa_and_nonnull<CoroutineBodyStmt>(F.getBody()))
    return {};
  std::vector<SecondUse> All = follow(F, A, Followed::Values);
  llvm::erase_if(All, [](const SecondUse &U) { return !U.isInLoop(); });
  return All;
}

} // namespace corolint
