// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the standard library does to registered objects: containers that move
// their elements, owners that make new ones, algorithms; see PinFlow.h.

#include "AddressWalk.h"
#include "PinFlow.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"

using namespace clang;

namespace corolint {

static llvm::StringRef nameOf(const NamedDecl &D) {
  return D.getIdentifier() ? D.getName() : llvm::StringRef();
}
static bool isOneOf(llvm::StringRef Name,
                    std::initializer_list<llvm::StringRef> Names) {
  return llvm::is_contained(Names, Name);
}

/// The object that is called, if it is one of the standard library.
static const NamedDecl *algorithmOf(const CallExpr &Call) {
  const auto *Op = dyn_cast<CXXOperatorCallExpr>(&Call);
  const auto *Ref = Op && Op->getOperator() == OO_Call
                        ? dyn_cast<DeclRefExpr>(core(Op->getArg(0)))
                        : nullptr;
  return Ref && isInStd(*Ref->getDecl()) ? Ref->getDecl() : nullptr;
}

llvm::StringRef nameInStd(const CallExpr &Call) {
  if (const NamedDecl *Algorithm = algorithmOf(Call))
    return nameOf(*Algorithm);
  const FunctionDecl *F = Call.getDirectCallee();
  return F && isInStd(*F) ? nameOf(*F) : llvm::StringRef();
}

QualType vectorElement(QualType T) {
  const CXXRecordDecl *R = T->isPointerType() ? nullptr : classOf(T);
  const auto *S = dyn_cast_or_null<ClassTemplateSpecializationDecl>(R);
  if (!S || !isInStd(*S) || nameOf(*S) != "vector" ||
      S->getTemplateArgs()[0].getKind() != TemplateArgument::Type)
    return {};
  return S->getTemplateArgs()[0].getAsType();
}

/// `v.size() + n`
static bool growsBy(const Expr *E) {
  const auto *Op = dyn_cast<BinaryOperator>(E);
  if (!Op || Op->getOpcode() != BO_Add)
    return false;
  const auto *Call = dyn_cast<CXXMemberCallExpr>(core(Op->getLHS()));
  return Call && Call->getMethodDecl() &&
         nameOf(*Call->getMethodDecl()) == "size";
}

unsigned elementsMadeBy(const CXXConstructExpr &C) {
  if (vectorElement(C.getType()).isNull() || !C.getNumArgs() ||
      !C.getArg(0)->getType()->isIntegerType())
    return 0;
  Expr::EvalResult R;
  const ASTContext &Context = C.getConstructor()->getASTContext();
  return C.getArg(0)->EvaluateAsInt(R, Context)
             ? unsigned(R.Val.getInt().getLimitedValue(2))
             : 2;
}

/// Whether the variable was made with some elements, perhaps more than one, and
/// nothing but `Call` takes any away.
static bool mayHaveMany(const VarDecl &V, const CallExpr *Call, const Body &B) {
  const auto *Made = dyn_cast_or_null<CXXConstructExpr>(
      V.getInit() ? core(V.getInit()) : nullptr);
  if (!Made || elementsMadeBy(*Made) < 2)
    return false;
  return llvm::none_of(B.calls(), [&](const CallExpr *Each) {
    const Expr *Object = Each == Call ? nullptr : receiverOf(Each);
    const auto *Ref = Object ? dyn_cast<DeclRefExpr>(core(Object)) : nullptr;
    const FunctionDecl *F = Each->getDirectCallee();
    return Ref && Ref->getDecl() == &V && F &&
           (F->getOverloadedOperator() == OO_Equal ||
            isOneOf(nameOf(*F), {"clear", "assign", "pop_back", "erase", "swap",
                                 "resize"}));
  });
}

/// Growth and erasure of vectors. True if that is what the call is.
bool PinFlow::movesElements(const CallExpr *Call, const FunctionDecl &Callee,
                            World &W) {
  const Expr *Object = receiverOf(Call);
  QualType Element = Object ? vectorElement(Object->getType()) : QualType();
  if (Element.isNull() || !Element->isRecordType())
    return false;
  std::optional<Place> V = Places.resolve(Object);
  if (!V)
    return false;
  llvm::StringRef Name = nameOf(Callee);
  bool Adds = isOneOf(Name, {"push_back", "emplace_back", "insert", "emplace"});
  bool Grows = Adds || isOneOf(Name, {"reserve", "shrink_to_fit"}) ||
               (Name == "resize" && Call->getNumArgs() &&
                growsBy(core(Call->getArg(0))));
  bool Erases = Name == "erase" && Call->getNumArgs() == 1;
  // The last element goes without moving others; which one it is else, and how
  // many there are, must be known.
  if (Erases) {
    const auto *At = dyn_cast<CXXMemberCallExpr>(core(Call->getArg(0)));
    if (const auto *C = dyn_cast<CXXConstructExpr>(core(Call->getArg(0)));
        C && C->getNumArgs() >= 1)
      At = dyn_cast<CXXMemberCallExpr>(core(C->getArg(0)));
    Erases = At && At->getMethodDecl() &&
             isOneOf(nameOf(*At->getMethodDecl()), {"begin", "cbegin"});
  }
  // What others have made may have room enough.
  const auto *Variable = dyn_cast_or_null<VarDecl>(Places.rootVariable(*V));
  bool IsOurs = Variable && Variable->hasLocalStorage() &&
                !isa<ParmVarDecl>(Variable) && !Places.isVisibleOutside(*V) &&
                *V == Places.variable(Variable) &&
                !Variable->getType()->isReferenceType();
  bool HasRoom = llvm::is_contained(W.Reserved, *V);
  Grows &= on(PinRule::Grow);
  Erases &= on(PinRule::Erase);
  if ((Grows && IsOurs && !HasRoom) || Erases)
    for (size_t I = 0; I < W.Pins.size();) {
      const Pin Each = W.Pins[I];
      const Registration &R = Registered[Each.By];
      // The first one does not move when it is erased.
      if (!Places.isWithin(Each.Of, *V) || !holds(Element, *R.Of) ||
          (Erases && !Places.isBehindFirst(Each.Of, *V) &&
           !(Each.Many && (!IsOurs || mayHaveMany(*Variable, Call, B)))) ||
          !All.isLeftBehind(Element, *R.Of)) {
        ++I;
        continue;
      }
      Found.insert({Call, PinnedMove::Relocated, *V, Each.By});
      W.Pins.erase(W.Pins.begin() + I);
    }
  if (isOneOf(Name, {"clear", "assign", "pop_back", "erase", "swap"}) ||
      isOneOf(Name, {"insert", "emplace"}) || (Name == "resize" && !Grows) ||
      Callee.getOverloadedOperator() == OO_Equal)
    if (on(PinRule::Anew))
      forget(*V, W);
  if (Name == "swap" && Call->getNumArgs() == 1 && on(PinRule::Anew))
    if (std::optional<Place> Other = Places.resolve(Call->getArg(0)))
      forget(*Other, W);
  // Where there was room, others are the last ones now.
  if (Adds && on(PinRule::LastElement))
    loseNames(*V, W);
  if (Name == "reserve" && !HasRoom && on(PinRule::Room)) {
    W.Reserved.push_back(*V);
    llvm::sort(W.Reserved);
  }
  if (Adds && on(PinRule::Growth))
    if (const CXXRecordDecl *R = classOf(Element))
      if (const AddressStore *Stored = All.alwaysRegisters(*R))
        start(*V, Element, Stored->Of, Call, Stored, W);
  return true;
}

static bool isOwner(QualType T) {
  return isOneOf(nameOf(*classOf(T)), {"optional", "variant", "any"});
}

/// What an algorithm of the library gets, it may change; and it may call what
/// it gets.
void PinFlow::givenToAlgorithm(const Expr *Call, World &W) {
  bool Calls = false;
  for (const Expr *Each : givenTo(Call)) {
    const Expr *E = core(Each);
    if (const auto *C = dyn_cast<CXXConstructExpr>(E);
        C && C->getNumArgs() == 1)
      E = core(C->getArg(0));
    const CXXRecordDecl *R = classOf(E->getType());
    Calls |= E->getType()->isFunctionPointerType() ||
             E->getType()->isFunctionType() || (R && R->isLambda());
    const auto *Begin = dyn_cast<CXXMemberCallExpr>(E);
    if (!Begin && (!Each->isLValue() || Each->getType().isConstQualified()))
      continue;
    if (const Expr *Object = Begin ? Begin->getImplicitObjectArgument() : E)
      if (std::optional<Place> P = Places.resolve(Object))
        end(*P, W);
  }
  if (Calls)
    othersAtWork(Call, W);
}

/// True if the call is understood.
bool PinFlow::callInStd(const Expr *E, const FunctionDecl &Callee, World &W) {
  const auto *Call = cast<CallExpr>(E);
  llvm::StringRef Name = nameInStd(*Call);
  llvm::ArrayRef<const Expr *> Given = givenTo(Call);
  if (isOneOf(Name, {"move", "forward", "as_const", "addressof", "ref", "cref",
                     "get", "begin", "end", "launder"}))
    return true;
  const Expr *Object = receiverOf(Call);
  if (algorithmOf(*Call)) // of std::ranges, an object
    Object = nullptr;
  if (!Object && isOneOf(Name, {"swap", "exchange", "iter_swap"})) {
    for (const Expr *Each : Given.take_front(Name == "exchange" ? 1 : 2))
      if (std::optional<Place> P = Places.resolve(Each);
          P && Each->getType()->isRecordType()) {
        if (on(PinRule::Swap))
          relocate(*P, Each->getType(), nullptr, Call,
                   Name == "exchange" ? PinnedMove::Moved : PinnedMove::Swapped,
                   W);
        end(*P, W);
      }
    return true;
  }
  if (!Object && !Given.empty() &&
      isOneOf(Name, {"sort", "stable_sort", "rotate", "reverse", "shuffle",
                     "partition", "stable_partition", "remove", "remove_if",
                     "unique", "nth_element", "partial_sort"})) {
    const Expr *Range = Given[0];
    if (const auto *Begin = dyn_cast<CXXMemberCallExpr>(core(Range)))
      Range = Begin->getImplicitObjectArgument();
    QualType T = vectorElement(Range->getType());
    if (std::optional<Place> V = Places.resolve(Range); V && !T.isNull())
      for (size_t I = 0; I < W.Pins.size();) {
        const Pin Each = W.Pins[I];
        if (!Places.isWithin(Each.Of, *V) ||
            !All.isLeftBehind(T, *Registered[Each.By].Of)) {
          ++I;
          continue;
        }
        Found.insert({Call, PinnedMove::Relocated, *V, Each.By});
        W.Pins.erase(W.Pins.begin() + I);
      }
    return true;
  }
  bool Keeps = putsIn(Callee) ||
               isOneOf(Name, {"make_unique", "make_shared", "make_optional",
                              "make_pair", "make_tuple", "construct_at"});
  for (const Expr *Each : Given)
    if (on(PinRule::Pass) && core(Each)->getType()->isRecordType() &&
        (Each->isXValue() || (Keeps && Each->isLValue())))
      if (std::optional<Place> P = Places.resolve(Each))
        relocate(*P, Each->getType(), nullptr, Each,
                 Each->isXValue() ? PinnedMove::Moved : PinnedMove::Copied, W);
  if (movesElements(Call, Callee, W))
    return true;
  if (Callee.getOverloadedOperator() == OO_Call)
    othersAtWork(Call, W); // of a function, or an algorithm
  if (!Object || Callee.getOverloadedOperator() == OO_Call)
    givenToAlgorithm(Call, W);
  if (Object && classOf(Object->getType()))
    if (std::optional<Place> P = Places.resolve(Object)) {
      if (Name == "swap" && Given.size() == 1 && on(PinRule::Swap))
        if (std::optional<Place> Other = Places.resolve(Given.front())) {
          for (Place Each : {*P, *Other}) {
            relocate(Each, Object->getType(), nullptr, Call,
                     PinnedMove::Swapped, W);
            forget(Each, W);
          }
        }
      if (isOneOf(Name,
                  {"reset", "clear", "assign", "erase", "pop_back", "pop_front",
                   "resize", "remove", "remove_if", "merge", "splice"}) ||
          (Name == "emplace" && isOwner(Object->getType())) ||
          Callee.getOverloadedOperator() == OO_Equal)
        if (on(PinRule::Anew))
          forget(*P, W);
      if (isOneOf(Name, {"push_front", "emplace_front", "push_back",
                         "emplace_back", "insert", "emplace"}))
        loseNames(*P, W, /*OfAll=*/!Name.ends_with("back"));
      const CXXRecordDecl *R = classOf(Object->getType());
      const auto *S = dyn_cast<ClassTemplateSpecializationDecl>(R);
      if (Name == "emplace" && nameOf(*R) == "optional" && S &&
          S->getTemplateArgs()[0].getKind() == TemplateArgument::Type)
        if (const CXXRecordDecl *Held =
                classOf(S->getTemplateArgs()[0].getAsType()))
          if (const AddressStore *Stored = All.alwaysRegisters(*Held))
            start(*P, S->getTemplateArgs()[0].getAsType(), Stored->Of, Call,
                  Stored, W);
    }
  // What waits for others lets them work.
  if (!All.shapes().models().blocking(Callee).empty())
    othersAtWork(Call, W);
  return true;
}

} // namespace corolint
