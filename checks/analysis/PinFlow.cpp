// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The states of PinFlow.h, and the paths between them. What starts, ends and
// moves is in PinEvents.cpp.

#include "PinFlow.h"
#include "AddressWalk.h"
#include "Places.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corolint {

std::unique_ptr<CFG> PinFlow::buildGraph(const FunctionDecl &F,
                                         const Stmt &Body) {
  CFG::BuildOptions Options;
  Options.AddImplicitDtors = true;
  Options.PruneTriviallyFalseEdges = true;
  for (Stmt::StmtClass Class :
       {Stmt::CoawaitExprClass, Stmt::CoyieldExprClass,
        Stmt::BinaryOperatorClass, Stmt::CompoundAssignOperatorClass,
        Stmt::UnaryOperatorClass, Stmt::CXXConstructExprClass,
        Stmt::CXXTemporaryObjectExprClass, Stmt::CoreturnStmtClass,
        Stmt::DeclRefExprClass})
    Options.setAlwaysAdd(Class);
  return CFG::buildCFG(&F, const_cast<Stmt *>(&Body), &F.getASTContext(),
                       Options);
}

/// `it = …`
static void findOverwrites(const Stmt *Node,
                           llvm::DenseSet<const DeclRefExpr *> &Into) {
  const Expr *To = nullptr;
  if (const auto *Op = dyn_cast<BinaryOperator>(Node);
      Op && Op->getOpcode() == BO_Assign)
    To = Op->getLHS();
  else if (const auto *Call = dyn_cast<CXXOperatorCallExpr>(Node);
           Call && Call->getOperator() == OO_Equal)
    To = Call->getArg(0);
  if (To)
    if (const auto *Ref = dyn_cast<DeclRefExpr>(core(To)))
      Into.insert(Ref);
  for (const Stmt *Child : Node->children())
    if (Child)
      findOverwrites(Child, Into);
}

static void findOutermostLoops(const Stmt *Node,
                               llvm::DenseSet<const ValueDecl *> &Into) {
  if (const auto *Loop = dyn_cast<CXXForRangeStmt>(Node))
    Into.insert(Loop->getLoopVariable());
  if (isa<CXXForRangeStmt, ForStmt, WhileStmt, DoStmt, LabelStmt, LambdaExpr>(
          Node))
    return;
  for (const Stmt *Child : Node->children())
    if (Child)
      findOutermostLoops(Child, Into);
}

PinFlow::PinFlow(Registrations &R, const Body &B, const CFG &Graph,
                 const Stmt &Text)
    : All(R), B(B), Graph(Graph),
      Places(B, R.follows(PinRule::Element) ? PlaceTable::HaveNames
                                            : PlaceTable::AreOne),
      Tests(B, Places, Graph, /*IsHelper=*/false), Engine(Graph, *this) {
  for (const CoroutineSuspendExpr *E : B.suspensions())
    Unmoved.insert(core(E->getOperand()));
  for (const ReturnStmt *Return : B.returns())
    if (const Expr *Value = Return->getRetValue())
      Returned[core(Value)] = Return;
  findOverwrites(&Text, Overwrites);
  findOutermostLoops(&Text, OutermostLoops);
  if (on(PinRule::Shared))
    findShared(&Text);
  if (on(PinRule::WayAround))
    findWaysAround(&Text);
}

//===-- States ------------------------------------------------------------===//

