// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads the text form; see SummaryTable.h.

#include "SummaryTable.h"
#include "SummaryText.h"
#include "analysis/Registrations.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/JSON.h"

namespace json = llvm::json;

namespace corolint {

std::string checkHeader(llvm::StringRef Line) {
  llvm::Expected<json::Value> V = json::parse(Line);
  if (!V)
    llvm::consumeError(V.takeError());
  const json::Object *O = V ? V->getAsObject() : nullptr;
  std::optional<int64_t> Written =
      O ? O->getInteger(VersionKey) : std::optional<int64_t>();
  if (!Written)
    return ("no summaries: the first line is not " + summariesHeader()).str();
  if (*Written != Version)
    return "summaries of version " + std::to_string(*Written) +
           "; this corolint reads version " + std::to_string(Version) +
           ": write them again";
  return {};
}

/// The index of the word in `Names`.
template <typename Names>
static bool word(const json::Value &V, const Names &Known, unsigned &To,
                 json::Path P) {
  std::optional<llvm::StringRef> S = V.getAsString();
  auto It = S ? llvm::find(Known, *S) : std::end(Known);
  if (It == std::end(Known)) {
    P.report("unknown word");
    return false;
  }
  To = unsigned(It - std::begin(Known));
  return true;
}

namespace {
/// An object's members, each asked for once; what is not asked for is unknown.
class Members {
public:
  Members(const json::Value &V, json::Path P) : P(P), O(V.getAsObject()) {
    if (!O)
      P.report("expected object");
  }
  explicit operator bool() const { return O && Good; }

  template <typename Read> void required(llvm::StringLiteral Key, Read R) {
    if (!find(Key, R) && O && Good) {
      P.field(Key).report("missing value");
      Good = false;
    }
  }
  template <typename Read> void optional(llvm::StringLiteral Key, Read R) {
    find(Key, R);
  }

private:
  template <typename Read> bool find(llvm::StringLiteral Key, Read R) {
    const json::Value *V = O ? O->get(Key) : nullptr;
    if (V && Good)
      Good = R(*V, P.field(Key));
    return V;
  }

