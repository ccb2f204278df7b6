// Texts that stand within their cells (t="inlineStr"), as openpyxl and other programs write them
// [ECMA-376, part 1, 18.3.1.4 and 18.3.1.53]. liborcus passes over such cells; here the parts of
// the archive that hold them are read once more, for these cells only.
#include <algorithm>
#include <map>
#include <stdexcept>

#include <fmt/format.h>
#include <orcus/zip_archive.hpp>
#include <orcus/zip_archive_stream.hpp>

#include "data/sheet_readers.h"
#include "data/sheet_xml.h"

namespace shamal::data {

namespace {

// <sheet name="…" r:id="…"> of the workbook.
class SheetNames : public Handler<SheetNames> {
 public:
  std::map<std::string, std::string, std::less<>> by_id;

  void element(std::string_view name, const Attributes& attributes) {
    if (name == "sheet") {
      by_id.emplace(value(attributes, "id"), value(attributes, "name"));
    }
  }
};

// <Relationship Id="…" Target="…">
class Relationships : public Handler<Relationships> {
 public:
  std::map<std::string, std::string, std::less<>> target_by_id;

  void element(std::string_view name, const Attributes& attributes) {
    if (name == "Relationship") {
      target_by_id.emplace(value(attributes, "Id"), value(attributes, "Target"));
    }
  }
};

// <c r="B2" t="inlineStr"><is><t>…</t></is></c>; <rPh> tells how a text is pronounced.
class InlineTexts : public Handler<InlineTexts> {
  static constexpr std::uint32_t kNoRow = ~std::uint32_t{0};  // before the first

 public:
  InlineTexts(Sheet& sheet, std::size_t& left) : sheet_(sheet), left_(left) {}

  void element(std::string_view name, const Attributes& attributes) {
    if (name == "row") {
      const auto row = read_row_number(value(attributes, "r"));
      next_ = {row.value_or(next_.row + 1), 0};
    } else if (name == "c") {
      next_ = read_cell_name(value(attributes, "r")).value_or(next_);
      place_.reset();
      if (value(attributes, "t") == "inlineStr" && next_.row < kMostRows &&
          next_.column < kMostColumns) {
        place_ = next_;
      }
      ++next_.column;
      text_.clear();
    } else if (name == "t" || name == "rPh") {
      inside_ = name == "t" && !spoken_;
      spoken_ = spoken_ || name == "rPh";
    }
  }
  void end_element(const orcus::sax::parser_element& element) {
    if (element.name == "c" && place_) {
      if (left_ == 0) {
        throw std::runtime_error(fmt::format("more than {} cells", kMostCells));
      }
      --left_;
      sheet_.set(*place_, {std::nullopt, text_});
      place_.reset();
    } else if (element.name == "t") {
      inside_ = false;
    } else if (element.name == "rPh") {
      spoken_ = false;
    }
  }
  void characters(std::string_view text, bool) {
    if (inside_ && place_) {
      text_ += text;
    }
  }

 private:
  Sheet& sheet_;
  std::size_t& left_;
  CellPlace next_{kNoRow, 0};  // where a cell without a name is
  std::optional<CellPlace> place_;
  std::string text_;
  bool inside_ = false;
  bool spoken_ = false;
};

}  // namespace

void read_inline_texts(std::string_view bytes, Workbook& workbook) {
  orcus::zip_archive_stream_blob stream(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                        bytes.size());
  orcus::zip_archive archive(&stream);
  archive.load();
  std::vector<unsigned char> part;
  SheetNames names;
  Relationships relationships;
  if (!archive.read_file_entry("xl/workbook.xml", part)) {
    return;
  }
  parse(part, names);
  part.clear();
  if (!archive.read_file_entry("xl/_rels/workbook.xml.rels", part)) {
    return;
  }
  parse(part, relationships);
  std::size_t left = kMostCells;
  for (const Sheet& sheet : workbook.sheets) {
    left -= std::min(left, sheet.cells());
  }
  for (const auto& [id, name] : names.by_id) {
    std::string target = relationships.target_by_id[id];
    target = target.starts_with('/') ? target.substr(1) : "xl/" + target;
    constexpr std::string_view kMark = "\"inlineStr\"";
    part.clear();
    const auto sheet = std::find_if(workbook.sheets.begin(), workbook.sheets.end(),
                                    [&](const Sheet& one) { return one.name == name; });
    if (sheet != workbook.sheets.end() && archive.read_file_entry(target, part) &&
        std::search(part.begin(), part.end(), kMark.begin(), kMark.end()) != part.end()) {
      InlineTexts texts(*sheet, left);
      parse(part, texts);
    }
  }
}

}  // namespace shamal::data
