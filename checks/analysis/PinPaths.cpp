// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What PinFlow.h knows of a body before it follows its paths.
//
// Somebody else in the function may have an object's address: a lambda, an
// iterator, a pointer that changes. What he does with it is not followed, and
// so any call may be his.
//
//     auto stop = [&] { w.stop(); };
//
// A loop that ends what it goes through has ended it where it is done, and a
// condition that asks an object says whether there is anything to end: the
// paths around them are none.
//
//     for (waiter &w : all)             if (w.is_started())
//       w.stop();                         w.stop();

#include "AddressWalk.h"
#include "PinFlow.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace corolint {

static llvm::StringRef nameOf(const NamedDecl &D) {
  return D.getIdentifier() ? D.getName() : llvm::StringRef();
}

/// Functions of the standard library that only lead to (a part of) the object,
/// or tell about it.
static bool onlyLeads(const FunctionDecl &F) {
  if (const auto *Method = dyn_cast<CXXMethodDecl>(&F);
      Method && (Method->isConst() || Method->isStatic()))
    return true;
  switch (F.getOverloadedOperator()) {
  case OO_Subscript:
  case OO_Star:
  case OO_Arrow:
  case OO_PlusPlus:
    return true;
  default:
    break;
  }
  for (llvm::StringRef Name :
       {"begin", "end", "rbegin", "rend", "back", "front", "at", "data", "get",
        "value", "move", "forward", "reserve", "push_back", "emplace_back"})
    if (nameOf(F) == Name)
      return true;
  return false;
}

static bool isIterator(const FunctionDecl &F) {
  for (llvm::StringRef Name : {"begin", "end", "rbegin", "rend", "data"})
    if (isInStd(F) && nameOf(F) == Name)
      return true;
  return false;
}

std::optional<Place> PinFlow::rootOf(const Expr *E) {
  std::optional<Place> P = Places.resolve(E);
  if (!P)
    return std::nullopt;
  while (std::optional<Place> Parent = Places.parent(*P))
    P = Parent;
  return P;
}

//===-- Who else has an address -------------------------------------------===//

void PinFlow::share(const Expr *E) {
  if (const auto *C = dyn_cast<ConditionalOperator>(core(E))) {
    share(C->getTrueExpr());
    share(C->getFalseExpr());
  } else if (std::optional<Place> P = rootOf(E)) {
    Shared.insert(unsigned(*P));
  }
}

