// Subscript ranges as declared, and the shapes of arrays, which no declaration gives: they follow
// from the subscripts on the left sides of a variable's equations.

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "base/names.h"
#include "model/vensim.h"

namespace shamal::model {

using base::Code;
using syntax::Equation;
using syntax::Word;

namespace {

// The elements that a subscript names, and the range if it is one.
struct Subscript {
  std::vector<ElementId> elements;
  DimensionId range = kNone;
};

using Places = std::vector<std::uint32_t>;  // of one dimension, in the order of the equation

struct Box {
  std::vector<Places> sides;
  std::vector<DimensionId> ranges;

  std::size_t volume() const {
    std::size_t result = 1;
    for (const Places& side : sides) {
      result *= side.size();
    }
    return result;
  }
};

// What is left of a box when another is taken out of it, as boxes.
std::vector<Box> without(const Box& box, const Box& other) {
  std::vector<Box> left;
  Box rest = box;
  for (std::size_t d = 0; d < box.sides.size(); ++d) {
    Places inside;
    Places outside;
    for (const std::uint32_t place : rest.sides[d]) {
      const Places& taken = other.sides[d];
      (std::find(taken.begin(), taken.end(), place) == taken.end() ? outside : inside)
          .push_back(place);
    }
    if (inside.empty()) {
      return {box};
    }
    if (!outside.empty()) {
      Box part = rest;
      part.sides[d] = std::move(outside);
      left.push_back(std::move(part));
    }
    rest.sides[d] = std::move(inside);
  }
  return left;
}

void take_out(std::vector<Box>& boxes, const Box& other) {
  std::vector<Box> left;
  for (const Box& box : boxes) {
    std::vector<Box> parts = without(box, other);
    left.insert(left.end(), std::make_move_iterator(parts.begin()),
                std::make_move_iterator(parts.end()));
  }
  boxes = std::move(left);
}

template <class Visit>
void for_each_flat(const Box& box, const std::vector<std::size_t>& sizes, Visit visit) {
  std::vector<std::size_t> at(box.sides.size(), 0);
  for (;;) {
    std::size_t flat = 0;
    for (std::size_t d = 0; d < at.size(); ++d) {
      flat = flat * sizes[d] + box.sides[d][at[d]];
    }
    visit(flat);
    std::size_t d = at.size();
    while (d > 0 && ++at[d - 1] == box.sides[d - 1].size()) {
      at[--d] = 0;
    }
    if (d == 0) {
      return;
    }
  }
}

class ShapeBuilder {
 public:
  ShapeBuilder(Resolver& resolver, const syntax::VariableDecl& decl, const Scope& scope)
      : resolver_(resolver), ranges_(resolver.vensim->ranges), decl_(decl), scope_(scope) {}

  VensimShape build() {
    std::vector<const Equation*> equations;
    for (const Equation& equation : decl_.equations) {
      if (read(equation)) {
        equations.push_back(&equation);
      }
    }
    choose_dimensions();
    std::vector<std::vector<Box>> boxes;  // of each equation
    for (std::size_t e = 0; e < equations.size(); ++e) {
      boxes.push_back({to_box(written_[e])});
      for (const std::vector<Word>& except : equations[e]->except) {
        if (const auto taken = read_except(except)) {
          take_out(boxes.back(), *taken);
        }
      }
    }
    if (!shape_.dimensions.empty()) {
      settle_overlaps(equations, boxes);
    }
    for (std::size_t e = 0; e < equations.size(); ++e) {
      for (const Box& box : boxes[e]) {
        shape_.boxes.push_back({equations[e], to_sides(box)});
      }
    }
    return std::move(shape_);
  }

 private:
  std::optional<Subscript> read(const Word& word) {
    if (const auto range = resolver_.find_dimension(scope_, word.text)) {
      return Subscript{ranges_.of(*range).elements, *range};
    }
    if (const auto element = ranges_.find_element(word.text)) {
      return Subscript{{*element}, kNone};
    }
    resolver_.unknown_subscript(word.text, word.span);
    return std::nullopt;
  }

  bool read(const Equation& equation) {
    std::vector<Subscript> subscripts;
    for (const Word& word : equation.subscripts) {
      auto subscript = read(word);
      if (!subscript) {
        return false;
      }
      subscripts.push_back(std::move(*subscript));
    }
    if (!written_.empty() && written_.front().size() != subscripts.size()) {
      resolver_.error(Code::wrong_subscript_count,
                      subscripts.empty() ? equation.span : equation.subscripts.front().span,
                      fmt::format("\"{}\": {} here, {} in another of its equations",
                                  base::display_name(decl_.name.text), subscripts.size(),
                                  written_.front().size()));
      return false;
    }
    written_.push_back(std::move(subscripts));
    return true;
  }

