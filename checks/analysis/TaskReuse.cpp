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

using namespace clang;

namespace corolint {

llvm::raw_ostream &operator<<(llvm::raw_ostream &OS, const SecondUse &U) {
  return OS << U.Variable << ' ' << unsigned(U.First) << ' '
            << unsigned(U.Again);
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

/// Whether it gets another task somewhere. In a loop, that is for the next
/// turn, under the condition that there will be one:
///
///     for (int i = 0; i < n; ++i) {
///       co_await std::move(next);
///       if (i + 1 < n)
///         next = fetch(i + 1);
///     }
bool TaskFlow::isRefilled(const ValueDecl *D) const {
  return llvm::any_of(Handles->Refills,
                      [&](const auto &Each) { return Each.second == D; });
}

namespace {
/// Looks for a mention, and for what it depends on in the loop around it.
class InLoop {
public:
  InLoop(const Body &B, const Expr *Mention) : B(B), Mention(Mention) {}

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
    return llvm::any_of(Conditions,
                        [&](const Expr *E) { return mentionsChanging(E); });
  }

private:
  /// (Bools that are local, the flow follows.)
  bool mentionsChanging(const Stmt *S) const {
    if (!S)
      return false;
    if (const auto *M = dyn_cast<MemberExpr>(S);
        M && isa<FieldDecl>(M->getMemberDecl()))
      return true;
    if (const auto *Ref = dyn_cast<DeclRefExpr>(S))
      if (const auto *V = dyn_cast<VarDecl>(Ref->getDecl());
          V && !V->getType()->isBooleanType() && B.isModified(V))
        return true;
    return llvm::any_of(S->children(), [&](const Stmt *Child) {
      return mentionsChanging(Child);
    });
  }

  const Body &B;
  const Expr *Mention;
  bool Found = false;
  /// That decide whether the mention is reached in a turn of the loop.
  std::vector<const Expr *> Conditions;
};
} // namespace

/// `if (i + 1 == n)`: perhaps in one turn only.
bool TaskFlow::isInSomeTurns(const DeclRefExpr *Ref) const {
  InLoop Search(B, Ref);
  const Stmt *Text = B.function().getBody();
  if (const auto *Frame = dyn_cast_or_null<CoroutineBodyStmt>(Text))
    Text = Frame->getBody();
  return Search.find(Text) && Search.dependsOnChanges();
}

void TaskFlow::use(const DeclRefExpr *Ref, World &W) {
  auto Use = Handles->Mentions.find(Ref);
  std::optional<unsigned> I = indexOf(Ref->getDecl());
  if (!I || Use == Handles->Mentions.end())
    return;
  TaskState &State = W.Tasks[*I];
  HandleUse Kind = Use->second;
  if (State.Is == TaskState::Settled)
    return;
  if (State.Is == TaskState::Spent) {
    const DeclRefExpr *First = Spending[State.Of];
    // The graph shows the operand of a co_await more than once.
    if (First == Ref && !State.InLastTurn)
      return;
    if (isWrong(Handles->Mentions.find(First)->second, Use->second)) {
      if (!State.InLastTurn ||
          !(isRefilled(Ref->getDecl()) || isInSomeTurns(Ref)))
        Again.insert({Ref, State.Of});
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
    auto At = llvm::find(Spending, Ref);
    if (At == Spending.end())
      At = Spending.insert(At, Ref);
    State = {TaskState::Spent, unsigned(At - Spending.begin())};
  }
}

/// A variable that is made from one that was spent is spent, too.
void TaskFlow::inherit(const VarDecl *V, World &W) {
  const DeclRefExpr *Ref = Handles->Heirs.lookup(V);
  std::optional<unsigned> To = indexOf(V);
  std::optional<unsigned> From = Ref ? indexOf(Ref->getDecl()) : std::nullopt;
  if (!To || !From)
    return;
  const TaskState &State = W.Tasks[*From];
  if (State.Is == TaskState::Settled ||
      (State.InLastTurn && isRefilled(Ref->getDecl())))
    W.Tasks[*To] = {TaskState::Settled};
  else if (State.Is == TaskState::Spent &&
           (Spending[State.Of] != Ref || State.InLastTurn))
    W.Tasks[*To] = {TaskState::Spent, State.Of};
}

std::vector<SecondUse> TaskFlow::usedAgain() const {
  const SourceManager &SM = B.function().getASTContext().getSourceManager();
  auto IsBefore = [&](SourceLocation A, SourceLocation B) {
    return SM.isBeforeInTranslationUnit(A, B);
  };
  std::vector<SecondUse> All;
  for (auto [Ref, Of] : Again) {
    SecondUse U;
    const ValueDecl *V = Ref->getDecl();
    U.Variable = V->getNameAsString();
    if (Spending[Of]->getDecl() != V)
      U.From = Spending[Of]->getDecl()->getNameAsString();
    U.Again = Handles->Mentions.find(Ref)->second;
    U.First = Handles->Mentions.find(Spending[Of])->second;
    U.At = Ref->getLocation();
    U.FirstAt = Spending[Of]->getLocation();
    U.Declared = V->getLocation();
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
  HandleUses Handles = findHandleUses(F, *Text, A, What);
  // What a library does in its own bodies is its own affair.
  if (Handles.Mentions.empty() || TaskShapes::isPlumbing(F) ||
      A.models().library(F))
    return {};
  Body B(F, *Text);
  Analysis::countAnalysed();
  std::unique_ptr<CFG> Graph = TaskFlow::buildGraph(F, *Text);
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
