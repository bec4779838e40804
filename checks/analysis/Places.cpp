// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tree of places; see Places.h.

#include "Places.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace corolint {

const Expr *core(const Expr *E) {
  while (E) {
    const Expr *Last = E;
    E = E->IgnoreParenImpCasts();
    if (const auto *Full = dyn_cast<FullExpr>(E))
      E = Full->getSubExpr();
    else if (const auto *M = dyn_cast<MaterializeTemporaryExpr>(E))
      E = M->getSubExpr();
    else if (const auto *B = dyn_cast<CXXBindTemporaryExpr>(E))
      E = B->getSubExpr();
    else if (const auto *C = dyn_cast<CXXFunctionalCastExpr>(E);
             C && (C->getCastKind() == CK_NoOp ||
                   C->getCastKind() == CK_ConstructorConversion))
      E = C->getSubExpr();
    else if (const auto *S = dyn_cast<CXXStaticCastExpr>(E);
             S && !S->getType()->isVoidType())
      E = S->getSubExpr();
    else if (const auto *S = dyn_cast<SubstNonTypeTemplateParmExpr>(E))
      E = S->getReplacement();
    else if (const auto *D = dyn_cast<CXXDefaultInitExpr>(E))
      E = D->getExpr();
    if (E == Last)
      break;
  }
  return E;
}

bool isInStd(const Decl &D) {
  for (const DeclContext *In = D.getDeclContext(); In; In = In->getParent()) {
    if (In->isStdNamespace())
      return true;
    // libstdc++'s iterators live there.
    const auto *Namespace = dyn_cast<NamespaceDecl>(In);
    if (Namespace && Namespace->getIdentifier() &&
        Namespace->getName() == "__gnu_cxx")
      return true;
  }
  return false;
}

Place PlaceTable::intern(Node N) {
  auto Key = std::make_pair(std::make_pair(unsigned(N.Kind), N.Parent),
                            std::make_pair(N.What, N.Index));
  auto [It, New] = Index.try_emplace(Key, unsigned(Nodes.size()));
  if (New) {
    bool IsRoot = N.Kind <= Node::Elsewhere;
    Nodes.push_back(N);
    if (IsRoot)
      Nodes.back().Parent = It->second;
  }
  return Place(It->second);
}

Place PlaceTable::variable(const ValueDecl *D) {
  return intern({Node::Variable, 0, D->getCanonicalDecl(), 0, false});
}
Place PlaceTable::thisObject() {
  return intern({Node::This, 0, nullptr, 0, false});
}
Place PlaceTable::result() {
  return intern({Node::Result, 0, nullptr, 0, false});
}
Place PlaceTable::temporary(const Expr *E) {
  return intern({Node::Temporary, 0, core(E), 0, false});
}
Place PlaceTable::field(Place Base, const ValueDecl *Member, bool Arrow) {
  return intern(
      {Node::Field, unsigned(Base), Member->getCanonicalDecl(), 0, Arrow});
}
Place PlaceTable::element(Place Base, uint64_t I) {
  return intern({Node::Element, unsigned(Base), nullptr, I, false});
}

/// The index of an element that has a name.
static uint64_t indexBy(const void *Name) {
  return (uint64_t(1) << 32) | (reinterpret_cast<uintptr_t>(Name) & UINT32_MAX);
}

/// The element of `Base` that is called by a declaration, or by an expression
/// (null is the last one).
Place PlaceTable::named(Place Base, const void *Name, const Expr *E) {
  Place P = element(Base, indexBy(Name));
  if (E)
    spell(P, E);
  return P;
}

Place PlaceTable::elsewhere(const CXXRecordDecl &R) {
  return intern({Node::Elsewhere, 0, R.getCanonicalDecl(), 0, false});
}

unsigned PlaceTable::rootOf(Place P) const {
  unsigned I = unsigned(P);
  while (Nodes[I].Parent != I)
    I = Nodes[I].Parent;
  return I;
}

bool PlaceTable::isWithin(Place P, Place Ancestor) const {
  for (unsigned I = unsigned(P);; I = Nodes[I].Parent) {
    if (I == unsigned(Ancestor))
      return true;
    if (Nodes[I].Parent == I)
      return false;
  }
}

bool PlaceTable::mayOverlap(Place P, Place Q) const {
  std::vector<Step> A = path(P), B = path(Q);
  for (size_t I = 0; I < A.size() && I < B.size(); ++I) {
    if (A[I].Kind == Step::Element && B[I].Kind == Step::Element) {
      if (A[I].Index != B[I].Index && !(A[I].Index >> 32) &&
          !(B[I].Index >> 32))
        return false;
    } else if (A[I].Kind != B[I].Kind || A[I].What != B[I].What) {
      return false;
    }
  }
  return true;
}

std::optional<Place> PlaceTable::containerOf(Place P,
                                             const ValueDecl *By) const {
  std::optional<Place> Found;
  for (unsigned I = unsigned(P); Nodes[I].Parent != I; I = Nodes[I].Parent)
    if (Nodes[I].Kind == Node::Element &&
        (By ? Nodes[I].Index == indexBy(By) : Nodes[I].Index >> 32 != 0))
      Found = Place(Nodes[I].Parent);
  return Found;
}

