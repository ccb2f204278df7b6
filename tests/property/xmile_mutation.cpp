// The reader survives any damage: ten thousand files, made from models by flipping bytes, cutting,
// swapping and repeating tags, and planting what parsers dread. The same files every time.
//
// What is read without an error must also be written and read again as the same model. Only nesting
// may stop that: the writer adds parentheses.
#include <array>
#include <chrono>

#include <gtest/gtest.h>

#include "property/xmile_generate.h"
#include "syntax/print_model.h"
#include "syntax/read_xmile.h"
#include "syntax/write_xmile.h"

namespace shamal::syntax {
namespace {

constexpr std::string_view kTeacup = R"(<?xml version="1.0" encoding="utf-8"?>
<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0" xmlns:isee="http://iseesystems.com/XMILE">
  <header><vendor>isee systems, inc.</vendor><product version="1.9">Stella</product></header>
  <sim_specs method="RK4" time_units="Minutes" isee:save_interval="1">
    <start>0</start><stop>30</stop><dt reciprocal="true">8</dt></sim_specs>
  <model>
    <variables>
      <stock name="Teacup Temperature"><eqn>180</eqn><outflow>"Heat Loss"</outflow>
        <units>degrees</units><doc><![CDATA[<html>hot & cold</html>]]></doc></stock>
      <flow name="Heat Loss"><eqn>(Teacup_Temperature - "Room\nTemperature") / 10 { why }</eqn>
        <non_negative> FALSE </non_negative></flow>
      <aux name="Room Temperature"><eqn>IF TIME &gt;= 3 AND NOT cold THEN 70 ELSE -2^-1</eqn></aux>
    </variables>
    <views><view><stock name="Teacup Temperature" x="1" y="2"/></view></views>
  </model>
</xmile>
)";

constexpr std::string_view kArrays = R"(<xmile version="1.0">
  <dimensions><dim name="N" size="2"/><dim name="City"><elem name="Oslo"/><elem name="Lima"/></dim></dimensions>
  <model_units><unit name="u"><eqn>a/b^2</eqn><alias>v</alias></unit></model_units>
  <behavior><non_negative/></behavior>
  <model><variables>
    <aux name="a"><dimensions><dim name="City"/><dim name="N"/></dimensions>
      <eqn>SUM(b[*, @1]) + c[N]' * d[1:2, Oslo]</eqn></aux>
    <aux name="list"><dimensions><dim name="City"/></dimensions><eqn>1.5, -2;</eqn></aux>
    <aux name="e"><dimensions><dim name="City"/></dimensions>
      <element subscript="Oslo"><eqn>1</eqn></element><element subscript="Lima"><init_eqn>2</init_eqn>
      <gf type="discrete"><xpts sep=";">0;1;2</xpts><ypts>1,2,2</ypts></gf></element></aux>
    <gf name="g"><xscale min="0" max="1"/><yscale min="0" max="1"/><ypts>0,0.5,1</ypts></gf>
    <module name="sub" resource="sub.xmile"><connect to="in" from=".a"/></module>
    <group name="G"><entity name="a"/></group>
  </variables></model>
  <macro name="DOUBLE"><parm default="1">x</parm><eqn>2*x</eqn><variables/></macro>
</xmile>
)";

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  std::string make() {
    text_ = seed_text();
    // Every second file keeps its tags, so that the damage gets past the XML parser.
    const bool keep_tags = random_.chance(50);
    for (std::size_t edits = 1 + random_.below(4); edits > 0; --edits) {
      keep_tags ? edit_text() : edit();
    }
    return std::move(text_);
  }

 private:
  std::string seed_text() {
    switch (random_.below(4)) {
      case 0:
        return std::string(kTeacup);
      case 1:
        return std::string(kArrays);
      default:
        return write_xmile(random_.model());
    }
  }

  std::size_t place() { return random_.below(text_.size() + 1); }

  // From one "<" or ">" to another.
  std::pair<std::size_t, std::size_t> piece() {
    const std::size_t begin = std::min(text_.find('<', place()), text_.size());
    std::size_t end = begin;
    for (std::size_t tags = 1 + random_.below(4); tags > 0 && end < text_.size(); --tags) {
      end = std::min(text_.find('>', end), text_.size() - 1) + 1;
    }
    return {begin, end - begin};
  }

  void plant(std::string_view what) { text_.insert(place(), what); }

  // Plants something, without markup, into the text or an attribute of an element.
  void edit_text() {
    static constexpr std::array<std::string_view, 30> kPieces = {
        "(", ")",     "[",      "]",     "[*]",  "@1",  ":",      ",",        " + ",  "-",
        "^", "'",     "&quot;", "{",     "}",    "IF ", " THEN ", " ELSE ",   " NOT", " MOD ",
        "a", "1e999", "1.5e",   "&#10;", "&#0;", "\\",  "???",    "&lt;&gt;", ".",    "\xc3\xa9"};
    const std::size_t from = place();
    const bool attribute = random_.chance(30);
    std::size_t at = text_.find(attribute ? "=\"" : ">", from);
    if (at == std::string::npos) {
      return;
    }
    at += attribute ? 2 : 1;
    const std::size_t end = std::min(text_.find_first_of(attribute ? "\"" : "<", at), text_.size());
    at += random_.below(end - at + 1);
    if (random_.chance(30)) {
      text_.erase(at, random_.below(end - at + 1));
    } else {
      text_.insert(at, kPieces[random_.below(kPieces.size())]);
    }
  }

  void edit() {
    static constexpr std::array<std::string_view, 18> kDread = {
        "1e999",
        "-1e-999",
        "99999999999999999999999",
        "nan",
        "&#0;",
        "&#xffffffff;",
        "]]>",
        "<![CDATA[",
        "<!--",
        "\xff",
        "\xc2",
        "\"",
        "\\",
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaa\">]>",
        "???",
        "&",
        "xmlns=\"x\"",
        "\xef\xbb\xbf"};
    switch (random_.below(10)) {
      case 0:  // flip bits
        if (!text_.empty()) {
          text_[random_.below(text_.size())] ^= static_cast<char>(1 << random_.below(8));
        }
        break;
      case 1:  // cut off the end
        text_.resize(place());
        break;
      case 2: {  // repeat a piece
        const auto [begin, length] = piece();
        text_.insert(place(), text_.substr(begin, length));
        break;
      }
      case 3: {  // move a piece
        const auto [begin, length] = piece();
        const std::string moved = text_.substr(begin, length);
        text_.erase(begin, length);
        text_.insert(place(), moved);
        break;
      }
      case 4: {  // remove a piece
        const auto [begin, length] = piece();
        text_.erase(begin, length);
        break;
      }
      case 5:
        plant(kDread[random_.below(kDread.size())]);
        break;
      case 6: {  // nest deeply, in XML or in an equation
        static constexpr std::array<std::string_view, 6> kOpenings = {"<a>", "(", "f(",
                                                                      "a[",  "-", "IF "};
        const std::string_view opening = kOpenings[random_.below(kOpenings.size())];
        std::string nest;
        for (std::size_t n = random_.below(2000); n > 0; --n) {
          nest += opening;
        }
        plant(nest);
        break;
      }
      case 7: {  // one long run
        plant(std::string(random_.below(5000), random_.chance(50) ? '9' : 'a'));
        break;
      }
      case 8: {  // swap the texts of two places
        const std::size_t first = place();
        const std::size_t second = place();
        const std::size_t length = 1 + random_.below(12);
        const std::string kept = text_.substr(first, length);
        text_.replace(first, kept.size(), text_.substr(second, length));
        break;
      }
      default:  // a character of the grammar
        plant(std::string(1, "()[]{}<>\"'=+-*/^,;:.&@ \n"[random_.below(24)]));
    }
  }

  testing::XmileGenerator random_;
  std::string text_;
};

