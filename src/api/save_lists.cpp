// Save lists of Vensim (.lst): a variable, an element or a whole array a line.
#include <algorithm>

#include "api/run.h"
#include "base/encoding.h"
#include "base/files.h"

namespace shamal::api {

namespace {

constexpr std::string_view kLineEnds = "\r\n\x1a";
constexpr std::string_view kBlanks = " \t";

}  // namespace

void add_save_list(const ir::Layout& layout, base::FileId list, RunRequest& request,
                   const base::Sources& sources, base::Diagnostics& diagnostics) {
  const std::string_view text = sources.text(list);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find_first_of(kLineEnds, begin), text.size());
    const std::size_t first = text.find_first_not_of(kBlanks, begin);
    if (first < end) {
      const std::size_t behind = text.find_last_not_of(kBlanks, end - 1) + 1;
      const std::string line(text.substr(first, behind - first));
      const base::Span span{list, static_cast<std::uint32_t>(first),
                            static_cast<std::uint32_t>(behind)};
      if (find_variable(layout, line, diagnostics, span)) {
        request.columns.push_back(line);
      }
    }
    begin = end + 1;
  }
}

bool add_save_lists(const ir::Layout& layout, RunRequest& request, base::Sources& sources,
                    base::Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.errors();
  for (const std::string& path : request.save_lists) {
    if (auto bytes = base::read_file(path, diagnostics)) {
      const base::FileId file = sources.add(path, base::to_utf8(std::move(*bytes)));
      add_save_list(layout, file, request, sources, diagnostics);
    }
  }
  request.save_lists.clear();
  return diagnostics.errors() == errors;
}

}  // namespace shamal::api
