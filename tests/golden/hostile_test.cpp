// Small files that ask for more than any machine has: each is refused at its place, at once.

#include <chrono>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/compile.h"

namespace {

using namespace shamal;
using testing::HasSubstr;

const std::string kTimes =
    "INITIAL TIME = 0 ~~|\nFINAL TIME = 1 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n";

std::string said_of(const std::string& name, const std::string& text) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / name;
  std::ofstream(path, std::ios::binary) << text;
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(api::compile(path.string(), sources, diagnostics));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  return base::print(diagnostics, sources);
}

TEST(Hostile, SumOverMoreThanCanBeCounted) {
  std::string text = "{UTF-8}\n";
  std::string product;
  for (const std::string d : {"A", "B", "C", "D"}) {
    text += d + ": (" + d + "x1-" + d + "x1000) ~~|\nof " + d + "[" + d + "] = 1 ~~|\n";
    product += (product.empty() ? "of " : " * of ") + d + "[" + d + "!]";
  }
  EXPECT_THAT(said_of("sum.mdl", text + "x = SUM(" + product + ") ~~|\n" + kTimes),
              HasSubstr("sum.mdl:10:1: error[E0309]"));
}

TEST(Hostile, RangesThatDoubleEachOther) {
  std::string text = "{UTF-8}\n";
  for (int i = 0; i < 60; ++i) {
    const std::string inner = "R" + std::to_string(i + 1);
    text += "R" + std::to_string(i) + ": " + inner + ", " + inner + " ~~|\n";
  }
  EXPECT_THAT(said_of("ranges.mdl", text + "R60: a, b ~~|\nx[R0] = 1 ~~|\n" + kTimes),
              HasSubstr("ranges.mdl:2:1: error[E0309]"));
}

TEST(Hostile, ModulesThatDoubleEachOther) {
  std::string text =
      "<xmile version='1.0' xmlns='http://docs.oasis-open.org/xmile/ns/XMILE/v1.0'>"
      "<header><vendor>a</vendor><product version='1'>a</product></header>"
      "<sim_specs><start>0</start><stop>1</stop></sim_specs>"
      "<model><variables><module name='m0'/></variables></model>\n";
  for (int i = 0; i < 40; ++i) {
    const std::string next = std::to_string(i + 1);
    for (const char* kind : {"m", "n"}) {
      text += "<model name='" + (kind + std::to_string(i)) + "'><variables><module name='m" + next +
              "'/><module name='n" + next + "'/></variables></model>\n";
    }
  }
  text += "<model name='m40'><variables/></model><model name='n40'><variables/></model></xmile>";
  EXPECT_THAT(said_of("modules.xmile", text), HasSubstr("more than 10000 modules"));
}

}  // namespace
