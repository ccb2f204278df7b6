#include "syntax/xml_file.h"

#include <gtest/gtest.h>

#include "syntax/xml_encoding.h"
#include "unit/syntax/syntax_testing.h"

namespace shamal::syntax {
namespace {

struct Xml {
  explicit Xml(std::string text) {
    const base::FileId id = sources.add("a.xml", std::move(text));
    file = XmlFile::parse(id, sources, diagnostics);
  }
  std::string first_line() const {
    const std::string all = base::print(diagnostics, sources);
    return all.substr(0, all.find('\n'));
  }
  // The file's own text at bytes [begin, end) of decoded text.
  std::string at(const base::LocatedText& text, std::size_t begin, std::size_t end) const {
    const base::Span span = text.span(begin, end);
    return std::string(sources.text(span.file).substr(span.begin, span.end - span.begin));
  }

  base::Sources sources;
  base::Diagnostics diagnostics;
  std::unique_ptr<XmlFile> file;
};

TEST(XmlFile, KnowsThePlaceOfEveryByteOfText) {
  const Xml xml(
      "\xef\xbb\xbf<a>\n <b>x &gt;= 1<!-- no -->+<![CDATA[y<2]]>\r\n-&#x3b1;&#10;</b></a>");
  ASSERT_TRUE(xml.file);
  const base::LocatedText text = xml.file->text(xml.file->root().child("b"));
  EXPECT_EQ(text.text, "x >= 1+y<2\n-\xce\xb1\n");
  EXPECT_EQ(text.offsets.size(), text.text.size() + 1);
  EXPECT_EQ(xml.at(text, 0, 1), "x");
  EXPECT_EQ(xml.at(text, 2, 6), "&gt;= 1");
  EXPECT_EQ(xml.at(text, 6, 7), "+");
  EXPECT_EQ(xml.at(text, 7, 10), "y<2");
  EXPECT_EQ(xml.at(text, 11, 12), "-");
  EXPECT_EQ(xml.at(text, 11, 14), "-&");
}

TEST(XmlFile, KnowsThePlacesOfAttributes) {
  const Xml xml("<a one=\"x\" two = 'a &quot;b&quot;\r\n c' three=''/>");
  ASSERT_TRUE(xml.file);
  const pugi::xml_node root = xml.file->root();
  const base::LocatedText two = xml.file->value(root.attribute("two"));
  EXPECT_EQ(two.text, "a \"b\"  c");
  EXPECT_EQ(xml.at(two, 3, 4), "b");
  EXPECT_EQ(xml.at(two, 7, 8), "c");
  EXPECT_EQ(xml.file->value(root.attribute("three")).text, "");
  EXPECT_EQ(xml.file->value(root.attribute("four")).text, "");
}

TEST(XmlFile, LeavesUnknownReferencesAsTheyAre) {
  const Xml xml("<a>&nbsp; &#0; &#xD800; &#99999999; &; &amp</a>");
  ASSERT_TRUE(xml.file);
  EXPECT_EQ(xml.file->text(xml.file->root()).text, "&nbsp; &#0; &#xD800; &#99999999; &; &amp");
}

TEST(XmlFile, SaysWhatIsMalformedAndWhere) {
  EXPECT_EQ(Xml("<a>\n<b>\n<c></c>\n</a>").first_line(),
            "a.xml:2:1: error[E0004]: malformed XML: <b> is not closed");
  EXPECT_EQ(Xml("<a><b/><!-- <c> --><d e='>'>").first_line(),
            "a.xml:1:20: error[E0004]: malformed XML: <d> is not closed");
  EXPECT_EQ(Xml("<a b=1/>").first_line(),
            "a.xml:1:6: error[E0004]: malformed XML: error parsing element attribute");
  EXPECT_EQ(Xml("").first_line(),
            "a.xml:1:1: error[E0004]: malformed XML: no document element found");
  EXPECT_EQ(Xml("<a/><b/>").first_line(),
            "a.xml:1:5: error[E0004]: malformed XML: more than one outermost element");
  EXPECT_EQ(Xml(std::string("<a>\0</a>", 8)).first_line(),
            "a.xml:1:4: error[E0004]: malformed XML: a NUL character");
}

TEST(XmlFile, ClosesVariablesThatAreLeftOpen) {
  const Xml xml("<m><variables>\n<flow>a<aux>b</aux>\n<stock>c\n</variables><d>e</d></m>");
  ASSERT_TRUE(xml.file) << base::print(xml.diagnostics, xml.sources);
  EXPECT_EQ(xml.diagnostics.all().size(), 2u);
  EXPECT_EQ(xml.first_line(), "a.xml:2:1: warning[W0123]: end tag that is missing: of <flow>");
  const pugi::xml_node variables = xml.file->root().child("variables");
  EXPECT_EQ(xml.file->text(variables.child("flow")).text, "a");
  // Places are those of the file, whatever was put in before them.
  const base::LocatedText in_aux = xml.file->text(variables.child("aux"));
  EXPECT_EQ(xml.at(in_aux, 0, 1), "b");
  EXPECT_EQ(xml.at(xml.file->text(variables.child("stock")), 0, 1), "c");
  EXPECT_EQ(xml.at(xml.file->text(xml.file->root().child("d")), 0, 1), "e");
  EXPECT_EQ(xml.file->span(xml.file->root().child("d")).begin, 56u);
}

TEST(XmlFile, WantsUtf8) {
  EXPECT_EQ(Xml("<a>\n caf\xe9</a>").first_line(),
            "a.xml:2:5: error[E0003]: text that is not UTF-8");
  EXPECT_EQ(
      Xml("<?xml version='1.0' encoding='Shift_JIS'?><a>\x83</a>").first_line(),
      "a.xml:1:46: error[E0003]: text that is not UTF-8 but \"shift_jis\", which cannot be read");
}

TEST(XmlFile, RefusesWhatIsTooLarge) {
  EXPECT_EQ(Xml(std::string((std::size_t{256} << 20) + 1, ' ')).first_line(),
            "a.xml:1:1: error[E0006]: file too large for XML: more than 256 MiB");
  std::string many;
  for (int i = 0; i <= 1 << 23; ++i) {
    many += '<';
  }
  EXPECT_EQ(
      Xml(many).first_line(),
      "a.xml:1:1: error[E0006]: file too large for XML: more than 8388608 tags and attributes");
}

TEST(XmlFile, RefusesWhatIsTooDeep) {
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) {
      text += "<a>";
    }
    for (int i = 0; i < depth; ++i) {
      text += "</a>";
    }
    return text;
  };
  EXPECT_TRUE(Xml(nested(200)).file);
  EXPECT_EQ(Xml(nested(1'000'000)).first_line(),
            "a.xml:1:601: error[E0007]: nesting too deep in XML: more than 200 levels");
}

TEST(XmlEncoding, IsConvertedToUtf8) {
  EXPECT_EQ(xml_to_utf8("\xef\xbb\xbf<a/>"), "<a/>");
  EXPECT_EQ(xml_to_utf8("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe9</a>"),
            "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xc3\xa9</a>");
  EXPECT_EQ(xml_to_utf8(std::string("\xff\xfe<\0a\0\x3d\xd8\x00\xde/\0>\0", 14)),
            "<a\xf0\x9f\x98\x80/>");
  EXPECT_EQ(xml_to_utf8(std::string("\xfe\xff\0<\0a\x20\xac\xd8\x00\0>", 12)),
            "<a\xe2\x82\xac\xef\xbf\xbd>");
  EXPECT_EQ(xml_to_utf8("\xe9"), "\xe9");
}

}  // namespace
}  // namespace shamal::syntax
