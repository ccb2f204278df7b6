#include "model/builtins.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numbers>
#include <unordered_map>

namespace shamal::model {

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

using O = Operation;
using T = Treatment;

constexpr std::string_view kMath = "XMILE 1.0, 3.5.1";
constexpr std::string_view kStatistics = "XMILE 1.0, 3.5.2";
constexpr std::string_view kTime = "XMILE 1.0, 3.5.5";
constexpr std::string_view kMisc = "XMILE 1.0, 3.5.6";
constexpr std::string_view kArray = "XMILE 1.0, 3.7.1.3";
constexpr std::string_view kStella = "Stella";
constexpr std::string_view kVensim = "Vensim Reference Manual, INTEGER and MODULO";

constexpr double distribution(Distribution d) { return static_cast<double>(d); }

constexpr Builtin kBuiltins[] = {
    // Mathematical functions
    {"abs", T::operation, 1, 1, O::absolute, 0, "ABS(x)", "magnitude of x", kMath},
    {"arccos", T::operation, 1, 1, O::arc_cosine, 0, "ARCCOS(x)",
     "angle in radians whose cosine is x", kMath},
    {"arcsin", T::operation, 1, 1, O::arc_sine, 0, "ARCSIN(x)", "angle in radians whose sine is x",
     kMath},
    {"arctan", T::operation, 1, 1, O::arc_tangent, 0, "ARCTAN(x)",
     "angle in radians whose tangent is x", kMath},
    {"cos", T::operation, 1, 1, O::cosine, 0, "COS(angle)", "cosine of an angle in radians", kMath},
    {"exp", T::operation, 1, 1, O::exponential, 0, "EXP(x)", "e to the power x", kMath},
    {"int", T::operation, 1, 1, O::floor, 0, "INT(x)", "largest whole number not above x", kMath},
    {"ln", T::operation, 1, 1, O::natural_log, 0, "LN(x)", "natural logarithm", kMath},
    {"log10", T::operation, 1, 1, O::decimal_log, 0, "LOG10(x)", "logarithm to base 10", kMath},
    {"max", T::fold, 1, kAny, O::maximum, -kInf, "MAX(x, y, …)",
     "largest of numbers and of array elements", kArray},
    {"min", T::fold, 1, kAny, O::minimum, kInf, "MIN(x, y, …)",
     "smallest of numbers and of array elements", kArray},
    {"sin", T::operation, 1, 1, O::sine, 0, "SIN(angle)", "sine of an angle in radians", kMath},
    {"sqrt", T::operation, 1, 1, O::square_root, 0, "SQRT(x)", "square root", kMath},
    {"tan", T::operation, 1, 1, O::tangent, 0, "TAN(angle)", "tangent of an angle in radians",
     kMath},
    {"nan", T::number, 0, kAny, O::copy, std::numeric_limits<double>::quiet_NaN(), "NAN",
     "not a number; Stella writes NAN(x, y) for an equation of x and y that is still to come",
     kStella},
    {"runcount", T::number, 0, 0, O::copy, 0, "RUNCOUNT",
     "runs before this one in a session: 0, since every run is the first",
     "Stella help, Simulation builtins"},
    {"inf", T::number, 0, 0, O::copy, kInf, "INF", "infinity", kMath},
    {"pi", T::number, 0, 0, O::copy, std::numbers::pi, "PI",
     "ratio of a circle's circumference to its diameter", kMath},
    // Of Stella and of files that xmutil wrote
    {"arctan2", T::operation, 2, 2, O::arc_tangent2, 0, "ARCTAN2(y, x)",
     "angle of the point (x, y)", kStella},
    {"sinh", T::operation, 1, 1, O::hyperbolic_sine, 0, "SINH(x)", "hyperbolic sine", kStella},
    {"cosh", T::operation, 1, 1, O::hyperbolic_cosine, 0, "COSH(x)", "hyperbolic cosine", kStella},
    {"tanh", T::operation, 1, 1, O::hyperbolic_tangent, 0, "TANH(x)", "hyperbolic tangent",
     kStella},
    {"round", T::operation, 1, 1, O::round_half_away, 0, "ROUND(x)",
     "nearest whole number, halves away from zero", kStella},
    {"sign", T::operation, 1, 1, O::sign, 0, "SIGN(x)", "-1, 0 or 1", kStella},
    {"modulo", T::operation, 2, 2, O::modulo, 0, "MODULO(x, y)",
     "rest of x / y with the sign of y, as MOD", kStella},
    {"if_then_else", T::operation, 3, 3, O::select, 0, "IF_THEN_ELSE(c, x, y)",
     "x where c is not 0, else y", "XMILE 1.0, 3.3.3"},
    // Vensim's INTEGER and MODULO under the names that xmutil gives them: both cut towards zero
    {"int", T::operation, 1, 1, O::truncate, 0, "INT(x)", "x without its fraction", kVensim,
     Origin::vensim},
    {"modulo", T::operation, 2, 2, O::truncated_modulo, 0, "MODULO(x, y)",
     "rest of x / y with the sign of x", kVensim, Origin::vensim},
    // Arrays
    {"sum", T::reduction, 1, 1, O::add, 0, "SUM(array)", "sum of the elements", kArray},
    {"prod", T::reduction, 1, 1, O::multiply, 1, "PROD(array)", "product of the elements", kStella},
    {"mean", T::mean, 1, kAny, O::add, 0, "MEAN(array)",
     "average of the elements, or of several numbers", kArray},
    {"stddev", T::deviation, 1, 1, O::add, 0, "STDDEV(array)",
     "sample standard deviation of the elements", kArray},
    {"size", T::size, 1, 1, O::copy, 0, "SIZE(array)", "number of elements", kArray},
    {"rank", T::rank, 2, 3, O::copy, 0, "RANK(array, k, ties)",
     "flat index of the k-th smallest element", kArray},
    // Time
    {"dt", T::fixed, 0, 0, O::copy, 1, "DT", "integration step", kTime},
    {"starttime", T::fixed, 0, 0, O::copy, 2, "STARTTIME", "start of the simulation", kTime},
    {"stoptime", T::fixed, 0, 0, O::copy, 3, "STOPTIME", "end of the simulation", kTime},
    {"time", T::fixed, 0, 0, O::copy, 0, "TIME", "current time", kTime},
    // Memory
    {"init", T::initial, 1, 1, O::copy, 0, "INIT(x)", "value of x at the start", kMisc},
    {"previous", T::previous, 1, 2, O::copy, 0, "PREVIOUS(x, start)",
     "value of x one step ago; without the second argument x itself at the start", kMisc},
    {"self", T::self, 0, 0, O::copy, 0, "SELF", "the variable that the equation defines", kMisc},
    {"delay", T::delay, 2, 3, O::copy, 0, "DELAY(x, time, start)", "value of x a fixed time ago",
     "XMILE 1.0, 3.5.3"},
    {"ismoduleinput", T::connected, 1, 1, O::copy, 0, "ISMODULEINPUT(x)",
     "1 if x is connected to another module, else 0", kStella},
    {"lookup", T::lookup, 2, 2, O::copy, 0, "LOOKUP(function, x)", "graphical function at x",
     kStella},
    // Random numbers
    {"uniform", T::random, 2, 3, O::copy, distribution(Distribution::uniform),
     "UNIFORM(min, max, seed)", "uniform between min and max", kStella},
    {"random", T::random, 2, 3, O::copy, distribution(Distribution::uniform),
     "RANDOM(min, max, seed)", "uniform between min and max", kStatistics},
    {"normal", T::random, 2, 3, O::copy, distribution(Distribution::normal),
     "NORMAL(mean, sd, seed)", "normal", kStatistics},
    {"lognormal", T::random, 2, 3, O::copy, distribution(Distribution::lognormal),
     "LOGNORMAL(mean, sd, seed)", "log-normal with this mean and standard deviation", kStatistics},
    {"exprnd", T::random, 1, 2, O::copy, distribution(Distribution::exponential),
     "EXPRND(mean, seed)", "exponential", kStatistics},
    {"poisson", T::random, 1, 2, O::copy, distribution(Distribution::poisson),
     "POISSON(mean, seed)", "Poisson counts with this mean", kStatistics},
};

constexpr std::string_view kVendorFunctions[] = {
    "clocktime",
    "conveyor",
    "cumulate",
    "cumulatef",
    "cycletime",
    "delayn_i",
    "find",
    "find_zero",
    "hypergeometric",
    "interpolate",
    "lookupxy",
    "pause",
    "queue",
    "queue_attrib_average",
    "queue_attrib_quantity",
    "queue_fifo_attrib",
    "rewind",
    "sim_starttime",
    "sound",
    "stopsim",
    "throughput",
};

constexpr std::string_view kData = "Vensim Reference Manual, Data Functions";
constexpr std::string_view kDirect = "Vensim Reference Manual, GET DIRECT and GET XLS Functions";
constexpr std::string_view kEquations = "Vensim Reference Manual, Equations";

constexpr std::string_view kQueues = "Vensim Reference Manual, QUEUE Functions";

constexpr Form kForms[] = {
    {"ACTIVE INITIAL(x, initial)", "x, but initial at the start", kEquations},
    {"SHIFT IF TRUE(level[first element], condition, size, accumulate, new)",
     "what a step moves out of the last of some elements, whose contents move on to the next ones "
     "when the condition is true",
     "Vensim Reference Manual, SHIFT IF TRUE"},
    {"MESSAGE('text', display)", "1 if display is above 0, else 0; the text is not shown",
     "Vensim Reference Manual, MESSAGE"},
    {"QUEUE AGE AVERAGE(queue, quantity)", "average age of the oldest part of a queue", kQueues},
    {"QUEUE AGE IN RANGE(queue, least age, greatest age)", "what of a queue has an age", kQueues},
    {"QUEUE AGE OLDEST(queue)", "age of the oldest part of a queue", kQueues},
    {"QUEUE FIFO(inflow, outflow, profile, initial, age range)",
     "level that knows when what it holds came in", kQueues},
    {"IF THEN ELSE(condition, x, y)", "x where the condition is true, else y", kEquations},
    {"INTEG(rate, initial)", "level that changes at a rate", kEquations},
    {"WITH LOOKUP(x, (points))", "look-up of its own at x", kEquations},
    {"TABBED ARRAY(numbers)", "numbers of an array, in rows and columns", kEquations},
    {"GET DIRECT CONSTANTS('file', 'sheet', 'cell')", "constants from a spreadsheet", kDirect},
    {"GET DIRECT DATA('file', 'sheet', 'times', 'cell')", "a data variable from a spreadsheet",
     kDirect},
    {"GET DIRECT LOOKUPS('file', 'sheet', 'x', 'cell')", "a look-up from a spreadsheet", kDirect},
    {"GET DIRECT SUBSCRIPT('file', 'sheet', 'first', 'last', 'prefix')",
     "elements of a subscript range from a spreadsheet", kDirect},
    {"GET XLS CONSTANTS('file', 'sheet', 'cell')", "as GET DIRECT CONSTANTS", kDirect},
    {"GET XLS DATA('file', 'sheet', 'times', 'cell')", "as GET DIRECT DATA", kDirect},
    {"GET XLS LOOKUPS('file', 'sheet', 'x', 'cell')", "as GET DIRECT LOOKUPS", kDirect},
    {"GET XLS SUBSCRIPT('file', 'sheet', 'first', 'last', 'prefix')", "as GET DIRECT SUBSCRIPT",
     kDirect},
    {"GET VDF CONSTANTS('file', 'variable', time)", "constants from another run", kData},
    {"GET VDF DATA('file', 'variable', start, slope)", "a data variable from another run", kData},
    {"GET VDF LOOKUPS('file', 'variable', start, slope)", "a look-up from another run", kData},
    {"GET DATA AT TIME(data, time)", "a data variable at another time", kData},
    {"GET DATA BETWEEN TIMES(data, time, mode)", "a data variable between two of its points",
     kData},
    {"GET DATA FIRST TIME(data)", "time of the first point", kData},
    {"GET DATA LAST TIME(data)", "time of the last point", kData},
    {"GET DATA MAX(data, from, to)", "greatest of the points of a span of time", kData},
    {"GET DATA MEAN(data, from, to)", "mean of the points of a span of time", kData},
    {"GET DATA MEDIAN(data, from, to)", "median of the points of a span of time", kData},
    {"GET DATA MIN(data, from, to)", "least of the points of a span of time", kData},
    {"GET DATA TOTAL POINTS(data)", "number of points", kData},
    {"GET TIME VALUE(relative to, offset, measure)",
     "another time, or a part of the date that it is; relative to 0 or 1", kData},
};

}  // namespace

