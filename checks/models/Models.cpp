// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Models.h"
#include "ModelFile.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include <array>
#include <deque>

using namespace corolint;
using namespace clang;
using llvm::ArrayRef;
using llvm::StringRef;

// Libraries[], Lockables[], Guards[], Tags[] and Functions[], written by
// generator/GenerateTables.cpp from the *.yaml beside this file.
namespace shipped {
#include "ShippedModels.inc"
} // namespace shipped

//===-- Names -------------------------------------------------------------===//

static std::pair<StringRef, StringRef> splitLast(StringRef QualifiedName) {
  size_t Colons = QualifiedName.rfind("::");
  if (Colons == StringRef::npos)
    return {"", QualifiedName};
  return {QualifiedName.take_front(Colons),
          QualifiedName.drop_front(Colons + 2)};
}

/// The identifier of a declaration, or of the typedef that names an unnamed
/// one, as C has it: `typedef union {…} pthread_mutex_t;`
static StringRef identifier(const NamedDecl &D) {
  if (const IdentifierInfo *II = D.getIdentifier())
    return II->getName();
  if (const auto *Tag = dyn_cast<TagDecl>(&D))
    if (const TypedefNameDecl *Typedef = Tag->getTypedefNameForAnonDecl())
      return Typedef->getName();
  return {};
}

/// Whether `DC` is what `Qualifier` names. Contexts that are no part of a
/// user's spelling (inline and anonymous namespaces, extern "C") may be left
/// out: libc++'s std::__1::mutex is "std::mutex".
static bool isCalled(const DeclContext *DC, StringRef Qualifier) {
  for (; !DC->isTranslationUnit(); DC = DC->getParent()) {
    if (isa<LinkageSpecDecl, ExportDecl>(DC))
      continue;
    const auto *Namespace = dyn_cast<NamespaceDecl>(DC);
    if (!Namespace && !isa<RecordDecl>(DC))
      return false; // local to a function: nobody can name it from outside

    auto [Outer, Last] = splitLast(Qualifier);
    StringRef Name = identifier(*cast<NamedDecl>(DC));
    if (!Name.empty() && Name == Last)
      Qualifier = Outer;
    else if (!Namespace ||
             !(Namespace->isInline() || Namespace->isAnonymousNamespace()))
      return false;
  }
  return Qualifier.empty();
}

/// "operator=" and the like, which have no identifier to hash.
static OverloadedOperatorKind operatorNamed(StringRef Last) {
  static constexpr struct {
    StringRef Spelling;
    OverloadedOperatorKind Kind;
  } Operators[] = {
#define OVERLOADED_OPERATOR(Name, Spelling, ...) {Spelling, OO_##Name},
#define OVERLOADED_OPERATOR_MULTI(Name, Spelling, ...) {Spelling, OO_##Name},
#include "clang/Basic/OperatorKinds.def"
  };
  if (!Last.consume_front("operator"))
    return OO_None;
  for (const auto &O : Operators)
    if (Last.trim() == O.Spelling)
      return O.Kind;
  return OO_None;
}

//===-- Tables ------------------------------------------------------------===//

static StringRef nameOf(const LockableModel &M) { return M.Type; }
static StringRef nameOf(const GuardModel &M) { return M.Type; }
static StringRef nameOf(const TagModel &M) { return M.Type; }
static StringRef nameOf(const FunctionModel &M) { return M.Name; }

namespace {
/// Models of one kind by the last part of their name, which a declaration has
/// at hand; only those few are compared in full.
template <typename Model> class Index {
public:
  /// A model added later replaces an earlier one of the same name.
  void add(const Model &M) {
    StringRef Last = splitLast(nameOf(M)).second;
    OverloadedOperatorKind Op = operatorNamed(Last);
    Candidates &Bucket = Op ? ByOperator[Op] : ByIdentifier[Last];
    for (const Model *&Old : Bucket)
      if (nameOf(*Old) == nameOf(M)) {
        Old = &M;
        return;
      }
    Bucket.push_back(&M);
  }

  const Model *find(const NamedDecl &D) const {
    if (OverloadedOperatorKind Op = D.getDeclName().getCXXOverloadedOperator())
      return pick(ByOperator[Op], D);
    StringRef Name = identifier(D);
    if (Name.empty())
      return nullptr;
    auto Bucket = ByIdentifier.find(Name);
    return Bucket == ByIdentifier.end() ? nullptr : pick(Bucket->second, D);
  }

private:
  using Candidates = llvm::SmallVector<const Model *, 1>;

  static const Model *pick(const Candidates &Bucket, const NamedDecl &D) {
    for (const Model *M : Bucket)
      if (isCalled(D.getDeclContext(), splitLast(nameOf(*M)).first))
        return M;
    return nullptr;
  }

  llvm::StringMap<Candidates> ByIdentifier;
  std::array<Candidates, NUM_OVERLOADED_OPERATORS> ByOperator;
};

/// A namespace and whose it is.
struct OwnedNamespace {
  StringRef Qualifier;
  StringRef Library;
};
} // namespace

