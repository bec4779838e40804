// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Addresses across translation units: what a body says alone, and what is made
// of it where it was not seen. See Registrations.h.

#include "AddressWalk.h"
#include "Summaries.h"
#include "summaries/SummaryTable.h"
#include "clang/AST/ASTContext.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Index/USRGeneration.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringSet.h"

using namespace clang;

namespace corolint {

static std::string usrOf(const CXXRecordDecl &R) {
  llvm::SmallString<128> Usr;
  return index::generateUSRForDecl(&R, Usr) ? std::string() : std::string(Usr);
}

//===-- Told to others ----------------------------------------------------===//

void AddressWalk::handedOn(const Expr *Call, const FunctionDecl &Callee,
                           int Subject, Target Object) {
  auto KeeperOf = [](const Target &T) {
    using Keeper = AddressFacts::Keeper;
    switch (T.Is) {
    case Target::Others:
      return Keeper{Keeper::Others, 0};
    case Target::Itself:
      return Keeper{Keeper::Itself, 0};
    case Target::Parameter:
      return Keeper{Keeper::Parameter, T.Index};
    case Target::Local:
    case Target::Unknown:
      break;
    }
    return Keeper{};
  };
  AddressFacts::Call Made;
  Made.Callee = summaryKey(Callee, *AloneBelow);
  if (Made.Callee.empty()) {
    Out.IsUnclear = true;
    return;
  }
  Made.Subject = Subject;
  Made.IsConditional = Branches || HasLeft;
  Made.Object = KeeperOf(Object);
  // What is made in passing; a base class or member is the object's own.
  if (isa<CXXConstructorDecl>(Callee) && Object.Is != Target::Itself)
    Made.Object.Kind = AddressFacts::Keeper::Made;
  unsigned I = 0;
  for (const Expr *Given : givenTo(Call)) {
    if (I >= Callee.getNumParams())
      break;
    QualType T = Callee.getParamDecl(I++)->getType();
    Made.Given.push_back(KeeperOf(T->isPointerType()     ? pointee(Given)
                                  : T->isReferenceType() ? target(Given)
                                                         : Target{}));
  }
  if (IsScoped)
    Out.IsUnclear = true;
  else
    Calls.push_back({std::move(Made), Object.Key});
}

std::vector<AddressFacts::Call> AddressWalk::runAlone(llvm::StringRef Root) {
  AloneBelow = Root;
  run();
  std::vector<AddressFacts::Call> Result;
  for (HandedOn &Each : Calls)
    Result.push_back(std::move(Each.Call));
  return Result;
}

std::vector<AddressFacts> Registrations::facts(const FunctionDecl &F,
                                               llvm::StringRef Root) {
  const auto *Method = dyn_cast<CXXMethodDecl>(&F);
  const SourceManager &SM = F.getASTContext().getSourceManager();
  std::vector<int> Subjects;
  if (Method && !Method->isStatic())
    Subjects.push_back(This);
  for (const ParmVarDecl *P : F.parameters()) {
    int I = int(P->getFunctionScopeIndex());
    QualType T = P->getType();
    if (T->isPointerType() || T->isReferenceType())
      Subjects.push_back(I);
    if (T.getNonReferenceType()->isRecordType())
      Subjects.push_back(holder(unsigned(I)));
  }
  std::vector<AddressFacts> Found;
  for (int Subject : Subjects) {
    AddressSummary Summary;
    AddressFacts Facts;
    Facts.Calls = AddressWalk(*this, F, Subject, Summary).runAlone(Root);
    if (Summary.Stores.empty() && Facts.Calls.empty())
      continue;
    Facts.Subject = Subject;
    if (Subject == This)
      Facts.Of = usrOf(*Method->getParent());
    for (const AddressStore &Each : Summary.Stores) {
      AddressFacts::Keeper In;
      In.Kind = Each.In == AddressStore::Itself ? AddressFacts::Keeper::Itself
                : Each.In == AddressStore::Parameter
                    ? AddressFacts::Keeper::Parameter
                    : AddressFacts::Keeper::Others;
      In.Index = Each.Index;
      Facts.Stores.push_back({In, Each.IsConditional,
                              summaryPlace(Each.At->getExprLoc(), SM, Root)});
    }
    Facts.IsReturned = Summary.IsReturned;
    Facts.IsUnclear = Summary.IsUnclear;
    Found.push_back(std::move(Facts));
  }
  return Found;
}

//===-- Told by others ----------------------------------------------------===//

namespace {
/// A summary, and what its callees' say.
struct Linked {
  struct Store : AddressFacts::Store {
    std::string Of; ///< a class's USR; empty for what came with a parameter
  };
  std::vector<Store> Stores;
  bool IsReturned = false, IsUnclear = false;
};

class Linker {
public:
  explicit Linker(const SummaryTable &Table) : Table(Table) {}

