// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From sites to chains; see BlockingCalls.h.

#include "BlockingCalls.h"
#include "Analysis.h"
#include "BlockingFlow.h"
#include "Graph.h"
#include "summaries/SummaryTable.h"
#include "clang/AST/ASTContext.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace corolint {

BlockingCalls &Analysis::blocking() {
  if (!Blocking)
    Blocking = std::make_shared<BlockingCalls>(*this);
  return *Blocking;
}

/// A function, with the sites that may matter.
struct BlockingCalls::Node {
  /// Of this translation unit, or of another.
  const FunctionDecl *F = nullptr;
  const FunctionSummary *Outside = nullptr;

  const Stmt *Code = nullptr;
  std::unique_ptr<Body> B; ///< until it has been judged, and for arguments
  std::vector<BlockingSite> Sites;
  /// By site: in which ways it is reached; empty if it is not.
  std::vector<BlockingFlow::Ways> Reached;
  std::deque<Way> Ways; ///< does not move them
  bool IsAsked = false; ///< and so by site
  bool Judged = false;
  const Node *Batch = nullptr; ///< the coroutine that it was reached from first
  bool Leads = false; ///< to something that blocks, as far as calls tell
  /// Who calls it, from where.
  std::vector<std::pair<Node *, unsigned>> Callers;

  unsigned size() const {
    return unsigned(F ? Sites.size() : Outside->Sites.size());
  }
  bool blocks(unsigned Site) const {
    return F ? !Sites[Site].Callee : Outside->Sites[Site].Callee.empty();
  }
};

BlockingCalls::BlockingCalls(Analysis &A, bool FollowsAll) : K(A, FollowsAll) {}
BlockingCalls::~BlockingCalls() = default;

static const Stmt *codeOf(const FunctionDecl &F) {
  const Stmt *Code = F.getBody();
  if (const auto *C = dyn_cast<CoroutineBodyStmt>(Code))
    return C->getBody();
  // A constructor's function-try-block and the like are statements as well.
  return Code;
}

BlockingCalls::Node &BlockingCalls::node(const BlockingCallee &C) {
  const void *Key =
      C.Definition ? static_cast<const void *>(C.Definition) : C.Summary;
  std::unique_ptr<Node> &N = Nodes[Key];
  if (!N) {
    N = std::make_unique<Node>();
    N->F = C.Definition;
    if (N->F)
      N->Code = codeOf(*N->F);
    else
      N->Outside = C.Summary;
  }
  return *N;
}

/// Null if nothing is known of what the site calls.
BlockingCalls::Node *BlockingCalls::calleeOf(const Node &N, unsigned Site) {
  if (N.blocks(Site))
    return nullptr;
  if (N.F) {
    const BlockingCallee &C = N.Sites[Site].Callee;
    return C.Definition || C.Summary ? &node(C) : nullptr;
  }
  const FunctionSummary *S = K.elsewhere(N.Outside->Sites[Site].Callee);
  return S ? &node({nullptr, nullptr, S}) : nullptr;
}

void BlockingCalls::collect(Node &N) {
  if (!N.F)
    return;
  N.B = std::make_unique<Body>(*N.F, *N.Code);
  N.Sites = blockingSites(*N.B, *N.Code, K);
  if (N.Sites.empty())
    N.B.reset();
}

/// Keeps the sites that are reached where they block.
void BlockingCalls::judge(Node &N, bool All) {
  N.Judged = true;
  N.Reached.resize(N.size());
  if (!N.F) {
    for (unsigned I = 0; I < N.size(); ++I)
      N.Reached[I] = N.Outside->Sites[I].Reached;
    return;
  }
  std::vector<BlockingSite> Asked;
  std::vector<unsigned> Index;
  for (unsigned I = 0; I < N.Sites.size(); ++I) {
    Node *Callee = All ? nullptr : calleeOf(N, I);
    if (All || N.blocks(I) || (Callee && Callee->Leads)) {
      Asked.push_back(N.Sites[I]);
      Index.push_back(I);
    }
  }
  if (Asked.empty())
    return;
  Analysis::countAnalysed();
  std::unique_ptr<CFG> Graph = buildGraph(*N.F, *N.Code);
  if (!Graph) {
    Analysis::gaveUp();
    return;
  }
  BlockingFlow Flow(K, *N.B, *Graph, Asked);
  if (!Flow.run()) {
    Analysis::gaveUp();
    return;
  }
  bool IsConstructor = isa<CXXConstructorDecl>(N.F);
  for (unsigned I = 0; I < Asked.size(); ++I)
    if (const BlockingFlow::Ways *How = Flow.reached(I))
      N.Reached[Index[I]] = *How;
    else if (IsConstructor && Asked[I].At &&
             !N.Code->getSourceRange().fullyContains(
                 Asked[I].At->getSourceRange()))
      N.Reached[Index[I]] = {{}}; // in an initialiser: always
  // What has to hold for it to block when it is reached.
  for (unsigned I = 0; I < N.Sites.size(); ++I)
    for (std::vector<Need> &Needs : N.Reached[I])
      Needs.insert(Needs.end(), N.Sites[I].How.Needs.begin(),
                   N.Sites[I].How.Needs.end());
}