std::span<const Form> forms() { return kForms; }

std::string_view name_of(const Form& form) {
  return form.signature.substr(0, form.signature.find('('));
}

std::span<const Builtin> builtins() {
  static const std::vector<Builtin> kAll = [] {
    std::vector<Builtin> all(std::begin(kBuiltins), std::end(kBuiltins));
    for (const std::span<const Builtin> more : {vensim_builtins(), procedure_builtins()}) {
      all.insert(all.end(), more.begin(), more.end());
    }
    for (Builtin called : procedure_builtins()) {
      if (called.origin == Origin::mdl) {
        called.origin = Origin::standard;  // xmutil keeps the names of what XMILE lacks
        all.push_back(called);
      }
    }
    return all;
  }();
  return kAll;
}

const Builtin* find_builtin(std::string_view folded_name, Origin origin) {
  using Map = std::unordered_map<std::string_view, const Builtin*>;
  static const std::array<Map, 4> kByName = [] {
    std::array<Map, 4> maps;
    for (const Builtin& builtin : builtins()) {
      maps[static_cast<std::size_t>(builtin.origin)].emplace(builtin.name, &builtin);
    }
    return maps;
  }();
  for (const Origin meaning : {origin, origin == Origin::mdl ? origin : Origin::standard}) {
    const Map& map = kByName[static_cast<std::size_t>(meaning)];
    const auto found = map.find(folded_name);
    if (found != map.end()) {
      return found->second;
    }
  }
  return nullptr;
}

bool stands_alone(const Builtin& builtin) {
  return builtin.max_arguments == 0 || builtin.treatment == Treatment::number;
}

Origin origin_of(std::string_view vendor, std::string_view product) {
  const auto names = [&](std::string_view word) {
    return vendor.find(word) != std::string_view::npos ||
           product.find(word) != std::string_view::npos;
  };
  if (names("Ventana") || names("Vensim") || names("xmutil")) {
    return Origin::vensim;
  }
  return names("isee") || names("Stella") || names("STELLA") || names("iThink") ? Origin::isee
                                                                                : Origin::standard;
}

bool is_known_vendor_function(std::string_view folded_name) {
  return std::find(std::begin(kVendorFunctions), std::end(kVendorFunctions), folded_name) !=
         std::end(kVendorFunctions);
}

std::vector<std::string> vendor_functions() {
  return {std::begin(kVendorFunctions), std::end(kVendorFunctions)};
}

}  // namespace shamal::model
