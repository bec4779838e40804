// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What models, attributes and bodies say of a call; see BlockingSites.h.

#include "Analysis.h"
#include "Annotations.h"
#include "BlockingSites.h"
#include "summaries/SummaryTable.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corolint {

const Models::BlockingEntries &
BlockingKnowledge::entries(const NamedDecl &D, const CXXRecordDecl *Object) {
  // What a method of its own class is called needs no second look.
  if (const auto *Method = dyn_cast<CXXMethodDecl>(&D);
      Method && Object &&
      Method->getParent()->getCanonicalDecl() == Object->getCanonicalDecl())
    Object = nullptr;
  const auto *Key = cast<NamedDecl>(D.getCanonicalDecl());
  auto [It, New] = Entries.try_emplace({Key, Object});
  if (New) {
    Models::BlockingEntries Found = A.models().blocking(D, Object);
    // Of a template, the primary one's name says it all.
    It = Entries.find({Key, Object});
    It->second = std::move(Found);
  }
  return It->second;
}

/// The class of the object that a call is made on, without conversions to its
/// bases.
static const CXXRecordDecl *objectClass(const CallExpr &Call) {
  const Expr *Object = nullptr;
  if (const auto *Member = dyn_cast<CXXMemberCallExpr>(&Call))
    Object = Member->getImplicitObjectArgument();
  else if (isa<CXXOperatorCallExpr>(Call) && Call.getNumArgs() > 0)
    Object = Call.getArg(0);
  return Object ? classOf(core(Object)->getType()) : nullptr;
}

const Models::BlockingEntries &
BlockingKnowledge::entries(const CallExpr &Call) {
  static const Models::BlockingEntries None;
  const FunctionDecl *Callee = Call.getDirectCallee();
  if (!Callee)
    return None;
  const Models::BlockingEntries &Found = entries(*Callee, objectClass(Call));
  if (!Found.empty())
    return Found;
  // std::ranges::for_each is an object.
  if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(&Call);
      Op && Op->getOperator() == OO_Call)
    if (const auto *Ref = dyn_cast<DeclRefExpr>(core(Op->getArg(0))))
      if (const auto *V = dyn_cast<VarDecl>(Ref->getDecl());
          V && V->hasGlobalStorage() && !V->isStaticLocal())
        return entries(*V, nullptr);
  return None;
}

BlockingKnowledge::Mark BlockingKnowledge::mark(const FunctionDecl &F) {
  auto [It, New] = Marks.try_emplace(F.getCanonicalDecl(), Mark::None);
  if (!New)
    return It->second;
  Mark M = Mark::None;
  if (hasAnnotation(F, "may_block_here"))
    M = Mark::Harmless;
  else if (hasAnnotation(F, "offloads"))
    M = Mark::Offloads;
  else if (hasAnnotation(F, "blocking"))
    M = Mark::Blocks;
  else
    for (const FunctionEffectWithCondition E :
         FunctionEffectsRef::get(F.getType())) {
      if (E.Effect.kind() == FunctionEffect::Kind::Blocking)
        M = Mark::Blocks;
      else if (E.Effect.kind() == FunctionEffect::Kind::NonBlocking &&
               !E.Cond.getCondition())
        M = Mark::Harmless;
    }
  return Marks[F.getCanonicalDecl()] = M;
}

const FunctionDecl *BlockingKnowledge::followed(const FunctionDecl &F) {
  auto [It, New] = Followed.try_emplace(&F, nullptr);
  if (!New)
    return It->second;
  const FunctionDecl *Definition = nullptr;
  const SourceManager &SM = F.getASTContext().getSourceManager();
  if (!F.hasBody(Definition) || !Definition || Definition->hasSkippedBody() ||
      Definition->isDependentContext() || Definition->isInvalidDecl() ||
      !Definition->getBody() || isa<CoroutineBodyStmt>(Definition->getBody()))
    return nullptr;
  if (FollowsAll && !isInStd(*Definition))
    return Followed[&F] = Definition;
  if (SM.isInSystemHeader(Definition->getLocation()))
    return nullptr;
  // A library's model speaks for its bodies; what stands in the main file is no
  // library, though its namespace may be called like one.
  if (A.models().library(*Definition) &&
      !SM.isInMainFile(SM.getExpansionLoc(Definition->getLocation())))
    return nullptr;
  return Followed[&F] = Definition;
}

