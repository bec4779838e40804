// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From sites to chains; see BlockingCalls.h.

#include "BlockingCalls.h"
#include "Analysis.h"
#include "BlockingFlow.h"
#include "Graph.h"
#include "clang/AST/ASTContext.h"

using namespace clang;

namespace corolint {

BlockingCalls &Analysis::blocking() {
  if (!Blocking)
    Blocking = std::make_shared<BlockingCalls>(*this);
  return *Blocking;
}

/// A function, with the sites that may matter.
struct BlockingCalls::Node {
  const FunctionDecl *F;
  const Stmt *Code;
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

BlockingCalls::Node &BlockingCalls::node(const FunctionDecl &Definition) {
  std::unique_ptr<Node> &N = Nodes[&Definition];
  if (!N) {
    N = std::make_unique<Node>();
    N->F = &Definition;
    N->Code = codeOf(Definition);
  }
  return *N;
}

void BlockingCalls::collect(Node &N) {
  N.B = std::make_unique<Body>(*N.F, *N.Code);
  N.Sites = blockingSites(*N.B, *N.Code, K);
  if (N.Sites.empty())
    N.B.reset();
}

/// Keeps the sites that are reached where they block.
void BlockingCalls::judge(Node &N) {
  N.Judged = true;
  N.Reached.resize(N.Sites.size());
  std::vector<BlockingSite> Asked;
  std::vector<unsigned> Index;
  for (unsigned I = 0; I < N.Sites.size(); ++I)
    if (!N.Sites[I].Callee || Nodes[N.Sites[I].Callee]->Leads) {
      Asked.push_back(N.Sites[I]);
      Index.push_back(I);
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

std::vector<BlockingCall> BlockingCalls::in(const FunctionDecl &Function,
                                            Tiers Of) {
  std::vector<BlockingCall> Found;
  Node &Root = node(Function);
  if (!Root.Judged) {
    Root.IsAsked = true;
    // All that can be reached, and is not known yet.
    std::vector<Node *> New{&Root};
    collect(Root);
    for (size_t I = 0; I < New.size(); ++I) {
      Node *N = New[I];
      for (unsigned S = 0; S < N->Sites.size(); ++S)
        if (const FunctionDecl *Callee = N->Sites[S].Callee) {
          bool IsNew = !Nodes.count(Callee);
          Node &Next = node(*Callee);
          Next.Callers.push_back({N, S});
          if (IsNew) {
            collect(Next);
            New.push_back(&Next);
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
      for (const BlockingSite &S : N->Sites)
        if (!S.Callee || (Nodes[S.Callee]->Judged && Nodes[S.Callee]->Leads))
          Mark(N);
    for (size_t I = 0; I < Leading.size(); ++I)
      for (auto [Caller, Site] : Leading[I]->Callers)
        if (!Caller->Judged)
          Mark(Caller);
    for (Node *N : New)
      N->Batch = &Root;
    for (Node *N : New)
      if (N->Leads)
        judge(*N);
      else
        N->Judged = true;

    // The ways, shortest first.
    std::vector<std::pair<const Node *, const Way *>> Now, Next;
    for (Node *N : New)
      for (unsigned S = 0; N->Leads && S < N->Sites.size(); ++S) {
        const BlockingSite &Site = N->Sites[S];
        if (Site.Callee)
          continue;
        for (const std::vector<Need> &Given : N->Reached[S]) {
          std::vector<Need> Needs = Given;
          Needs.insert(Needs.end(), Site.How.Needs.begin(),
                       Site.How.Needs.end());
          if (add(*N, {Site.How.Level, 1, S, N, nullptr, std::move(Needs)}))
            Now.push_back({N, &N->Ways.back()});
        }
      }
    auto Rise = [&](Node *Caller, unsigned S, const Way &W) {
      const BlockingSite &Site = Caller->Sites[S];
      // Of what a helper posts, others hear later, on the loop.
      if (S >= Caller->Reached.size() ||
          (Site.Kind == BlockingSite::Posted && !Caller->IsAsked))
        return;
      CallArguments With{*Caller->B, Site.Given, Site.Object};
      for (const std::vector<Need> &Given : Caller->Reached[S]) {
        std::vector<Need> Needs = Given;
        if (!llvm::all_of(W.Needs,
                          [&](const Need &N) { return meet(N, With, Needs); }))
          continue;
        if (add(*Caller,
                {W.Level, W.Length + 1, S, Caller, &W, std::move(Needs)}))
          Next.push_back({Caller, &Caller->Ways.back()});
      }
    };
    // Those of older functions come in by the way.
    for (unsigned Length = 1; Length < 256; ++Length) {
      for (auto [N, W] : Now)
        for (auto [Caller, S] : const_cast<Node *>(N)->Callers)
          Rise(Caller, S, *W);
      bool Older = false;
      for (Node *N : New)
        for (unsigned S = 0; N->Leads && S < N->Sites.size(); ++S)
          if (const FunctionDecl *Callee = N->Sites[S].Callee)
            if (Node &C = *Nodes[Callee]; C.Batch != &Root)
              for (const Way &W : C.Ways) {
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
    for (const Way *W = Best[S]->Next; W; W = W->Next)
      C.Chain.push_back({W->In->F, &W->In->Sites[W->Site]});
  }
  return Found;
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
