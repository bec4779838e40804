// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// corolint-model-generator OUTPUT FILE.yaml...
//
// Turns the shipped model files into constant tables, at build time: the
// checks start without reading a file, and a mistake in a model stops the
// build with the message that a user would get for their own.

#include "../ModelFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/ToolOutputFile.h"
#include "llvm/Support/raw_ostream.h"

using namespace corolint;
using llvm::raw_ostream;
using llvm::StringRef;

static const char *spell(LockOwner O) {
  switch (O) {
  case LockOwner::Thread:
    return "LockOwner::Thread";
  case LockOwner::Coroutine:
    return "LockOwner::Coroutine";
  case LockOwner::None:
    return "LockOwner::None";
  }
  llvm_unreachable("all owners are spelled");
}

static const char *spell(LockEffect E) {
  switch (E) {
  case LockEffect::Acquire:
    return "LockEffect::Acquire";
  case LockEffect::TryAcquire:
    return "LockEffect::TryAcquire";
  case LockEffect::Release:
    return "LockEffect::Release";
  case LockEffect::Abandon:
    return "LockEffect::Abandon";
  case LockEffect::Adopt:
    return "LockEffect::Adopt";
  case LockEffect::Defer:
    return "LockEffect::Defer";
  case LockEffect::None:
    return "LockEffect::None";
  }
  llvm_unreachable("all effects are spelled");
}

static const char *spell(LockSuccess S) {
  switch (S) {
  case LockSuccess::True:
    return "LockSuccess::True";
  case LockSuccess::Zero:
    return "LockSuccess::Zero";
  case LockSuccess::MinusOne:
    return "LockSuccess::MinusOne";
  }
  llvm_unreachable("all successes are spelled");
}

static const char *spell(BlockingModel::RoleKind R) {
  switch (R) {
  case BlockingModel::Blocks:
    return "BlockingModel::Blocks";
  case BlockingModel::Harmless:
    return "BlockingModel::Harmless";
  case BlockingModel::Calls:
    return "BlockingModel::Calls";
  case BlockingModel::Offloads:
    return "BlockingModel::Offloads";
  case BlockingModel::Posts:
    return "BlockingModel::Posts";
  case BlockingModel::IsOwnExecutor:
    return "BlockingModel::IsOwnExecutor";
  case BlockingModel::Switches:
    return "BlockingModel::Switches";
  case BlockingModel::Returns:
    return "BlockingModel::Returns";
  case BlockingModel::OpensFile:
    return "BlockingModel::OpensFile";
  case BlockingModel::OpensSocket:
    return "BlockingModel::OpensSocket";
  case BlockingModel::Starts:
    return "BlockingModel::Starts";
  }
  llvm_unreachable("all roles are spelled");
}

static const char *spell(TaskEffect E) {
  switch (E) {
  case TaskEffect::Consumes:
    return "TaskEffect::Consumes";
  case TaskEffect::Keeps:
    return "TaskEffect::Keeps";
  case TaskEffect::Starts:
    return "TaskEffect::Starts";
  case TaskEffect::Spawns:
    return "TaskEffect::Spawns";
  case TaskEffect::Detaches:
    return "TaskEffect::Detaches";
  case TaskEffect::Asks:
    return "TaskEffect::Asks";
  case TaskEffect::Invokes:
    return "TaskEffect::Invokes";
  }
  llvm_unreachable("all effects are spelled");
}

static const char *spell(TaskModel::StartRule S) {
  switch (S) {
  case TaskModel::AsSeen:
    return "TaskModel::AsSeen";
  case TaskModel::Lazy:
    return "TaskModel::Lazy";
  case TaskModel::Eager:
    return "TaskModel::Eager";
  }
  llvm_unreachable("all starts are spelled");
}

static const char *spell(TaskModel::DropRule D) {
  switch (D) {
  case TaskModel::Loses:
    return "TaskModel::Loses";
  case TaskModel::Explicit:
    return "TaskModel::Explicit";
  case TaskModel::Free:
    return "TaskModel::Free";
  }
  llvm_unreachable("all ways to drop it are spelled");
}