void PinFlow::start(Place P, QualType T, const CXXRecordDecl *Of,
                    const Expr *At, const AddressStore *Stored, World &W,
                    bool IsForLife) {
  T = T.getNonReferenceType();
  if (T->isPointerType())
    T = T->getPointeeType();
  if (!Of)
    return;
  unsigned I = 0;
  for (; I < Registered.size(); ++I)
    if (Registered[I].At == At && Registered[I].Of == Of)
      break;
  if (I == Registered.size()) {
    Registration New;
    New.Of = Of;
    New.At = At;
    if (Stored) {
      New.Stored = Stored->At;
      New.By = Stored->By;
      New.Elsewhere = Stored->Elsewhere;
    }
    New.IsForLife = IsForLife;
    New.IsLasting = IsForLife || All.endsByItself(*Of);
    New.IsInItself = Stored && Stored->In == AddressStore::Itself;
    if (isa<CallExpr, CXXConstructExpr>(At)) {
      if (const Expr *Object = receiverOf(At))
        if (std::optional<Place> Its = Places.resolve(Object); Its && *Its != P)
          New.With.push_back(*Its);
      for (const Expr *Given : givenTo(At))
        if (std::optional<Place> Its = Places.resolve(Given); Its && *Its != P)
          New.With.push_back(*Its);
    }
    Registered.push_back(std::move(New));
  }
  for (Pin &Each : W.Pins)
    if (Each.Of == P && Each.By == I)
      return;
  // One is enough to know of an object; the last is where it is registered now.
  Pin New{P, I, false};
  llvm::erase_if(W.Pins, [&](const Pin &Each) { return Each.Of == P; });
  W.Pins.insert(llvm::lower_bound(W.Pins, New), New);
}

/// Whatever is registered at or in `P`, or around it, may be so no more.
void PinFlow::end(Place P, World &W) {
  llvm::erase_if(W.Pins, [&](const Pin &Each) {
    const Registration &R = Registered[Each.By];
    return !R.IsForLife && !R.Holder && Places.mayOverlap(Each.Of, P);
  });
}

/// What is at `P`, or in it, may be another object now; a vector has room for
/// those that it had.
void PinFlow::forget(Place P, World &W) {
  if (!llvm::is_contained(W.Reserved, P)) {
    W.Reserved.push_back(P);
    llvm::sort(W.Reserved);
  }
  llvm::erase_if(W.Pins, [&](const Pin &Each) {
    return !Registered[Each.By].Holder && Places.mayOverlap(Each.Of, P);
  });
}

/// The elements of `V` are not what they were called any more.
void PinFlow::loseNames(Place V, World &W, bool OfAll) {
  bool Any = false;
  for (Pin &Each : W.Pins)
    if (Each.Of != V && Places.isElementOf(Each.Of, V) &&
        (OfAll || Places.containerOf(Each.Of))) {
      Each.Of = V;
      Any = true;
    }
  if (!Any)
    return;
  llvm::sort(W.Pins);
  W.Pins.erase(std::unique(W.Pins.begin(), W.Pins.end()), W.Pins.end());
}

/// A loop goes on: its variable is another element from now on.
void PinFlow::loseName(const VarDecl *By, World &W) {
  bool Any = false;
  llvm::SmallVector<Pin, 2> Left;
  for (Pin Each : W.Pins) {
    std::optional<Place> V = Places.containerOf(Each.Of, By);
    if (!V) {
      Left.push_back(Each);
      continue;
    }
    Any = true;
    Pin *Same = llvm::find_if(W.Pins, [&](const Pin &Other) {
      return Other.Of == *V && Other.By == Each.By;
    });
    Each.Of = *V;
    Each.Many |= Same != W.Pins.end() && OutermostLoops.count(By);
    Left.push_back(Each);
  }
  if (!Any)
    return;
  llvm::sort(Left, [](const Pin &A, const Pin &B) { return B < A; });
  Left.erase(std::unique(Left.begin(), Left.end(), // the one with Many is first
                         [](const Pin &A, const Pin &B) {
                           return A.Of == B.Of && A.By == B.By;
                         }),
             Left.end());
  std::reverse(Left.begin(), Left.end());
  W.Pins = std::move(Left);
}

