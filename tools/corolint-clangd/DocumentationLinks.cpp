// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Makes the code of a diagnostic link to our page about the check.
//
// clangd links every clang-tidy check to clang.llvm.org, where ours are not,
// and a module cannot say otherwise. The only place where this can be changed
// without clangd's private headers is the stream that it writes its messages
// to:
//
//   clangd --> JSONTransport --> LinkingStream --> standard output
//
//   Content-Length: 345
//
//   {"method":"textDocument/publishDiagnostics", … "codeDescription":
//    {"href":"https://clang.llvm.org/extra/clang-tidy/checks/coro/….html"} … }
//
// Code actions repeat the diagnostics that they cure, so any "codeDescription"
// in any message is looked at.

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdio>
#include <memory>
#include <string>

namespace json = llvm::json;
using llvm::StringRef;

namespace {

constexpr StringRef Theirs =
    "https://clang.llvm.org/extra/clang-tidy/checks/coro/";

std::string &prefix() {
  static std::string Prefix;
  return Prefix;
}

/// "file:///usr/my%20tools/…": RFC 3986, as clangd writes its own file URIs.
std::string fileURI(StringRef Path) {
  std::string URI = "file://";
  llvm::raw_string_ostream OS(URI);
  for (unsigned char C : Path)
    if (llvm::isAlnum(C) || StringRef("-._~/").contains(C))
      OS << C;
    else
      OS << '%' << llvm::hexdigit(C >> 4) << llvm::hexdigit(C & 15);
  return URI;
}

/// Our page about "lock-across-suspension", or empty where it is not installed.
std::string page(StringRef Check) {
  if (!StringRef(CORO_DOCS_URL).empty())
    return (CORO_DOCS_URL "/checks/" + Check + ".html").str();
  llvm::SmallString<128> Path(prefix());
  llvm::sys::path::append(Path, "share", "doc", "corolint", "checks");
  llvm::sys::path::append(Path, Check + ".md");
  return llvm::sys::fs::exists(Path) ? fileURI(Path) : "";
}

void relink(json::Value &Value) {
  if (json::Array *Elements = Value.getAsArray())
    for (json::Value &Element : *Elements)
      relink(Element);
  json::Object *Members = Value.getAsObject();
  if (!Members)
    return;
  if (json::Object *Code = Members->getObject("codeDescription")) {
    std::optional<StringRef> Link = Code->getString("href");
    if (Link && Link->consume_front(Theirs) && Link->consume_back(".html")) {
      std::string Ours = page(*Link);
      if (Ours.empty())
        Members->erase("codeDescription"); // better no link than a dead one
      else
        (*Code)["href"] = std::move(Ours);
    }
  }
  for (auto &Member : *Members)
    relink(Member.second);
}

class LinkingStream : public llvm::raw_ostream {
public:
  explicit LinkingStream(llvm::raw_ostream &Out)
      : raw_ostream(/*unbuffered=*/true), Out(Out) {}

private:
  // clangd holds a lock while it writes a message, which comes in pieces.
  void write_impl(const char *Data, size_t Size) override {
    Pending.append(Data, Size);
    while (forwardMessage())
      ;
  }

  /// False if there is no whole message yet.
  bool forwardMessage() {
    StringRef Rest = Pending;
    size_t Length;
    if (!Rest.consume_front("Content-Length: ") ||
        Rest.consumeInteger(10, Length) || !Rest.consume_front("\r\n\r\n") ||
        Rest.size() < Length)
      return false;
    StringRef Body = Rest.take_front(Length);

    std::string Changed;
    if (Body.contains(Theirs)) {
      if (llvm::Expected<json::Value> Message = json::parse(Body)) {
        relink(*Message);
        llvm::raw_string_ostream(Changed) << *Message;
        Body = Changed;
      } else {
        llvm::consumeError(Message.takeError());
      }
    }
    Out << "Content-Length: " << Body.size() << "\r\n\r\n" << Body;
    Out.flush();
    Pending.erase(0, Pending.size() - Rest.size() + Length);
    return true;
  }

  uint64_t current_pos() const override { return Out.tell(); }

  llvm::raw_ostream &Out;
  std::string Pending;
};

} // namespace

namespace corolint {
void setDocumentationPrefix(std::string Prefix) {
  prefix() = std::move(Prefix);
}
} // namespace corolint

// What clangd's Transport.h declares; it is not installed.
namespace clang::clangd {
struct Transport {
  virtual ~Transport();
};
enum JSONStreamStyle : int;
} // namespace clang::clangd

// clang::clangd::newJSONTransport, before and after the linker's --wrap.
#define NEW_JSON_TRANSPORT                                                     \
  "_ZN5clang6clangd16newJSONTransport"                                         \
  "EP8_IO_FILERN4llvm11raw_ostreamEPS4_bNS0_15JSONStreamStyleE"

std::unique_ptr<clang::clangd::Transport>
realTransport(std::FILE *, llvm::raw_ostream &, llvm::raw_ostream *, bool,
              clang::clangd::JSONStreamStyle) asm("__real_" NEW_JSON_TRANSPORT);

std::unique_ptr<clang::clangd::Transport> linkingTransport(
    std::FILE *, llvm::raw_ostream &, llvm::raw_ostream *, bool,
    clang::clangd::JSONStreamStyle) asm("__wrap_" NEW_JSON_TRANSPORT);

std::unique_ptr<clang::clangd::Transport>
linkingTransport(std::FILE *In, llvm::raw_ostream &Out,
                 llvm::raw_ostream *InMirror, bool Pretty,
                 clang::clangd::JSONStreamStyle Style) {
  static LinkingStream Linking(Out); // outlives the transport, as Out does
  return realTransport(In, Linking, InMirror, Pretty, Style);
}
