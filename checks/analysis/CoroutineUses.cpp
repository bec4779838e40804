// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One walk over what is written in this translation unit, made when there is
// something to report; see CoroutineUses.h.

#include "CoroutineUses.h"
#include "Analysis.h"
#include "BlockingCalls.h"
#include "Places.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corolint {

static bool isCoroutine(const FunctionDecl &F) {
  const FunctionDecl *Definition = nullptr;
  return F.hasBody(Definition) && Definition && !Definition->hasSkippedBody() &&
         isa_and_nonnull<CoroutineBodyStmt>(Definition->getBody());
}

class UseWalker : public RecursiveASTVisitor<UseWalker> {
public:
  UseWalker(CoroutineUses &U, const SourceManager &SM) : U(U), SM(SM) {}

  bool shouldVisitTemplateInstantiations() const { return true; }

  bool TraverseDecl(Decl *D) {
    if (D && !isa<TranslationUnitDecl>(D) && D->getLocation().isValid() &&
        SM.isInSystemHeader(D->getLocation()))
      return true;
    return RecursiveASTVisitor::TraverseDecl(D);
  }
  bool VisitFunctionDecl(FunctionDecl *F) {
    if (!F->doesThisDeclarationHaveABody() || F->hasSkippedBody() ||
        F->isDependentContext())
      return true;
    In = F;
    walk(F->getBody());
    return true;
  }
  bool VisitVarDecl(VarDecl *V) {
    // Of a namespace's variable, whoever else uses it is not seen.
    if (V->isFileVarDecl() && V->getInit() &&
        !V->getType()->isDependentType()) {
      In = nullptr;
      walk(V->getInit());
    }
    return true;
  }
  bool VisitLambdaExpr(LambdaExpr *) { return true; }

private:
  /// Expressions and statements around the one that is looked at, innermost
  /// last.
  llvm::SmallVector<const Stmt *, 32> Around;
  const FunctionDecl *In = nullptr;
  /// Variables that hold a coroutine's task, or the callable that makes it.
  llvm::DenseMap<const ValueDecl *, const FunctionDecl *> Tasks, Callables;
  CoroutineUses &U;
  const SourceManager &SM;

  void walk(const Stmt *S) {
    if (!S)
      return;
    if (const auto *L = dyn_cast<LambdaExpr>(S)) {
      const CXXMethodDecl *Operator = L->getCallOperator();
      if (Operator && isCoroutine(*Operator))
        callable(*Operator);
      for (const Expr *Init : L->capture_inits())
        walkWithin(S, Init);
      const FunctionDecl *Outer = In;
      In = Operator;
      llvm::SmallVector<const Stmt *, 32> Saved = std::move(Around);
      Around.clear();
      walk(L->getBody());
      Around = std::move(Saved);
      In = Outer;
      return;
    }
    if (const auto *C = dyn_cast<CoroutineBodyStmt>(S))
      return walk(C->getBody());
    if (const auto *E = dyn_cast<CoroutineSuspendExpr>(S))
      return walkWithin(S, E->getOperand());
    if (const auto *Ref = dyn_cast<DeclRefExpr>(S)) {
      const auto *F = dyn_cast<FunctionDecl>(Ref->getDecl());
      if (F && isCoroutine(*F))
        callable(*F);
      if (const FunctionDecl *Task = Tasks.lookup(Ref->getDecl()))
        task(*Task, Around.size());
      if (const FunctionDecl *Made = Callables.lookup(Ref->getDecl()))
        callable(*Made);
    } else if (const auto *M = dyn_cast<MemberExpr>(S)) {
      const auto *F = dyn_cast<FunctionDecl>(M->getMemberDecl());
      if (F && isCoroutine(*F))
        callable(*F);
    }
    if (const auto *D = dyn_cast<DeclStmt>(S)) {
      for (const Decl *Each : D->decls())
        if (const auto *V = dyn_cast<VarDecl>(Each)) {
          Variable = V;
          Around.push_back(S);
          walk(V->getInit());
          Around.pop_back();
          Variable = nullptr;
        }
      return;
    }
    Around.push_back(S);
    for (const Stmt *Child : S->children())
      walk(Child);
    Around.pop_back();
  }
  void walkWithin(const Stmt *S, const Stmt *Child) {
    Around.push_back(S);
    walk(Child);
    Around.pop_back();
  }
  const VarDecl *Variable = nullptr;

