#include "api/report/map.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "analysis/comparison.h"
#include "analysis/fit_statistics.h"
#include "api/report/scale.h"
#include "api/report/text.h"

namespace shamal::api::report {

namespace {

constexpr double kWidth = 760;
constexpr std::size_t kMostFrames = 121;  // of the slider

std::size_t region_class(const MapClasses& classes, const MapSeries& series, std::size_t region,
                         double time, bool& modelled) {
  const std::vector<double>& values = series.values[region];
  const std::optional<double> value =
      values.empty() ? std::nullopt : analysis::interpolate(series.times, values, time);
  modelled = value.has_value();
  return value ? classes.find(*value) : 0;
}

class MapPage {
 public:
  MapPage(const analysis::Study& study, const RegionMap& map, MapSeries series)
      : spec_(*study.map),
        calendar_(study.calendar),
        map_(map),
        series_(std::move(series)),
        classes_(map_classes(series_)) {}

  std::string html() const {
    std::string out = definitions() + "<div class=\"map-head\">" + large_map() +
                      "<div class=\"map-side\">" + key() + "<div class=\"map-small\">";
    for (std::size_t i = 0; i < spec_.times.size(); ++i) {
      out += small_map(spec_.times[i], i);
    }
    return out + "</div></div></div>" + table();
  }

 private:
  double time_of(analysis::Date date) const { return calendar_.time(date); }

  std::string definitions() const {
    std::string out =
        "<svg class=\"definitions\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>"
        "<pattern id=\"hatch\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" "
        "patternTransform=\"rotate(45)\"><path class=\"hatch-ground\" d=\"M0 0H5V5H0Z\"/>"
        "<path class=\"hatch-line\" d=\"M0 0V5\"/></pattern>";
    for (std::size_t i = 0; i < map_.regions.size(); ++i) {
      out += fmt::format("<path id=\"r{}\" d=\"{}\"/>", i, region_path(map_.regions[i]));
    }
    if (!map_.borders.empty()) {
      out += fmt::format("<path id=\"borders\" d=\"{}\"/>", map_.borders);
    }
    return out + "</defs></svg>";
  }

  // The class of a region at a time, and at each stop of the slider.
  std::string class_attributes(std::size_t region, double time, bool with_frames) const {
    bool modelled = false;
    const std::size_t now = region_class(classes_, series_, region, time, modelled);
    if (!modelled) {
      return " class=\"unmodelled\"";
    }
    std::string out = fmt::format(" class=\"k{}\"", now);
    if (with_frames) {
      out += " data-classes=\"";
      for (const double frame : frames()) {
        out += std::to_string(region_class(classes_, series_, region, frame, modelled));
      }
      out += "\"";
    }
    return out;
  }

  std::string shapes(double time, bool with_frames) const {
    std::string out;
    for (std::size_t i = 0; i < map_.regions.size(); ++i) {
      out += fmt::format("<use href=\"#r{}\"{}", i, class_attributes(i, time, with_frames));
      out += with_frames ? fmt::format("><title>{}</title></use>", escape(map_.regions[i].name))
                         : std::string("/>");
    }
    if (!map_.borders.empty()) {
      out += "<use href=\"#borders\" class=\"borders\"/>";
    }
    return out;
  }

  std::string small_map(analysis::Date date, std::size_t index) const {
    const std::string id = fmt::format("map-{}", index);
    return fmt::format(
        "<figure><svg viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"{}-t {}-d\">"
        "<title id=\"{}-t\">{}, {}</title><desc id=\"{}-d\">{}</desc>{}</svg>"
        "<figcaption>{}</figcaption></figure>",
        pixels(map_.width), pixels(map_.height), id, id, id, escape(spec_.title),
        analysis::plain_date(date), id, escape(describe(time_of(date))),
        shapes(time_of(date), false), analysis::plain_date(date));
  }

  // The times that the slider stops at.
  std::vector<double> frames() const {
    const std::size_t step = (series_.times.size() + kMostFrames - 2) / (kMostFrames - 1);
    std::vector<double> result;
    for (std::size_t i = 0; i < series_.times.size(); i += std::max<std::size_t>(1, step)) {
      result.push_back(series_.times[i]);
    }
    return result;
  }

  // The date of the study at which the sum over regions is largest: what the large map shows first.
  double fullest() const {
    double best = -1;
    double result = spec_.times.empty() ? 0 : time_of(spec_.times.front());
    for (const analysis::Date date : spec_.times) {
      double sum = 0;
      for (const std::vector<double>& values : series_.values) {
        sum += analysis::interpolate(series_.times, values, time_of(date)).value_or(0);
      }
      if (sum > best) {
        best = sum;
        result = time_of(date);
      }
    }
    return result;
  }