  // For each subscript the range that holds all elements of all equations, or a dimension made of
  // them if no range holds these and no others.
  void choose_dimensions() {
    const std::size_t count = written_.empty() ? 0 : written_.front().size();
    std::size_t total = 1;
    for (std::size_t d = 0; d < count; ++d) {
      const DimensionId dimension = choose_dimension(d);
      total *= resolver_.model.dimensions[dimension].size();
      if (total > kMaxElements) {
        resolver_.error(
            Code::array_too_large, decl_.name.span,
            fmt::format("\"{}\" has too many elements", base::display_name(decl_.name.text)));
        shape_.dimensions.clear();
        written_.clear();
        return;
      }
      shape_.dimensions.push_back(dimension);
    }
  }

  DimensionId choose_dimension(std::size_t d) {
    std::vector<ElementId> all;
    std::unordered_map<ElementId, bool> known;
    for (const auto& subscripts : written_) {
      for (const ElementId element : subscripts[d].elements) {
        if (known.emplace(element, true).second) {
          all.push_back(element);
        }
      }
    }
    for (const auto& subscripts : written_) {
      const DimensionId range = subscripts[d].range;
      if (range != kNone && ranges_.of(range).elements.size() == all.size()) {
        return range;
      }
    }
    const auto around = ranges_.smallest_with(all);
    if (around && ranges_.of(*around).elements.size() == all.size()) {
      return *around;
    }
    if (around) {
      std::sort(all.begin(), all.end(), [&](ElementId a, ElementId b) {
        return ranges_.place(a, *around) < ranges_.place(b, *around);
      });
    }
    return resolver_.part_of_range(around.value_or(kNone), all);
  }

  Box to_box(const std::vector<Subscript>& subscripts) {
    Box box;
    for (std::size_t d = 0; d < shape_.dimensions.size(); ++d) {
      Places places;
      for (const ElementId element : subscripts[d].elements) {
        const std::uint32_t place = ranges_.place(element, shape_.dimensions[d]);
        if (place != kNone) {
          places.push_back(place);
        }
      }
      box.sides.push_back(std::move(places));
      box.ranges.push_back(subscripts[d].range);
    }
    return box;
  }

  // Nothing, after a message, if it is not understood.
  std::optional<Box> read_except(const std::vector<Word>& words) {
    if (words.size() != shape_.dimensions.size()) {
      resolver_.error(
          Code::wrong_subscript_count, words.front().span,
          fmt::format(":EXCEPT: of \"{}\": {} needed, {} given",
                      base::display_name(decl_.name.text), shape_.dimensions.size(), words.size()));
      return std::nullopt;
    }
    std::vector<Subscript> subscripts;
    for (const Word& word : words) {
      auto subscript = read(word);
      if (!subscript) {
        return std::nullopt;
      }
      subscripts.push_back(std::move(*subscript));
    }
    return to_box(subscripts);
  }

  // Where equations overlap, the one for fewer elements holds, the later of equals.
  void settle_overlaps(const std::vector<const Equation*>& equations,
                       std::vector<std::vector<Box>>& boxes) {
    std::vector<std::size_t> sizes;
    std::size_t total = 1;
    for (const DimensionId dimension : shape_.dimensions) {
      sizes.push_back(resolver_.model.dimensions[dimension].size());
      total *= sizes.back();
    }
    std::vector<std::size_t> volumes;
    std::vector<std::uint32_t> order;
    for (std::size_t e = 0; e < boxes.size(); ++e) {
      std::size_t volume = 0;
      for (const Box& box : boxes[e]) {
        volume += box.volume();
      }
      volumes.push_back(volume);
      order.push_back(static_cast<std::uint32_t>(e));
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return volumes[a] > volumes[b]; });
    std::vector<std::uint32_t> giver(total, kNone);
    std::vector<std::size_t> held(boxes.size(), 0);
    for (const std::uint32_t e : order) {
      bool reported = false;
      for (const Box& box : boxes[e]) {
        for_each_flat(box, sizes, [&](std::size_t flat) {
          if (giver[flat] != kNone) {
            --held[giver[flat]];
            if (volumes[giver[flat]] == volumes[e] && !reported) {
              reported = true;
              resolver_.diagnostics.add(Code::duplicate_element_equation,
                                        equations[e]->subscripts.front().span,
                                        fmt::format("\"{}\"", base::display_name(decl_.name.text)));
            }
          }
          giver[flat] = e;
          ++held[e];
        });
      }
    }
    shape_.partial = std::find(giver.begin(), giver.end(), kNone) != giver.end();
    const std::vector<std::vector<Box>> whole = boxes;
    for (std::size_t e = 0; e < boxes.size(); ++e) {
      if (held[e] == volumes[e]) {
        continue;
      }
      std::vector<std::uint32_t> takers;
      for (const Box& box : whole[e]) {
        for_each_flat(box, sizes, [&](std::size_t flat) {
          if (giver[flat] != e) {
            takers.push_back(giver[flat]);
          }
        });
      }
      std::sort(takers.begin(), takers.end());
      takers.erase(std::unique(takers.begin(), takers.end()), takers.end());
      for (const std::uint32_t taker : takers) {
        for (const Box& box : whole[taker]) {
          take_out(boxes[e], box);
        }
      }
    }
  }

