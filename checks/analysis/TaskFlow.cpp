// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rules of TaskFlow.h, and how its losses become findings.

#include "TaskFlow.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/DenseSet.h"

using namespace clang;

namespace corolint {

std::unique_ptr<CFG> TaskFlow::buildGraph(const FunctionDecl &F,
                                          const Stmt &Body) {
  CFG::BuildOptions Options;
  Options.AddImplicitDtors = true;
  Options.PruneTriviallyFalseEdges = true;
  for (Stmt::StmtClass Class :
       {Stmt::CoawaitExprClass, Stmt::CoyieldExprClass, Stmt::DeclRefExprClass,
        Stmt::BinaryOperatorClass, Stmt::CompoundAssignOperatorClass,
        Stmt::UnaryOperatorClass, Stmt::CXXConstructExprClass,
        Stmt::ReturnStmtClass, Stmt::CoreturnStmtClass})
    Options.setAlwaysAdd(Class);
  return CFG::buildCFG(&F, const_cast<Stmt *>(&Body), &F.getASTContext(),
                       Options);
}

TaskFlow::TaskFlow(TaskShapes &S, const Body &B, const CFG &Graph,
                   const Stmt &Text, const TaskUses &Uses)
    : S(S), B(B), Graph(Graph), Uses(Uses), Places(B),
      Tests(B, Places, Graph, /*IsHelper=*/false), Engine(Graph, *this) {
  if (const auto *Block = dyn_cast<CompoundStmt>(&Text);
      Block && !Block->body_empty())
    Last = Block->body_back();
  // What the graph does not show cannot be followed.
  llvm::DenseSet<const Stmt *> Shown;
  for (const CFGBlock *Block : Graph)
    for (const CFGElement &E : *Block)
      if (std::optional<CFGStmt> Node = E.getAs<CFGStmt>())
        Shown.insert(Node->getStmt());
  llvm::DenseSet<const VarDecl *> Hidden;
  for (const auto &[Ref, Use] : Uses.Mentions)
    if (!Shown.count(Ref) && Use != TaskUse::None)
      Hidden.insert(cast<VarDecl>(Ref->getDecl()));
  for (const auto &[Call, To] : Uses.Stores)
    if (!Shown.count(Call))
      Hidden.insert(To.To);
  for (const VarDecl *V : Uses.Variables)
    if (!Hidden.count(V) && Index.try_emplace(V, Variables.size()).second)
      Variables.push_back(V);
}

//===-- What happens to variables -----------------------------------------===//

TaskWorld TaskFlow::entry() {
  World W;
  W.Tasks.resize(Variables.size());
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
        {Variable, State.Of, Overwrites, !Overwrites && W.LeavesEarly});
}