//===-- Other translation units -------------------------------------------===//

/// Not of what is in system headers, or has a model.
bool BlockingKnowledge::mayHaveSummary(const FunctionDecl &F) {
  const SourceManager &SM = F.getASTContext().getSourceManager();
  return F.getLocation().isValid() && !F.isImplicit() && !F.getBuiltinID() &&
         !SM.isInSystemHeader(F.getLocation()) && !A.models().library(F);
}

const FunctionSummary *BlockingKnowledge::elsewhere(const FunctionDecl &F) {
  const SummaryTable *Table = A.otherUnits();
  if (!Table || Table->empty())
    return nullptr;
  auto [It, New] = Elsewhere.try_emplace(F.getCanonicalDecl(), nullptr);
  if (New && mayHaveSummary(F))
    It->second = Table->find(F);
  return It->second;
}

const FunctionSummary *BlockingKnowledge::elsewhere(llvm::StringRef Key) const {
  return A.otherUnits()->find(Key);
}

BlockingCallee BlockingKnowledge::callee(const FunctionDecl &F) {
  BlockingCallee C;
  C.Definition = followed(F);
  if (C.Definition)
    return C;
  C.Summary = elsewhere(F);
  if (C.Summary || (TrustsAll && mayHaveSummary(F)))
    C.Declared = &F;
  return C;
}

//===-- Which function runs -----------------------------------------------===//

/// The class that an object has, whatever it is declared as: it was made here.
static const CXXRecordDecl *madeAs(const Expr *Object, const Body &B) {
  const auto *Ref = dyn_cast<DeclRefExpr>(core(Object));
  if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(core(Object));
      Op && Op->getNumArgs() == 1 &&
      (Op->getOperator() == OO_Arrow || Op->getOperator() == OO_Star))
    Ref = dyn_cast<DeclRefExpr>(core(Op->getArg(0)));
  const auto *V = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
  if (!V || !V->hasLocalStorage() || isa<ParmVarDecl>(V) || !V->getInit() ||
      B.isModified(V))
    return nullptr;
  const Expr *Init = core(V->getInit());
  while (const auto *C = dyn_cast<CXXConstructExpr>(Init)) {
    if (C->getNumArgs() < 1)
      return nullptr;
    Init = core(C->getArg(0));
  }
  if (const auto *New = dyn_cast<CXXNewExpr>(Init))
    return New->getAllocatedType()->getAsCXXRecordDecl();
  const auto *Call = dyn_cast<CallExpr>(Init);
  const FunctionDecl *F = Call ? Call->getDirectCallee() : nullptr;
  const TemplateArgumentList *Arguments =
      F ? F->getTemplateSpecializationArgs() : nullptr;
  if (!Arguments || !F->getIdentifier() || !isInStd(*F) ||
      (F->getName() != "make_unique" && F->getName() != "make_shared") ||
      Arguments->get(0).getKind() != TemplateArgument::Type)
    return nullptr;
  return Arguments->get(0).getAsType()->getAsCXXRecordDecl();
}

/// Whether a class declared beside `R`, which nobody else can derive from,
/// overrides the method.
static bool isOverridden(const CXXMethodDecl &M, const CXXRecordDecl &R) {
  for (const DeclContext *DC = R.getDeclContext(); DC; DC = DC->getParent()) {
    for (const Decl *D : DC->decls())
      if (const auto *Other = dyn_cast<CXXRecordDecl>(D);
          Other && Other->hasDefinition() && Other->getDefinition() != &R &&
          Other->getDefinition()->isDerivedFrom(&R))
        return true;
    if (!DC->isNamespace() && !DC->isRecord())
      break;
  }
  (void)M;
  return false;
}

static const CXXMethodDecl *overrider(const CXXMethodDecl &M,
                                      const CXXRecordDecl &R) {
  return R.hasDefinition()
             ? const_cast<CXXMethodDecl &>(M).getCorrespondingMethodInClass(
                   const_cast<CXXRecordDecl *>(R.getDefinition()))
             : nullptr;
}