  std::vector<Side> to_sides(const Box& box) const {
    std::vector<Side> sides;
    for (std::size_t d = 0; d < box.sides.size(); ++d) {
      Side side;
      side.dimension = shape_.dimensions[d];
      side.range = box.ranges[d];
      side.elements = box.sides[d];
      side.fixed = side.elements.size() == 1;
      sides.push_back(std::move(side));
    }
    return sides;
  }

  Resolver& resolver_;
  Ranges& ranges_;
  const syntax::VariableDecl& decl_;
  const Scope& scope_;
  VensimShape shape_;
  std::vector<std::vector<Subscript>> written_;  // by equation
};

}  // namespace

const VensimShape& Resolver::shape_of(const syntax::VariableDecl& decl, const Scope& scope) {
  const auto known = vensim->shapes.find(&decl);
  if (known != vensim->shapes.end()) {
    return known->second;
  }
  return vensim->shapes.emplace(&decl, ShapeBuilder(*this, decl, scope).build()).first->second;
}

DimensionId Resolver::part_of_range(DimensionId range, const std::vector<ElementId>& elements) {
  const auto [known, fresh] =
      vensim->parts.emplace(elements, static_cast<DimensionId>(model.dimensions.size()));
  if (!fresh) {
    return known->second;
  }
  Dimension made;
  for (const ElementId element : elements) {
    made.elements.push_back(vensim->ranges.name(element));
  }
  made.name = fmt::format("{} part {}", range == kNone ? "elements" : model.dimensions[range].name,
                          vensim->parts.size());
  model.dimensions.push_back(std::move(made));
  index_elements();
  return known->second;
}

// Ranges first, then what they are made of, since a range may name others that are declared later.
void Resolver::declare_ranges(const syntax::ParsedModel& file) {
  std::unordered_map<std::string, const syntax::DimensionDecl*> declared;
  for (const syntax::DimensionDecl& decl : file.dimensions) {
    const std::string folded = base::fold_name(decl.name.text);
    if (!declared.emplace(folded, &decl).second) {
      error(Code::duplicate_name, decl.name.span,
            fmt::format("subscript range \"{}\"", base::display_name(decl.name.text)));
    }
  }
  constexpr std::size_t kMostListed = 4'000'000;
  std::size_t listed_words = 0;
  // The elements of a range, ranges within it replaced by theirs; `open` guards against circles.
  std::vector<const syntax::DimensionDecl*> open;
  const std::function<void(const syntax::DimensionDecl&, std::vector<Word>&)> expand =
      [&](const syntax::DimensionDecl& decl, std::vector<Word>& elements) {
        constexpr std::size_t kDeepest = 200;
        if (std::find(open.begin(), open.end(), &decl) != open.end() || open.size() > kDeepest) {
          error(Code::circular_range, decl.name.span,
                fmt::format("\"{}\"", base::display_name(decl.name.text)));
          return;
        }
        open.push_back(&decl);
        std::vector<Word> words = decl.elements;
        if (decl.equivalent_to) {
          words = {*decl.equivalent_to};
        }
        for (const Word& word : words) {
          const auto inner = declared.find(base::fold_name(word.text));
          if (inner != declared.end()) {
            expand(*inner->second, elements);
          } else if (decl.equivalent_to) {
            error(Code::unknown_dimension, word.span, fmt::format("\"{}\"", word.text));
          } else {
            elements.push_back(word);
          }
          if (++listed_words > kMostListed) {
            break;
          }
        }
        open.pop_back();
      };
  std::vector<std::pair<const syntax::DimensionDecl*, DimensionId>> made;
  for (const syntax::DimensionDecl& decl : file.dimensions) {
    if (decl.source) {
      error(Code::unsupported_function, decl.source->span, decl.source->text);
    }
    syntax::DimensionDecl whole = decl;
    whole.elements.clear();
    expand(decl, whole.elements);
    if (listed_words > kMostListed) {
      error(Code::array_too_large, decl.name.span,
            fmt::format("ranges that list more than {} elements, those of ranges within them "
                        "included",
                        kMostListed));
      return;
    }
    if (whole.elements.empty()) {
      if (!decl.source) {
        error(Code::empty_dimension, decl.name.span, fmt::format("\"{}\"", decl.name.text));
      }
      continue;
    }
    // An element named twice, by two ranges that overlap, counts once, except for mappings.
    const std::vector<Word> listed = whole.elements;
    std::unordered_map<std::string, bool> seen;
    std::erase_if(whole.elements, [&](const Word& word) {
      return !seen.emplace(base::fold_name(word.text), true).second;
    });
    if (const auto id = add_dimension(whole, nullptr)) {
      Ranges::Range& range = vensim->ranges.declare(*id);
      if (listed.size() > whole.elements.size()) {
        for (const Word& word : listed) {
          range.listed.push_back(vensim->ranges.intern(word.text));
        }
      }
      made.emplace_back(&decl, *id);
    }
  }
  for (const auto& [decl, id] : made) {
    if (decl->equivalent_to) {
      if (const auto other = find_dimension(Scope{}, decl->equivalent_to->text)) {
        vensim->ranges.declare(id).same_as = *other;
      }
    }
    for (const syntax::Mapping& mapping : decl->mappings) {
      declare_mapping(*decl, id, mapping);
    }
  }
}