void PinFlow::findShared(const Stmt *Node) {
  if (!Node)
    return;
  if (const auto *Loop = dyn_cast<CXXForRangeStmt>(Node)) {
    // Its iterators are its own.
    findShared(Loop->getInit());
    findShared(Loop->getRangeInit());
    return findShared(Loop->getBody());
  }
  if (const auto *L = dyn_cast<LambdaExpr>(Node)) {
    auto Init = L->capture_init_begin();
    for (const LambdaCapture &C : L->captures()) {
      const Expr *Value = *Init++;
      if (C.capturesThis())
        Shared.insert(unsigned(Places.thisObject()));
      else if (C.capturesVariable() && C.getCaptureKind() == LCK_ByRef &&
               isa<VarDecl>(C.getCapturedVar())) {
        std::optional<Place> P = Places.resolveVariable(C.getCapturedVar());
        while (P) {
          Shared.insert(unsigned(*P));
          P = Places.parent(*P);
        }
      } else if (Value) {
        findShared(Value);
      }
    }
    return;
  }
  if (const auto *D = dyn_cast<DeclStmt>(Node)) {
    for (const Decl *Each : D->decls()) {
      const auto *V = dyn_cast<VarDecl>(Each);
      if (!V || !V->getInit())
        continue;
      // A pointer that never changes is the object; see Places.h.
      const auto *Op = dyn_cast<UnaryOperator>(core(V->getInit()));
      bool IsName = Op && Op->getOpcode() == UO_AddrOf &&
                    V->getType()->isPointerType() && !B.isModified(V);
      findShared(IsName ? Op->getSubExpr() : V->getInit());
    }
    return;
  }
  if (const auto *Op = dyn_cast<UnaryOperator>(Node);
      Op && Op->getOpcode() == UO_AddrOf)
    share(Op->getSubExpr());
  if (const auto *C = dyn_cast<ConditionalOperator>(Node);
      C && C->isLValue() && C->getType()->isRecordType())
    share(C);
  if (const auto *Call = dyn_cast<CallExpr>(Node)) {
    const FunctionDecl *Callee = Call->getDirectCallee();
    if (Callee && isIterator(*Callee) && receiverOf(Call))
      share(receiverOf(Call));
    for (const Stmt *Child : Call->children()) {
      const auto *Given = dyn_cast_or_null<Expr>(Child);
      const Expr *Value = Given ? core(Given) : nullptr;
      const auto *Op = dyn_cast_or_null<UnaryOperator>(Value);
      const auto *Inner = dyn_cast_or_null<CXXMemberCallExpr>(Value);
      if (const auto *C = dyn_cast_or_null<CXXConstructExpr>(Value);
          C && C->getNumArgs() == 1)
        Inner = dyn_cast<CXXMemberCallExpr>(core(C->getArg(0)));
      // What a function does with its arguments, is known or not at the call.
      if (Op && Op->getOpcode() == UO_AddrOf && Callee && !isInStd(*Callee))
        findShared(Op->getSubExpr());
      else if (Inner && Inner->getMethodDecl() && Callee && isInStd(*Callee) &&
               isIterator(*Inner->getMethodDecl()))
        findShared(Inner->getImplicitObjectArgument());
      else
        findShared(Child);
    }
    return;
  }
  for (const Stmt *Child : Node->children())
    findShared(Child);
}

bool PinFlow::isShared(Place P) {
  while (std::optional<Place> Parent = Places.parent(P))
    P = *Parent;
  return Shared.count(unsigned(P));
}

//===-- Which paths are none ----------------------------------------------===//

/// The objects that are mentioned.
void PinFlow::mentions(const Stmt *Node, std::set<Place> &Into) {
  if (!Node)
    return;
  if (const auto *E = dyn_cast<Expr>(Node); E && isa<DeclRefExpr>(E))
    if (std::optional<Place> P = rootOf(E))
      Into.insert(*P);
  if (isa<CXXThisExpr>(Node))
    Into.insert(Places.thisObject());
  for (const Stmt *Child : Node->children())
    mentions(Child, Into);
}

/// The objects whose registration may end in `Node`, and containers whose
/// elements may.
void PinFlow::endsIn(const Stmt *Node, std::set<Place> &Into,
                     std::set<Place> &Emptied) {
  if (!Node)
    return;
  auto Add = [&](const Expr *E) {
    if (std::optional<Place> P = rootOf(E))
      Into.insert(*P);
  };
  if (const auto *L = dyn_cast<LambdaExpr>(Node)) {
    endsIn(L->getBody(), Into, Emptied);
  } else if (const auto *Op = dyn_cast<UnaryOperator>(Node)) {
    if (Op->getOpcode() == UO_AddrOf)
      Add(Op->getSubExpr());
  } else if (const auto *Await = dyn_cast<CoroutineSuspendExpr>(Node)) {
    Add(Await->getOperand());
  } else if (isa<CallExpr, CXXConstructExpr>(Node)) {
    const auto *Call = cast<Expr>(Node);
    const FunctionDecl *Callee = calleeOf(Call);
    const auto *Method = dyn_cast_or_null<CXXMethodDecl>(Callee);
    const Expr *Object = receiverOf(Call);
    bool Leads = Callee && isInStd(*Callee) && onlyLeads(*Callee);
    if (Object && !Leads &&
        !(Method && (Method->isConst() || All.registers(*Method))))
      Add(Object);
    if (Object && !Leads && Callee && isInStd(*Callee))
      if (std::optional<Place> P = rootOf(Object))
        Emptied.insert(*P);
    llvm::ArrayRef<const Expr *> Given = givenTo(Call);
    for (unsigned I = 0; I < Given.size() && !Leads; ++I) {
      QualType T = Callee && I < Callee->getNumParams()
                       ? Callee->getParamDecl(I)->getType()
                       : Given[I]->getType();
      if ((T->isReferenceType() || T->isPointerType()) &&
          !T->getPointeeType().isConstQualified() &&
          !(Callee && keptBy(*Callee, I)))
        Add(Given[I]);
    }
  }
  for (const Stmt *Child : Node->children())
    endsIn(Child, Into, Emptied);
}

