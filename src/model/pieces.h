// Where arrays refer to their own other elements, or to each other's: the boxes of elements that
// can be computed one after another, as few as a greedy order needs.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/model.h"

namespace shamal::model {

// An assignment of a circle.
struct Member {
  std::uint32_t assignment = 0;
  std::vector<std::uint32_t> axes;       // of its box, those along which it may be split
  std::vector<const Reference*> needed;  // to variables that members give values to
};

// Positions on each of a member's axes: all their combinations belong to the box.
using PieceBox = std::vector<std::vector<std::uint32_t>>;

// For each member its boxes. Nothing if elements need themselves, as far as their indices tell, or
// if there are too many of them to look at one by one.
std::optional<std::vector<std::vector<PieceBox>>> pieces_of(const Model& model,
                                                            const std::vector<Member>& members);

}  // namespace shamal::model