  /// Nothing if some function is not known, or calls itself.
  std::optional<Linked> link(const FunctionSummary *F, int Subject) {
    static constexpr unsigned MaxFunctions = 64;
    const AddressFacts *Facts = nullptr;
    if (F)
      for (const AddressFacts &Each : F->Addresses)
        if (Each.Subject == Subject)
          Facts = &Each;
    if (!Facts || Seen.size() >= MaxFunctions ||
        !Seen.insert(F->Key + "#" + std::to_string(Subject)).second)
      return std::nullopt;
    Linked Result{{}, Facts->IsReturned, Facts->IsUnclear};
    for (const AddressFacts::Store &Each : Facts->Stores)
      Result.Stores.push_back({Each, Facts->Of});
    for (const AddressFacts::Call &Each : Facts->Calls) {
      std::optional<Linked> Inner = link(Table.find(Each.Callee), Each.Subject);
      if (!Inner)
        return std::nullopt;
      apply(Each, *Inner, *Facts, Result);
    }
    return Result;
  }

private:
  static void apply(const AddressFacts::Call &Call, const Linked &Inner,
                    const AddressFacts &Outer, Linked &To) {
    using Keeper = AddressFacts::Keeper;
    for (Linked::Store Each : Inner.Stores) {
      Keeper In{Keeper::Others, 0};
      if (Each.In.Kind == Keeper::Itself)
        In = Call.Object;
      else if (Each.In.Kind == Keeper::Parameter)
        In = Each.In.Index < Call.Given.size() ? Call.Given[Each.In.Index]
                                               : Keeper{};
      if (In.Kind == Keeper::Made)
        continue;
      if (In.Kind == Keeper::Unknown) {
        To.IsUnclear = true;
        continue;
      }
      Each.In = In;
      Each.IsConditional |= Call.IsConditional;
      if (Each.Of.empty())
        Each.Of = Outer.Of;
      To.Stores.push_back(std::move(Each));
    }
    To.IsUnclear |=
        Inner.IsUnclear || (Inner.Stores.empty() && !Inner.IsReturned);
  }

  const SummaryTable &Table;
  llvm::StringSet<> Seen;
};
} // namespace

/// The class of that name among an object's own, its bases and its members.
static const CXXRecordDecl *partOf(const CXXRecordDecl &R, llvm::StringRef Usr,
                                   unsigned Depth = 0) {
  if (!R.hasDefinition() || Depth > 6)
    return nullptr;
  if (usrOf(R) == Usr)
    return &R;
  auto Try = [&](QualType T) -> const CXXRecordDecl * {
    const CXXRecordDecl *Part =
        T->isPointerType() || T->isReferenceType() ? nullptr : classOf(T);
    return Part ? partOf(*Part, Usr, Depth + 1) : nullptr;
  };
  for (const CXXBaseSpecifier &Base : R.bases())
    if (const CXXRecordDecl *Found = Try(Base.getType()))
      return Found;
  for (const FieldDecl *Field : R.fields())
    if (const CXXRecordDecl *Found = Try(Field->getType()))
      return Found;
  return nullptr;
}

/// Of a function whose body is in another translation unit.
AddressSummary Registrations::told(const FunctionDecl &F, int Subject) {
  const AddressSummary Unclear{{}, false, true};
  const auto *Method = dyn_cast<CXXMethodDecl>(&F);
  const SourceManager &SM = F.getASTContext().getSourceManager();
  if (F.isImplicit() || F.getBuiltinID() || F.isDependentContext() ||
      (Method && Method->isVirtual()) || SM.isInSystemHeader(F.getLocation()))
    return Unclear;
  std::optional<Linked> Found =
      Linker(*OtherUnits).link(OtherUnits->find(F), Subject);
  if (!Found)
    return Unclear;
  AddressSummary Result{{}, Found->IsReturned, Found->IsUnclear};
  for (Linked::Store &Each : Found->Stores) {
    AddressStore S;
    S.In = Each.In.Kind == AddressFacts::Keeper::Itself ? AddressStore::Itself
           : Each.In.Kind == AddressFacts::Keeper::Parameter
               ? AddressStore::Parameter
               : AddressStore::Others;
    S.Index = Each.In.Index;
    S.IsConditional = Each.IsConditional;
    S.By = &F;
    S.Elsewhere = std::move(Each.At);
    if (!Each.Of.empty()) {
      S.Of = Method ? partOf(*Method->getParent(), Each.Of) : nullptr;
      if (!S.Of) {
        Result.IsUnclear = true;
        continue;
      }
    }
    Result.Stores.push_back(std::move(S));
  }
  return Result;
}

} // namespace corolint
