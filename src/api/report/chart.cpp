#include "api/report/chart.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "api/report/path.h"
#include "api/report/scale.h"
#include "api/report/text.h"

namespace shamal::api::report {

namespace {

constexpr double kCharacter = 6.1;  // mean width of one at the font size of the drawings, 11 px
constexpr double kLine = 13;        // from one line of text to the next

// Values beyond this are drawn outside; an axis that reached them would overflow.
constexpr double kLargest = 1e200;

// More points than these are drawn small and without captions.
constexpr std::size_t kDense = 40;

double text_width(std::string_view text) {
  const auto characters = std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  });
  return kCharacter * static_cast<double>(characters);
}

// Lines of at most about `width` characters, broken at blanks.
std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t blank = text.find(' ');
    const std::string_view word = text.substr(0, blank);
    if (!lines.empty() && lines.back().size() + 1 + word.size() <= width) {
      lines.back() += " " + std::string(word);
    } else {
      lines.emplace_back(word);
    }
    text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
  }
  return lines;
}

// The values that the axis must show. Long error bars may leave the drawing: they are cut at half
// as much again as everything else needs.
struct Extremes {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void take(double value, bool log) {
    if (std::abs(value) < kLargest && (!log || value > 0)) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  bool empty() const { return !(high >= low); }
};

Extremes find_extremes(const ChartDrawing& chart) {
  Extremes core;
  Extremes errors;
  for (const DrawnCurve& curve : chart.curves) {
    for (const double value : curve.values) {
      core.take(value, chart.log);
    }
    for (const Band& band : curve.bands) {
      // Wide priors may leave the drawing, like long errors.
      for (std::size_t i = 0; i < band.low.size(); ++i) {
        errors.take(band.low[i], chart.log);
        errors.take(band.high[i], chart.log);
      }
    }
  }
  for (const DrawnSeries& series : chart.series) {
    for (const DrawnPoint& point : series.points) {
      core.take(point.value, chart.log);
      errors.take(point.low.value_or(point.value), chart.log);
      errors.take(point.high.value_or(point.value), chart.log);
    }
  }
  if (core.empty()) {
    return {chart.log ? 1.0 : 0.0, chart.log ? 10.0 : 1.0};
  }
  if (chart.log) {
    core.low = std::max(std::min(core.low, errors.low), core.high * 1e-5);
    core.high = std::max(core.high, errors.high);
    return core;
  }
  core.low = std::min(core.low, 0.0);
  core.high = std::max(core.high, 0.0);
  const double room = 0.5 * (core.high - core.low);
  if (!errors.empty()) {
    core.high = std::max(core.high, std::min(errors.high, core.high + room));
    core.low = std::min(core.low, std::max(errors.low, core.low - room));
  }
  return core;
}

class Painter {
 public:
  Painter(const ChartDrawing& chart, ChartSize size) : chart_(chart), size_(size) {
    const Extremes extremes = find_extremes(chart);
    axis_ = value_axis(extremes.low, extremes.high, chart.log, 5);
    double left = 0;
    for (const Tick& tick : axis_.ticks) {
      left = std::max(left, text_width(tick.label));
    }
    double right = 0;
    for (const DrawnCurve& curve : chart.curves) {
      labels_.push_back(wrapped(curve.label, size.width > 500 ? 20 : 12));
      for (const std::string& line : labels_.back()) {
        right = std::max(right, text_width(line));
      }
    }
    left_ = left + 9;
    right_ = size.width - right - 9;
    top_ = 21;
    bottom_ = size.height - 27;
    x_ = {chart.begin, chart.end, left_, right_, false};
    y_ = {axis_.low, axis_.high, bottom_, top_, chart.log};
  }

  std::string paint() {
    out_ = fmt::format(
        "<svg viewBox=\"0 0 {0} {1}\" role=\"img\" aria-labelledby=\"{2}-t {2}-d\">"
        "<title id=\"{2}-t\">{3}</title><desc id=\"{2}-d\">{4}</desc>"
        "<clipPath id=\"{2}-c\"><path d=\"M{5} {6}H{7}V{8}H{5}Z\"/></clipPath>",
        pixels(size_.width), pixels(size_.height), chart_.id, escape(chart_.title),
        escape(chart_.description), pixels(left_), pixels(top_ - 4), pixels(right_ + 4),
        pixels(bottom_ + 4));
    paint_windows();
    paint_value_axis();
    paint_date_axis();
    out_ += fmt::format("<g clip-path=\"url(#{}-c)\">", chart_.id);
    for (const DrawnCurve& curve : chart_.curves) {
      paint_bands(curve);
    }
    for (const DrawnSeries& series : chart_.series) {
      paint_errors(series);
    }
    for (const DrawnCurve& curve : chart_.curves) {
      paint_curve(curve);
    }
    for (const DrawnSeries& series : chart_.series) {
      paint_points(series);
    }
    out_ += "</g>";
    paint_labels();
    out_ += "</svg>";
    return std::move(out_);
  }