  std::string large_map() const {
    const double time = fullest();
    std::string dates;
    std::string sentences;
    std::size_t start = 0;
    const std::vector<double> stops = frames();
    for (std::size_t i = 0; i < stops.size(); ++i) {
      dates += (i > 0 ? "|" : "") + analysis::plain_date(calendar_.date(stops[i]));
      sentences += (i > 0 ? "|" : "") + escape(describe(stops[i]));
      if (std::abs(stops[i] - time) < std::abs(stops[start] - time)) {
        start = i;
      }
    }
    std::string labels;
    for (std::size_t i = 0; i < map_.regions.size(); ++i) {
      const Region& region = map_.regions[i];
      if (3.1 * static_cast<double>(region.name.size()) + 3 < region.room) {
        labels += fmt::format("<text x=\"{}\" y=\"{}\"{}>{}</text>", pixels(region.label.x),
                              pixels(region.label.y + 4), class_attributes(i, time, true),
                              escape(region.name));
      }
    }
    return fmt::format(
        "<figure class=\"map-large\"><svg viewBox=\"0 0 {} {}\" role=\"img\" "
        "aria-labelledby=\"map-t map-d\"><title id=\"map-t\">{}</title><desc id=\"map-d\">{}</desc>"
        "{}<g class=\"map-labels\" aria-hidden=\"true\">{}</g></svg><figcaption>"
        "<output id=\"map-date\" for=\"map-slider\">{}</output>"
        "<label class=\"slider\" hidden=\"hidden\"><span>Move the date</span>"
        "<input id=\"map-slider\" type=\"range\" min=\"0\" max=\"{}\" value=\"{}\" step=\"1\" "
        "data-dates=\"{}\" data-sentences=\"{}\"/></label></figcaption>{}</figure>",
        pixels(map_.width), pixels(map_.height), escape(spec_.title), escape(describe(time)),
        shapes(time, true), labels, analysis::plain_date(calendar_.date(time)),
        stops.empty() ? 0 : stops.size() - 1, start, dates, sentences, sentence());
  }

  std::string key() const {
    std::string items;
    const auto item = [&](std::string_view name, std::string_view label) {
      items += fmt::format(
          "<li><svg width=\"26\" height=\"16\" viewBox=\"0 0 26 16\" aria-hidden=\"true\">"
          "<path class=\"{}\" d=\"M0 0H26V16H0Z\"/></svg>{}</li>",
          name, escape(label));
    };
    for (std::size_t i = classes_.labels.size(); i-- > 0;) {
      item(fmt::format("k{}", i), classes_.labels[i]);
    }
    const bool complete = std::none_of(series_.values.begin(), series_.values.end(),
                                       [](const auto& values) { return values.empty(); });
    if (!complete) {
      item("unmodelled", "not modelled");
    }
    return fmt::format("<p class=\"unit\">{}</p><ul class=\"map-key\">{}</ul>", escape(spec_.unit),
                       items);
  }

  // What a map shows, in a sentence: how many regions lie in the upper classes, and the first ones.
  std::string describe(double time) const {
    std::vector<std::pair<double, std::string>> highest;
    std::size_t modelled = 0;
    for (std::size_t i = 0; i < map_.regions.size(); ++i) {
      const std::optional<double> value =
          analysis::interpolate(series_.times, series_.values[i], time);
      if (value) {
        ++modelled;
        if (classes_.find(*value) > 0) {
          highest.push_back({-*value, map_.regions[i].name});
        }
      }
    }
    std::sort(highest.begin(), highest.end());
    if (highest.empty()) {
      return fmt::format("On {}, none of {} regions is above {}.",
                         analysis::plain_date(calendar_.date(time)), modelled, lowest());
    }
    std::string names;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, highest.size()); ++i) {
      names += fmt::format("{}{} ({})", i > 0 ? ", " : "", highest[i].second,
                           value_text(-highest[i].first));
    }
    return fmt::format("On {}, {} of {} regions {} above {}; highest: {}.",
                       analysis::plain_date(calendar_.date(time)), highest.size(), modelled,
                       highest.size() == 1 ? "is" : "are", lowest(), names);
  }

  std::string lowest() const { return shares() ? "1%" : "the lowest class"; }

  std::string sentence() const {
    return "<p id=\"map-sentence\" aria-live=\"polite\">" + escape(describe(fullest())) +
           "</p><p class=\"note\">The model’s output, not an observation. Polygons are shaded "
           "whole, though what happened inside them was not even.</p>";
  }