  CoroutineUses::Uses &usesOf(const FunctionDecl &F) {
    const FunctionDecl *Definition = nullptr;
    F.hasBody(Definition);
    return U.Known[Definition];
  }

  static bool isWrapper(const Stmt *S) {
    if (isa<ImplicitCastExpr, ExprWithCleanups, MaterializeTemporaryExpr,
            CXXBindTemporaryExpr, ParenExpr, CXXFunctionalCastExpr,
            CXXStaticCastExpr>(S))
      return true;
    if (const auto *C = dyn_cast<CXXConstructExpr>(S))
      return C->getConstructor()->isCopyOrMoveConstructor();
    const auto *Call = dyn_cast<CallExpr>(S);
    const FunctionDecl *F = Call ? Call->getDirectCallee() : nullptr;
    return F && isInStd(*F) && F->getIdentifier() &&
           (F->getName() == "move" || F->getName() == "forward");
  }

  /// A coroutine's name, or its lambda: is it called here?
  void callable(const FunctionDecl &F) {
    size_t I = Around.size();
    bool IsObject = false;
    while (I > 0) {
      const Stmt *S = Around[I - 1];
      if (const auto *M = dyn_cast<MemberExpr>(S)) {
        (void)M;
        IsObject = true;
        --I;
        continue;
      }
      if (const auto *Call = dyn_cast<CallExpr>(S); Call && !isWrapper(S)) {
        const FunctionDecl *Callee = Call->getDirectCallee();
        const FunctionDecl *Definition = nullptr, *Wanted = nullptr;
        F.hasBody(Wanted);
        if (Callee)
          Callee->hasBody(Definition);
        if (Callee && Definition == Wanted)
          return task(F, I - 1);
        (void)IsObject;
        return consumed(F, *Call, I - 1); // handed on, as it is
      }
      if (const auto *C = dyn_cast<CXXConstructExpr>(S); C && !isWrapper(S)) {
        for (const BlockingModel *M :
             U.K.entries(*C->getConstructor(), nullptr))
          if (M->Role == BlockingModel::Offloads) {
            usesOf(F).Offload = true;
            return;
          }
      }
      if (isa<DeclStmt>(S) && Variable) {
        Callables[Variable] = &F;
        return;
      }
      if (!isWrapper(S) && !isa<CXXConstructExpr, UnaryOperator>(S))
        break;
      --I;
    }
    usesOf(F).Other = true;
  }

  /// The task that a call has made: who takes it?
  void task(const FunctionDecl &F, size_t I) {
    while (I > 0) {
      const Stmt *S = Around[I - 1];
      if (const auto *Await = dyn_cast<CoawaitExpr>(S)) {
        if (!In)
          usesOf(F).Other = true;
        else if (U.K.analysis().blocking().isElsewhereAt(*Await, *In))
          usesOf(F).Offload = true;
        else
          usesOf(F).AwaitedBy.push_back(In);
        return;
      }
      if (isa<DeclStmt>(S) && Variable) {
        Tasks[Variable] = &F;
        return;
      }
      if (const auto *M = dyn_cast<MemberExpr>(S)) {
        (void)M;
        --I;
        continue;
      }
      if (const auto *Call = dyn_cast<CallExpr>(S); Call && !isWrapper(S))
        return consumed(F, *Call, I - 1);
      if (!isWrapper(S))
        break;
      --I;
    }
    usesOf(F).Other = true;
  }

