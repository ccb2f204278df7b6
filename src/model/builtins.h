// The builtin functions and names of the equation language: one row each. A pure function is a row
// with its operation; one with memory or structure is a row that says how it is treated; everything
// that can be said as a model (SMTH3, DELAYN, TREND, STEP …) is one, in stdlib/*.xmile, and has no
// row here.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/operation.h"
#include "model/procedure.h"

namespace shamal::model {

enum class Treatment : std::uint8_t {
  operation,     // elementwise, as many arguments as the operation takes
  fold,          // elementwise over any number of arguments, arrays reduced first: MIN, MAX
  reduction,     // one array argument folded to a number: SUM, PROD
  mean,          // SUM / SIZE
  deviation,     // STDDEV
  size,          // number of elements of an array, a slice or a dimension
  rank,          // RANK(array, k [, tie breaker])
  number,        // a constant: PI, INF
  fixed,         // what the simulation provides: TIME, DT, STARTTIME, STOPTIME
  initial,       // INIT(x)
  previous,      // PREVIOUS(x, start)
  simultaneous,  // SIMULTANEOUS(x, guess): x by going round in a circle of equations
  delay,         // DELAY(x, time [, start]): pipeline delay
  lookup,        // LOOKUP(graphical function, x)
  random,     // a draw; the last argument, if there is one more than the distribution needs, a seed
  same,       // its argument: GAME(x)
  connected,  // ISMODULEINPUT(x): whether a module's input is connected
  self,       // SELF, within PREVIOUS and SIZE
  element_offset,  // VECTOR ELM MAP(element of an array, offset)
  procedure,       // a procedure (procedure.h)
};

// Where a file's equations come from: xmutil translates Vensim's function names to XMILE's and
// leaves their meaning Vensim's.
// Vensim's own files (mdl) have functions of their own, and none of XMILE's.
enum class Origin : std::uint8_t { standard, vensim, mdl, isee };

struct Builtin;
// Whether its name alone is a value: TIME, PI, NAN.
bool stands_alone(const Builtin& builtin);

Origin origin_of(std::string_view vendor, std::string_view product);

struct Builtin {
  std::string_view name;  // folded
  Treatment treatment;
  std::uint8_t min_arguments;
  std::uint8_t max_arguments;  // kAny for no limit
  Operation operation;         // operation, fold, reduction
  double value;                // number: itself; fixed: its slot; reduction: what it starts from;
                               // random: the distribution
  std::string_view signature;
  std::string_view doc;
  std::string_view source;
  Origin origin = Origin::standard;  // vensim: the meaning in files of that origin
  Procedure procedure{};             // of Treatment::procedure
};

inline constexpr std::uint8_t kAny = 255;

std::span<const Builtin> builtins();
std::span<const Builtin> vensim_builtins();     // those of builtins() that are for Vensim's files
std::span<const Builtin> procedure_builtins();  // the part in builtins_procedures.cpp

// By folded name, in its meaning for files of this origin; null if there is none.
const Builtin* find_builtin(std::string_view folded_name, Origin origin = Origin::standard);

// Names of vendors' builtins that are known but cannot be simulated yet, so that the message can
// say so.
bool is_known_vendor_function(std::string_view folded_name);
// Functions of Vensim that are parts of an equation's form: readers understand them in their
// places, and they are no values elsewhere.
struct Form {
  std::string_view signature;
  std::string_view doc;
  std::string_view source;
};

std::span<const Form> forms();
std::string_view name_of(const Form& form);

std::vector<std::string> vendor_functions();  // all of them, folded

}  // namespace shamal::model