 private:
  template <typename... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Values>(values)...);
  }

  // The calibration window is tinted; a line and two words part it from what was held out.
  void paint_windows() {
    const double split = std::clamp(x_(chart_.calibration_end), left_, right_);
    if (split > left_) {
      add("<path class=\"window\" d=\"M{} {}H{}V{}H{}Z\"/>", pixels(left_), pixels(top_),
          pixels(split), pixels(bottom_), pixels(left_));
      add("<text class=\"window-name\" x=\"{}\" y=\"{}\">calibration</text>", pixels(left_ + 2),
          pixels(top_ - 7));
    }
    if (split < right_) {
      if (split > left_) {
        add("<path class=\"split\" d=\"M{} {}V{}\"/>", pixels(split), pixels(top_ - 16),
            pixels(bottom_));
      }
      const bool fits = right_ - split > text_width("held out");
      add("<text class=\"window-name\" x=\"{}\" y=\"{}\"{}>held out</text>",
          pixels(fits ? split + 4 : right_), pixels(top_ - 7), fits ? "" : " text-anchor=\"end\"");
    }
  }

  void paint_value_axis() {
    for (const Tick& tick : axis_.ticks) {
      const double y = y_(tick.value);
      const bool base = tick.value == 0 || (chart_.log && tick.value == axis_.low);
      add("<path class=\"{}\" d=\"M{} {}H{}\"/>", base ? "axis" : "grid", pixels(left_), pixels(y),
          pixels(right_));
      if (!tick.label.empty()) {
        add("<text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            pixels(left_ - 5), pixels(y + 3.8), escape(tick.label));
      }
    }
  }

  void paint_date_axis() {
    const DateAxis dates = date_axis(chart_.calendar, chart_.begin, chart_.end);
    std::string ticks;
    for (const double time : dates.major) {
      ticks += fmt::format("M{} {}v7", pixels(x_(time)), pixels(bottom_));
    }
    for (const double time : dates.minor) {
      ticks += fmt::format("M{} {}v3", pixels(x_(time)), pixels(bottom_));
    }
    add("<path class=\"axis\" d=\"{}\"/>", ticks);
    for (const DateAxis::Stretch& stretch : dates.stretches) {
      const double room = x_(stretch.end) - x_(stretch.begin);
      const std::string& label =
          room > text_width(stretch.label) + 2 ? stretch.label : stretch.short_label;
      if (room > text_width(label) - 2) {
        add("<text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            pixels((x_(stretch.begin) + x_(stretch.end)) / 2), pixels(bottom_ + 18), escape(label));
      }
    }
  }

  // What lies outside the drawing is cut off, so it need not lie far outside.
  double height_of(double value) const {
    const double y = chart_.log ? y_(std::max(value, axis_.low * 0.5)) : y_(value);
    return std::clamp(y, top_ - 1000, bottom_ + 1000);
  }

  void paint_bands(const DrawnCurve& curve) {
    for (const Band& band : curve.bands) {
      std::vector<Point> outline;
      for (std::size_t i = 0; i < curve.times.size(); ++i) {
        outline.push_back({x_(curve.times[i]), height_of(band.high[i])});
      }
      for (std::size_t i = curve.times.size(); i-- > 0;) {
        outline.push_back({x_(curve.times[i]), height_of(band.low[i])});
      }
      add("<path class=\"band {}\" d=\"{}Z\"/>", ink_class(curve.style.ink), path_data(outline));
    }
  }

  void paint_curve(const DrawnCurve& curve) {
    std::string data;
    std::vector<Point> stretch;
    const auto flush = [&] {
      if (stretch.size() > 1) {
        data += path_data(simplified(stretch, 0.15));
      }
      stretch.clear();
    };
    for (std::size_t i = 0; i < curve.times.size(); ++i) {
      const double value = curve.values[i];
      if (std::isfinite(value) && (!chart_.log || value > 0)) {
        stretch.push_back({x_(curve.times[i]), height_of(value)});
      } else {
        flush();
      }
    }
    flush();
    const std::string_view dash = dash_array(curve.style.dash);
    add("<path class=\"curve {}\" d=\"{}\"{}/>", ink_class(curve.style.ink), data,
        dash.empty() ? std::string() : fmt::format(" stroke-dasharray=\"{}\"", dash));
  }

  // The end of a whisker: a short bar, or an arrow where it goes on beyond the drawing.
  std::string cap(double x, double y, bool below) const {
    if (below ? y <= bottom_ + 0.5 : y >= top_ - 0.5) {
      return fmt::format("M{} {}h5", pixels(x - 2.5), pixels(y));
    }
    return below ? fmt::format("M{} {}l3 4l3 -4", pixels(x - 3), pixels(bottom_ - 4))
                 : fmt::format("M{} {}l3 -4l3 4", pixels(x - 3), pixels(top_ + 4));
  }

  // Whiskers upright, periods across.
  void paint_errors(const DrawnSeries& series) {
    const bool dense = series.points.size() > kDense;
    std::string data;
    for (const DrawnPoint& point : series.points) {
      const double x = x_(point.time.middle);
      if (point.low && point.high) {
        const double low = height_of(*point.low);
        const double high = height_of(*point.high);
        if (low - high > 2) {
          data += fmt::format("M{} {}V{}", pixels(x), pixels(std::min(low, bottom_)),
                              pixels(std::max(high, top_)));
          if (!dense) {
            data += cap(x, low, true) + cap(x, high, false);
          }
        }
      }
      if (x_(point.time.end) - x_(point.time.begin) > 8) {
        data += fmt::format("M{} {}H{}", pixels(x_(point.time.begin)),
                            pixels(height_of(point.value)), pixels(x_(point.time.end)));
      }
    }
    if (!data.empty()) {
      add("<path class=\"error {}{}\" d=\"{}\"/>", ink_class(series.style.ink),
          dense ? " dense" : "", data);
    }
  }

  void paint_points(const DrawnSeries& series) {
    const bool dense = series.points.size() > kDense;
    for (const DrawnPoint& point : series.points) {
      out_ += mark_svg(series.style, x_(point.time.middle), height_of(point.value), dense ? 2 : 3.6,
                       dense ? std::string_view() : point.title);
    }
  }

  // At the end of each curve, moved apart where they would meet.
  void paint_labels() {
    struct Label {
      std::size_t curve;
      double y;
      double height;
    };
    std::vector<Label> labels;
    for (std::size_t i = 0; i < chart_.curves.size(); ++i) {
      const DrawnCurve& curve = chart_.curves[i];
      const auto last = std::find_if(curve.values.rbegin(), curve.values.rend(), [&](double v) {
        return std::isfinite(v) && (!chart_.log || v > 0);
      });
      if (last != curve.values.rend()) {
        labels.push_back({i, height_of(*last), kLine * static_cast<double>(labels_[i].size())});
      }
    }
    std::stable_sort(labels.begin(), labels.end(),
                     [](const Label& a, const Label& b) { return a.y < b.y; });
    double free_from = top_ - 8;
    for (Label& label : labels) {
      label.y = std::max(label.y - label.height / 2, free_from);
      free_from = label.y + label.height;
    }
    double free_to = bottom_ + 8;
    for (auto label = labels.rbegin(); label != labels.rend(); ++label) {
      label->y = std::min(label->y, free_to - label->height);
      free_to = label->y;
    }
    for (const Label& label : labels) {
      double y = label.y + 10;
      for (const std::string& line : labels_[label.curve]) {
        add("<text class=\"end {}\" x=\"{}\" y=\"{}\">{}</text>",
            ink_class(chart_.curves[label.curve].style.ink), pixels(right_ + 6), pixels(y),
            escape(line));
        y += kLine;
      }
    }
  }

  const ChartDrawing& chart_;
  ChartSize size_;
  ValueAxis axis_;
  std::vector<std::vector<std::string>> labels_;  // of the curves, in lines
  double left_ = 0, right_ = 0, top_ = 0, bottom_ = 0;
  Scale x_, y_;
  std::string out_;
};

}  // namespace

std::string chart_svg(const ChartDrawing& chart, ChartSize size) {
  return Painter(chart, size).paint();
}

std::string chart_legend(const ChartDrawing& chart) {
  std::string items;
  for (const DrawnCurve& curve : chart.curves) {
    items +=
        fmt::format("<li>{}<span>{}</span></li>", line_sample(curve.style), escape(curve.label));
    std::string layers;  // a band lies on those that are wider
    for (const Band& band : curve.bands) {
      layers +=
          fmt::format("<path class=\"band {}\" d=\"M1 1H25V11H1Z\"/>", ink_class(curve.style.ink));
      items += fmt::format(
          "<li><svg class=\"sample\" width=\"26\" height=\"12\" viewBox=\"0 0 26 12\" "
          "aria-hidden=\"true\">{}</svg><span>{}</span></li>",
          layers, escape(band.label));
    }
  }
  for (const DrawnSeries& series : chart.series) {
    items +=
        fmt::format("<li>{}<span>{}{}</span></li>", mark_sample(series.style), escape(series.label),
                    series.style.filled ? "" : " <span class=\"aside\">not scored</span>");
  }
  return "<ul class=\"legend\">" + items + "</ul>";
}

}  // namespace shamal::api::report