/// On the way around `Body`, which `Condition` decides: what it asks, and
/// `Body` may end.
void PinFlow::around(const Stmt *Branch, bool Outcome, const Stmt *Condition,
                     const Stmt *Body) {
  std::set<Place> Asked, Ended, Emptied;
  mentions(Condition, Asked);
  endsIn(Body, Ended, Emptied);
  if (llvm::none_of(Asked, [&](Place P) { return Ended.count(P); }))
    return;
  // `&&` and `||` have branches of their own.
  auto Note = [&](auto Self, const Stmt *Node) -> void {
    for (Place P : Asked)
      Around[{Node, Outcome}].push_back({P, Emptied.count(P) != 0});
    const auto *E = dyn_cast<Expr>(Node);
    const auto *Op = dyn_cast_or_null<BinaryOperator>(
        E ? E->IgnoreParenImpCasts() : nullptr);
    if (!Op || !Op->isLogicalOp())
      return;
    for (const Expr *Side : {Op->getLHS(), Op->getRHS()})
      if (const auto *Inner =
              dyn_cast<BinaryOperator>(Side->IgnoreParenImpCasts());
          Inner && Inner->isLogicalOp())
        Self(Self, Inner);
  };
  Note(Note, Branch);
  if (const auto *E = dyn_cast_or_null<Expr>(Condition); E && E != Branch)
    if (const auto *Op = dyn_cast<BinaryOperator>(E->IgnoreParenImpCasts());
        Op && Op->isLogicalOp())
      Note(Note, Op);
}

void PinFlow::findWaysAround(const Stmt *Node) {
  if (!Node)
    return;
  if (const auto *If = dyn_cast<IfStmt>(Node)) {
    around(If, /*Outcome=*/false, If->getCond(), If->getThen());
    around(If, /*Outcome=*/true, If->getCond(), If->getElse());
  } else if (const auto *While = dyn_cast<WhileStmt>(Node)) {
    around(While, /*Outcome=*/false, While->getCond(), While->getBody());
  } else if (const auto *For = dyn_cast<ForStmt>(Node)) {
    around(For, /*Outcome=*/false, For->getCond(), For->getBody());
  } else if (const auto *Loop = dyn_cast<CXXForRangeStmt>(Node)) {
    std::set<Place> Ended, Emptied, Asked;
    endsIn(Loop->getBody(), Ended, Emptied);
    const VarDecl *Each = Loop->getLoopVariable();
    std::optional<Place> P = Places.resolveVariable(Each);
    while (P && Places.parent(*P))
      P = Places.parent(*P);
    if (P && Ended.count(*P)) {
      mentions(Loop->getRangeInit(), Asked);
      for (Place Its : Asked)
        Around[{Loop, false}].push_back({Its, false});
      if (Each->getType()->isPointerType())
        for (unsigned Its : Shared)
          Around[{Loop, false}].push_back({Place(Its), false});
    }
  } else if (const auto *C = dyn_cast<ConditionalOperator>(Node)) {
    around(C, /*Outcome=*/false, C->getCond(), C->getTrueExpr());
    around(C, /*Outcome=*/true, C->getCond(), C->getFalseExpr());
  } else if (const auto *Op = dyn_cast<BinaryOperator>(Node);
             Op && Op->isLogicalOp()) {
    around(Op, /*Outcome=*/Op->getOpcode() == BO_LOr, Op->getLHS(),
           Op->getRHS());
  }
  for (const Stmt *Child : Node->children())
    findWaysAround(Child);
}

} // namespace corolint