  /// `int run(task<int>)`
  static bool returnsResultOf(const FunctionDecl &Coroutine,
                              const FunctionDecl &Callee) {
    const auto *Task = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
        Coroutine.getReturnType()->getAsCXXRecordDecl());
    QualType Result = Callee.getReturnType();
    if (!Task || Result->isVoidType())
      return false;
    Result = Result.getNonReferenceType().getCanonicalType();
    return llvm::any_of(Task->getTemplateArgs().asArray(),
                        [&](const TemplateArgument &A) {
                          return A.getKind() == TemplateArgument::Type &&
                                 A.getAsType().getCanonicalType() == Result;
                        });
  }

  /// Whether a call that is given the task, by no coroutine, waits for it: it
  /// returns the result, or is seen to wait. Where its body is out of sight,
  /// and it is given nothing but the task, no executor that could run it later,
  /// it is believed to; and so is what main calls.
  bool waits(const FunctionDecl &F, const FunctionDecl &Callee,
             const CallExpr &Call) {
    if (returnsResultOf(F, Callee) || (In->isMain() && Call.getNumArgs() == 1))
      return true;
    if (const FunctionDecl *Definition =
            U.Everywhere.knowledge().followed(Callee)) {
      Tiers Of;
      Of.add(Tier::Bridge);
      Of.add(Tier::Wait);
      return !U.Everywhere.in(*Definition, Of).empty();
    }
    const auto *Method = dyn_cast<CXXMethodDecl>(&Callee);
    return Call.getNumArgs() == 1 && !Callee.hasBody() &&
           (!Method || Method->isStatic());
  }

  /// A task or a coroutine is handed to a call.
  void consumed(const FunctionDecl &F, const CallExpr &Call, size_t I) {
    CoroutineUses::Uses &Mine = usesOf(F);
    const FunctionDecl *Callee = Call.getDirectCallee();
    // Of a namespace's variable, nobody knows when it is initialised.
    bool InCoroutine = !In || isa<CoroutineBodyStmt>(In->getBody());
    for (const BlockingModel *M : U.K.entries(Call)) {
      if (M->Role == BlockingModel::Offloads) {
        Mine.Offload = true;
        return;
      }
      if (M->Role == BlockingModel::Blocks) {
        (InCoroutine ? Mine.Other : Mine.Runner) = true;
        return;
      }
    }
    if (Callee && U.K.mark(*Callee) == BlockingKnowledge::Mark::Offloads) {
      Mine.Offload = true;
      return;
    }
    if (isGivenPool(Call)) {
      Mine.Offload = true;
      return;
    }
    const auto *Method = dyn_cast_or_null<CXXMethodDecl>(Callee);
    QualType Result = Call.getType();
    // task.is_ready(): it is looked at, no more.
    if (Method && Method->isConst() && Result->isBooleanType())
      return;
    // when_all(a(), b()), task.handle(): whoever runs that.
    if (U.K.analysis().shapes().isAwaitable(Result) || isHandle(Result))
      return task(F, I);
    if (InCoroutine || !Callee) {
      Mine.Other = true;
      return;
    }
    (waits(F, *Callee, Call) || resumes(F, *Callee) ? Mine.Runner
                                                    : Mine.Other) = true;
  }

  /// Whether an argument, or the object, is an executor that may block.
  bool isGivenPool(const CallExpr &Call) {
    const Expr *Object = nullptr;
    if (const auto *Member = dyn_cast<CXXMemberCallExpr>(&Call))
      Object = Member->getImplicitObjectArgument();
    // pool->run(task), of a smart pointer
    if (const auto *Arrow =
            Object ? dyn_cast<CXXOperatorCallExpr>(core(Object)) : nullptr;
        Arrow && Arrow->getOperator() == OO_Arrow)
      Object = Arrow->getArg(0);
    return (Object && U.K.isBlockingExecutor(core(Object)->getType())) ||
           llvm::any_of(Call.arguments(), [&](const Expr *Argument) {
             return U.K.isBlockingExecutor(core(Argument)->getType());
           });
  }

  static bool isHandle(QualType T) {
    const CXXRecordDecl *R = T->getAsCXXRecordDecl();
    return R && isInStd(*R) && R->getIdentifier() &&
           R->getName() == "coroutine_handle";
  }

  /// Whether the call resumes, on the caller's own thread, a coroutine that
  /// never suspends: `task.resume()` in a test.
  static bool resumes(const FunctionDecl &F, const FunctionDecl &Callee) {
    auto Any = [](const Stmt *S, auto Is, auto &Again) -> bool {
      return S && (Is(S) || llvm::any_of(S->children(), [&](const Stmt *Child) {
                     return Again(Child, Is, Again);
                   }));
    };
    const FunctionDecl *Coroutine = nullptr, *Definition = nullptr;
    if (!F.hasBody(Coroutine) || !Callee.hasBody(Definition))
      return false;
    const auto *Frame = dyn_cast<CoroutineBodyStmt>(Coroutine->getBody());
    if (!Frame ||
        Any(
            Frame->getBody(),
            [](const Stmt *S) { return isa<CoroutineSuspendExpr>(S); }, Any))
      return false;
    return Any(
        Definition->getBody(),
        [](const Stmt *S) {
          const auto *Call = dyn_cast<CallExpr>(S);
          const auto *M =
              Call ? dyn_cast_or_null<CXXMethodDecl>(Call->getDirectCallee())
                   : nullptr;
          return M && isInStd(*M) && M->getParent()->getIdentifier() &&
                 M->getParent()->getName() == "coroutine_handle" &&
                 ((M->getIdentifier() && M->getName() == "resume") ||
                  M->getOverloadedOperator() == OO_Call);
        },
        Any);
  }
};