/// Keeps a way if it says something new.
bool BlockingCalls::add(Node &N, Way W) {
  unsigned Same = 0;
  for (const Way &Old : N.Ways) {
    if (Old.Level != W.Level || (N.IsAsked && Old.Site != W.Site))
      continue;
    if (Old.Needs.empty() || Old.Needs == W.Needs)
      return false;
    ++Same;
  }
  if (Same >= 4)
    return false;
  N.Ways.push_back(std::move(W));
  return true;
}

/// Whether a call is one of those that make its callee block, and what that
/// asks of the caller.
bool BlockingCalls::meets(const Node &Caller, unsigned Site, const Way &W,
                          std::vector<Need> &Needs) {
  return llvm::all_of(W.Needs, [&](const Need &N) {
    if (!Caller.F) {
      const auto &Given = Caller.Outside->Sites[Site].Arguments;
      return meet(N, N.Parameter < Given.size() ? &Given[N.Parameter] : nullptr,
                  Needs);
    }
    const auto &Given = Caller.Sites[Site].Given;
    if (N.Parameter >= Given.size())
      return meet(N, nullptr, Needs);
    ArgumentFacts Facts = seen(*Caller.B, Given[N.Parameter]);
    return meet(N, &Facts, Needs);
  });
}

/// Finds the ways of a function, and of all that it can reach and that is not
/// known yet.
void BlockingCalls::link(Node &Root) {
  std::vector<Node *> New{&Root};
  collect(Root);
  for (size_t I = 0; I < New.size(); ++I) {
    Node *N = New[I];
    N->Batch = &Root;
    for (unsigned S = 0; S < N->size(); ++S)
      if (Node *Callee = calleeOf(*N, S)) {
        Callee->Callers.push_back({N, S});
        if (!Callee->Batch && Callee != &Root) {
          Callee->Batch = &Root;
          collect(*Callee);
          New.push_back(Callee);
        }
      }
  }
  // Who leads to something that blocks.
  std::vector<Node *> Leading;
  auto Mark = [&](Node *N) {
    if (!N->Leads) {
      N->Leads = true;
      Leading.push_back(N);
    }
  };
  for (Node *N : New)
    for (unsigned S = 0; S < N->size(); ++S) {
      const Node *Callee = calleeOf(*N, S);
      if (N->blocks(S) || (Callee && Callee->Judged && Callee->Leads))
        Mark(N);
    }
  for (size_t I = 0; I < Leading.size(); ++I)
    for (auto [Caller, Site] : Leading[I]->Callers)
      if (!Caller->Judged)
        Mark(Caller);
  for (Node *N : New)
    if (N->Leads)
      judge(*N, /*All=*/false);
    else
      N->Judged = true;

  // The ways, shortest first.
  std::vector<std::pair<Node *, const Way *>> Now, Next;
  for (Node *N : New)
    for (unsigned S = 0; N->Leads && S < N->size(); ++S)
      if (N->blocks(S))
        for (const std::vector<Need> &Needs : N->Reached[S])
          if (add(*N,
                  {N->F ? N->Sites[S].How.Level : N->Outside->Sites[S].Level, 1,
                   S, N, nullptr, Needs}))
            Now.push_back({N, &N->Ways.back()});
  auto Rise = [&](Node *Caller, unsigned S, const Way &W) {
    // Of what a helper posts, others hear later, on the loop.
    if (S >= Caller->Reached.size() ||
        (Caller->F && Caller->Sites[S].Kind == BlockingSiteKind::Posted &&
         !Caller->IsAsked))
      return;
    for (const std::vector<Need> &Given : Caller->Reached[S]) {
      std::vector<Need> Needs = Given;
      if (meets(*Caller, S, W, Needs) &&
          add(*Caller,
              {W.Level, W.Length + 1, S, Caller, &W, std::move(Needs)}))
        Next.push_back({Caller, &Caller->Ways.back()});
    }
  };
  // Those of older functions come in by the way.
  for (unsigned Length = 1; Length < 256; ++Length) {
    for (auto [N, W] : Now)
      for (auto [Caller, S] : N->Callers)
        Rise(Caller, S, *W);
    bool Older = false;
    for (Node *N : New)
      for (unsigned S = 0; N->Leads && S < N->size(); ++S)
        if (Node *C = calleeOf(*N, S); C && C->Batch != &Root)
          for (const Way &W : C->Ways) {
            if (W.Length == Length)
              Rise(N, S, W);
            Older |= W.Length > Length;
          }
    Now = std::move(Next);
    Next.clear();
    if (Now.empty() && !Older)
      break;
  }
}

