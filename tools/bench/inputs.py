# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes the two large files that overheads are measured on.

Both have the same headers and the same 80 bodies. In one they are 40
coroutines and 40 lambda coroutines; the other is the first one with the
`co_await` left out, 80 ordinary functions and lambdas. Half of the bodies lock
something, all of them correctly: what a check costs where it has nothing to
say is what most files pay.
"""

import re

HEADERS = """\
algorithm chrono condition_variable deque filesystem functional future map
memory mutex optional ranges regex shared_mutex string thread
unordered_map utility variant vector""".split()

TASK = """
#include <coroutine>
#include <exception>

template <class T> struct Promise {
  std::optional<T> Value;
  void return_value(T V) { Value.emplace(std::move(V)); }
  T take() { return std::move(*Value); }
};
template <> struct Promise<void> {
  void return_void() {}
  void take() {}
};

template <class T> class [[nodiscard]] Task {
public:
  struct promise_type : Promise<T> {
    std::coroutine_handle<> Waiting = std::noop_coroutine();
    std::exception_ptr Error;
    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    struct Final {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<>
      await_suspend(std::coroutine_handle<promise_type> H) noexcept {
        return H.promise().Waiting;
      }
      void await_resume() noexcept {}
    };
    Final final_suspend() noexcept { return {}; }
    void unhandled_exception() { Error = std::current_exception(); }
  };
  Task(Task &&Other) noexcept : Handle(std::exchange(Other.Handle, {})) {}
  ~Task() {
    if (Handle)
      Handle.destroy();
  }
  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> H) noexcept {
    Handle.promise().Waiting = H;
    return Handle;
  }
  T await_resume() {
    if (Handle.promise().Error)
      std::rethrow_exception(Handle.promise().Error);
    return Handle.promise().take();
  }

private:
  explicit Task(std::coroutine_handle<promise_type> H) : Handle(H) {}
  std::coroutine_handle<promise_type> Handle;
};
"""

WORLD = """
namespace fs = std::filesystem;
using namespace std::chrono_literals;

struct Service {
  std::mutex Mutex, Other;
  std::shared_mutex Shared;
  std::map<std::string, int> Table;
  std::unordered_map<int, std::string> Names;
  std::deque<int> Queue;
  std::vector<fs::path> Paths;
  std::optional<std::string> Last;
  std::variant<int, std::string> State;
  bool Verbose = false;
};

Task<void> pause(std::chrono::milliseconds);
Task<int> fetch(int Key);
Task<std::string> read(const fs::path &);
Task<bool> store(std::string Key, int Value);

int count(Service &S) {
  std::lock_guard Lock(S.Mutex);
  return static_cast<int>(S.Table.size());
}
std::unique_lock<std::mutex> lockTable(Service &S) {
  return std::unique_lock(S.Mutex);
}
void note(Service &S, std::string Text) {
  std::scoped_lock Lock(S.Mutex, S.Other);
  S.Last = std::move(Text);
}
"""

# Bodies of functions that take (Service &S, int N) and give an int.
BODIES = {
    "scoped": """
  int Key = 0;
  {
    std::lock_guard Lock(S.Mutex);
    if (auto It = S.Table.find(std::to_string(N)); It != S.Table.end())
      Key = It->second;
    else
      S.Table.emplace(std::to_string(N), Key);
  }
  int Value = co_await fetch(Key);
  std::lock_guard Lock(S.Other);
  S.Queue.push_back(Value);
  co_return Value;
""",
    "relocked": """
  std::unique_lock Lock(S.Mutex);
  while (S.Queue.empty()) {
    Lock.unlock();
    co_await pause(10ms);
    Lock.lock();
  }
  int Front = S.Queue.front();
  S.Queue.pop_front();
  Lock.unlock();
  if (Front > N)
    co_return co_await fetch(Front - N);
  co_return Front;
""",
    "correlated": """
  bool Locked = S.Verbose && N > 0;
  std::unique_lock Lock(S.Mutex, std::defer_lock);
  if (Locked)
    Lock.lock();
  for (auto &[Key, Value] : S.Table)
    Value += N;
  if (Locked)
    Lock.unlock();
  bool Stored = co_await store("n", N);
  co_return Stored ? N : co_await fetch(N);