/// The variable gets `Value`, or has it added to what it holds.
void TaskFlow::give(unsigned To, const Expr *Value, bool Adds, World &W,
                    const Stmt *At) {
  TaskState &State = W.Tasks[To];
  const VarDecl *From = Value ? movedVariable(Value) : nullptr;
  // Who has seen the variable before may look at it again; and at what it gets.
  if (State.Is == TaskState::Settled) {
    if (From && indexOf(From) &&
        W.Tasks[*indexOf(From)].Is != TaskState::Settled)
      W.Tasks[*indexOf(From)] = {};
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
    if (std::optional<unsigned> I = indexOf(D->getVarDecl())) {
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
  if (const auto *Ref = dyn_cast<DeclRefExpr>(Node)) {
    std::optional<unsigned> I = indexOf(Ref->getDecl());
    if (I && W.Tasks[*I].Is != TaskState::Settled) {
      auto Use = Uses.Mentions.find(Ref);
      if (Use != Uses.Mentions.end() && Use->second != TaskUse::None)
        W.Tasks[*I] = {Use->second == TaskUse::Moves ? TaskState::Empty
                                                     : TaskState::Settled};
    }
  } else if (const auto *D = dyn_cast<DeclStmt>(Node)) {
    WorldList Now{std::move(W)}, Next;
    for (const Decl *Each : D->decls()) {
      const auto *V = dyn_cast<VarDecl>(Each);
      if (!V || V->isStaticLocal() || V->isInvalidDecl())
        continue;
      Next.clear();
      for (World &W : Now) {
        declaration(V, W);
        if (V->getInit())
          store(Places.variable(V), V->getInit(), std::move(W), Next);
        else {
          Tests.changed(W.Known, Places.variable(V));
          Next.push_back(std::move(W));
        }
      }
      std::swap(Now, Next);
    }
    for (World &W : Now)
      Out.push_back(std::move(W));
    return;
  } else if (const auto *Op = dyn_cast<BinaryOperator>(Node);
             Op && Op->isAssignmentOp()) {
    if (std::optional<Place> P = Places.resolve(Op->getLHS())) {
      if (Op->getOpcode() == BO_Assign)
        return store(*P, Op->getRHS(), std::move(W), Out);
      Tests.changed(W.Known, *P);
    }
  } else if (const auto *Op = dyn_cast<UnaryOperator>(Node);
             Op && Op->isIncrementDecrementOp()) {
    if (std::optional<Place> P = Places.resolve(Op->getSubExpr()))
      Tests.changed(W.Known, *P);
  } else if (isa<CallExpr, CXXConstructExpr>(Node)) {
    called(cast<Expr>(Node), W);
  } else if (isa<CoroutineSuspendExpr>(Node)) {
    Tests.othersRan(W.Known);
  } else if (isa<ReturnStmt, CoreturnStmt>(Node) && Node != Last) {
    W.LeavesEarly = true;
  }
  Out.push_back(std::move(W));
}

/// A scalar gets a value. An unknown one that is tested again makes two worlds.
void TaskFlow::store(Place To, const Expr *Value, World W, WorldList &Out) {
  std::optional<Subject> Of = Tests.valueOf(To);
  if (Of && core(Value)->getType()->isBooleanType()) {
    for (bool Is : {true, false}) {
      World Branch = W;
      if (!assume(Branch, Value, Is))
        continue;
      Tests.changed(Branch.Known, To);
      Branch.Known.learn({*Of, 0, !Is});
      Out.push_back(std::move(Branch));
    }
    return;
  }
  std::optional<int64_t> Known =
      Of ? Tests.evaluateInteger(W.Known, Value) : std::nullopt;
  Tests.changed(W.Known, To);
  if (Known)
    W.Known.learn({*Of, *Known, true});
  Out.push_back(std::move(W));
}

/// What a call may change is not known any more.
void TaskFlow::called(const Expr *Call, World &W) {
  const FunctionDecl *Callee = nullptr;
  llvm::ArrayRef<const Expr *> Given;
  unsigned First = 0;
  if (const auto *C = dyn_cast<CXXConstructExpr>(Call)) {
    Callee = C->getConstructor();
    Given = llvm::ArrayRef(C->getArgs(), C->getNumArgs());
  } else {
    const auto *AsCall = cast<CallExpr>(Call);
    Callee = AsCall->getDirectCallee();
    Given = llvm::ArrayRef(AsCall->getArgs(), AsCall->getNumArgs());
    const auto *Method = dyn_cast_or_null<CXXMethodDecl>(Callee);
    const Expr *Object = nullptr;
    if (const auto *Member = dyn_cast<CXXMemberCallExpr>(Call))
      Object = Member->getImplicitObjectArgument();
    else if (isa<CXXOperatorCallExpr>(Call) && Method && !Given.empty())
      Object = Given.front(), First = 1;
    if (Object && Method && !Method->isConst())
      if (std::optional<Place> P = Places.resolve(Object);
          P && *P != Places.thisObject())
        Tests.changed(W.Known, *P);
  }
  for (unsigned I = First; I < Given.size(); ++I) {
    QualType T = Callee && I - First < Callee->getNumParams()
                     ? Callee->getParamDecl(I - First)->getType()
                     : Given[I]->getType();
    if (!T->isReferenceType() && !T->isPointerType())
      continue;
    if (T->getPointeeType().isConstQualified())
      continue;
    if (std::optional<Place> P = Places.resolve(Given[I]))
      Tests.changed(W.Known, *P);
  }
}

//===-- Blocks and branches -----------------------------------------------===//

Worlds<TaskWorld> TaskFlow::block(const CFGBlock &Block,
                                  const Worlds<World> &In) {
  WorldList Now(In.begin(), In.end()), Next;
  for (const CFGElement &E : Block) {
    Next.clear();
    for (World &W : Now)
      element(E, std::move(W), Next);
    std::swap(Now, Next);
    if (Now.size() > 2 * Solver<TaskFlow>::MaxWorlds)
      break; // the solver sees it and gives up
  }
  Worlds<World> Out;
  for (World &W : Now)
    Out.insert(std::move(W));
  return Out;
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

Worlds<TaskWorld> TaskFlow::edge(const CFGBlock &Block, unsigned N,
                                 const Worlds<World> &Out) {
  const CFGBlock *To = (Block.succ_begin() + N)->getReachableBlock();
  const Stmt *Branch = Block.getTerminatorStmt();
  Worlds<World> Result;

  // By throw: out of the function, or into a handler without what the try block
  // declared. Who throws does not wait for his tasks. Whether none of these
  // handlers takes it, for the next ones to see, nobody knows.
  bool IsPassedOn = isa_and_nonnull<CXXTryStmt>(Branch) &&
                    !isa_and_nonnull<CXXCatchStmt>(To->getLabel());
  if (IsPassedOn)
    return Result;
  if (Block.succ_size() == 1 && endsAbruptly(Block)) {
    const auto *Try = dyn_cast_or_null<CXXTryStmt>(To->getTerminatorStmt());
    if (!Try)
      return Result;
    for (World W : Out) {
      const Body::Scope *Handlers = B.scopeOf(Try);
      for (unsigned I = 0; I < Variables.size(); ++I)
        if (const Body::Scope *Its = B.scopeOf(Variables[I]);
            Its && Handlers && !Handlers->isWithin(Its))
          W.Tasks[I] = {};
      Result.insert(std::move(W));
    }
    return Result;
  }

  bool IsBackEdge = To->getBlockID() >= Block.getBlockID();
  auto Add = [&](World W) {
    if (IsBackEdge)
      Tests.othersRan(W.Known);
    // What has no destructor dies unseen.
    if (To == &Graph.getExit())
      for (unsigned I = 0; I < Variables.size(); ++I)
        drop(I, W, nullptr);
    Result.insert(std::move(W));
  };
  if (const auto *Switch = dyn_cast_or_null<SwitchStmt>(Branch)) {
    for (World W : Out)
      if (enterCase(W, *Switch, To))
        Add(std::move(W));
    return Result;
  }
  const auto *Condition =
      dyn_cast_or_null<Expr>(Branch && Block.succ_size() == 2 &&
                                     !isa<CXXForRangeStmt, CXXTryStmt>(Branch)
                                 ? Block.getTerminatorCondition()
                                 : nullptr);
  if (!Condition) {
    for (const World &W : Out)
      Add(W);
    return Result;
  }
  // The left sides of && and || were decided in blocks of their own.
  for (;;) {
    const auto *Op = dyn_cast<BinaryOperator>(core(Condition));
    if (!Op || !Op->isLogicalOp())
      break;
    Condition = Op->getRHS();
  }
  for (World W : Out)
    if (assume(W, Condition, N == 0))
      Add(std::move(W));
  return Result;
}

bool TaskFlow::enterCase(World &W, const SwitchStmt &Switch,
                         const CFGBlock *To) {
  const ASTContext &Context = B.function().getASTContext();
  auto ValueOf = [&](const SwitchCase *C) -> std::optional<int64_t> {
    const auto *Case = dyn_cast<CaseStmt>(C);
    Expr::EvalResult R;
    if (!Case || Case->getRHS() || Case->getLHS()->isValueDependent() ||
        !Case->getLHS()->EvaluateAsInt(R, Context))
      return std::nullopt;
    return R.Val.getInt().getExtValue();
  };
  std::optional<Subject> On = Tests.subjectOf(Switch.getCond());
  if (!On)
    return true;
  if (const auto *Case = dyn_cast_or_null<CaseStmt>(To->getLabel())) {
    std::optional<int64_t> Value = ValueOf(Case);
    if (!Value)
      return true;
    if (W.Known.equals(*On, *Value) == false)
      return false;
    W.Known.learn({*On, *Value, true});
    return true;
  }
  for (const SwitchCase *C = Switch.getSwitchCaseList(); C;
       C = C->getNextSwitchCase())
    if (std::optional<int64_t> Value = ValueOf(C)) {
      if (W.Known.equals(*On, *Value) == true)
        return false;
      W.Known.learn({*On, *Value, false});
    }
  return true;
}

std::optional<bool> TaskFlow::evaluate(const World &W, const Expr *E) {
  E = core(E);
  if (const auto *Op = dyn_cast<UnaryOperator>(E);
      Op && Op->getOpcode() == UO_LNot) {
    std::optional<bool> Inner = evaluate(W, Op->getSubExpr());
    return Inner ? std::optional<bool>(!*Inner) : std::nullopt;
  }
  if (const auto *Op = dyn_cast<BinaryOperator>(E); Op && Op->isLogicalOp()) {
    bool Decides = Op->getOpcode() == BO_LOr;
    std::optional<bool> L = evaluate(W, Op->getLHS());
    if (L == Decides)
      return Decides;
    std::optional<bool> R = evaluate(W, Op->getRHS());
    return L == !Decides || R == Decides ? R : std::nullopt;
  }
  return Tests.evaluate(W.Known, E);
}

/// False if `E` cannot have that outcome in this world.
bool TaskFlow::assume(World &W, const Expr *E, bool Holds) {
  E = core(E);
  if (std::optional<bool> Known = evaluate(W, E))
    return *Known == Holds;
  if (const auto *Op = dyn_cast<UnaryOperator>(E);
      Op && Op->getOpcode() == UO_LNot)
    return assume(W, Op->getSubExpr(), !Holds);
  if (const auto *Op = dyn_cast<BinaryOperator>(E); Op && Op->isLogicalOp()) {
    if (Holds == (Op->getOpcode() == BO_LAnd))
      return assume(W, Op->getLHS(), Holds) && assume(W, Op->getRHS(), Holds);
    if (evaluate(W, Op->getLHS()) == !Holds)
      return assume(W, Op->getRHS(), Holds);
    return true;
  }
  Tests.assume(W.Known, E, Holds);
  return true;
}

//===-- Findings ----------------------------------------------------------===//

/// The branches of which one way leads to a use of the variable, and the other
/// to none.
void TaskFlow::branchesPast(LostTask &L, unsigned Variable, unsigned Of) {
  llvm::DenseSet<const CFGBlock *> Using, Reaching;
  for (const CFGBlock *Block : Graph)
    for (const CFGElement &E : *Block)
      if (std::optional<CFGStmt> Node = E.getAs<CFGStmt>())
        if (const auto *Ref = dyn_cast<DeclRefExpr>(Node->getStmt());
            Ref && indexOf(Ref->getDecl()) == Variable) {
          auto Use = Uses.Mentions.find(Ref);
          if (Use != Uses.Mentions.end() && Use->second != TaskUse::None)
            Using.insert(Block);
        }
  llvm::SmallVector<const CFGBlock *, 16> Work(Using.begin(), Using.end());
  while (!Work.empty()) {
    const CFGBlock *Block = Work.pop_back_val();
    // Before its declaration it is another variable.
    bool IsBorn = llvm::any_of(*Block, [&](const CFGElement &E) {
      std::optional<CFGStmt> Node = E.getAs<CFGStmt>();
      const auto *D = Node ? dyn_cast<DeclStmt>(Node->getStmt()) : nullptr;
      return D && llvm::is_contained(D->decls(), Variables[Variable]);
    });
    if (Reaching.insert(Block).second && !IsBorn)
      for (const CFGBlock *From : Block->preds())
        if (From)
          Work.push_back(From);
  }
  for (const CFGBlock *Block : llvm::reverse(Graph)) {
    if (Block->succ_size() != 2 || !Reaching.count(Block))
      continue;
    const auto *Condition =
        dyn_cast_or_null<Expr>(Block->getTerminatorCondition());
    if (!Condition || isa<CXXForRangeStmt>(Block->getTerminatorStmt()))
      continue;
    const CFGBlock *True = *Block->succ_begin();
    const CFGBlock *False = *(Block->succ_begin() + 1);
    if (!True || !False || Reaching.count(True) == Reaching.count(False))
      continue;
    // It has to be a way on which the variable owes.
    const CFGBlock *Past = Reaching.count(True) ? False : True;
    bool Owes = llvm::any_of(Engine.before(*Past), [&](const World &W) {
      return W.Tasks[Variable] == TaskState{TaskState::Owing, Of};
    });
    if (Owes)
      L.Branches.push_back({Condition->getExprLoc(), Past == True});
  }
  const SourceManager &SM = B.function().getASTContext().getSourceManager();
  llvm::sort(L.Branches, [&](const auto &A, const auto &B) {
    return SM.isBeforeInTranslationUnit(A.first, B.first);
  });
}

std::vector<LostTask> TaskFlow::lost() {
  std::vector<LostTask> All;
  for (unsigned I = 0; I < Variables.size(); ++I) {
    const VarDecl *V = Variables[I];
    bool IsUsed = false;
    for (const auto &[Ref, Use] : Uses.Mentions)
      IsUsed |= Ref->getDecl() == V && Use != TaskUse::None;
    for (const VarDecl *Other : Variables)
      IsUsed |= Other->getInit() && movedVariable(Other->getInit()) == V;
    for (const auto &[At, Store] : Uses.Stores)
      IsUsed |= Store.Value && movedVariable(Store.Value) == V;
    const Loss *Dropped = nullptr;
    for (const Loss &Each : Losses) {
      if (Each.Variable != I)
        continue;
      if (!Each.By) {
        // Rather where it goes on than where it leaves early.
        if (!Dropped || (Dropped->IsEarly && !Each.IsEarly))
          Dropped = &Each;
        continue;
      }
      LostTask L;
      L.How = LostTask::Overwritten;
      L.What = S.workOf(V->getType().getNonReferenceType());
      // Of awaiters, one may stand for "nothing to wait for".
      if (L.What.Kind != WorkKind::Lazy && L.What.Kind != WorkKind::Eager)
        continue;
      L.At = Each.By->getBeginLoc();
      if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Each.By))
        L.At = Op->getOperatorLoc();
      L.Variable = V->getNameAsString();
      L.From = sourceOf(Origins[Each.Of]);
      // In a loop, it is its own predecessor.
      auto Own = Uses.Stores.find(Each.By);
      if (Own == Uses.Stores.end() || Own->second.Value != Origins[Each.Of])
        L.Made = Origins[Each.Of]->getBeginLoc();
      All.push_back(std::move(L));
    }
    if (!Dropped)
      continue;
    LostTask L;
    L.How = IsUsed ? LostTask::SometimesNot : LostTask::NeverAwaited;
    L.What = S.workOf(V->getType().getNonReferenceType());
    L.At = V->getLocation();
    L.Guard = guardOf(V->getType(), S);
    L.Variable = V->getNameAsString();
    L.From = sourceOf(Origins[Dropped->Of]);
    const Expr *Made = Origins[Dropped->Of];
    if (!V->getInit() || core(V->getInit()) != core(Made))
      L.Made = Made->getBeginLoc();
    L.IsErrorPath = IsUsed && Dropped->IsEarly;
    if (IsUsed)
      branchesPast(L, I, Dropped->Of);
    // A making that is cheap, and a use that some path has no need of.
    if (IsUsed && L.What.Kind != WorkKind::Lazy &&
        L.What.Kind != WorkKind::Eager)
      continue;
    // The sections of a test: each run takes one of them.
    if (!L.Branches.empty() && llvm::all_of(L.Branches, [](const auto &Each) {
          return Each.first.isMacroID();
        }))
      continue;
    All.push_back(std::move(L));
  }
  return All;
}

} // namespace corolint
