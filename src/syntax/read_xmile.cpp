// The file as a whole and its header (XMILE 1.0, 2 and 2.2).
#include "syntax/read_xmile.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "syntax/characters.h"
#include "syntax/xmile_reader.h"

namespace shamal::syntax {

using base::Code;

void XmileReader::check_vendor(pugi::xml_node node) {
  // Parts of the names that products give as their vendors, in lower case.
  static constexpr std::array<std::string_view, 19> kVendors = {
      "isee",          "ventana",        "xmutil",
      "powersim",      "anylogic",       "forio",
      "insight maker", "insightmaker",   "simulistics",
      "simile",        "sdcloud",        "sdlabs",
      "simlin",        "simantics",      "sdeverywhere",
      "pysd",          "james houghton", "strategy dynamics",
      "shamal"};
  const std::string vendor = ascii_lower(parsed_.header.vendor);
  const bool known = std::any_of(kVendors.begin(), kVendors.end(), [&](std::string_view part) {
    return vendor.find(part) != std::string::npos;
  });
  if (!vendor.empty() && !known) {
    diagnostics_.add(Code::unknown_vendor, text_word(node).span,
                     fmt::format("\"{}\"", parsed_.header.vendor));
  }
}

void XmileReader::read_header(pugi::xml_node node) {
  Header& header = parsed_.header;
  for (const pugi::xml_node child : node) {
    const std::string_view name = child.name();
    if (name == "vendor") {
      header.vendor = trimmed_text(child);
      check_vendor(child);
    } else if (name == "product") {
      header.product = trimmed_text(child);
      header.product_version = attribute_word(child, "version").text;
    } else if (name == "name") {
      header.name = trimmed_text(child);
    } else if (name == "doc") {
      header.doc = documentation(child);
    } else if (name == "includes") {
      for (const pugi::xml_node include : child.children("include")) {
        parsed_.includes.push_back(attribute_word(include, "resource"));
      }
    }
    if (name == "options" || name == "smile") {
      read_options(child);
    }
    // The rest says who made the file.
  }
}

// <options> lists the features that a file uses, as elements (2.2.1) or, in <smile> as isee writes
// it, as attributes. The models themselves show them more reliably, so that only two things matter
// here: what an invalid index gives, and features that nobody knows.
void XmileReader::read_options(pugi::xml_node node) {
  static constexpr std::array<std::string_view, 15> kFeatures = {
      "uses_conveyor",     "uses_conveyors",   "uses_queue",   "uses_queues",
      "uses_arrays",       "uses_submodels",   "uses_macros",  "uses_event_posters",
      "uses_event_poster", "has_model_view",   "uses_outputs", "uses_inputs",
      "uses_annotation",   "uses_annotations", "uses_array"};
  const auto check = [&](std::string_view name, base::Span span) {
    const bool feature = name.starts_with("uses_") || name.starts_with("has_");
    if (feature && std::find(kFeatures.begin(), kFeatures.end(), name) == kFeatures.end()) {
      diagnostics_.add(Code::unknown_option, span, fmt::format("\"{}\"", name));
    }
  };
  const auto check_index = [&](pugi::xml_node of) {
    if (ascii_lower(attribute_word(of, "invalid_index_value").text) == "nan") {
      parsed_.nan_beyond_arrays = true;
    }
  };
  check_index(node);
  for (const pugi::xml_attribute attribute : node.attributes()) {
    check(attribute.name(), xml_.span(node));
  }
  for (const pugi::xml_node child : node) {
    if (child.type() == pugi::node_element) {
      check(child.name(), xml_.span(child));
      check_index(child);
    }
  }
}

ParsedModel XmileReader::read() {
  const pugi::xml_node root = xml_.root();
  parsed_.sim_specs.span = xml_.span(root);
  // Sections may stand in any order, but lists of array constants need the dimensions.
  for (const pugi::xml_node node : root.children("dimensions")) {
    for (DimensionDecl& dimension : read_dimensions(node, false)) {
      parsed_.dimensions.push_back(std::move(dimension));
    }
  }
  for_elements(root, [&](std::string_view name, pugi::xml_node node) {
    if (name == "header") {
      read_header(node);
    } else if (name == "sim_specs") {
      parsed_.sim_specs = read_sim_specs(node);
    } else if (name == "model_units") {
      read_units(node);
    } else if (name == "behavior") {
      parsed_.behavior = read_behavior(node);
    } else if (name == "model") {
      parsed_.models.push_back(read_model(node));
    } else if (name == "macro") {
      parsed_.macros.push_back(read_macro(node));
    } else {
      // Styles are for drawing, <data> is about files that tools exchange: kept. The others stood
      // in isee's files before its elements had a namespace.
      if (name == "style" || name == "data") {
        parsed_.kept.push_back(xml_.markup(node));
      }
      return name == "dimensions" || name == "style" || name == "data" || name == "prefs" ||
             name == "equation_prefs" || name == "default_format";
    }
    return true;
  });
  return std::move(parsed_);
}

std::optional<ParsedModel> read_xmile(base::FileId file, const base::Sources& sources,
                                      base::Diagnostics& diagnostics) {
  const auto xml = XmlFile::parse(file, sources, diagnostics);
  if (!xml) {
    return std::nullopt;
  }
  const pugi::xml_node root = xml->root();
  if (std::string_view(root.name()) != "xmile") {
    diagnostics.add(Code::not_xmile, xml->span(root),
                    fmt::format("but one that begins with <{}>", root.name()));
    return std::nullopt;
  }
  ParsedModel parsed = XmileReader(*xml, diagnostics).read();
  parsed.file = file;
  return parsed;
}

}  // namespace shamal::syntax