  json::Path P;
  const json::Object *O;
  bool Good = true;
};

/// Reads a value of a type that JSON knows.
template <typename T> auto into(T &To) {
  return [&To](const json::Value &V, json::Path P) {
    return json::fromJSON(V, To, P);
  };
}
} // namespace

static bool index(const json::Value &V, unsigned &To, json::Path P) {
  std::optional<int64_t> I = V.getAsInteger();
  if (!I || *I < 0 || *I > 255) {
    P.report("expected the number of a parameter, from 0");
    return false;
  }
  To = unsigned(*I);
  return true;
}

/// Reads each element of an array with `R`.
template <typename T, typename Read>
static bool each(const json::Value &V, std::vector<T> &To, json::Path P,
                 Read R) {
  const json::Array *A = V.getAsArray();
  if (!A) {
    P.report("expected array");
    return false;
  }
  for (size_t I = 0; I < A->size(); ++I)
    if (!R((*A)[I], To.emplace_back(), P.index(unsigned(I))))
      return false;
  return true;
}

static bool read(const json::Value &V, Need &To, json::Path P,
                 SummaryReader &R) {
  Members M(V, P);
  M.required("is", [&](const json::Value &V, json::Path P) {
    unsigned Kind = 0;
    bool Good = word(V, NeedNames, Kind, P);
    To.Kind = Need::KindType(Kind);
    return Good;
  });
  M.required("parameter", [&](const json::Value &V, json::Path P) {
    return index(V, To.Parameter, P);
  });
  M.optional("value", into(To.Value));
  M.optional("mask", into(To.Mask));
  if (!M || To.Kind != Need::Flags)
    return bool(M);
  BlockingModel &Flags = R.Models.emplace_back();
  auto Names = [&](llvm::ArrayRef<llvm::StringRef> BlockingModel::*List) {
    return [&, List](const json::Value &V, json::Path P) {
      std::vector<std::string> Words;
      if (!json::fromJSON(V, Words, P))
        return false;
      std::vector<llvm::StringRef> &Kept = R.Lists.emplace_back();
      for (std::string &Word : Words)
        Kept.push_back(R.Texts.emplace_back(std::move(Word)));
      Flags.*List = Kept;
      return true;
    };
  };
  M.optional("only", Names(&BlockingModel::Only));
  M.optional("unless", Names(&BlockingModel::Unless));
  To.Model = &Flags;
  return bool(M);
}

static bool read(const json::Value &V, ArgumentFacts &To, json::Path P) {
  Members M(V, P);
  M.optional("parameter", [&](const json::Value &V, json::Path P) {
    return index(V, To.Parameter.emplace(), P);
  });
  M.optional("zero", into(To.IsZero));
  M.optional("null", into(To.IsNull));
  M.optional("value", into(To.Value));
  M.optional("truth", into(To.Truth));
  M.optional("mentions", into(To.Names.Names));
  bool Unknown = false;
  M.optional("unknown", into(Unknown));
  To.Names.All = !Unknown;
  return bool(M);
}

static bool read(const json::Value &V, FunctionSummary::Site &To, json::Path P,
                 SummaryReader &R) {
  Members M(V, P);
  M.required("kind", [&](const json::Value &V, json::Path P) {
    unsigned Kind = 0;
    bool Good = word(V, KindNames, Kind, P);
    To.Kind = BlockingSiteKind(Kind);
    return Good;
  });
  M.required("name", into(To.Name));
  M.required("at", into(To.At));
  M.optional("calls", into(To.Callee));
  if (To.Callee.empty())
    M.required("tier", [&](const json::Value &V, json::Path P) {
      unsigned Level = 0;
      bool Good = word(V, TierNames, Level, P);
      To.Level = Tier(Level);
      return Good;
    });
  M.optional("model", into(To.Model));
  M.optional("arguments", [&](const json::Value &V, json::Path P) {
    return each(V, To.Arguments, P,
                [](const json::Value &V, ArgumentFacts &A, json::Path P) {
                  return corolint::read(V, A, P);
                });
  });
  To.Reached = {{}};
  M.optional("ways", [&](const json::Value &V, json::Path P) {
    To.Reached.clear();
    return each(
        V, To.Reached, P,
        [&](const json::Value &V, std::vector<Need> &Way, json::Path P) {
          return each(V, Way, P,
                      [&](const json::Value &V, Need &N, json::Path P) {
                        return corolint::read(V, N, P, R);
                      });
        });
  });
  return bool(M);
}

static bool read(const json::Value &V, std::pair<unsigned, TaskFate> &To,
                 json::Path P) {
  Members M(V, P);
  M.required("fate", [&](const json::Value &V, json::Path P) {
    unsigned Fate = 0;
    bool Good = word(V, FateNames, Fate, P);
    To.second = TaskFate(Fate);
    return Good;
  });
  M.required("parameter", [&](const json::Value &V, json::Path P) {
    return index(V, To.first, P);
  });
  return bool(M);
}

static bool read(const json::Value &V, AddressFacts::Keeper &To, json::Path P) {
  if (V.getAsInteger()) {
    To.Kind = AddressFacts::Keeper::Parameter;
    return index(V, To.Index, P);
  }
  unsigned Kind = 0;
  bool Good = word(V, KeeperNames, Kind, P);
  To.Kind = AddressFacts::Keeper::KindType(Kind);
  return Good;
}

static void readSubject(Members &M, int &To) {
  To = Registrations::This;
  M.optional("parameter", [&](const json::Value &V, json::Path P) {
    unsigned I = 0;
    bool Good = index(V, I, P);
    To = int(I);
    return Good;
  });
  bool Carries = false;
  M.optional("carries", into(Carries));
  if (Carries && To != Registrations::This)
    To = Registrations::holder(unsigned(To));
}

static bool read(const json::Value &V, AddressFacts::Store &To, json::Path P) {
  Members M(V, P);
  M.required("at", into(To.At));
  M.required("in", [&](const json::Value &V, json::Path P) {
    return corolint::read(V, To.In, P);
  });
  M.optional("sometimes", into(To.IsConditional));
  return bool(M);
}

static bool read(const json::Value &V, AddressFacts::Call &To, json::Path P) {
  Members M(V, P);
  M.required("calls", into(To.Callee));
  readSubject(M, To.Subject);
  M.required("object", [&](const json::Value &V, json::Path P) {
    return corolint::read(V, To.Object, P);
  });
  M.optional("given", [&](const json::Value &V, json::Path P) {
    return each(V, To.Given, P,
                [](const json::Value &V, AddressFacts::Keeper &K,
                   json::Path P) { return corolint::read(V, K, P); });
  });
  M.optional("sometimes", into(To.IsConditional));
  return bool(M);
}

static bool read(const json::Value &V, AddressFacts &To, json::Path P) {
  Members M(V, P);
  readSubject(M, To.Subject);
  M.optional("of", into(To.Of));
  M.optional("stores", [&](const json::Value &V, json::Path P) {
    return each(V, To.Stores, P,
                [](const json::Value &V, AddressFacts::Store &S, json::Path P) {
                  return corolint::read(V, S, P);
                });
  });
  M.optional("calls", [&](const json::Value &V, json::Path P) {
    return each(V, To.Calls, P,
                [](const json::Value &V, AddressFacts::Call &C, json::Path P) {
                  return corolint::read(V, C, P);
                });
  });
  M.optional("returned", into(To.IsReturned));
  M.optional("unclear", into(To.IsUnclear));
  return bool(M);
}

llvm::Error SummaryReader::read(llvm::StringRef Line, FunctionSummary &To,
                                bool &Differs) {
  llvm::Expected<json::Value> V = json::parse(Line);
  if (!V)
    return V.takeError();
  json::Path::Root Root("summary");
  Members M(*V, Root);
  M.required("function", into(To.Key));
  M.optional("differs", into(Differs));
  if (!Differs) {
    M.required("name", into(To.Name));
    M.optional("tasks", [&](const json::Value &V, json::Path P) {
      return each(V, To.Tasks, P,
                  [](const json::Value &V, std::pair<unsigned, TaskFate> &T,
                     json::Path P) { return corolint::read(V, T, P); });
    });
    M.optional("addresses", [&](const json::Value &V, json::Path P) {
      return each(V, To.Addresses, P,
                  [](const json::Value &V, AddressFacts &A, json::Path P) {
                    return corolint::read(V, A, P);
                  });
    });
    M.optional("sites", [&](const json::Value &V, json::Path P) {
      return each(V, To.Sites, P,
                  [&](const json::Value &V, FunctionSummary::Site &S,
                      json::Path P) { return corolint::read(V, S, P, *this); });
    });
  }
  return M ? llvm::Error::success() : Root.getError();
}

} // namespace corolint
