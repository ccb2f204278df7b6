// The functions and names of Vensim's own language, as far as they are no models: see
// stdlib/vensim.xmile for the others.

#include <array>
#include <limits>

#include "model/builtins.h"

namespace shamal::model {

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

using O = Operation;
using T = Treatment;

constexpr std::string_view kManual = "Vensim Reference Manual, Functions";
constexpr std::string_view kTimes = "Vensim Reference Manual, Simulation Control Parameters";
constexpr std::string_view kMacros = "Vensim Reference Manual, Macros: time variables";

constexpr Builtin kBuiltins[] = {
    // Mathematical functions
    {"abs", T::operation, 1, 1, O::absolute, 0, "ABS(x)", "magnitude of x", kManual, Origin::mdl},
    {"arccos", T::operation, 1, 1, O::arc_cosine, 0, "ARCCOS(x)",
     "angle in radians whose cosine is x", kManual, Origin::mdl},
    {"arcsin", T::operation, 1, 1, O::arc_sine, 0, "ARCSIN(x)", "angle in radians whose sine is x",
     kManual, Origin::mdl},
    {"arctan", T::operation, 1, 1, O::arc_tangent, 0, "ARCTAN(x)",
     "angle in radians whose tangent is x", kManual, Origin::mdl},
    {"cos", T::operation, 1, 1, O::cosine, 0, "COS(x)", "cosine of an angle in radians", kManual,
     Origin::mdl},
    {"cosh", T::operation, 1, 1, O::hyperbolic_cosine, 0, "COSH(x)", "hyperbolic cosine", kManual,
     Origin::mdl},
    {"exp", T::operation, 1, 1, O::exponential, 0, "EXP(x)", "e to the power x", kManual,
     Origin::mdl},
    {"gamma_ln", T::operation, 1, 1, O::log_gamma, 0, "GAMMA LN(x)",
     "natural logarithm of the gamma function", kManual, Origin::mdl},
    {"integer", T::operation, 1, 1, O::truncate, 0, "INTEGER(x)", "x without its fraction", kManual,
     Origin::mdl},
    {"ln", T::operation, 1, 1, O::natural_log, 0, "LN(x)", "natural logarithm", kManual,
     Origin::mdl},
    {"max", T::operation, 2, 2, O::maximum, 0, "MAX(a, b)", "the larger of two numbers", kManual,
     Origin::mdl},
    {"min", T::operation, 2, 2, O::minimum, 0, "MIN(a, b)", "the smaller of two numbers", kManual,
     Origin::mdl},
    {"modulo", T::operation, 2, 2, O::truncated_modulo, 0, "MODULO(x, y)",
     "rest of x / y with the sign of x", kManual, Origin::mdl},
    {"power", T::operation, 2, 2, O::power, 0, "POWER(x, y)", "x to the power y", kManual,
     Origin::mdl},
    {"sin", T::operation, 1, 1, O::sine, 0, "SIN(x)", "sine of an angle in radians", kManual,
     Origin::mdl},
    {"sinh", T::operation, 1, 1, O::hyperbolic_sine, 0, "SINH(x)", "hyperbolic sine", kManual,
     Origin::mdl},
    {"sqrt", T::operation, 1, 1, O::square_root, 0, "SQRT(x)", "square root", kManual, Origin::mdl},
    {"tan", T::operation, 1, 1, O::tangent, 0, "TAN(x)", "tangent of an angle in radians", kManual,
     Origin::mdl},
    {"tanh", T::operation, 1, 1, O::hyperbolic_tangent, 0, "TANH(x)", "hyperbolic tangent", kManual,
     Origin::mdl},
    {"game", T::same, 1, 1, O::copy, 0, "GAME(x)", "x, which a player of a game may change",
     kManual, Origin::mdl},
    // Arrays
    {"sum", T::reduction, 1, 1, O::add, 0, "SUM(x[range!])", "sum of the elements", kManual,
     Origin::mdl},
    {"prod", T::reduction, 1, 1, O::multiply, 1, "PROD(x[range!])", "product of the elements",
     kManual, Origin::mdl},
    {"vmax", T::reduction, 1, 1, O::maximum, -kInf, "VMAX(x[range!])", "largest element", kManual,
     Origin::mdl},
    {"vmin", T::reduction, 1, 1, O::minimum, kInf, "VMIN(x[range!])", "smallest element", kManual,
     Origin::mdl},
    {"elmcount", T::size, 1, 1, O::copy, 0, "ELMCOUNT(range)", "number of elements of a range",
     kManual, Origin::mdl},
    // Time
    {"time", T::fixed, 0, 0, O::copy, 0, "Time", "current time", kTimes, Origin::mdl},
    {"time_step", T::fixed, 0, 0, O::copy, 1, "TIME STEP", "integration step", kTimes, Origin::mdl},
    {"initial_time", T::fixed, 0, 0, O::copy, 2, "INITIAL TIME", "start of the simulation", kTimes,
     Origin::mdl},
    {"final_time", T::fixed, 0, 0, O::copy, 3, "FINAL TIME", "end of the simulation", kTimes,
     Origin::mdl},
    {"time$", T::fixed, 0, 0, O::copy, 0, "Time$", "current time, within a macro", kMacros,
     Origin::mdl},
    {"time_step$", T::fixed, 0, 0, O::copy, 1, "TIME STEP$", "integration step, within a macro",
     kMacros, Origin::mdl},
    {"initial_time$", T::fixed, 0, 0, O::copy, 2, "INITIAL TIME$",
     "start of the simulation, within a macro", kMacros, Origin::mdl},
    {"final_time$", T::fixed, 0, 0, O::copy, 3, "FINAL TIME$",
     "end of the simulation, within a macro", kMacros, Origin::mdl},
    // Memory
    {"initial", T::initial, 1, 1, O::copy, 0, "INITIAL(x)", "value of x at the start", kManual,
     Origin::mdl},
    {"reinitial", T::initial, 1, 1, O::copy, 0, "REINITIAL(x)",
     "value of x at the start; runs are never resumed here", kManual, Origin::mdl},
    {"simultaneous", T::simultaneous, 2, 2, O::copy, 0, "SIMULTANEOUS(x, first guess)",
     "x, found by going round in a circle of equations until nothing changes",
     "Vensim Reference Manual, Simultaneous iterative equations", Origin::mdl},
};

}  // namespace

std::span<const Builtin> vensim_builtins() { return kBuiltins; }

}  // namespace shamal::model
