// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Models.h"
#include "ModelFile.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include <deque>

using namespace corolint;
using namespace clang;
using llvm::ArrayRef;
using llvm::StringRef;

namespace {
/// A shipped model. They are sorted by the last part of their name, so that
/// loading them costs nothing: most files have no lock in them.
template <typename Model> struct Row {
  StringRef Last; ///< "mutex"
  Model Facts;    ///< of "std::mutex"
};
} // namespace

// Libraries[], Lockables[], Guards[], Tags[], Functions[], Tasks[],
// TaskFunctions[] and Pins[], written by generator/GenerateTables.cpp from the
// *.yaml beside this file.
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
/// one, as C has it: `typedef union {…} pthread_mutex_t;`. Operators have none:
/// theirs is spelled into `Spelling`.
static StringRef lastName(const NamedDecl &D,
                          llvm::SmallVectorImpl<char> &Spelling) {
  if (const IdentifierInfo *II = D.getIdentifier())
    return II->getName();
  if (const auto *Tag = dyn_cast<TagDecl>(&D)) {
    const TypedefNameDecl *Typedef = Tag->getTypedefNameForAnonDecl();
    return Typedef ? Typedef->getName() : "";
  }
  if (OverloadedOperatorKind Op = D.getDeclName().getCXXOverloadedOperator())
    return ("operator" + llvm::Twine(getOperatorSpelling(Op)))
        .toStringRef(Spelling);
  return {};
}

/// Whether `DC` is what `Qualifier` names. Contexts that are no part of a
/// user's spelling (inline and anonymous namespaces, extern "C") may be left
/// out: libc++'s std::__1::mutex is "std::mutex".
static bool isCalled(const DeclContext *DC, StringRef Qualifier) {
  llvm::SmallString<0> Unused; // contexts are no operators
  for (; !DC->isTranslationUnit(); DC = DC->getParent()) {
    if (isa<LinkageSpecDecl, ExportDecl>(DC))
      continue;
    const auto *Namespace = dyn_cast<NamespaceDecl>(DC);
    if (!Namespace && !isa<RecordDecl>(DC))
      return false; // local to a function: nobody can name it from outside

    auto [Outer, Last] = splitLast(Qualifier);
    StringRef Name = lastName(*cast<NamedDecl>(DC), Unused);
    if (!Name.empty() && Name == Last)
      Qualifier = Outer;
    else if (!Namespace ||
             !(Namespace->isInline() || Namespace->isAnonymousNamespace()))
      return false;
  }
  return Qualifier.empty();
}

//===-- Tables ------------------------------------------------------------===//

static StringRef nameOf(const LockableModel &M) { return M.Type; }
static StringRef nameOf(const GuardModel &M) { return M.Type; }
static StringRef nameOf(const TagModel &M) { return M.Type; }
static StringRef nameOf(const FunctionModel &M) { return M.Name; }
static StringRef nameOf(const TaskModel &M) { return M.Type; }
static StringRef nameOf(const TaskFunctionModel &M) { return M.Name; }
static StringRef nameOf(const PinModel &M) { return M.Name; }

namespace {
/// Models of one kind, by the last part of their name, which a declaration has
/// at hand. Only the few that share it are compared in full.
template <typename Model> class Index {
public:
  explicit Index(ArrayRef<Row<Model>> Shipped) : Shipped(Shipped) {}

  /// Overrides a shipped model, or an earlier one, of the same name.
  void add(const Model &M) {
    Candidates &Bucket = Users[splitLast(nameOf(M)).second];
    for (const Model *&Old : Bucket)
      if (nameOf(*Old) == nameOf(M)) {
        Old = &M;
        return;
      }
    Bucket.push_back(&M);
  }

  const Model *find(const NamedDecl &D) const {
    llvm::SmallString<16> Spelling;
    StringRef Last = lastName(D, Spelling);
    if (Last.empty())
      return nullptr;
    if (!Users.empty()) {
      auto Bucket = Users.find(Last);
      if (Bucket != Users.end())
        for (const Model *M : Bucket->second)
          if (speaksFor(*M, D))
            return M;
    }
    for (auto Row = llvm::lower_bound(
             Shipped, Last,
             [](const auto &R, StringRef Last) { return R.Last < Last; });
         Row != Shipped.end() && Row->Last == Last; ++Row)
      if (speaksFor(Row->Facts, D))
        return &Row->Facts;
    return nullptr;
  }

private:
  using Candidates = llvm::SmallVector<const Model *, 1>;

  static bool speaksFor(const Model &M, const NamedDecl &D) {
    return isCalled(D.getDeclContext(), splitLast(nameOf(M)).first);
  }

  ArrayRef<Row<Model>> Shipped;
  llvm::StringMap<Candidates> Users;
};
} // namespace

