// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What PinFlow.h knows of the objects: how registrations begin and end, which
// elements are which, and what a move does to all of that.

#include "AddressWalk.h"
#include "PinFlow.h"
#include "clang/AST/ASTContext.h"

using namespace clang;

namespace corolint {

void PinFlow::start(Place P, QualType T, const CXXRecordDecl *Of,
                    const Expr *At, const AddressStore *Stored, World &W,
                    bool IsForLife) {
  T = T.getNonReferenceType();
  if (T->isPointerType())
    T = T->getPointeeType();
  if (!Of)
    return;
  unsigned I = 0;
  for (; I < Registered.size(); ++I)
    if (Registered[I].At == At && Registered[I].Of == Of)
      break;
  if (I == Registered.size()) {
    Registration New;
    New.Of = Of;
    New.At = At;
    if (Stored) {
      New.Stored = Stored->At;
      New.By = Stored->By;
      New.Elsewhere = Stored->Elsewhere;
    }
    New.IsForLife = IsForLife;
    New.IsLasting = IsForLife || All.endsByItself(*Of);
    New.IsInItself = Stored && Stored->In == AddressStore::Itself;
    if (isa<CallExpr, CXXConstructExpr>(At)) {
      if (const Expr *Object = receiverOf(At))
        if (std::optional<Place> Its = Places.resolve(Object); Its && *Its != P)
          New.With.push_back(*Its);
      for (const Expr *Given : givenTo(At))
        if (std::optional<Place> Its = Places.resolve(Given); Its && *Its != P)
          New.With.push_back(*Its);
    }
    Registered.push_back(std::move(New));
  }
  for (Pin &Each : W.Pins)
    if (Each.Of == P && Each.By == I)
      return;
  // One is enough to know of an object; the last is where it is registered now.
  Pin New{P, I, false};
  llvm::erase_if(W.Pins, [&](const Pin &Each) { return Each.Of == P; });
  W.Pins.insert(llvm::lower_bound(W.Pins, New), New);
}

/// Whatever is registered at or in `P`, or around it, may be so no more.
void PinFlow::end(Place P, World &W) {
  llvm::erase_if(W.Pins, [&](const Pin &Each) {
    const Registration &R = Registered[Each.By];
    return !R.IsForLife && !R.Holder && Places.mayOverlap(Each.Of, P);
  });
}

/// What is registered with what is at `P`, which somebody writes to by hand,
/// may be so no more.
void PinFlow::endWith(Place P, World &W) {
  if (!on(PinRule::With))
    return;
  llvm::erase_if(W.Pins, [&](const Pin &Each) {
    const Registration &R = Registered[Each.By];
    return !R.IsForLife && !R.IsInItself && !R.Holder &&
           llvm::any_of(R.With, [&](Place Its) {
             return Places.isWithin(P, Its) || Places.isWithin(Its, P);
           });
  });
}

/// What is at `P`, or in it, may be another object now; a vector has room for
/// those that it had.
void PinFlow::forget(Place P, World &W) {
  if (!llvm::is_contained(W.Reserved, P)) {
    W.Reserved.push_back(P);
    llvm::sort(W.Reserved);
  }
  llvm::erase_if(W.Pins, [&](const Pin &Each) {
    return !Registered[Each.By].Holder && Places.mayOverlap(Each.Of, P);
  });
}

/// The elements of `V` are not what they were called any more.
void PinFlow::loseNames(Place V, World &W, bool OfAll) {
  bool Any = false;
  for (Pin &Each : W.Pins)
    if (Each.Of != V && Places.isElementOf(Each.Of, V) &&
        (OfAll || Places.containerOf(Each.Of))) {
      Each.Of = V;
      Any = true;
    }
  if (!Any)
    return;
  llvm::sort(W.Pins);
  W.Pins.erase(std::unique(W.Pins.begin(), W.Pins.end()), W.Pins.end());
}

/// A loop goes on: its variable is another element from now on.
void PinFlow::loseName(const VarDecl *By, World &W) {
  bool Any = false;
  llvm::SmallVector<Pin, 2> Left;
  for (Pin Each : W.Pins) {
    std::optional<Place> V = Places.containerOf(Each.Of, By);
    if (!V) {
      Left.push_back(Each);
      continue;
    }
    Any = true;
    Pin *Same = llvm::find_if(W.Pins, [&](const Pin &Other) {
      return Other.Of == *V && Other.By == Each.By;
    });
    Each.Of = *V;
    // In a second run over them, it may be the same one again.
    auto Loop = Loops.find(By);
    Each.Many |= Same != W.Pins.end() && Loop != Loops.end() &&
                 Loop->second == Loops.lookup(Places.rootVariable(*V));
    Left.push_back(Each);
  }
  if (!Any)
    return;
  llvm::sort(Left, [](const Pin &A, const Pin &B) { return B < A; });
  Left.erase(std::unique(Left.begin(), Left.end(), // the one with Many is first
                         [](const Pin &A, const Pin &B) {
                           return A.Of == B.Of && A.By == B.By;
                         }),
             Left.end());
  std::reverse(Left.begin(), Left.end());
  W.Pins = std::move(Left);
}

/// A call that is given none of the objects: it may run what completes them.
void PinFlow::othersAtWork(const Expr *Call, World &W) {
  llvm::SmallVector<Place, 4> Named;
  if (isa<CallExpr>(Call))
    if (const Expr *Object = receiverOf(Call))
      if (std::optional<Place> P = Places.resolve(Object))
        Named.push_back(*P);
  for (const Expr *Given : givenTo(Call))
    if (Given->isGLValue() || Given->getType()->isPointerType())
      if (std::optional<Place> P = Places.resolve(Given))
        Named.push_back(*P);
  llvm::erase_if(W.Pins, [&](const Pin &Each) {
    const Registration &R = Registered[Each.By];
    if (R.IsForLife || R.IsInItself || R.Holder)
      return false;
    if ((!R.IsLasting && on(PinRule::Others)) || isShared(Each.Of))
      return true;
    return on(PinRule::With) && llvm::any_of(Named, [&](Place P) {
             return llvm::any_of(R.With, [&](Place Its) {
               return Places.isWithin(P, Its) || Places.isWithin(Its, P);
             });
           });
  });
}

void PinFlow::suspended(World &W) {
  if (!on(PinRule::Suspension))
    return;
  llvm::erase_if(W.Pins, [&](const Pin &Each) {
    const Registration &R = Registered[Each.By];
    return !R.IsForLife && !R.Holder &&
           ((!R.IsLasting && !R.IsInItself) ||
            Places.isVisibleOutside(Each.Of));
  });
}

bool PinFlow::relocate(Place P, QualType T, const CXXMethodDecl *By,
                       const Expr *At, PinnedMove::Form How, World &W) {
  T = T.getNonReferenceType();
  bool Any = false;
  for (size_t I = 0; I < W.Pins.size();) {
    const Pin Each = W.Pins[I];
    const Registration &R = Registered[Each.By];
    bool Inside = Places.isWithin(Each.Of, P);
    // Perhaps another element.
    if (!Inside && Places.isElementOf(P, Each.Of)) {
      ++I;
      continue;
    }
    if ((!Inside && !Places.isWithin(P, Each.Of)) || !holds(T, *R.Of)) {
      ++I;
      continue;
    }
    W.Pins.erase(W.Pins.begin() + I);
    if (R.Holder) {
      // What has moved leaves an empty object where it was; one that is copied
      // bit by bit can still be looked at, but what goes back to it is lost.
      if ((How != PinnedMove::Moved && How != PinnedMove::Returned) ||
          (classOf(T)->isTriviallyCopyable() &&
           R.Until != Registration::Released) ||
          !Inside)
        continue;
      Moved Event{At, How, P, Each.By};
      if (R.Until == Registration::Taken) {
        Any = true;
        Found.insert(Event);
        continue;
      }
      unsigned N = 0;
      while (N < Waiting.size() &&
             !(Waiting[N].At == At && Waiting[N].By == Each.By))
        ++N;
      if (N == Waiting.size())
        Waiting.push_back(Event);
      if (!llvm::is_contained(W.Pending, N))
        W.Pending.insert(llvm::lower_bound(W.Pending, N), N);
      continue;
    }
    if (on(PinRule::Repair) &&
        (By ? !All.leavesBehind(*By, *R.Of) : !All.isLeftBehind(T, *R.Of)))
      continue; // the class sees to it
    // A copy leaves the object where it is; but it may not copy links, or what
    // is undone at the end.
    if (How == PinnedMove::Copied && !R.IsInItself && !R.IsForLife &&
        !All.endsByItself(*R.Of) && !isLinked(*R.Of))
      continue;
    Any = true;
    Found.insert({At, How, P, Each.By});
  }
  // What its members point to is somebody else's now.
  if (!on(PinRule::Anew))
    return Any;
  if (How == PinnedMove::Moved || How == PinnedMove::Swapped ||
      How == PinnedMove::Assigned) {
    if (!vectorElement(T).isNull())
      forget(P, W);
    llvm::erase_if(W.Pins, [&](const Pin &Each) {
      return !Registered[Each.By].Holder && Places.isWithin(Each.Of, P);
    });
  }
  return Any;
}

} // namespace corolint
