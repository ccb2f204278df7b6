// What lies on one conveyor of one run.
//
// The belt is a row of *slats*, each holding what entered in one step; slat 0 is next to leave. In
// each step, from what lies on it:
//
//   leakages    take from the slats of their zones,
//   the exit    lets go what is left of slat 0,
//   all slats   move on by one,
//   inflows     land at the depth N = transit time / DT, rounded, at least 1; what lies on the
//               belt already keeps its place, so the belt is as long as its material needs.
//
// Linear leakage k with the fraction f takes, of an amount A that enters, f A in equal parts on the
// M slats of its zone that A will pass. The part A / M is fixed when A enters; f is the present
// one; and what is left of a slat limits it, earlier leakages coming first. Where `of_remaining`, A
// is what earlier zones will have left of it when it reaches the zone. Exponential leakage takes f
// DT of each slat's content; several add up, and are scaled down to the content together. Leakages
// of integers save up what they take until it is a whole.
//
// Slat i of a belt of L lies at 1 - (i + 1/2) / L of the length, from the inflowing side; it is in
// a zone if that is. A zone that is narrower than a slat is the slat in which it starts.
//
// Sources: XMILE 1.0, 3.7.2 and 4.2.1; isee systems, Stella help, "Traditional Conveyor
// Computation". docs/semantics.md says where they leave room.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "machine/table.h"
#include "model/device.h"

namespace shamal::machine {

class Belt {
 public:
  // A belt of more than `most_slats` gives NaN.
  Belt(const model::ConveyorShape& shape, std::size_t most_slats);

  // Inputs: transit time; the fraction of each leakage; then the contents: one number, spread as a
  // constant inflow would have left it, or a list: a number a slat if there are as many as slats,
  // else a number a unit of time, the front first. Output: the sum of what lies on the belt.
  void start(double dt, const double* in, std::size_t inputs, double* out);

  // Inputs: transit time; whether it counts; whether the conveyor is arrested; whether the exit is
  // held; for each leakage its fraction and whether it is held. Outputs: the exit and each leakage,
  // per unit of time; and how much entered since the last whole unit of time.
  void release(double dt, double since_start, const double* in, double* out);

  // Inputs: each inflow, per unit of time. `sources` are, by inflow, the belts that it fell off, or
  // null. Output: the sum of what will lie on the belt.
  void accept(double dt, const double* in, const std::vector<TableView>& tables,
              const std::vector<const Belt*>& sources, double* out);

  // What the last release and accept determined takes place.
  void commit();

  // What lies on each slat, slat 0 first.
  std::span<const double> contents() const { return std::span(content_).subspan(first_); }

 private:
  using Amounts = std::vector<double>;  // by slat

  // The journey of an amount of 1 that enters now.
  struct Journey {
    Amounts content;   // of each slat when it arrives there
    Amounts reaching;  // by leakage: of what the fraction is taken
    Amounts zone;      // by leakage: how many slats of the zone it passes
  };

  struct Coming {
    bool arrested = false;
    bool held = false;
    double transit = 0;
    double unit = 0;
    double entered = 0;
    std::size_t depth = 1;
    Amounts fractions;
    Amounts saved;
    Amounts landing;
  };

  std::size_t slats() const { return content_.size() - first_; }
  std::size_t depth_of(double transit, double dt) const;  // 0: cannot be
  struct Zone {
    std::size_t first, end;  // slats of a belt, from the exit
    bool has(std::size_t slat) const { return slat >= first && slat < end; }
    // How many of its slats come before this one.
    double below(std::size_t slat) const {
      return slat <= first ? 0 : static_cast<double>((slat < end ? slat : end) - first);
    }
  };
  Zone zone(std::size_t leak, std::size_t length) const;
  Journey journey(double dt, const Amounts& fractions, std::size_t depth, std::size_t length) const;
  void leak(double dt);
  void leak_whole(std::size_t leak, Amounts& rest);
  void share_out(const model::ConveyorShape::Inflow& inflow, double amount,
                 const std::vector<TableView>& tables, const Belt* source);
  void put(std::size_t slat, double amount, double entered, const Journey& journey,
           std::size_t length);
  void resize(std::size_t length);
  void drop_front();

  const model::ConveyorShape* shape_;
  std::size_t most_slats_;
  bool broken_ = false;
  double transit_ = 0;  // as last sampled
  double unit_ = 0;     // the unit of time that `entered_` is of
  double entered_ = 0;
  Amounts saved_;  // by leakage: what is not yet a whole
  // By slat from first_ on: what lies there; of each linear leakage what it takes for a fraction of
  // 1, and the sum of what is left of these parts.
  std::size_t first_ = 0;
  Amounts content_;
  std::vector<Amounts> part_;
  std::vector<Amounts> left_;
  Coming coming_;
  std::vector<Amounts> taken_;  // by leakage: what it takes of each slat
};

}  // namespace shamal::machine