static void quote(raw_ostream &Out, StringRef S) {
  Out << '"';
  Out.write_escaped(S);
  Out << '"';
}

static StringRef nameOf(const LockableModel &M) { return M.Type; }
static StringRef nameOf(const GuardModel &M) { return M.Type; }
static StringRef nameOf(const TagModel &M) { return M.Type; }
static StringRef nameOf(const FunctionModel &M) { return M.Name; }
static StringRef nameOf(const BlockingModel &M) { return M.Name; }
static StringRef nameOf(const TaskModel &M) { return M.Type; }
static StringRef nameOf(const TaskFunctionModel &M) { return M.Name; }
static StringRef nameOf(const PinModel &M) { return M.Name; }

/// "mutex" of "std::mutex".
static StringRef lastOf(StringRef QualifiedName) {
  size_t Colons = QualifiedName.rfind("::");
  return Colons == StringRef::npos ? QualifiedName
                                   : QualifiedName.drop_front(Colons + 2);
}

/// All models of one kind, in the order in which Models.cpp looks for them.
template <typename Model>
static std::vector<const Model *>
sorted(const std::vector<ModelFile> &Files,
       std::vector<Model> ModelFile::*Models) {
  std::vector<const Model *> All;
  for (const ModelFile &F : Files)
    for (const Model &M : F.*Models)
      All.push_back(&M);
  llvm::sort(All, [](const Model *A, const Model *B) {
    return std::pair(lastOf(nameOf(*A)), nameOf(*A)) <
           std::pair(lastOf(nameOf(*B)), nameOf(*B));
  });
  return All;
}

/// Writes one table. `writeFacts` writes the members of a model.
template <typename Model, typename WriteFacts>
static void writeTable(raw_ostream &Out, StringRef Type, StringRef Name,
                       const std::vector<const Model *> &Models,
                       WriteFacts writeFacts) {
  Out << "static constexpr Row<" << Type << "> " << Name << "[] = {\n";
  for (const Model *M : Models) {
    Out << "  {";
    quote(Out, lastOf(nameOf(*M)));
    Out << ", {";
    quote(Out, nameOf(*M));
    Out << ", ";
    writeFacts(*M);
    Out << "}},\n";
  }
  Out << "};\n\n";
}

/// Calls that block. Their lists of names are shared, and stand first.
static void writeBlocking(raw_ostream &Out,
                          const std::vector<ModelFile> &Files) {
  std::vector<const BlockingModel *> Models =
      sorted(Files, &ModelFile::Blocking);
  std::vector<llvm::ArrayRef<StringRef>> Lists;
  auto Name = [&](llvm::ArrayRef<StringRef> List) -> std::string {
    if (List.empty())
      return "{}";
    auto Known = llvm::find(Lists, List);
    return "Names" + llvm::utostr(unsigned(Known - Lists.begin()));
  };
  for (const BlockingModel *M : Models)
    for (llvm::ArrayRef<StringRef> List :
         {M->Unless, M->Only, M->Of, M->ReadyWhen, M->After})
      if (!List.empty() && !llvm::is_contained(Lists, List)) {
        Out << "static constexpr llvm::StringRef Names" << Lists.size()
            << "[] = {";
        for (StringRef Each : List) {
          quote(Out, Each);
          Out << ", ";
        }
        Out << "};\n";
        Lists.push_back(List);
      }
  writeTable(
      Out, "BlockingModel", "Blocking", Models, [&](const BlockingModel &M) {
        Out << spell(M.Role) << ", Tier(" << unsigned(M.Level) << ")";
        for (int Argument :
             {M.Zero, M.Null, M.NotNull, M.Descriptor, M.Stream, M.Argument})
          Out << ", " << Argument;
        Out << ", " << Name(M.Unless) << ", " << Name(M.Only) << ", "
            << Name(M.Of) << ", " << M.MinArguments << ", " << M.Awaits << ", "
            << Name(M.ReadyWhen) << ", " << Name(M.After);
      });
  Out << "static constexpr TwinModel Twins[] = {\n";
  for (const ModelFile &F : Files)
    for (const TwinModel &M : F.Twins) {
      Out << "  {";
      for (StringRef Each : {M.Library, M.For, M.Use, M.Header}) {
        quote(Out, Each);
        Out << ", ";
      }
      Out << (M.SameArguments ? "true" : "false") << "},\n";
    }
  Out << "};\n\n";
}