// Nothing if all is well.
std::string check(const std::string& text) {
  base::Sources sources;
  base::Diagnostics diagnostics;
  const auto model = read_xmile(sources.add("a.xmile", text), sources, diagnostics);
  const std::string printed = base::print(diagnostics, sources);
  if (!model) {
    return printed.empty() ? "refused without a message" : "";
  }
  const std::string shown = print(*model);
  const std::string written = write_xmile(*model);
  if (diagnostics.has_errors()) {
    return "";
  }
  base::Diagnostics again_diagnostics;
  const auto again = read_xmile(sources.add("b.xmile", written), sources, again_diagnostics);
  for (const base::Diagnostic& diagnostic : again_diagnostics.all()) {
    if (diagnostic.code == base::Code::nesting_too_deep) {
      return "";
    }
  }
  if (again_diagnostics.has_errors()) {
    return "not read again: " + base::print(again_diagnostics, sources);
  }
  return again == model ? "" : "read as another model:\n" + written;
}

TEST(XmileMutation, DamagedFilesAreReadOrRefused) {
  std::size_t read = 0;
  for (std::uint64_t seed = 0; seed < 10'000; ++seed) {
    const std::string text = Mutator(seed).make();
    const auto start = std::chrono::steady_clock::now();
    ASSERT_EQ(check(text), "") << "seed " << seed << "\n" << text;
    const auto spent = std::chrono::steady_clock::now() - start;
    ASSERT_LT(spent, std::chrono::seconds(5)) << "seed " << seed;
    base::Sources sources;
    base::Diagnostics diagnostics;
    read += read_xmile(sources.add("a.xmile", text), sources, diagnostics).has_value() ? 1 : 0;
  }
  // Files that never get past the XML parser would prove little.
  EXPECT_GT(read, 2500u);
}

}  // namespace
}  // namespace shamal::syntax