/// A call that is given none of the objects: it may run what completes them.
void PinFlow::othersAtWork(const Expr *Call, World &W) {
  llvm::SmallVector<Place, 4> Named;
  if (isa<CallExpr>(Call))
    if (const Expr *Object = receiverOf(Call))
      if (std::optional<Place> P = Places.resolve(Object))
        Named.push_back(*P);
  for (const Expr *Given : givenTo(Call))
    if (Given->isGLValue() || Given->getType()->isPointerType())
      if (std::optional<Place> P = Places.resolve(Given))
        Named.push_back(*P);
  llvm::erase_if(W.Pins, [&](const Pin &Each) {
    const Registration &R = Registered[Each.By];
    if (R.IsForLife || R.IsInItself || R.Holder)
      return false;
    if ((!R.IsLasting && on(PinRule::Others)) || isShared(Each.Of))
      return true;
    return on(PinRule::With) && llvm::any_of(Named, [&](Place P) {
             return llvm::any_of(R.With, [&](Place Its) {
               return Places.isWithin(P, Its) || Places.isWithin(Its, P);
             });
           });
  });
}

void PinFlow::suspended(World &W) {
  if (!on(PinRule::Suspension))
    return;
  llvm::erase_if(W.Pins, [&](const Pin &Each) {
    const Registration &R = Registered[Each.By];
    return !R.IsForLife && !R.Holder &&
           ((!R.IsLasting && !R.IsInItself) ||
            Places.isVisibleOutside(Each.Of));
  });
}

bool PinFlow::relocate(Place P, QualType T, const CXXMethodDecl *By,
                       const Expr *At, PinnedMove::Form How, World &W) {
  T = T.getNonReferenceType();
  bool Any = false;
  for (size_t I = 0; I < W.Pins.size();) {
    const Pin Each = W.Pins[I];
    const Registration &R = Registered[Each.By];
    bool Inside = Places.isWithin(Each.Of, P);
    // Perhaps another element.
    if (!Inside && Places.isElementOf(P, Each.Of)) {
      ++I;
      continue;
    }
    if ((!Inside && !Places.isWithin(P, Each.Of)) || !holds(T, *R.Of)) {
      ++I;
      continue;
    }
    W.Pins.erase(W.Pins.begin() + I);
    if (R.Holder) {
      // What has moved leaves an empty object where it was; one that is copied
      // bit by bit can still be looked at, but what goes back to it is lost.
      if ((How != PinnedMove::Moved && How != PinnedMove::Returned) ||
          (classOf(T)->isTriviallyCopyable() &&
           R.Until != Registration::Released) ||
          !Inside)
        continue;
      Moved Event{At, How, P, Each.By};
      if (R.Until == Registration::Taken) {
        Any = true;
        Found.insert(Event);
        continue;
      }
      unsigned N = 0;
      while (N < Waiting.size() &&
             !(Waiting[N].At == At && Waiting[N].By == Each.By))
        ++N;
      if (N == Waiting.size())
        Waiting.push_back(Event);
      if (!llvm::is_contained(W.Pending, N))
        W.Pending.insert(llvm::lower_bound(W.Pending, N), N);
      continue;
    }
    if (on(PinRule::Repair) &&
        (By ? !All.leavesBehind(*By, *R.Of) : !All.isLeftBehind(T, *R.Of)))
      continue; // the class sees to it
    // A copy leaves the object where it is; but it may not copy links, or what
    // is undone at the end.
    if (How == PinnedMove::Copied && !R.IsInItself && !R.IsForLife &&
        !All.endsByItself(*R.Of) && !isLinked(*R.Of))
      continue;
    Any = true;
    Found.insert({At, How, P, Each.By});
  }
  // What its members point to is somebody else's now.
  if (!on(PinRule::Anew))
    return Any;
  if (How == PinnedMove::Moved || How == PinnedMove::Swapped ||
      How == PinnedMove::Assigned) {
    if (!vectorElement(T).isNull())
      forget(P, W);
    llvm::erase_if(W.Pins, [&](const Pin &Each) {
      return !Registered[Each.By].Holder && Places.isWithin(Each.Of, P);
    });
  }
  return Any;
}