bool PlaceTable::isBehindFirst(Place P, Place Container) const {
  for (unsigned I = unsigned(P); Nodes[I].Parent != I; I = Nodes[I].Parent)
    if (Nodes[I].Parent == unsigned(Container))
      return Nodes[I].Kind == Node::Element && Nodes[I].Index &&
             !(Nodes[I].Index >> 32);
  return false;
}

bool PlaceTable::isElementOf(Place P, Place Ancestor) const {
  bool IsElement = false;
  for (unsigned I = unsigned(P); I != unsigned(Ancestor); I = Nodes[I].Parent) {
    IsElement |= Nodes[I].Kind == Node::Element;
    if (Nodes[I].Parent == I)
      return false;
  }
  return IsElement;
}

std::optional<Place> PlaceTable::parent(Place P) const {
  unsigned Parent = Nodes[unsigned(P)].Parent;
  if (Parent == unsigned(P))
    return std::nullopt;
  return Place(Parent);
}

Place PlaceTable::rebase(Place P, Place From, Place To) {
  if (P == From)
    return To;
  Node N = Nodes[unsigned(P)];
  N.Parent = unsigned(rebase(Place(N.Parent), From, To));
  return intern(N);
}

const ValueDecl *PlaceTable::rootVariable(Place P) const {
  const Node &N = Nodes[rootOf(P)];
  return N.Kind == Node::Variable ? static_cast<const ValueDecl *>(N.What)
                                  : nullptr;
}
const Expr *PlaceTable::rootTemporary(Place P) const {
  const Node &N = Nodes[rootOf(P)];
  return N.Kind == Node::Temporary ? static_cast<const Expr *>(N.What)
                                   : nullptr;
}
bool PlaceTable::isThis(Place P) const {
  return Nodes[rootOf(P)].Kind == Node::This;
}
bool PlaceTable::isResult(Place P) const {
  return Nodes[rootOf(P)].Kind == Node::Result;
}

bool PlaceTable::isVisibleOutside(Place P) const {
  const ValueDecl *D = rootVariable(P);
  if (!D)
    return !rootTemporary(P); // this, the result, elsewhere
  const auto *V = dyn_cast<VarDecl>(D);
  if (!V)
    return false;
  if (isa<ParmVarDecl>(V) && V->getDeclContext() == &B.function())
    return true;
  return V->hasGlobalStorage() || V->getDeclContext() != &B.function();
}

void PlaceTable::spell(Place P, const Expr *E) {
  E = core(E);
  if (const auto *Op = dyn_cast<UnaryOperator>(E);
      Op && Op->getOpcode() == UO_AddrOf)
    E = core(Op->getSubExpr());
  std::string Text;
  llvm::raw_string_ostream OS(Text);
  PrintingPolicy Policy(B.function().getLangOpts());
  Policy.SuppressImplicitBase = true;
  E->printPretty(OS, nullptr, Policy);
  OS.flush();
  // Nobody wants to read a whole lambda.
  if (Text.size() <= 60 && Text.find('\n') == std::string::npos)
    Spellings.try_emplace(unsigned(P), std::move(Text));
}

std::string PlaceTable::name(Place P) const {
  const Node &N = Nodes[unsigned(P)];
  switch (N.Kind) {
  case Node::Variable: {
    const auto *D = static_cast<const ValueDecl *>(N.What);
    if (const auto *F = dyn_cast<FunctionDecl>(D))
      return F->getNameAsString() + "()";
    return D->getNameAsString();
  }
  case Node::This:
    return "*this";
  case Node::Result:
  case Node::Temporary:
  case Node::Elsewhere:
    return "";
  case Node::Field: {
    const auto *Member = static_cast<const ValueDecl *>(N.What);
    std::string Name = Member->getNameAsString();
    if (isa<FunctionDecl>(Member))
      Name += "()";
    if (Nodes[N.Parent].Kind == Node::This)
      return Name;
    std::string Base = name(Place(N.Parent));
    return Base.empty() ? "" : Base + (N.Arrow ? "->" : ".") + Name;
  }
  case Node::Element: {
    std::string Base = name(Place(N.Parent));
    if (Base.empty())
      return "";
    if (!(N.Index >> 32))
      return Base + "[" + std::to_string(N.Index) + "]";
    // The index is a variable.
    auto Spelled = Spellings.find(unsigned(P));
    return Spelled != Spellings.end() ? Spelled->second : "";
  }
  }
  return "";
}

std::vector<PlaceTable::Step> PlaceTable::path(Place P) const {
  std::vector<Step> Steps;
  for (unsigned I = unsigned(P);; I = Nodes[I].Parent) {
    const Node &N = Nodes[I];
    static_assert(int(Step::Variable) == int(Node::Variable) &&
                  int(Step::Element) == int(Node::Element));
    Steps.push_back(
        {decltype(Step::Kind)(int(N.Kind)), N.What, N.Index, N.Arrow});
    if (N.Parent == I)
      break;
  }
  std::reverse(Steps.begin(), Steps.end());
  return Steps;
}

} // namespace corolint