void Resolver::declare_mapping(const syntax::DimensionDecl& decl, DimensionId id,
                               const syntax::Mapping& mapping) {
  Ranges& ranges = vensim->ranges;
  const auto target = find_dimension(Scope{}, mapping.target.text);
  if (!target) {
    unknown_subscript(mapping.target.text, mapping.target.span);
    return;
  }
  Ranges::Mapping result;
  result.target = *target;
  const std::vector<ElementId>& own = ranges.of(id).elements;
  const std::vector<ElementId>& listed = ranges.of(id).listed;
  if (mapping.elements.empty()) {
    const Ranges::Range& other = ranges.of(*target);
    const std::size_t places = listed.empty() ? own.size() : listed.size();
    for (const ElementId element : other.listed.size() == places ? other.listed : other.elements) {
      result.to.push_back({element});
    }
  } else {
    for (const Word& word : mapping.elements) {
      if (const auto range = find_dimension(Scope{}, word.text)) {
        result.to.push_back(ranges.of(*range).elements);
      } else if (const auto element = ranges.find_element(word.text)) {
        result.to.push_back({*element});
      } else {
        unknown_subscript(word.text, word.span);
        return;
      }
    }
    // Listed as the range lists its own: a range within it takes one place (or one for each of its
    // elements).
    if (result.to.size() != own.size() && result.to.size() == decl.elements.size()) {
      std::vector<std::vector<ElementId>> by_element;
      for (std::size_t i = 0; i < decl.elements.size(); ++i) {
        const auto inner = find_dimension(Scope{}, decl.elements[i].text);
        by_element.insert(by_element.end(), inner ? ranges.of(*inner).elements.size() : 1,
                          result.to[i]);
      }
      result.to = std::move(by_element);
    }
  }
  // A range that names elements more than once is paired as it is listed.
  if (result.to.size() != own.size() && result.to.size() == listed.size()) {
    std::vector<std::vector<ElementId>> by_element(own.size());
    for (std::size_t i = 0; i < listed.size(); ++i) {
      std::vector<ElementId>& all = by_element[ranges.place(listed[i], id)];
      all.insert(all.end(), result.to[i].begin(), result.to[i].end());
    }
    result.to = std::move(by_element);
  }
  if (result.to.size() != own.size()) {
    error(Code::bad_mapping, mapping.target.span,
          fmt::format("\"{}\" has {} elements, and {} of \"{}\" are given", decl.name.text,
                      own.size(), result.to.size(), mapping.target.text),
          "give one element, or one subscript range, for each");
    return;
  }
  ranges.declare(id).mappings.push_back(std::move(result));
}

void Resolver::unknown_subscript(std::string_view text, base::Span span) {
  constexpr std::size_t kMostSuggestions = 50;
  std::optional<std::string> near;
  if (++suggestions_ <= kMostSuggestions) {
    std::vector<std::string> names;
    for (const Dimension& known : model.dimensions) {
      names.push_back(known.name);
      names.insert(names.end(), known.elements.begin(), known.elements.end());
    }
    near = base::nearest_name(text, names);
  }
  error(
      Code::unknown_element_name, span,
      fmt::format("\"{}\": no subscript range or element has this name", base::display_name(text)),
      near ? fmt::format("did you mean \"{}\"?", *near) : "");
}

}  // namespace shamal::model