static void writeTasks(raw_ostream &Out, const std::vector<ModelFile> &Files) {
  writeTable(Out, "TaskModel", "Tasks", sorted(Files, &ModelFile::Tasks),
             [&](const TaskModel &M) {
               Out << spell(M.Start) << ", " << spell(M.Dropped) << ", "
                   << (M.IsOperation ? "true" : "false");
             });
  std::vector<const TaskFunctionModel *> Functions =
      sorted(Files, &ModelFile::TaskFunctions);
  Out << "static constexpr TaskOperand TaskOperands[] = {\n";
  for (const TaskFunctionModel *M : Functions)
    for (TaskOperand O : M->Operands)
      Out << "  {" << O.Argument << ", " << spell(O.Effect) << "},\n";
  Out << "};\n\n";
  size_t Offset = 0;
  writeTable(Out, "TaskFunctionModel", "TaskFunctions", Functions,
             [&](const TaskFunctionModel &M) {
               Out << "{TaskOperands + " << Offset << ", size_t("
                   << M.Operands.size() << ")}, TaskFunctionModel::"
                   << (M.Family == TaskFunctionModel::Threads ? "Threads"
                                                              : "Callbacks");
               Offset += M.Operands.size();
             });
}

static void writePins(raw_ostream &Out, const std::vector<ModelFile> &Files) {
  writeTable(Out, "PinModel", "Pins", sorted(Files, &ModelFile::Pins),
             [&](const PinModel &M) {
               Out << M.Argument << ", " << (M.IsMovable ? "true" : "false");
             });
}

static void write(raw_ostream &Out, const std::vector<ModelFile> &Files) {
  Out << "// Generated by corolint-model-generator from "
         "checks/models/*.yaml.\n\n"
         "using namespace corolint;\n\n";

  // Lists first: rows refer to them by their offset.
  std::vector<const FunctionModel *> Functions =
      sorted(Files, &ModelFile::Functions);
  Out << "static constexpr LockOperand Operands[] = {\n";
  for (const FunctionModel *M : Functions)
    for (LockOperand O : M->Operands)
      Out << "  {" << O.Argument << ", " << spell(O.Effect) << "},\n";
  Out << "};\n\nstatic constexpr llvm::StringRef Namespaces[] = {\n";
  for (const ModelFile &F : Files)
    if (F.Library)
      for (StringRef N : F.Library->Namespaces) {
        Out << "  ";
        quote(Out, N);
        Out << ",\n";
      }
  Out << "};\n\n";

  size_t Offset = 0;
  Out << "static constexpr LibraryModel Libraries[] = {\n";
  for (const ModelFile &F : Files)
    if (F.Library) {
      size_t Size = F.Library->Namespaces.size();
      Out << "  {";
      quote(Out, F.Library->Name);
      Out << ", {Namespaces + " << Offset << ", size_t(" << Size << ")}, ";
      quote(Out, F.Library->AsyncMutex);
      Out << "},\n";
      Offset += Size;
    }
  Out << "};\n\n";

  writeTable(Out, "LockableModel", "Lockables",
             sorted(Files, &ModelFile::Lockables), [&](const LockableModel &M) {
               Out << spell(M.Owner) << ", "
                   << (M.IsSemaphore ? "true" : "false") << ", ";
               quote(Out, M.Instead);
             });
  writeTable(Out, "GuardModel", "Guards", sorted(Files, &ModelFile::Guards),
             [&](const GuardModel &M) {
               Out << "GuardModel::"
                   << (M.Lockables == GuardModel::Fixed ? "Fixed"
                                                        : "FromArguments")
                   << ", " << spell(M.Owner);
             });
  writeTable(Out, "TagModel", "Tags", sorted(Files, &ModelFile::Tags),
             [&](const TagModel &M) { Out << spell(M.Effect); });
  Offset = 0;
  writeTable(Out, "FunctionModel", "Functions", Functions,
             [&](const FunctionModel &M) {
               Out << "{Operands + " << Offset << ", size_t("
                   << M.Operands.size() << ")}, " << spell(M.Success);
               Offset += M.Operands.size();
             });
  writeBlocking(Out, Files);
  writeTasks(Out, Files);
  writePins(Out, Files);
}