const FunctionDecl *BlockingKnowledge::runs(const CallExpr &Call,
                                            const Body &B) {
  const FunctionDecl *Callee = Call.getDirectCallee();
  if (!Callee) // a pointer to a function, or what was bound to it
    Callee = callable(Call.getCallee(), B);
  if (!Callee)
    return nullptr;
  const auto *Method = dyn_cast<CXXMethodDecl>(Callee);
  // std::function<void()> f = [] { … }; f();
  if (Method && Method->getOverloadedOperator() == OO_Call && isInStd(*Method))
    if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(&Call)) {
      const FunctionDecl *Bound = callable(Op->getArg(0), B);
      return Bound;
    }
  if (!Method || !Method->isVirtual())
    return Callee;
  const auto *Member = dyn_cast<CXXMemberCallExpr>(&Call);
  if (!Member)
    return nullptr;
  const auto *Named = dyn_cast<MemberExpr>(Call.getCallee()->IgnoreParens());
  if (Named && Named->hasQualifier())
    return Callee; // Base::f()
  const Expr *Object = Member->getImplicitObjectArgument();
  if (const CXXMethodDecl *Exact =
          const_cast<CXXMethodDecl *>(Method)->getDevirtualizedMethod(Object,
                                                                      false))
    return Exact;
  if (const CXXRecordDecl *Made = madeAs(Object, B))
    if (const CXXMethodDecl *Exact = overrider(*Method, *Made))
      return Exact;
  const CXXRecordDecl *R = classOf(core(Object)->getType());
  if (R && (R->isInAnonymousNamespace() || R->isLocalClass()))
    if (const CXXMethodDecl *Exact = overrider(*Method, *R);
        Exact && !isOverridden(*Exact, *R))
      return Exact;
  return nullptr;
}

const FunctionDecl *BlockingKnowledge::callable(const Expr *E, const Body &B,
                                                unsigned Depth) {
  if (!E || Depth > 8)
    return nullptr;
  E = core(E);
  if (const auto *L = dyn_cast<LambdaExpr>(E))
    return L->isGenericLambda() ? nullptr : L->getCallOperator();
  if (const auto *Op = dyn_cast<UnaryOperator>(E);
      Op && (Op->getOpcode() == UO_AddrOf || Op->getOpcode() == UO_Deref))
    return callable(Op->getSubExpr(), B, Depth + 1);
  if (const auto *C = dyn_cast<CXXConstructExpr>(E))
    return C->getNumArgs() >= 1 ? callable(C->getArg(0), B, Depth + 1)
                                : nullptr;
  if (const auto *Cast = dyn_cast<ExplicitCastExpr>(E))
    return callable(Cast->getSubExpr(), B, Depth + 1);
  if (const auto *Call = dyn_cast<CallExpr>(E)) {
    // std::move(f), std::ref(f), std::bind(f, …), +lambda
    const FunctionDecl *F = Call->getDirectCallee();
    if (F && isa<CXXConversionDecl>(F))
      if (const auto *Member = dyn_cast<CXXMemberCallExpr>(Call))
        return callable(Member->getImplicitObjectArgument(), B, Depth + 1);
    bool HandsOn = F && isInStd(*F) && F->getIdentifier() &&
                   (F->getName() == "move" || F->getName() == "forward" ||
                    F->getName() == "ref" || F->getName() == "cref" ||
                    F->getName() == "bind" || F->getName() == "bind_front");
    return HandsOn && Call->getNumArgs() >= 1
               ? callable(Call->getArg(0), B, Depth + 1)
               : nullptr;
  }
  const auto *Ref = dyn_cast<DeclRefExpr>(E);
  if (!Ref)
    return nullptr;
  if (const auto *F = dyn_cast<FunctionDecl>(Ref->getDecl()))
    return F;
  const auto *V = dyn_cast<VarDecl>(Ref->getDecl());
  if (!V || isa<ParmVarDecl>(V) || V->getType()->isReferenceType() ||
      !V->getInit() || B.isModified(V))
    return nullptr;
  bool IsOurs = V->getDeclContext() == &B.function();
  if (!IsOurs && !V->getType().isConstQualified() && !V->isConstexpr()) {
    // A lambda that a lambda has captured is what it was.
    const CXXRecordDecl *R = V->getType()->getAsCXXRecordDecl();
    if (!R || !R->isLambda())
      return nullptr;
  }
  // An object that is assigned to later is another.
  for (const CallExpr *Call : B.calls())
    if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(Call);
        Op && Op->isAssignmentOp())
      if (const auto *To = dyn_cast<DeclRefExpr>(core(Op->getArg(0)));
          To && To->getDecl() == V)
        return nullptr;
  return callable(V->getInit(), B, Depth + 1);
}