//===-- Statements --------------------------------------------------------===//

void PinFlow::element(const CFGElement &E, World W, WorldList &Out) {
  if (std::optional<CFGAutomaticObjDtor> D = E.getAs<CFGAutomaticObjDtor>()) {
    Place P = Places.variable(D->getVarDecl());
    // A guard lets go of what was moved away.
    for (unsigned N : W.Pending)
      if (const Registration &R = Registered[Waiting[N].By];
          R.Holder == D->getVarDecl() && R.Until == Registration::Released)
        Found.insert(Waiting[N]);
    unlink(D->getVarDecl(), W);
    if (on(PinRule::Scope))
      llvm::erase_if(
          W.Pins, [&](const Pin &Each) { return Places.isWithin(Each.Of, P); });
    return Out.push_back(std::move(W));
  }
  std::optional<CFGStmt> Statement = E.getAs<CFGStmt>();
  if (!Statement)
    return Out.push_back(std::move(W));
  const Stmt *Node = Statement->getStmt();
  if (const auto *D = dyn_cast<DeclStmt>(Node)) {
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
  }
  if (const auto *Op = dyn_cast<BinaryOperator>(Node);
      Op && Op->isAssignmentOp()) {
    if (std::optional<Place> P = Places.resolve(Op->getLHS())) {
      // Who writes to the members of an object by hand knows it.
      if (isa<MemberExpr>(core(Op->getLHS())))
        if (std::optional<Place> Object = Places.parent(*P))
          end(*Object, W);
      if (Op->getOpcode() == BO_Assign)
        return store(*P, Op->getRHS(), std::move(W), Out);
      Tests.changed(W.Known, *P);
    }
  } else if (const auto *Op = dyn_cast<UnaryOperator>(Node);
             Op && Op->isIncrementDecrementOp()) {
    if (std::optional<Place> P = Places.resolve(Op->getSubExpr()))
      Tests.changed(W.Known, *P);
  } else if (const auto *Ref = dyn_cast<DeclRefExpr>(Node)) {
    mentioned(Ref, W);
  } else if (const auto *C = dyn_cast<CXXConstructExpr>(Node)) {
    changes(C, W);
    construct(C, W);
  } else if (const auto *Call = dyn_cast<CallExpr>(Node)) {
    changes(Call, W);
    call(Call, W);
  } else if (const auto *Suspend = dyn_cast<CoroutineSuspendExpr>(Node)) {
    Tests.othersRan(W.Known);
    if (std::optional<Place> P = Places.resolve(Suspend->getOperand()))
      if (on(PinRule::Await))
        end(*P, W);
    suspended(W);
  } else if (const auto *Return = dyn_cast<CoreturnStmt>(Node)) {
    if (const Expr *Value = Return->getOperand();
        Value && !isa<CoroutineSuspendExpr>(core(Value)) &&
        Value->getType()->isRecordType())
      if (std::optional<Place> P = Places.resolve(Value))
        relocate(*P, Value->getType(), nullptr, Value, PinnedMove::Returned, W);
  }
  Out.push_back(std::move(W));
}

void PinFlow::declaration(const VarDecl *V, World &W) {
  Place P = Places.variable(V);
  if (on(PinRule::Scope))
    llvm::erase_if(
        W.Pins, [&](const Pin &Each) { return Places.isWithin(Each.Of, P); });
  llvm::erase(W.Reserved, P);
  unlink(V, W);
  if (on(PinRule::LoopElement))
    loseName(V, W);
  if (V->getInit() && !V->getType()->isReferenceType()) {
    constructed(V->getInit(), P, W);
    if (on(PinRule::Holder))
      link(V, W);
  }
}

