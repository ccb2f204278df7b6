// A number that writes down how it was made, so that a function written for any kind of number can
// be differentiated by running it once: the recording holds, for every result, from which one or
// two others it came and how fast it changes with each; tangents follow it forwards, adjoints
// backwards [Griewank2008, pp. 107-115]. What is compared or rounded is the value alone: the
// derivative is that of the branch taken.
//
//   Recording recording;
//   const Recorded x = recording.input(3);
//   const Recorded y = x * exp(x);
//
// A zero that meets an infinite slope stays zero (ir/partials.h says why).
#pragma once

#include <cmath>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace shamal::model {

class Recording;

class Recorded {
 public:
  Recorded(double value = 0) : value_(value) {}  // a constant

  double value() const { return value_; }
  bool constant() const { return in_ == nullptr; }
  std::uint32_t place() const { return place_; }  // in the recording, unless it is a constant
  Recording* recording() const { return in_; }

 private:
  friend class Recording;
  Recorded(double value, Recording& in, std::uint32_t place)
      : value_(value), in_(&in), place_(place) {}

  double value_;
  Recording* in_ = nullptr;
  std::uint32_t place_ = 0;
};

class Recording {
 public:
  std::size_t size() const { return entries_.size(); }

  // What everything else is made of.
  Recorded input(double value) { return add(value, {}); }

  // A number that changes `da` times as fast as a.
  Recorded made(double value, const Recorded& a, double da) {
    return add(value, {part(a, da), {}});
  }
  Recorded made(double value, const Recorded& a, double da, const Recorded& b, double db) {
    return add(value, {part(a, da), part(b, db)});
  }

  // By place: of the inputs given, of all others found. From `first` on.
  void follow(std::vector<double>& tangents) const {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      for (const Part& of : {entries_[i].a, entries_[i].b}) {
        if (of.slope != 0 && tangents[of.place] != 0) {
          tangents[i] += of.slope * tangents[of.place];
        }
      }
    }
  }
  // By place: of the results given, to which those of all that they are made of are added.
  void go_back(std::vector<double>& adjoints) const {
    for (std::size_t i = entries_.size(); i-- > 0;) {
      for (const Part& of : {entries_[i].a, entries_[i].b}) {
        if (of.slope != 0 && adjoints[i] != 0) {
          adjoints[of.place] += of.slope * adjoints[i];
        }
      }
    }
  }

  // The number x for which f(x) = 0, which is known already: it changes with all that f depends on
  // as the implicit function theorem says. Where f does not change with x, neither is x moved.
  template <class F>
  Recorded root(double x, F f) {
    const Recorded at = input(x);
    const Recorded zero = f(at);
    if (zero.constant()) {
      return x;
    }
    std::vector<double> adjoints(size(), 0.0);
    adjoints[zero.place()] = 1;
    go_back(adjoints);
    const double slope = adjoints[at.place()];
    return slope != 0 ? made(x, zero, -1 / slope) : Recorded(x);
  }

 private:
  struct Part {
    std::uint32_t place = 0;
    double slope = 0;
  };
  struct Entry {
    Part a;
    Part b;
  };

  static Part part(const Recorded& of, double slope) {
    return of.constant() ? Part{} : Part{of.place(), slope};
  }
  Recorded add(double value, const Entry& entry) {
    entries_.push_back(entry);
    return {value, *this, static_cast<std::uint32_t>(entries_.size() - 1)};
  }

  std::vector<Entry> entries_;
};

inline Recorded made(double value, const Recorded& a, double da) {
  return a.constant() ? Recorded(value) : a.recording()->made(value, a, da);
}
inline Recorded made(double value, const Recorded& a, double da, const Recorded& b, double db) {
  Recording* const in = a.constant() ? b.recording() : a.recording();
  return in == nullptr ? Recorded(value) : in->made(value, a, da, b, db);
}

inline Recorded operator+(const Recorded& a, const Recorded& b) {
  return made(a.value() + b.value(), a, 1, b, 1);
}
inline Recorded operator-(const Recorded& a, const Recorded& b) {
  return made(a.value() - b.value(), a, 1, b, -1);
}
inline Recorded operator*(const Recorded& a, const Recorded& b) {
  return made(a.value() * b.value(), a, b.value(), b, a.value());
}
inline Recorded operator/(const Recorded& a, const Recorded& b) {
  const double ratio = a.value() / b.value();
  return made(ratio, a, 1 / b.value(), b, -ratio / b.value());
}
inline Recorded operator-(const Recorded& a) { return made(-a.value(), a, -1); }
inline Recorded& operator+=(Recorded& a, const Recorded& b) { return a = a + b; }
inline Recorded& operator-=(Recorded& a, const Recorded& b) { return a = a - b; }
inline Recorded& operator*=(Recorded& a, const Recorded& b) { return a = a * b; }

inline bool operator<(const Recorded& a, const Recorded& b) { return a.value() < b.value(); }
inline bool operator>(const Recorded& a, const Recorded& b) { return a.value() > b.value(); }
inline bool operator<=(const Recorded& a, const Recorded& b) { return a.value() <= b.value(); }
inline bool operator>=(const Recorded& a, const Recorded& b) { return a.value() >= b.value(); }
inline bool operator==(const Recorded& a, const Recorded& b) { return a.value() == b.value(); }

inline Recorded exp(const Recorded& a) {
  const double value = std::exp(a.value());
  return made(value, a, value);
}
inline Recorded fabs(const Recorded& a) { return a < 0 ? -a : a; }
inline Recorded pow(const Recorded& a, double b) {
  return made(std::pow(a.value(), b), a, b * std::pow(a.value(), b - 1));
}

// Of a function for any kind of number: f(x) = 0, f being known to be solved by x.
template <class Number, class F>
Number root(double x, F f) {
  if constexpr (std::is_same_v<Number, Recorded>) {
    const Recorded zero = f(Recorded(x));
    return zero.constant() ? Recorded(x) : zero.recording()->root(x, f);
  } else {
    return x;
  }
}

// The plain value of either kind of number.
inline double plain(double of) { return of; }
inline double plain(const Recorded& of) { return of.value(); }
template <class Number>
std::vector<double> plain_numbers(const std::vector<Number>& of) {
  std::vector<double> made;
  for (const Number& number : of) {
    made.push_back(plain(number));
  }
  return made;
}

}  // namespace shamal::model
