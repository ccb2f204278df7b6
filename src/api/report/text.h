// Text for pages: escaping, numbers as people read them, anchors.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace shamal::api::report {

// For element content and quoted attributes.
std::string escape(std::string_view text);

// Letters, digits and single hyphens: "Al-Hasakah, 2014" becomes "al-hasakah-2014".
std::string anchor(std::string_view text);

// Rounded to so many significant digits, thousands separated by a narrow no-break space, a true
// minus; very small and very large values as 3.2 × 10⁻⁵. A dash for what is not a number.
std::string number_text(double value, int significant = 3);
std::string number_text(const std::optional<double>& value, int significant = 3);

// With a fixed number of decimals, for columns and axes.
std::string decimal_text(double value, int decimals);

// 0.123 as "12%"; below 10% with one decimal.
std::string percent_text(double share);
std::string percent_text(const std::optional<double>& share);

// "1 point", "3 points".
std::string count_text(std::size_t count, std::string_view singular, std::string_view plural);

// A step as people say it: "1/16" for "0.0625", otherwise the text as it is.
std::string step_text(std::string_view step);

// The name of an integration method: "Euler" for "euler", "RK4" for "rk4".
std::string method_text(std::string_view method);

// A length or position in a drawing, in pixels: one decimal at most.
std::string pixels(double value);

// The SHA-256 of `text` as a Content-Security-Policy names it: 'sha256-…' in base64.
std::string content_hash(std::string_view text);

inline constexpr std::string_view kDash = "–";
inline constexpr std::string_view kMinus = "−";
inline constexpr std::string_view kThinSpace = "\u202f";

}  // namespace shamal::api::report