  std::string value_text(double value) const {
    return shares() ? percent_text(value) : number_text(value);
  }
  bool shares() const { return !classes_.labels.empty() && classes_.labels[0].ends_with('%'); }

  std::string table() const {
    const bool arabic = std::any_of(map_.regions.begin(), map_.regions.end(),
                                    [](const Region& region) { return !region.arabic.empty(); });
    std::string head = "<tr><th scope=\"col\">Region</th>";
    const bool french = std::any_of(map_.regions.begin(), map_.regions.end(),
                                    [](const Region& region) { return !region.french.empty(); });
    if (french) {
      head += "<th scope=\"col\" class=\"words\" lang=\"fr\">Région</th>";
    }
    if (arabic) {
      head += "<th scope=\"col\" lang=\"ar\" dir=\"rtl\">المنطقة</th>";
    }
    for (const analysis::Date date : spec_.times) {
      head += fmt::format("<th scope=\"col\">{}</th>", analysis::plain_date(date));
    }
    std::string rows;
    for (std::size_t i = 0; i < map_.regions.size(); ++i) {
      rows += fmt::format("<tr><th scope=\"row\">{}</th>", escape(map_.regions[i].name));
      if (french) {
        rows +=
            fmt::format("<td class=\"words\" lang=\"fr\">{}</td>", escape(map_.regions[i].french));
      }
      if (arabic) {
        rows += fmt::format("<td lang=\"ar\" dir=\"rtl\">{}</td>", escape(map_.regions[i].arabic));
      }
      for (const analysis::Date date : spec_.times) {
        const std::optional<double> value =
            analysis::interpolate(series_.times, series_.values[i], time_of(date));
        rows += "<td>" + (value ? value_text(*value) : std::string("not modelled")) + "</td>";
      }
      rows += "</tr>";
    }
    return "<details class=\"twin\"><summary>The maps as a table</summary>"
           "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"The maps as a "
           "table\">"
           "<table class=\"figures\"><thead>" +
           head + "</tr></thead><tbody>" + rows + "</tbody></table></div></details>";
  }

  const analysis::MapSpec& spec_;
  const analysis::Calendar& calendar_;
  const RegionMap& map_;
  MapSeries series_;
  MapClasses classes_;
};

}  // namespace

std::size_t MapClasses::find(double value) const {
  return static_cast<std::size_t>(std::upper_bound(bounds.begin(), bounds.end(), value) -
                                  bounds.begin());
}

MapSeries map_series(const data::Dataset& results, const analysis::MapSpec& spec,
                     const RegionMap& regions) {
  MapSeries series;
  for (const Region& region : regions.regions) {
    std::optional<analysis::Curve> curve =
        region.element.empty()
            ? std::nullopt
            : analysis::find_curve(results, spec.variable.text + "[" + region.element + "]");
    series.values.push_back(curve ? std::move(curve->values) : std::vector<double>());
    if (curve) {
      series.times = std::move(curve->times);
    }
  }
  return series;
}

MapClasses map_classes(const MapSeries& series) {
  double low = 0;
  double high = 0;
  for (const std::vector<double>& values : series.values) {
    for (const double value : values) {
      low = std::isfinite(value) ? std::min(low, value) : low;
      high = std::isfinite(value) ? std::max(high, value) : high;
    }
  }
  if (low >= -1e-9 && high <= 1 + 1e-9) {
    return {{0.01, 0.10, 0.25, 0.50, 0.75},
            {"under 1%", "1 to 10%", "10 to 25%", "25 to 50%", "50 to 75%", "75 to 100%"}};
  }
  const ValueAxis axis = value_axis(low, high, false, 5);
  MapClasses classes;
  for (std::size_t i = 1; i < axis.ticks.size() && i < 7; ++i) {
    const bool last = i + 1 == axis.ticks.size() || i == 6;
    classes.labels.push_back(last ? "over " + axis.ticks[i - 1].label
                                  : axis.ticks[i - 1].label + " to " + axis.ticks[i].label);
    if (!last) {
      classes.bounds.push_back(axis.ticks[i].value);
    }
  }
  return classes;
}

std::string map_section(const data::Dataset& results, const analysis::Study& study,
                        std::string_view geojson) {
  const std::optional<RegionMap> map = read_regions(geojson, kWidth);
  if (!study.map || !map) {
    return "<p class=\"note\">The polygons of the map could not be read.</p>";
  }
  return MapPage(study, *map, map_series(results, *study.map, *map)).html();
}

}  // namespace shamal::api::report