namespace {
/// Like Index, with several entries for a name. A user's file replaces all that
/// was said of a name before.
class BlockingIndex {
public:
  explicit BlockingIndex(ArrayRef<Row<BlockingModel>> Shipped)
      : Shipped(Shipped) {}

  void add(ArrayRef<BlockingModel> Models) {
    ++Files;
    for (const BlockingModel &M : Models)
      Users[splitLast(M.Name).second].push_back({Files, &M});
  }

  void find(const NamedDecl &D, const CXXRecordDecl *Object,
            Models::BlockingEntries &Found) const {
    llvm::SmallString<16> Spelling;
    StringRef Last = lastNameOf(D, Spelling);
    if (Last.empty())
      return;
    if (auto Bucket = Users.find(Last); Bucket != Users.end()) {
      unsigned Newest = 0;
      for (auto [File, M] : Bucket->second)
        if (speaksFor(*M, D, Object)) {
          if (File > Newest)
            Found.clear();
          Newest = File;
          Found.push_back(M);
        }
      if (!Found.empty())
        return;
    }
    for (auto Row = llvm::lower_bound(
             Shipped, Last,
             [](const auto &R, StringRef Last) { return R.Last < Last; });
         Row != Shipped.end() && Row->Last == Last; ++Row)
      if (isOfC(Row->Facts.Name)
              ? isa<FunctionDecl>(D) && cast<FunctionDecl>(D).isExternC()
              : speaksFor(Row->Facts, D, Object))
        Found.push_back(&Row->Facts);
  }

private:
  /// Constructors and destructors are called like their class.
  static StringRef lastNameOf(const NamedDecl &D,
                              llvm::SmallVectorImpl<char> &Spelling) {
    if (const auto *Constructor = dyn_cast<CXXConstructorDecl>(&D))
      return lastName(*Constructor->getParent(), Spelling);
    if (const auto *Destructor = dyn_cast<CXXDestructorDecl>(&D)) {
      llvm::SmallString<16> Class;
      return ("~" + lastName(*Destructor->getParent(), Class))
          .toStringRef(Spelling);
    }
    return lastName(D, Spelling);
  }

  /// A shipped model without a namespace means a function of C: people write
  /// their own read() and connect().
  static bool isOfC(StringRef Name) { return !Name.contains("::"); }

  static bool isOrDerivesFrom(const CXXRecordDecl &R, StringRef Name,
                              unsigned Depth = 0) {
    llvm::SmallString<16> Spelling;
    auto [Outer, Last] = splitLast(Name);
    if (lastName(R, Spelling) == Last && isCalled(R.getDeclContext(), Outer))
      return true;
    if (Depth < 8 && R.hasDefinition())
      for (const CXXBaseSpecifier &Base : R.getDefinition()->bases())
        if (const CXXRecordDecl *B = Base.getType()->getAsCXXRecordDecl();
            B && isOrDerivesFrom(*B, Name, Depth + 1))
          return true;
    return false;
  }

  static bool speaksFor(const BlockingModel &M, const NamedDecl &D,
                        const CXXRecordDecl *Object) {
    StringRef Outer = splitLast(M.Name).first;
    return isCalled(D.getDeclContext(), Outer) ||
           (Object && !Outer.empty() && isOrDerivesFrom(*Object, Outer));
  }

  using Candidates =
      llvm::SmallVector<std::pair<unsigned, const BlockingModel *>, 1>;
  ArrayRef<Row<BlockingModel>> Shipped;
  unsigned Files = 0;
  llvm::StringMap<Candidates> Users;
};
} // namespace

struct Models::Tables {
  BlockingIndex Blocking{shipped::Blocking};
  std::vector<TwinModel> Twins{std::begin(shipped::Twins),
                               std::end(shipped::Twins)};

  Index<LockableModel> Lockables{shipped::Lockables};
  Index<GuardModel> Guards{shipped::Guards};
  Index<TagModel> Tags{shipped::Tags};
  Index<FunctionModel> Functions{shipped::Functions};
  Index<TaskModel> Tasks{shipped::Tasks};
  Index<TaskFunctionModel> TaskFunctions{shipped::TaskFunctions};
  Index<PinModel> Pins{shipped::Pins};
  // A later library overrides an earlier one where both own a namespace.
  std::vector<LibraryModel> Libraries{std::begin(shipped::Libraries),
                                      std::end(shipped::Libraries)};

  // What the user's models live in. A deque: it does not move them.
  std::deque<ModelFile> Files;

