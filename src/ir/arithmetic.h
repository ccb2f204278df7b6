// The arithmetic of elementwise operations, under the names that instructions use.
#pragma once

#include "model/arithmetic.h"

namespace shamal::ir {

using model::checked_index;
using model::floored_modulo;
using model::truth;

}  // namespace shamal::ir
