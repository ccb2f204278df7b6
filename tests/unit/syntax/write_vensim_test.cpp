// Reading what write_vensim() writes gives the model again.
#include "syntax/write_vensim.h"

#include <filesystem>
#include <iostream>

#include <gtest/gtest.h>

#include "base/diagnostics.h"
#include "base/files.h"
#include "syntax/print_model.h"
#include "syntax/print_vensim.h"
#include "syntax/read_vensim.h"
#include "syntax/readers.h"

namespace shamal::syntax {
namespace {

namespace fs = std::filesystem;

std::optional<ParsedModel> read(const std::string& text) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const base::FileId file = sources.add("model.mdl", text);
  auto parsed = read_vensim(file, sources, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << base::print(diagnostics, sources);
  return parsed;
}

// Groups without variables are not written, and a sketch ends with its line.
void leave_out_what_says_nothing(ParsedModel& parsed) {
  for (ModelDecl& model : parsed.models) {
    std::erase_if(model.groups, [](const Group& group) { return group.entities.empty(); });
    while (model.views.ends_with('\n')) {
      model.views.pop_back();
    }
  }
}

void expect_round_trip(ParsedModel parsed, const std::string& name) {
  const std::string written = write_vensim(parsed);
  auto again = read(written);
  ASSERT_TRUE(again) << name;
  leave_out_what_says_nothing(parsed);
  leave_out_what_says_nothing(*again);
  EXPECT_EQ(print(*again), print(parsed)) << name;
  EXPECT_TRUE(*again == parsed) << name << "\n" << written;
}

TEST(WriteVensim, EveryConstructSurvives) {
  const std::string text = R"({UTF-8}
:MACRO: GROW(input, time : extra)
GROW = INTEG(input/time, 1)
	~ widgets
	~ |
extra = GROW*2 ~~|
:END OF MACRO:
DimA: A1, A2, A3 -> (DimB: B1, B2, B3) ~~|
DimB: (B1-B3) ~~|
Sub: A1, A2 -> DimB ~~|
Other <-> DimA ~~|
********************************************************
	.Sector one
********************************************************~
		What it is about.
	|
a[DimA] :EXCEPT: [A3] = IF THEN ELSE(:NOT: Time > 5 :AND: b > -2, -b^2, 2^-b) - (3 - (4 - b)) ~ widgets/Month [0,?]
	~ A comment: with "marks", a ~ b and
two lines. ~ :SUPPLEMENTARY |
a[A3] = 7 ~~|
"odd name+" = 2*(b + 1)/(b*3) ~~|
c[DimA] = 1, 2, -3 ~~|
d[DimA,DimB] = 1,2,3;4,5,6;7,8,9; ~~|
b == 4 ~~|
table([(0,0)-(10,10)],(0,1),(5,2),(10,-3)) ~~|
w = WITH LOOKUP(Time, ((0,0),(10,5))) ~~|
within[DimA] = 1 - WITH LOOKUP(b, ((-1,-2),(1,:NA:)))*TABBED ARRAY(1	-2
	3) ~~|
e = ACTIVE INITIAL(b + SUM(c[DimA!]), 3) ~~|
f = GROW(b, 2 : g) + table(b) + :NA: ~~|
data :RAW: ~~|
data two[DimA] := data + 1 ~~|
x := GET DIRECT DATA('file.xlsx', 'sheet', 'A', 'B2') ~~|
check :THE CONDITION: b > 3 :IMPLIES: b < 9 ~ ~ why |
INITIAL TIME = 0 ~ Month ~|
FINAL TIME = 10 ~ Month ~|
TIME STEP = 0.5 ~ Month ~|
SAVEPER = TIME STEP ~ Month ~|
\\\---/// Sketch information - do not modify anything except names
V300  Do not put anything below this section - it will be ignored
*View 1
10,1,b,100,100,40,20,8,3,0,0,0,0,0,0
///---\\\
:L)"
                           "\x7f"
                           R"(<%^E!@
22:Month,Months
15:0,0,0,5,0,0
)";
  const auto parsed = read(text);
  ASSERT_TRUE(parsed);
  expect_round_trip(*parsed, "all constructs");
}

TEST(WriteVensim, NamesAreQuotedWhereTheyMustBe) {
  EXPECT_EQ(write_vensim_name("Teacup Temperature"), "Teacup Temperature");
  EXPECT_EQ(write_vensim_name("DimA'"), "DimA'");
  EXPECT_EQ(write_vensim_name("50% share"), "\"50% share\"");
  EXPECT_EQ(write_vensim_name("a \"b\""), "\"a \\\"b\\\"\"");
  EXPECT_EQ(write_vensim_name("1st"), "\"1st\"");
}

TEST(WriteVensim, PublicModelsSurvive) {
  const fs::path root = fs::path(SHAMAL_SOURCE_DIR) / ".." / "shared" / "conformance";
  if (!fs::exists(root)) {
    std::cout << "NOT RUN: ../shared/conformance is not there; the public models were not tried.\n";
    return;
  }
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".mdl") {
      continue;
    }
    base::Sources sources;
    base::Diagnostics diagnostics;
    const auto parsed = read_model_file(entry.path().string(), sources, diagnostics);
    if (parsed && !diagnostics.has_errors()) {
      ++count;
      expect_round_trip(*parsed, entry.path().string());
    }
  }
  std::cout << count << " Vensim models written and read again\n";
  EXPECT_GT(count, 100u);
}

}  // namespace
}  // namespace shamal::syntax
