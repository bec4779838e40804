// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What one function does with the address of an object, as far as its own body
// says: AddressSummary (Registrations.h) in words that need no syntax tree, for
// other translation units.

#ifndef COROLINT_CHECKS_ANALYSIS_ADDRESSFACTS_H
#define COROLINT_CHECKS_ANALYSIS_ADDRESSFACTS_H

#include <string>
#include <vector>

namespace corolint {

struct AddressFacts {
  /// Who has the address then, as the function names him.
  struct Keeper {
    enum KindType : unsigned char {
      Others,    ///< a global, a thread, an object behind a pointer
      Itself,    ///< the object that the function is called on
      Parameter, ///< what a reference or pointer parameter refers to
      Made,      ///< what a constructor makes: it carries the address
      Unknown,
    } Kind = Unknown;
    unsigned Index = 0; ///< of `Parameter`
  };
  struct Store {
    Keeper In;
    bool IsConditional = false;
    std::string At; ///< "src/queue.cpp:31"
  };
  /// The address is handed on.
  struct Call {
    std::string Callee; ///< its key
    int Subject = 0;    ///< what the object is to the callee
    Keeper Object;      ///< on which it is called
    std::vector<Keeper> Given;
    bool IsConditional = false;
  };

  /// As Registrations::of() has it.
  int Subject = 0;
  /// The USR of the class that the object has, if it is the function's own.
  std::string Of;
  std::vector<Store> Stores;
  std::vector<Call> Calls;
  bool IsReturned = false;
  bool IsUnclear = false;
};

} // namespace corolint

#endif // COROLINT_CHECKS_ANALYSIS_ADDRESSFACTS_H