namespace {
/// Shipped files must not overrule each other: there, it is a slip.
class Duplicates {
public:
  bool found(StringRef Path, const ModelFile &F) {
    bool Found = false;
    for (const LockableModel &M : F.Lockables)
      Found |= seen(Path, "lockables", M.Type);
    for (const GuardModel &M : F.Guards)
      Found |= seen(Path, "guards", M.Type);
    for (const TagModel &M : F.Tags)
      Found |= seen(Path, "tags", M.Type);
    for (const FunctionModel &M : F.Functions)
      Found |= seen(Path, "functions", M.Name);
    // Within a file, a call may have an entry for each way in which it blocks.
    llvm::StringSet<> Blocking;
    for (const BlockingModel &M : F.Blocking)
      if (Blocking.insert(M.Name).second)
        Found |= seen(Path, "blocking", M.Name);
    for (const TaskModel &M : F.Tasks)
      Found |= seen(Path, "tasks", M.Type);
    for (const TaskFunctionModel &M : F.TaskFunctions)
      Found |= seen(Path, "task-functions", M.Name);
    for (const PinModel &M : F.Pins)
      Found |= seen(Path, "pins", M.Name);
    return Found;
  }

private:
  bool seen(StringRef Path, StringRef List, StringRef Name) {
    auto [Entry, IsNew] =
        Owners.try_emplace((List + " " + Name).str(), Path.str());
    if (!IsNew)
      llvm::errs() << Path << ": error: '" << Name << "' is also described in "
                   << Entry->second << "\n";
    return !IsNew;
  }

  llvm::StringMap<std::string> Owners;
};
} // namespace

/// What a note tells people to use must be right there: a lockable that may be
/// held over a suspension.
static bool awaitableMutexesAreModelled(const std::vector<ModelFile> &Files) {
  llvm::StringSet<> Awaitable;
  for (const ModelFile &F : Files)
    for (const LockableModel &M : F.Lockables)
      if (M.Owner == LockOwner::Coroutine)
        Awaitable.insert(M.Type);

  bool Good = true;
  auto check = [&](StringRef Name) {
    if (Name.empty() || Awaitable.contains(Name))
      return;
    llvm::errs() << "error: '" << Name
                 << "' is suggested to users, but no model says that it is a "
                    "lockable with 'owner: coroutine'\n";
    Good = false;
  };
  for (const ModelFile &F : Files) {
    if (F.Library)
      check(F.Library->AsyncMutex);
    for (const LockableModel &M : F.Lockables)
      check(M.Instead);
  }
  return Good;
}

int main(int Count, char **Arguments) {
  if (Count < 3) {
    llvm::errs() << "usage: corolint-model-generator OUTPUT FILE.yaml...\n";
    return 2;
  }
  std::vector<ModelFile> Files;
  Duplicates Duplicates;
  bool Failed = false;
  for (StringRef Path : llvm::ArrayRef(Arguments, Count).drop_front(2)) {
    llvm::Expected<ModelFile> F = readModelFile(Path);
    if (!F) {
      llvm::errs() << llvm::toString(F.takeError()) << "\n";
      Failed = true;
      continue;
    }
    Failed |= Duplicates.found(Path, *F);
    Files.push_back(std::move(*F));
  }
  Failed |= !awaitableMutexesAreModelled(Files);
  if (Failed)
    return 1;

  std::error_code Error;
  llvm::ToolOutputFile Out(Arguments[1], Error, llvm::sys::fs::OF_Text);
  if (Error) {
    llvm::errs() << Arguments[1] << ": error: " << Error.message() << "\n";
    return 1;
  }
  write(Out.os(), Files);
  Out.keep();
  return 0;
}