/// A scalar gets a value. An unknown one that is tested again makes two worlds.
void PinFlow::store(Place To, const Expr *Value, World W, WorldList &Out) {
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
void PinFlow::changes(const Expr *Call, World &W) {
  if (const Expr *Object = isa<CallExpr>(Call) ? receiverOf(Call) : nullptr)
    if (const auto *Method = dyn_cast_or_null<CXXMethodDecl>(calleeOf(Call));
        Method && !Method->isConst())
      if (std::optional<Place> P = Places.resolve(Object);
          P && *P != Places.thisObject())
        Tests.changed(W.Known, *P);
  const FunctionDecl *Callee = calleeOf(Call);
  llvm::ArrayRef<const Expr *> Given = givenTo(Call);
  for (unsigned I = 0; I < Given.size(); ++I) {
    QualType T = Callee && I < Callee->getNumParams()
                     ? Callee->getParamDecl(I)->getType()
                     : Given[I]->getType();
    if ((!T->isReferenceType() && !T->isPointerType()) ||
        T->getPointeeType().isConstQualified())
      continue;
    if (std::optional<Place> P = Places.resolve(Given[I]))
      Tests.changed(W.Known, *P);
  }
}

//===-- Blocks and branches -----------------------------------------------===//

Worlds<PinWorld> PinFlow::block(const CFGBlock &Block,
                                const Worlds<World> &In) {
  WorldList Now(In.begin(), In.end()), Next;
  for (const CFGElement &E : Block) {
    Next.clear();
    for (World &W : Now)
      element(E, std::move(W), Next);
    std::swap(Now, Next);
    if (Now.size() > 2 * Solver<PinFlow>::MaxWorlds)
      break; // the solver sees it and gives up
  }
  Worlds<World> Out;
  for (World &W : Now)
    Out.insert(std::move(W));
  return Out;
}

Worlds<PinWorld> PinFlow::edge(const CFGBlock &Block, unsigned N,
                               const Worlds<World> &Out) {
  const CFGBlock *To = (Block.succ_begin() + N)->getReachableBlock();
  const Stmt *Branch = Block.getTerminatorStmt();
  Worlds<World> Result;
  // What an exception leaves behind is not followed.
  if (isa_and_nonnull<CXXTryStmt>(Branch) || Block.hasNoReturnElement())
    return Result;
  bool IsBackEdge = To->getBlockID() >= Block.getBlockID();
  auto Add = [&](World W) {
    if (auto Ended = Around.find({Branch, N == 0}); Ended != Around.end())
      for (AWayAround Each : Ended->second)
        Each.IsEmptied ? forget(Each.What, W) : end(Each.What, W);
    if (IsBackEdge)
      Tests.othersRan(W.Known);
    Result.insert(std::move(W));
  };
  if (const auto *Switch = dyn_cast_or_null<SwitchStmt>(Branch)) {
    for (World W : Out)
      if (Tests.enterCase(W.Known, *Switch, *To))
        Add(std::move(W));
    return Result;
  }
  const auto *Condition = dyn_cast_or_null<Expr>(
      Branch && Block.succ_size() == 2 && !isa<CXXForRangeStmt>(Branch)
          ? Block.getTerminatorCondition()
          : nullptr);
  if (!Condition) {
    for (const World &W : Out)
      Add(W);
    return Result;
  }
  Condition = decisive(Condition);
  for (World W : Out)
    if (assume(W, Condition, N == 0))
      Add(std::move(W));
  return Result;
}

std::optional<bool> PinFlow::evaluate(const World &W, const Expr *E) {
  return evaluateLogic(
      E, [&](const Expr *Atom) { return Tests.evaluate(W.Known, Atom); });
}

/// False if `E` cannot have that outcome in this world.
bool PinFlow::assume(World &W, const Expr *E, bool Holds) {
  if (!on(PinRule::Correlation))
    return true;
  return assumeLogic(
      E, Holds, [&](const Expr *Any) { return evaluate(W, Any); },
      [&](const Expr *Atom, bool Is) { Tests.assume(W.Known, Atom, Is); });
}

} // namespace corolint
