// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ModelFile.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/YAMLTraits.h"

using namespace corolint;
using llvm::StringRef;
using llvm::yaml::IO;
using llvm::yaml::MappingTraits;
using llvm::yaml::QuotingType;
using llvm::yaml::ScalarTraits;

namespace {
/// "std::mutex": what a declaration is called, without template arguments.
struct QualifiedName {
  StringRef Text;
};

/// "this", "all", or an argument's number.
struct Argument {
  int Index;
};

/// One argument, or a list of them.
struct Arguments {
  std::vector<Argument> List;
  struct Mapping {
  } Nothing; // YAML has mappings; here they are a mistake
};

/// Effect of a tag: fewer words than a LockEffect has.
struct TagEffect {
  LockEffect Effect = LockEffect::Defer;
};

/// One name, or a list of them.
struct Names {
  std::vector<QualifiedName> List;
  struct Mapping {
  } Nothing;
};

/// One entry of `blocking`, which stands for as many models as it has names.
struct BlockingEntry {
  std::vector<BlockingModel> Models;
};
/// One entry of `twins`, likewise.
struct TwinEntry {
  std::vector<TwinModel> Models;
};

/// One entry of `pins`, likewise.
struct PinEntry {
  std::vector<PinModel> Models;
};

/// The keys that say what a call does to a lock.
constexpr struct {
  const char *Key;
  LockEffect Effect;
} EffectKeys[] = {
    {"acquires", LockEffect::Acquire}, {"tries", LockEffect::TryAcquire},
    {"releases", LockEffect::Release}, {"abandons", LockEffect::Abandon},
    {"leaves", LockEffect::None},
};

/// The keys that say what a call does to work.
constexpr struct {
  const char *Key;
  TaskEffect Effect;
} TaskEffectKeys[] = {
    {"consumes", TaskEffect::Consumes}, {"keeps", TaskEffect::Keeps},
    {"starts", TaskEffect::Starts},     {"spawns", TaskEffect::Spawns},
    {"detaches", TaskEffect::Detaches}, {"asks", TaskEffect::Asks},
    {"invokes", TaskEffect::Invokes},
};

/// An entry of `lazy-operations`: a task that is none.
struct LazyOperation {
  TaskModel Model;
};

/// What the traits share while one file is read.
struct Reader {
  llvm::BumpPtrAllocator &Storage;
  std::vector<FunctionModel> Functions = {};
  llvm::StringSet<> Seen = {}; // "lockables std::mutex"
  std::string FirstError = {};

  StringRef save(StringRef S) { return S.copy(Storage); }

  template <typename T> llvm::ArrayRef<T> save(const std::vector<T> &V) {
    return llvm::ArrayRef<T>(V).copy(Storage);
  }
};

Reader &reader(IO &Io) { return *static_cast<Reader *>(Io.getContext()); }

/// Notes that `List` describes `Name`, which it may do once.
void describe(IO &Io, StringRef Name, StringRef List) {
  if (!Name.empty() &&
      !reader(Io).Seen.insert((List + " " + Name).str()).second)
    Io.setError("'" + Name + "' is described twice in this file");
}

/// Reads the key that names an entry.
StringRef readName(IO &Io, const char *Key, StringRef List) {
  QualifiedName Name;
  Io.mapRequired(Key, Name);
  describe(Io, Name.Text, List);
  return Name.Text;
}

/// Reads "releases: [unlock]" of a type: what its methods do to their object.
void readMethods(IO &Io, StringRef Type) {
  Reader &R = reader(Io);
  for (auto [Key, Effect] : EffectKeys) {
    std::vector<QualifiedName> Methods;
    Io.mapOptional(Key, Methods);
    for (QualifiedName Method : Methods) {
      StringRef Name = R.save((Type + "::" + Method.Text).str());
      describe(Io, Name, "functions");
      R.Functions.push_back({Name,
                             R.save<LockOperand>({{ImplicitObject, Effect}}),
                             LockSuccess::True});
    }
  }
}
} // namespace