std::vector<BlockingCall> BlockingCalls::in(const FunctionDecl &Function,
                                            Tiers Of) {
  std::vector<BlockingCall> Found;
  Node &Root = node({&Function, nullptr, nullptr});
  if (!Root.Judged) {
    Root.IsAsked = true;
    link(Root);
  }
  std::vector<const Way *> Best(Root.Sites.size());
  // Where it depends on flags that somebody else chooses, nothing is known.
  auto IsOpen = [](const Need &N) {
    return N.Kind == Need::Flags || N.Kind == Need::IsNull;
  };
  for (const Way &W : Root.Ways)
    if (Of.has(W.Level) && llvm::none_of(W.Needs, IsOpen))
      if (const Way *&B = Best[W.Site];
          !B || std::tie(W.Level, W.Length) < std::tie(B->Level, B->Length))
        B = &W;
  for (unsigned S = 0; S < Best.size(); ++S) {
    if (!Best[S])
      continue;
    BlockingCall &C = Found.emplace_back();
    C.Site = &Root.Sites[S];
    C.Level = Best[S]->Level;
    const FunctionDecl *Left = nullptr; // where it leaves this unit
    for (const Way *W = Best[S]; W; W = W->Next) {
      const Node &N = *W->In;
      if (N.F) {
        const BlockingSite &Site = N.Sites[W->Site];
        Left = Site.Callee.Declared;
        C.Model = Site.Model ? Site.Model->Name : "";
        if (W != Best[S])
          C.Chain.push_back(
              {Site.Kind, describe(*N.F), Site.Name, Site.Loc, ""});
      } else {
        const FunctionSummary::Site &Site = N.Outside->Sites[W->Site];
        C.Model = Site.Model;
        C.Chain.push_back({Site.Kind, N.Outside->Name, Site.Name,
                           Left->getLocation(), Site.At});
      }
    }
  }
  return Found;
}

FunctionSummary BlockingCalls::summary(const FunctionDecl &Definition,
                                       llvm::StringRef Root) {
  K.trustAll();
  const SourceManager &SM = Definition.getASTContext().getSourceManager();
  FunctionSummary Result;
  Result.Key = summaryKey(Definition, Root);
  Result.Name = describe(Definition);
  Node &N = node({&Definition, nullptr, nullptr});
  collect(N);
  judge(N, /*All=*/true);
  for (unsigned S = 0; S < N.size(); ++S) {
    const BlockingSite &Site = N.Sites[S];
    if (N.Reached[S].empty() || Site.Kind == BlockingSiteKind::Posted)
      continue;
    FunctionSummary::Site Text;
    Text.Kind = Site.Kind;
    Text.Name = Site.Name;
    Text.At = summaryPlace(Site.Loc, SM, Root);
    Text.Reached = N.Reached[S];
    if (N.blocks(S)) {
      Text.Level = Site.How.Level;
      Text.Model = Site.Model ? Site.Model->Name.str() : "";
    } else {
      const BlockingCallee &C = Site.Callee;
      Text.Callee =
          summaryKey(C.Definition ? *C.Definition : *C.Declared, Root);
      if (Text.Callee.empty())
        continue;
      for (const Expr *Argument : Site.Given)
        Text.Arguments.push_back(seen(*N.B, Argument));
    }
    Result.Sites.push_back(std::move(Text));
  }
  return Result;
}

bool BlockingCalls::isElsewhereAt(const CoroutineSuspendExpr &Await,
                                  const FunctionDecl &Coroutine) {
  const Stmt *Code = codeOf(Coroutine);
  std::unique_ptr<CFG> Graph = buildGraph(Coroutine, *Code);
  if (!Graph)
    return false;
  Body B(Coroutine, *Code);
  BlockingSite Here;
  Here.At = &Await;
  BlockingFlow Flow(K, B, *Graph, Here);
  return Flow.run() && !Flow.reached(0);
}

} // namespace corolint