""",
    "helpers": """
  note(S, "helpers " + std::to_string(N));
  int Size = count(S);
  {
    auto Lock = lockTable(S);
    for (int I = 0; I < Size; ++I)
      S.Table[std::to_string(I)] = I * N;
  }
  auto Moved = lockTable(S);
  auto Owner = std::move(Moved);
  Owner.unlock();
  for (int I = 0; I < Size; ++I)
    Size -= co_await fetch(I);
  co_return Size;
""",
    "shared": """
  std::vector<int> Keys;
  {
    std::shared_lock Lock(S.Shared);
    for (int Key : std::views::keys(S.Names) |
                       std::views::filter([N](int K) { return K % N == 0; }))
      Keys.push_back(Key);
  }
  std::ranges::sort(Keys);
  int Sum = 0;
  for (int Key : Keys) {
    int Value = co_await fetch(Key);
    std::unique_lock Lock(S.Shared, std::try_to_lock);
    if (!Lock)
      continue;
    S.Names[Key] = std::to_string(Value);
    Sum += Value;
  }
  co_return Sum;
""",
    "matching": """
  static const std::regex Line("([a-z]+)=([0-9]+)");
  int Found = 0;
  for (const fs::path &Path : S.Paths) {
    if (Path.extension() != ".conf")
      continue;
    std::string Text = co_await read(Path);
    std::sregex_iterator It(Text.begin(), Text.end(), Line), End;
    for (; It != End; ++It)
      if (co_await store((*It)[1].str(), std::stoi((*It)[2].str())))
        ++Found;
  }
  co_return Found + N;
""",
    "trying": """
  for (int Attempt = 0; Attempt < 3; ++Attempt) {
    bool Failed = false;
    try {
      std::string Text = co_await read(fs::path("state") / std::to_string(N));
      if (Text.empty())
        throw std::runtime_error("empty");
      co_return static_cast<int>(Text.size());
    } catch (const fs::filesystem_error &E) {
      S.Last = E.what();
      Failed = true;
    } catch (const std::exception &) {
      throw;
    }
    if (Failed)
      co_await pause(std::chrono::milliseconds(100 << Attempt));
  }
  co_return -1;
""",
    "switching": """
  switch (S.State.index()) {
  case 0:
    S.State = std::to_string(co_await fetch(std::get<int>(S.State)));
    break;
  case 1: {
    std::string Key = std::get<std::string>(S.State);
    if (!co_await store(std::move(Key), N))
      co_return 0;
    [[fallthrough]];
  }
  default:
    co_await pause(1ms);
    S.State = N;
  }
  co_return static_cast<int>(S.State.index());
""",
    "futures": """
  std::vector<std::future<int>> Pending;
  for (int I = 0; I < N; ++I)
    Pending.push_back(std::async(std::launch::deferred, [I] { return I * I; }));
  int Sum = 0;
  for (auto &Future : Pending) {
    Sum += Future.get();
    if (Sum % 2 == 0)
      co_await pause(2ms);
  }
  std::function<bool(int)> Even = [](int I) { return I % 2 == 0; };
  co_return Even(Sum) ? Sum : co_await fetch(Sum);
""",
    "walking": """
  std::vector<std::shared_ptr<std::string>> Texts;
  do {
    Texts.push_back(
        std::make_shared<std::string>(co_await read(S.Paths.at(Texts.size()))));
  } while (Texts.size() < S.Paths.size() && !Texts.back()->empty());
  auto Longest = std::ranges::max_element(
      Texts, {}, [](const auto &Text) { return Text->size(); });
  if (Longest == Texts.end())
    co_return N;
  S.Last = **Longest;
  co_return static_cast<int>(S.Last->size());
""",
}


def coroutine_heavy():
    text = ["".join(f"#include <{header}>\n" for header in HEADERS), TASK,
            WORLD]
    for number in range(4):
        for name, body in BODIES.items():
            text.append(f"\nTask<int> {name}{number}(Service &S, int N) "
                        f"{{{body}}}\n")
            text.append(f"\nauto {name}Lambda{number} = "
                        f"[](Service &S, int N) -> Task<int> {{{body}}};\n")
    return "".join(text)


def ordinary():
    text = coroutine_heavy().replace(TASK, "")
    text = text.replace("co_await ", "").replace("co_return", "return")
    return re.sub(r"Task<((?:[^<>]|<[^<>]*>)*)>", r"\1", text)