LLVM_YAML_IS_SEQUENCE_VECTOR(LockableModel)
LLVM_YAML_IS_SEQUENCE_VECTOR(GuardModel)
LLVM_YAML_IS_SEQUENCE_VECTOR(TagModel)
LLVM_YAML_IS_SEQUENCE_VECTOR(FunctionModel)
LLVM_YAML_IS_SEQUENCE_VECTOR(BlockingEntry)
LLVM_YAML_IS_SEQUENCE_VECTOR(TwinEntry)
LLVM_YAML_IS_SEQUENCE_VECTOR(TaskModel)
LLVM_YAML_IS_SEQUENCE_VECTOR(LazyOperation)
LLVM_YAML_IS_SEQUENCE_VECTOR(TaskFunctionModel)
LLVM_YAML_IS_SEQUENCE_VECTOR(PinEntry)
LLVM_YAML_IS_FLOW_SEQUENCE_VECTOR(QualifiedName)
LLVM_YAML_IS_FLOW_SEQUENCE_VECTOR(Argument)

namespace llvm::yaml {

//===-- Scalars -----------------------------------------------------------===//
//
// input() returns what is wrong, or nothing. The reader only reads, so output()
// is there for the compiler.

template <> struct ScalarTraits<QualifiedName> {
  static StringRef input(StringRef S, void *Context, QualifiedName &Name) {
    S.consume_front("::");
    if (S.contains('<') && !S.contains("operator"))
      return "write the name without template arguments: a model speaks for "
             "every specialization";
    if (S.contains('(') && !S.ends_with("operator()"))
      return "write the name without parameters: a model speaks for every "
             "overload";
    if (S.empty() || S.starts_with(":") || S.ends_with(":") ||
        S.contains(":::") ||
        (S.find_first_of(" \t") != StringRef::npos && !S.contains("operator")))
      return "expected a qualified name, as in 'std::mutex'";
    Name.Text = static_cast<Reader *>(Context)->save(S);
    return {};
  }
  static void output(const QualifiedName &, void *, raw_ostream &) {}
  static QuotingType mustQuote(StringRef) { return QuotingType::None; }
};

template <> struct ScalarTraits<LockOwner> {
  static StringRef input(StringRef S, void *, LockOwner &Owner) {
    if (S == "thread")
      Owner = LockOwner::Thread;
    else if (S == "coroutine")
      Owner = LockOwner::Coroutine;
    else if (S == "none")
      Owner = LockOwner::None;
    else
      return "unknown owner: expected 'thread', 'coroutine' or 'none'";
    return {};
  }
  static void output(const LockOwner &, void *, raw_ostream &) {}
  static QuotingType mustQuote(StringRef) { return QuotingType::None; }
};

template <> struct ScalarTraits<TagEffect> {
  static StringRef input(StringRef S, void *, TagEffect &E) {
    if (S == "defer")
      E.Effect = LockEffect::Defer;
    else if (S == "adopt")
      E.Effect = LockEffect::Adopt;
    else if (S == "try")
      E.Effect = LockEffect::TryAcquire;
    else
      return "unknown effect: expected 'defer', 'adopt' or 'try'";
    return {};
  }
  static void output(const TagEffect &, void *, raw_ostream &) {}
  static QuotingType mustQuote(StringRef) { return QuotingType::None; }
};

template <> struct ScalarTraits<LockSuccess> {
  static StringRef input(StringRef S, void *, LockSuccess &Success) {
    if (S == "true")
      Success = LockSuccess::True;
    else if (S == "zero")
      Success = LockSuccess::Zero;
    else if (S == "minus-one")
      Success = LockSuccess::MinusOne;
    else
      return "unknown success: expected 'true', 'zero' or 'minus-one'";
    return {};
  }
  static void output(const LockSuccess &, void *, raw_ostream &) {}
  static QuotingType mustQuote(StringRef) { return QuotingType::None; }
};

template <> struct ScalarTraits<Argument> {
  static StringRef input(StringRef S, void *, Argument &A) {
    if (S == "this") {
      A.Index = ImplicitObject;
    } else if (S == "all") {
      A.Index = EveryArgument;
    } else {
      unsigned Number = 0;
      if (S.getAsInteger(10, Number) || Number == 0 || Number > 64)
        return "expected an argument's number, counted from 1, or 'this' or "
               "'all'";
      A.Index = static_cast<int>(Number) - 1;
    }
    return {};
  }
  static void output(const Argument &, void *, raw_ostream &) {}
  static QuotingType mustQuote(StringRef) { return QuotingType::None; }
};

template <> struct ScalarTraits<TaskModel::StartRule> {
  static StringRef input(StringRef S, void *, TaskModel::StartRule &Start) {
    if (S == "lazy")
      Start = TaskModel::Lazy;
    else if (S == "eager")
      Start = TaskModel::Eager;
    else
      return "unknown start: expected 'lazy' or 'eager'";
    return {};
  }
  static void output(const TaskModel::StartRule &, void *, raw_ostream &) {}
  static QuotingType mustQuote(StringRef) { return QuotingType::None; }
};

template <> struct ScalarTraits<TaskModel::DropRule> {
  static StringRef input(StringRef S, void *, TaskModel::DropRule &Dropped) {
    if (S == "loses")
      Dropped = TaskModel::Loses;
    else if (S == "explicit")
      Dropped = TaskModel::Explicit;
    else if (S == "free")
      Dropped = TaskModel::Free;
    else
      return "unknown way to drop it: expected 'loses', 'explicit' or 'free'";
    return {};
  }
  static void output(const TaskModel::DropRule &, void *, raw_ostream &) {}
  static QuotingType mustQuote(StringRef) { return QuotingType::None; }
};

template <> struct ScalarTraits<TaskFunctionModel::CallbackFamily> {
  static StringRef input(StringRef S, void *,
                         TaskFunctionModel::CallbackFamily &Family) {
    if (S == "callbacks")
      Family = TaskFunctionModel::Callbacks;
    else if (S == "threads")
      Family = TaskFunctionModel::Threads;
    else
      return "unknown family: expected 'callbacks' or 'threads'";
    return {};
  }
  static void output(const TaskFunctionModel::CallbackFamily &, void *,
                     raw_ostream &) {}
  static QuotingType mustQuote(StringRef) { return QuotingType::None; }
};

//===-- "acquires: this" and "acquires: [1, 2]" ---------------------------===//

template <> struct MappingTraits<Arguments::Mapping> {
  static void mapping(IO &Io, Arguments::Mapping &) {
    Io.setError("expected an argument's number, counted from 1, or 'this' or "
                "'all'");
  }
};

template <> struct PolymorphicTraits<Arguments> {
  static NodeKind getKind(const Arguments &) { return NodeKind::Sequence; }
  static Argument &getAsScalar(Arguments &A) {
    return A.List.emplace_back(Argument{ImplicitObject});
  }
  static std::vector<Argument> &getAsSequence(Arguments &A) { return A.List; }
  static Arguments::Mapping &getAsMap(Arguments &A) { return A.Nothing; }
};

//===-- Entries -----------------------------------------------------------===//

template <> struct MappingTraits<LockableModel> {
  static void mapping(IO &Io, LockableModel &M) {
    M.Type = readName(Io, "type", "lockables");
    Io.mapRequired("owner", M.Owner);
    Io.mapOptional("semaphore", M.IsSemaphore, false);
    QualifiedName Instead;
    Io.mapOptional("instead", Instead);
    M.Instead = Instead.Text;
    readMethods(Io, M.Type);
  }
};

template <> struct MappingTraits<GuardModel> {
  static void mapping(IO &Io, GuardModel &M) {
    M.Type = readName(Io, "type", "guards");
    std::optional<LockOwner> Owner;
    Io.mapOptional("owner", Owner);
    M.Lockables = Owner ? GuardModel::Fixed : GuardModel::FromArguments;
    M.Owner = Owner.value_or(LockOwner::Thread);
    readMethods(Io, M.Type);
  }
};

template <> struct MappingTraits<TagModel> {
  static void mapping(IO &Io, TagModel &M) {
    M.Type = readName(Io, "type", "tags");
    TagEffect E;
    Io.mapRequired("effect", E);
    M.Effect = E.Effect;
  }
};

template <> struct MappingTraits<FunctionModel> {
  static void mapping(IO &Io, FunctionModel &M) {
    M.Name = readName(Io, "name", "functions");
    std::vector<LockOperand> Operands;
    for (auto [Key, Effect] : EffectKeys) {
      Arguments Args;
      Io.mapOptional(Key, Args);
      for (Argument A : Args.List)
        Operands.push_back({A.Index, Effect});
    }
    M.Operands = reader(Io).save(Operands);

    std::optional<LockSuccess> Success;
    Io.mapOptional("success", Success);
    M.Success = Success.value_or(LockSuccess::True);

    if (Operands.empty())
      Io.setError("says nothing about the call: expected 'acquires', 'tries', "
                  "'releases', 'abandons' or 'leaves'");
    else if (Success && llvm::none_of(Operands, [](LockOperand O) {
               return O.Effect == LockEffect::TryAcquire;
             }))
      Io.setError("'success' needs 'tries'");
  }
};

//===-- Calls that block --------------------------------------------------===//

template <> struct ScalarTraits<Tier> {
  static StringRef input(StringRef S, void *, Tier &T) {
    for (unsigned I = 0; I < NumTiers; ++I)
      if (S == TierNames[I]) {
        T = Tier(I);
        return {};
      }
    return "unknown tier: expected 'bridge', 'wait', 'io', 'metadata' or "
           "'micro'";
  }
  static void output(const Tier &, void *, raw_ostream &) {}
  static QuotingType mustQuote(StringRef) { return QuotingType::None; }
};

template <> struct ScalarTraits<BlockingModel::RoleKind> {
  static StringRef input(StringRef S, void *, BlockingModel::RoleKind &R) {
    constexpr std::pair<StringRef, BlockingModel::RoleKind> Words[] = {
        {"harmless", BlockingModel::Harmless},
        {"calls", BlockingModel::Calls},
        {"offloads", BlockingModel::Offloads},
        {"posts", BlockingModel::Posts},
        {"own-executor", BlockingModel::IsOwnExecutor},
        {"switches-to-blocking", BlockingModel::Switches},
        {"switches-back", BlockingModel::Returns},
        {"opens-file", BlockingModel::OpensFile},
        {"opens-socket", BlockingModel::OpensSocket},
        {"starts", BlockingModel::Starts}};
    for (auto [Word, Role] : Words)
      if (S == Word) {
        R = Role;
        return {};
      }
    return "unknown role: expected 'harmless', 'calls', 'offloads', 'posts', "
           "'own-executor', "
           "'switches-to-blocking', 'switches-back', 'opens-file', "
           "'opens-socket' or 'starts'";
  }
  static void output(const BlockingModel::RoleKind &, void *, raw_ostream &) {}
  static QuotingType mustQuote(StringRef) { return QuotingType::None; }
};

template <> struct MappingTraits<Names::Mapping> {
  static void mapping(IO &Io, Names::Mapping &) {
    Io.setError("expected a name, or a list of names");
  }
};

template <> struct PolymorphicTraits<Names> {
  static NodeKind getKind(const Names &) { return NodeKind::Sequence; }
  static QualifiedName &getAsScalar(Names &N) { return N.List.emplace_back(); }
  static std::vector<QualifiedName> &getAsSequence(Names &N) { return N.List; }
  static Names::Mapping &getAsMap(Names &N) { return N.Nothing; }
};

/// Reads a list of names that stay in the file's storage.
static llvm::ArrayRef<StringRef> readNames(IO &Io, const char *Key) {
  Names Read;
  Io.mapOptional(Key, Read);
  std::vector<StringRef> Texts;
  for (QualifiedName N : Read.List)
    Texts.push_back(N.Text);
  return reader(Io).save(Texts);
}

template <> struct MappingTraits<BlockingEntry> {
  static void mapping(IO &Io, BlockingEntry &E) {
    BlockingModel M;
    std::optional<Tier> Level;
    std::optional<BlockingModel::RoleKind> Role;
    Io.mapOptional("tier", Level);
    Io.mapOptional("role", Role);
    if (Level.has_value() == Role.has_value())
      Io.setError("expected either a 'tier', of what blocks, or a 'role'");
    M.Level = Level.value_or(Tier::Micro);
    M.Role = Role.value_or(BlockingModel::Blocks);

    for (auto [Key, Member] : {std::pair("zero", &BlockingModel::Zero),
                               {"null", &BlockingModel::Null},
                               {"not-null", &BlockingModel::NotNull},
                               {"descriptor", &BlockingModel::Descriptor},
                               {"stream", &BlockingModel::Stream},
                               {"argument", &BlockingModel::Argument},
                               {"awaits", &BlockingModel::Awaits}}) {
      std::optional<Argument> A;
      Io.mapOptional(Key, A);
      if (A)
        M.*Member = A->Index;
    }
    Io.mapOptional("arguments", M.MinArguments);
    M.Unless = readNames(Io, "unless");
    M.Only = readNames(Io, "only");
    M.Of = readNames(Io, "of");
    M.ReadyWhen = readNames(Io, "ready-when");
    M.After = readNames(Io, "after");
    if ((!M.Unless.empty() || !M.Only.empty() || !M.Of.empty()) &&
        M.Argument == NoArgument)
      Io.setError("'unless', 'only' and 'of' need 'argument'");

    Names In, Each;
    Io.mapOptional("in", In);
    Io.mapRequired("names", Each);
    Reader &R = reader(Io);
    for (QualifiedName N : Each.List) {
      if (In.List.empty()) {
        M.Name = N.Text;
        E.Models.push_back(M);
      }
      for (QualifiedName Outer : In.List) {
        M.Name = R.save((Outer.Text + "::" + N.Text).str());
        E.Models.push_back(M);
      }
    }
  }
};

template <> struct MappingTraits<TwinEntry> {
  static void mapping(IO &Io, TwinEntry &E) {
    TwinModel M;
    QualifiedName Use;
    std::string Header;
    Names For;
    Io.mapRequired("for", For);
    Io.mapRequired("use", Use);
    Io.mapOptional("header", Header);
    Io.mapOptional("same-arguments", M.SameArguments, false);
    M.Use = Use.Text;
    M.Header = reader(Io).save(Header);
    for (QualifiedName N : For.List) {
      M.For = N.Text;
      E.Models.push_back(M);
    }
  }
};

template <> struct MappingTraits<TaskModel> {
  static void mapping(IO &Io, TaskModel &M) {
    M.Type = readName(Io, "type", "tasks");
    Io.mapOptional("start", M.Start, TaskModel::AsSeen);
    Io.mapOptional("dropped", M.Dropped, TaskModel::Loses);
    M.IsOperation = false;
  }
};

template <> struct MappingTraits<LazyOperation> {
  static void mapping(IO &Io, LazyOperation &L) {
    L.Model = {readName(Io, "type", "tasks"), TaskModel::Lazy, TaskModel::Loses,
               /*IsOperation=*/true};
  }
};

template <> struct MappingTraits<TaskFunctionModel> {
  static void mapping(IO &Io, TaskFunctionModel &M) {
    M.Name = readName(Io, "name", "task-functions");
    std::vector<TaskOperand> Operands;
    for (auto [Key, Effect] : TaskEffectKeys) {
      Arguments Args;
      Io.mapOptional(Key, Args);
      for (Argument A : Args.List)
        Operands.push_back({A.Index, Effect});
    }
    M.Operands = reader(Io).save(Operands);
    Io.mapOptional("family", M.Family, TaskFunctionModel::Callbacks);
    if (Operands.empty())
      Io.setError("says nothing about the call: expected 'consumes', 'keeps', "
                  "'starts', 'spawns', 'detaches', 'asks' or 'invokes'");
  }
};

template <> struct MappingTraits<PinEntry> {
  static void mapping(IO &Io, PinEntry &E) {
    Names Of;
    Io.mapRequired("names", Of);
    PinModel M;
    std::optional<Argument> A;
    Io.mapOptional("argument", A);
    Io.mapOptional("movable", M.IsMovable, false);
    if (A)
      M.Argument = A->Index;
    if (A && M.IsMovable)
      Io.setError("'movable' is about a class, 'argument' about a function");
    if (M.Argument == EveryArgument)
      Io.setError("'argument' of 'pins' is one: its number, or 'this'");
    for (QualifiedName N : Of.List) {
      M.Name = N.Text;
      describe(Io, M.Name, "pins");
      E.Models.push_back(M);
    }
  }
};

template <> struct MappingTraits<ModelFile> {
  static void mapping(IO &Io, ModelFile &F) {
    std::string Library;
    std::vector<QualifiedName> Namespaces;
    QualifiedName AsyncMutex;
    Io.mapOptional("library", Library);
    Io.mapOptional("namespaces", Namespaces);
    Io.mapOptional("async-mutex", AsyncMutex);
    if (!Library.empty()) {
      std::vector<StringRef> Names;
      for (QualifiedName N : Namespaces)
        Names.push_back(N.Text);
      Reader &R = reader(Io);
      F.Library = {R.save(Library), R.save(Names), AsyncMutex.Text};
    } else if (!Namespaces.empty() || !AsyncMutex.Text.empty()) {
      Io.setError("'namespaces' and 'async-mutex' need 'library', its name");
    }

    Io.mapOptional("lockables", F.Lockables);
    Io.mapOptional("guards", F.Guards);
    Io.mapOptional("tags", F.Tags);
    Io.mapOptional("functions", F.Functions);
    llvm::append_range(F.Functions, reader(Io).Functions);

    std::vector<BlockingEntry> Blocking;
    Io.mapOptional("blocking", Blocking);
    for (const BlockingEntry &E : Blocking)
      llvm::append_range(F.Blocking, E.Models);
    std::vector<TwinEntry> Twins;
    Io.mapOptional("twins", Twins);
    for (TwinEntry &E : Twins)
      for (TwinModel &M : E.Models) {
        if (Library.empty())
          Io.setError("'twins' need 'library', its name");
        else
          M.Library = F.Library->Name;
        F.Twins.push_back(M);
      }
    Io.mapOptional("tasks", F.Tasks);
    std::vector<LazyOperation> Operations;
    Io.mapOptional("lazy-operations", Operations);
    for (const LazyOperation &L : Operations)
      F.Tasks.push_back(L.Model);
    Io.mapOptional("task-functions", F.TaskFunctions);
    std::vector<PinEntry> Pins;
    Io.mapOptional("pins", Pins);
    for (const PinEntry &E : Pins)
      llvm::append_range(F.Pins, E.Models);
  }
};
} // namespace llvm::yaml

