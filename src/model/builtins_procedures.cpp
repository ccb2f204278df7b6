// Builtins that are procedures: one row each; how they take their arguments is in procedures.def.
#include "model/builtins.h"

namespace shamal::model {

namespace {

using P = Procedure;

constexpr std::string_view kAllocation = "Vensim Reference Manual, Allocation Functions";
constexpr std::string_view kArrays = "Vensim Reference Manual, Arrays, Vectors, and Subscripts";

// A row whose arguments are all needed.
constexpr Builtin called(std::string_view name, Procedure procedure, std::uint8_t arguments,
                         std::string_view signature, std::string_view doc, std::string_view source,
                         Origin origin = Origin::mdl, std::uint8_t optional = 0) {
  return {name,
          Treatment::procedure,
          static_cast<std::uint8_t>(arguments - optional),
          arguments,
          Operation::copy,
          0,
          signature,
          doc,
          source,
          origin,
          procedure};
}

constexpr Builtin kRows[] = {
    called("allocate_available", P::allocate_available, 3,
           "ALLOCATE AVAILABLE(request, priority profile, available)",
           "part of what is available for each element of the last index, by priority profiles",
           kAllocation),
    called("allocate_by_priority", P::allocate_by_priority, 5,
           "ALLOCATE BY PRIORITY(request, priority, size, width, supply)",
           "part of the supply for each element of the last index, by priorities and a width",
           kAllocation),
    called("demand_at_price", P::demand_at_price, 3, "DEMAND AT PRICE(quantity, profile, price)",
           "what each demander takes at a price", kAllocation),
    called("supply_at_price", P::supply_at_price, 3, "SUPPLY AT PRICE(quantity, profile, price)",
           "what each supplier gives at a price", kAllocation),
    called("find_market_price", P::find_market_price, 4,
           "FIND MARKET PRICE(demands, demand profiles, supplies, supply profiles)",
           "price at which demand is supply; arrays are named by their first elements",
           kAllocation),
    called("vector_sort_order", P::vector_sort_order, 2, "VECTOR SORT ORDER(vector, direction)",
           "zero-based positions in ascending order (direction > 0), else descending", kArrays),
    called("vector_rank", P::vector_rank, 2, "VECTOR RANK(vector, direction)",
           "rank of each element from 1, in ascending order (direction > 0), else descending",
           kArrays),
    called("vector_reorder", P::vector_reorder, 2, "VECTOR REORDER(vector, order)",
           "the element at each of the zero-based positions that the order lists", kArrays),
    called("vector_select", P::vector_select, 5,
           "VECTOR SELECT(selection, expression, missing, action, error)",
           "sum, product, least, … of the expression where the selection is not 0", kArrays),
    called("vector_lookup", P::vector_lookup, 5, "VECTOR LOOKUP(vector, x, x min, x max, mode)",
           "the vector as y of evenly spaced points, looked up at x", kArrays),
    called("invert_matrix", P::invert_matrix, 2, "INVERT MATRIX(matrix, size)",
           "inverse of a square matrix, over the last two indices", kArrays),
    called("determinant", P::determinant, 2, "DETERMINANT(matrix, size)",
           "determinant of a square matrix", kArrays),
};

}  // namespace

std::span<const Builtin> procedure_builtins() { return kRows; }

}  // namespace shamal::model
