// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes the text form; see SummaryTable.h. Objects have their members in
// alphabetical order, and leave out what is usual: a summary has one text.

#include "SummaryText.h"
#include "SummaryTable.h"
#include "analysis/Registrations.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/JSON.h"

namespace json = llvm::json;

namespace corolint {

//===-- Writing -----------------------------------------------------------===//

static json::Array list(llvm::ArrayRef<llvm::StringRef> Names) {
  json::Array A;
  for (llvm::StringRef Name : Names)
    A.push_back(Name);
  return A;
}

static json::Value write(const Need &N) {
  json::Object O{{"is", NeedNames[N.Kind]},
                 {"parameter", int64_t(N.Parameter)}};
  if (N.Kind >= Need::IsEqual && N.Kind <= Need::IsNotLess)
    O["value"] = N.Value;
  if (N.Mask != Need().Mask)
    O["mask"] = N.Mask;
  if (N.Kind == Need::Flags && !N.Model->Only.empty())
    O["only"] = list(N.Model->Only);
  if (N.Kind == Need::Flags && !N.Model->Unless.empty())
    O["unless"] = list(N.Model->Unless);
  return O;
}

static json::Value write(const ArgumentFacts &A) {
  json::Object O;
  if (A.Parameter) {
    O["parameter"] = int64_t(*A.Parameter);
    return O;
  }
  if (A.IsZero)
    O["zero"] = true;
  if (A.IsNull)
    O["null"] = true;
  if (A.Value)
    O["value"] = *A.Value;
  if (A.Truth)
    O["truth"] = *A.Truth;
  if (!A.Names.Names.empty()) {
    json::Array Names;
    for (const std::string &Name : A.Names.Names)
      Names.push_back(Name);
    O["mentions"] = std::move(Names);
  }
  if (!A.Names.All)
    O["unknown"] = true;
  return O;
}

static json::Value write(const FunctionSummary::Site &S) {
  json::Object O{
      {"kind", KindNames[unsigned(S.Kind)]}, {"name", S.Name}, {"at", S.At}};
  if (S.Callee.empty()) {
    O["tier"] = TierNames[unsigned(S.Level)];
    if (!S.Model.empty())
      O["model"] = S.Model;
  } else {
    O["calls"] = S.Callee;
    json::Array Arguments;
    for (const ArgumentFacts &A : S.Arguments)
      Arguments.push_back(write(A));
    if (!Arguments.empty())
      O["arguments"] = std::move(Arguments);
  }
  json::Array Ways;
  for (const std::vector<Need> &Way : S.Reached) {
    json::Array Needs;
    for (const Need &N : Way)
      Needs.push_back(write(N));
    Ways.push_back(std::move(Needs));
  }
  // Most are always reached.
  if (S.Reached.size() != 1 || !S.Reached[0].empty())
    O["ways"] = std::move(Ways);
  return O;
}

static json::Value write(const AddressFacts::Keeper &K) {
  if (K.Kind == AddressFacts::Keeper::Parameter)
    return int64_t(K.Index);
  return KeeperNames[K.Kind];
}

/// What a function knows the object as.
static void writeSubject(int Subject, json::Object &O) {
  bool IsHolder = Subject >= Registrations::holder(0);
  if (Subject == Registrations::This)
    return;
  O["parameter"] =
      int64_t(IsHolder ? Subject - Registrations::holder(0) : Subject);
  if (IsHolder)
    O["carries"] = true;
}

static json::Value write(const AddressFacts &A) {
  json::Object O;
  writeSubject(A.Subject, O);
  if (!A.Of.empty())
    O["of"] = A.Of;
  json::Array Stores, Calls;
  for (const AddressFacts::Store &Each : A.Stores) {
    json::Object Store{{"at", Each.At}, {"in", write(Each.In)}};
    if (Each.IsConditional)
      Store["sometimes"] = true;
    Stores.push_back(std::move(Store));
  }
  for (const AddressFacts::Call &Each : A.Calls) {
    json::Object Call{{"calls", Each.Callee}, {"object", write(Each.Object)}};
    writeSubject(Each.Subject, Call);
    json::Array Given;
    for (const AddressFacts::Keeper &K : Each.Given)
      Given.push_back(write(K));
    if (!Given.empty())
      Call["given"] = std::move(Given);
    if (Each.IsConditional)
      Call["sometimes"] = true;
    Calls.push_back(std::move(Call));
  }
  if (!Stores.empty())
    O["stores"] = std::move(Stores);
  if (!Calls.empty())
    O["calls"] = std::move(Calls);
  if (A.IsReturned)
    O["returned"] = true;
  if (A.IsUnclear)
    O["unclear"] = true;
  return O;
}

static std::string text(json::Object O) {
  std::string Text;
  llvm::raw_string_ostream(Text) << json::Value(std::move(O));
  return Text;
}

std::string toText(const FunctionSummary &S) {
  json::Array Sites;
  for (const FunctionSummary::Site &Each : S.Sites)
    Sites.push_back(write(Each));
  json::Array Tasks;
  for (auto [Parameter, Fate] : S.Tasks)
    Tasks.push_back(json::Object{{"fate", FateNames[unsigned(Fate)]},
                                 {"parameter", int64_t(Parameter)}});
  json::Array Addresses;
  for (const AddressFacts &Each : S.Addresses)
    Addresses.push_back(write(Each));
  json::Object O{{"function", S.Key}, {"name", S.Name}};
  if (!Addresses.empty())
    O["addresses"] = std::move(Addresses);
  if (!Sites.empty())
    O["sites"] = std::move(Sites);
  if (!Tasks.empty())
    O["tasks"] = std::move(Tasks);
  return text(std::move(O));
}

std::string differingText(llvm::StringRef Key) {
  return text(json::Object{{"differs", true}, {"function", Key.str()}});
}

llvm::StringRef summariesHeader() {
  static const std::string Text =
      text(json::Object{{VersionKey.str(), Version}});
  return Text;
}

} // namespace corolint