void CoroutineUses::build(ASTContext &Context) {
  Built = true;
  UseWalker W(*this, Context.getSourceManager());
  for (Decl *D : Context.getTraversalScope())
    W.TraverseDecl(D);
}

CoroutineUses::RunBy
CoroutineUses::find(const FunctionDecl &F,
                    llvm::SmallVectorImpl<const FunctionDecl *> &Asking) {
  auto It = Known.find(&F);
  if (It == Known.end() || llvm::is_contained(Asking, &F))
    return RunBy::Anybody;
  const Uses &Its = It->second;
  if (Its.Other)
    return RunBy::Anybody;
  Asking.push_back(&F);
  bool Runner = Its.Runner, Offload = Its.Offload;
  for (const FunctionDecl *By : Its.AwaitedBy) {
    RunBy Theirs = find(*By, Asking);
    if (Theirs == RunBy::Anybody)
      return RunBy::Anybody;
    (Theirs == RunBy::Runners ? Runner : Offload) = true;
  }
  return Runner ? RunBy::Runners : Offload ? RunBy::Offloads : RunBy::Anybody;
}

CoroutineUses::RunBy CoroutineUses::runBy(const FunctionDecl &Coroutine) {
  // What a header declares, others use, too; a lambda, nobody else can name.
  const SourceManager &SM = Coroutine.getASTContext().getSourceManager();
  const auto *Method = dyn_cast<CXXMethodDecl>(&Coroutine);
  if (!Method || !Method->getParent()->isLambda())
    for (const FunctionDecl *Each : Coroutine.redecls())
      if (!SM.isInMainFile(SM.getExpansionLoc(Each->getLocation())))
        return RunBy::Anybody;
  if (Method && Method->isVirtual())
    return RunBy::Anybody;
  if (!Built)
    build(Coroutine.getASTContext());
  llvm::SmallVector<const FunctionDecl *, 4> Asking;
  return find(Coroutine, Asking);
}

} // namespace corolint