/// Keeps the first message, in the manner of a compiler; YAML's own printing
/// would add the source line and go to stderr.
static void keepFirst(const llvm::SMDiagnostic &D, void *Context) {
  std::string &First = static_cast<Reader *>(Context)->FirstError;
  if (First.empty())
    First = (D.getFilename() + ":" + llvm::Twine(D.getLineNo()) + ":" +
             llvm::Twine(D.getColumnNo() + 1) + ": error: " + D.getMessage())
                .str();
}

llvm::Expected<ModelFile>
corolint::parseModelFile(llvm::MemoryBufferRef Buffer) {
  ModelFile File;
  File.Storage = std::make_unique<llvm::BumpPtrAllocator>();
  Reader R{*File.Storage};

  llvm::yaml::Input In(Buffer, &R, keepFirst, &R);
  if (In.setCurrentDocument()) { // else nothing but comments
    llvm::yaml::EmptyContext Context;
    llvm::yaml::yamlize(In, File, /*Required=*/true, Context);
    if (!In.error() && In.nextDocument() && In.setCurrentDocument())
      static_cast<IO &>(In).setError("a model file is one YAML document");
  }
  if (In.error()) {
    return llvm::make_error<llvm::StringError>(R.FirstError, In.error());
  }
  return File;
}

llvm::Expected<ModelFile> corolint::readModelFile(StringRef Path) {
  auto Buffer = llvm::MemoryBuffer::getFile(Path, /*IsText=*/true);
  if (!Buffer)
    return llvm::make_error<llvm::StringError>(
        Path +
            ": error: cannot read model file: " + Buffer.getError().message(),
        Buffer.getError());
  return parseModelFile((*Buffer)->getMemBufferRef());
}