  void add(ModelFile File);
  void forget() {
    Blocking = BlockingIndex({});
    Twins.clear();
    Lockables = Index<LockableModel>({});
    Guards = Index<GuardModel>({});
    Tags = Index<TagModel>({});
    Functions = Index<FunctionModel>({});
    Tasks = Index<TaskModel>({});
    TaskFunctions = Index<TaskFunctionModel>({});
    Pins = Index<PinModel>({});
    Libraries.clear();
  }
};

void Models::Tables::add(ModelFile File) {
  const ModelFile &F = Files.emplace_back(std::move(File));
  for (const LockableModel &M : F.Lockables)
    Lockables.add(M);
  for (const GuardModel &M : F.Guards)
    Guards.add(M);
  for (const TagModel &M : F.Tags)
    Tags.add(M);
  for (const FunctionModel &M : F.Functions)
    Functions.add(M);
  Blocking.add(F.Blocking);
  Twins.insert(Twins.begin(), F.Twins.begin(), F.Twins.end());
  for (const TaskModel &M : F.Tasks)
    Tasks.add(M);
  for (const TaskFunctionModel &M : F.TaskFunctions)
    TaskFunctions.add(M);
  for (const PinModel &M : F.Pins)
    Pins.add(M);
  if (!F.Library)
    return;
  // A library described again keeps what the new description leaves out, so
  // that a project can add a namespace without repeating the rest.
  LibraryModel New = *F.Library;
  for (LibraryModel &Old : Libraries)
    if (Old.Name == New.Name) {
      if (New.AsyncMutex.empty())
        New.AsyncMutex = Old.AsyncMutex;
      else
        Old.AsyncMutex = New.AsyncMutex;
    }
  Libraries.push_back(New);
}

//===-- Models ------------------------------------------------------------===//

Models::Models(bool Shipped) : T(std::make_unique<Tables>()) {
  if (!Shipped)
    T->forget();
}
Models::~Models() = default;

std::shared_ptr<const Models> Models::none() {
  return std::shared_ptr<Models>(new Models(/*Shipped=*/false));
}

llvm::Expected<std::shared_ptr<const Models>>
Models::load(ArrayRef<std::string> Files) {
  std::shared_ptr<Models> M(new Models);
  for (const std::string &Path : Files) {
    llvm::Expected<ModelFile> File = readModelFile(Path);
    if (!File)
      return File.takeError();
    M->T->add(std::move(*File));
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

Models::BlockingEntries Models::blocking(const NamedDecl &D,
                                         const CXXRecordDecl *Object) const {
  BlockingEntries Found;
  T->Blocking.find(D, Object, Found);
  if (const auto *Method = dyn_cast<CXXMethodDecl>(&D); Method && Found.empty())
    for (const CXXMethodDecl *Base : Method->overridden_methods())
      if (Found = blocking(*Base); !Found.empty())
        break;
  return Found;
}

bool Models::isNamed(const CXXRecordDecl &R, StringRef Name) {
  llvm::SmallString<16> Spelling;
  auto [Outer, Last] = splitLast(Name);
  return lastName(R, Spelling) == Last && ::isCalled(R.getDeclContext(), Outer);
}

const TwinModel *Models::twin(const LibraryModel &L, StringRef Name) const {
  for (const TwinModel &M : T->Twins)
    if (M.Library == L.Name && M.For == Name)
      return &M;
  return nullptr;
}

const TaskModel *Models::task(const CXXRecordDecl &R) const {
  return T->Tasks.find(R);
}

const TaskFunctionModel *Models::taskFunction(const NamedDecl &D) const {
  if (const TaskFunctionModel *M = T->TaskFunctions.find(D))
    return M;
  if (const auto *Method = dyn_cast<CXXMethodDecl>(&D))
    for (const CXXMethodDecl *Base : Method->overridden_methods())
      if (const TaskFunctionModel *M = taskFunction(*Base))
        return M;
  return nullptr;
}

const PinModel *Models::pins(const NamedDecl &D) const {
  return T->Pins.find(D);
}

const LibraryModel *Models::library(const Decl &D) const {
  const DeclContext *DC = dyn_cast<NamespaceDecl>(&D);
  if (!DC)
    DC = D.getDeclContext();
  for (; DC && !DC->isTranslationUnit(); DC = DC->getParent()) {
    const auto *Namespace = dyn_cast<NamespaceDecl>(DC);
    if (!Namespace || !Namespace->getIdentifier())
      continue;
    for (const LibraryModel &L : llvm::reverse(T->Libraries))
      for (StringRef Name : L.Namespaces) {
        auto [Outer, Last] = splitLast(Name);
        if (Last == Namespace->getName() &&
            isCalled(Namespace->getParent(), Outer))
          return &L;
      }
  }
  return nullptr;
}