struct Models::Tables {
  Index<LockableModel> Lockables;
  Index<GuardModel> Guards;
  Index<TagModel> Tags;
  Index<FunctionModel> Functions;
  std::vector<LibraryModel> Libraries;
  llvm::StringMap<llvm::SmallVector<OwnedNamespace, 1>> Namespaces;

  // What the above point to. Files keep their addresses: a deque.
  std::deque<ModelFile> Files;

  template <typename Facts> void add(const Facts &F) {
    for (const auto &M : F.Lockables)
      Lockables.add(M);
    for (const auto &M : F.Guards)
      Guards.add(M);
    for (const auto &M : F.Tags)
      Tags.add(M);
    for (const auto &M : F.Functions)
      Functions.add(M);
  }

  void addLibrary(const LibraryModel &L);
  const LibraryModel *libraryNamed(StringRef Name) const;
};

const LibraryModel *Models::Tables::libraryNamed(StringRef Name) const {
  for (const LibraryModel &L : Libraries)
    if (L.Name == Name)
      return &L;
  return nullptr;
}

/// A library described again keeps what the new description leaves out, so
/// that a project can add a namespace without repeating the rest.
void Models::Tables::addLibrary(const LibraryModel &L) {
  auto *Known = const_cast<LibraryModel *>(libraryNamed(L.Name));
  if (!Known) {
    Libraries.push_back(L);
  } else {
    if (!L.Namespaces.empty())
      Known->Namespaces = L.Namespaces;
    if (!L.AsyncMutex.empty())
      Known->AsyncMutex = L.AsyncMutex;
  }
  for (StringRef Namespace : L.Namespaces) {
    auto [Outer, Last] = splitLast(Namespace);
    auto &Bucket = Namespaces[Last];
    auto Old = llvm::find_if(Bucket, [&, O = Outer](const OwnedNamespace &N) {
      return N.Qualifier == O;
    });
    if (Old == Bucket.end())
      Bucket.push_back({Outer, L.Name});
    else
      Old->Library = L.Name;
  }
}

//===-- Models ------------------------------------------------------------===//

Models::Models() : T(std::make_unique<Tables>()) {}
Models::~Models() = default;

llvm::Expected<std::shared_ptr<const Models>>
Models::load(ArrayRef<std::string> Files) {
  std::shared_ptr<Models> M(new Models);
  struct {
    ArrayRef<LockableModel> Lockables = shipped::Lockables;
    ArrayRef<GuardModel> Guards = shipped::Guards;
    ArrayRef<TagModel> Tags = shipped::Tags;
    ArrayRef<FunctionModel> Functions = shipped::Functions;
  } Shipped;
  M->T->add(Shipped);
  for (const LibraryModel &L : shipped::Libraries)
    M->T->addLibrary(L);

  for (const std::string &Path : Files) {
    llvm::Expected<ModelFile> File = readModelFile(Path);
    if (!File)
      return File.takeError();
    ModelFile &Kept = M->T->Files.emplace_back(std::move(*File));
    M->T->add(Kept);
    if (Kept.Library)
      M->T->addLibrary(*Kept.Library);
  }
  return M;
}

const LockableModel *Models::lockable(const CXXRecordDecl &R) const {
  return T->Lockables.find(R);
}

const GuardModel *Models::guard(const CXXRecordDecl &R) const {
  return T->Guards.find(R);
}

const TagModel *Models::tag(const CXXRecordDecl &R) const {
  return T->Tags.find(R);
}

const FunctionModel *Models::function(const FunctionDecl &F) const {
  if (const FunctionModel *M = T->Functions.find(F))
    return M;
  if (const auto *Method = dyn_cast<CXXMethodDecl>(&F))
    for (const CXXMethodDecl *Base : Method->overridden_methods())
      if (const FunctionModel *M = function(*Base))
        return M;
  return nullptr;
}

const LibraryModel *Models::library(const Decl &D) const {
  const DeclContext *DC = dyn_cast<NamespaceDecl>(&D);
  if (!DC)
    DC = D.getDeclContext();
  for (; DC && !DC->isTranslationUnit(); DC = DC->getParent()) {
    const auto *Namespace = dyn_cast<NamespaceDecl>(DC);
    if (!Namespace || !Namespace->getIdentifier())
      continue;
    auto Bucket = T->Namespaces.find(Namespace->getName());
    if (Bucket == T->Namespaces.end())
      continue;
    for (const OwnedNamespace &N : Bucket->second)
      if (isCalled(Namespace->getParent(), N.Qualifier))
        return T->libraryNamed(N.Library);
  }
  return nullptr;
}