//===-- Executors ---------------------------------------------------------===//

bool BlockingKnowledge::isOwnExecutor(const Expr *E, const Body &B) {
  E = core(E);
  while (const auto *C = dyn_cast<CXXConstructExpr>(E)) {
    if (C->getNumArgs() < 1)
      return false;
    E = core(C->getArg(0));
  }
  if (const auto *Await = dyn_cast<CoawaitExpr>(E)) {
    E = core(Await->getOperand());
    if (const auto *Call = dyn_cast<CallExpr>(E); Call && Call->getCalleeDecl())
      return llvm::any_of(entries(*Call), [](const BlockingModel *M) {
        return M->Role == BlockingModel::IsOwnExecutor;
      });
    while (const auto *C = dyn_cast<CXXConstructExpr>(E)) {
      if (C->getNumArgs() < 1)
        return false;
      E = core(C->getArg(0));
    }
    const auto *Ref = dyn_cast<DeclRefExpr>(E);
    return Ref && llvm::any_of(entries(*Ref->getDecl(), nullptr),
                               [](const BlockingModel *M) {
                                 return M->Role == BlockingModel::IsOwnExecutor;
                               });
  }
  const auto *Ref = dyn_cast<DeclRefExpr>(E);
  const auto *V = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
  return V && V->getDeclContext() == &B.function() && V->getInit() &&
         !isa<ParmVarDecl>(V) && !B.isModified(V) &&
         isOwnExecutor(V->getInit(), B);
}

/// A container or an array of std::thread or std::jthread. One thread alone
/// is a loop that brings its own, as a rule.
static bool isThreads(QualType T, bool InContainer = false,
                      unsigned Depth = 0) {
  if (const auto *Array =
          dyn_cast<ArrayType>(T.getCanonicalType().getTypePtr()))
    return isThreads(Array->getElementType(), true, Depth + 1);
  const CXXRecordDecl *R = T->getAsCXXRecordDecl();
  if (!R || !isInStd(*R) || !R->getIdentifier() || Depth > 3)
    return false;
  llvm::StringRef Name = R->getName();
  if (Name == "thread" || Name == "jthread")
    return InContainer;
  InContainer |= Name != "optional" && !Name.ends_with("_ptr");
  if (const auto *S = dyn_cast<ClassTemplateSpecializationDecl>(R))
    for (const TemplateArgument &Argument : S->getTemplateArgs().asArray())
      if (Argument.getKind() == TemplateArgument::Type &&
          isThreads(Argument.getAsType(), InContainer, Depth + 1))
        return true;
  return false;
}

bool BlockingKnowledge::ownsThreads(const CXXRecordDecl &R, unsigned Depth) {
  for (const FieldDecl *Field : R.fields())
    if (isThreads(Field->getType()))
      return true;
  if (Depth < 4)
    for (const CXXBaseSpecifier &Base : R.bases())
      if (const CXXRecordDecl *B = classOf(Base.getType());
          B && ownsThreads(*B, Depth + 1))
        return true;
  return false;
}

bool BlockingKnowledge::isBlockingExecutor(QualType T) {
  const CXXRecordDecl *R = T.isNull() ? nullptr : classOf(T);
  if (!R)
    return false;
  auto [It, New] = Executors.try_emplace(R, false);
  if (!New)
    return It->second;
  bool Is = false;
  // An executor of asio's is a class within its context.
  const CXXRecordDecl *Class = R;
  for (unsigned I = 0; Class && I < 3 && !Is; ++I) {
    for (const BlockingModel *M : entries(*Class, nullptr))
      Is |= M->Role == BlockingModel::Switches;
    Class = dyn_cast<CXXRecordDecl>(Class->getDeclContext());
  }
  if (!Is && !isInStd(*R))
    Is = ownsThreads(*R, 0);
  // shared_ptr<thread_pool>
  if (const auto *S = dyn_cast<ClassTemplateSpecializationDecl>(R);
      S && !Is && isInStd(*R) && R->getIdentifier() &&
      R->getName().ends_with("_ptr"))
    if (const TemplateArgument &Argument = S->getTemplateArgs()[0];
        Argument.getKind() == TemplateArgument::Type)
      Is = isBlockingExecutor(Argument.getAsType());
  return Executors[R] = Is;
}

} // namespace corolint
