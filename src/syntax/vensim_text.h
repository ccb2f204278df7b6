// The outer layer of a Vensim file: which stretches of text are equations, units, comments, groups
// and macros, and where the sketches and the settings begin.
//
// A model is a sequence of entries, in any order:
//
//   equation ~ units ~ comment ~ :SUPPLEMENTARY |         the last parts may be missing
//   ******** .Group ******** ~ comment |                  also {**Group**}
//   :MACRO: NAME(inputs : outputs)  entries  :END OF MACRO:
//
// [Vensim reference manual, "Equation Format and Conventions" (22025), "Defining Macros" (22145)].
// Behind them, which is not documented: sketches after \\\---///, and settings by number after
// ///---\\\ and a line that begins with ":L".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "base/source.h"

namespace shamal::syntax {

struct VensimEntry {
  enum class Kind { equation, group, macro_begin, macro_end };
  Kind kind = Kind::equation;
  // The equation, the group's name or the macro's NAME(…). Where a line was continued the backslash
  // and the end of the line are left out; comments in braces have become blanks.
  base::LocatedText text;
  base::LocatedText units;
  std::string comment;             // unwrapped, without blanks around it
  std::vector<std::string> flags;  // ":SUPPLEMENTARY"
};

struct VensimText {
  std::vector<VensimEntry> entries;
  std::string sketches;        // from \\\---/// on, as it is; may be empty
  base::LocatedText settings;  // the lines of the settings; may be empty
};

VensimText read_vensim_text(base::FileId file, std::string_view text,
                            base::Diagnostics& diagnostics);

}  // namespace shamal::syntax
